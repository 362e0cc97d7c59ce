from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from wagtail_sitekit import conf, crypto, money
from wagtail_sitekit.pdf import render_pdf


@dataclass(frozen=True, slots=True)
class Shape:
    PROVIDERS: tuple[str, ...] = ()


def test_a_misspelt_setting_is_named_with_the_right_one(settings):
    settings.SOME_APP = {"PROVIDER": ["sandbox"]}
    with pytest.raises(ImproperlyConfigured, match='Did you mean "PROVIDERS"'):
        conf.load("SOME_APP", Shape)


def test_settings_are_read_at_call_time(settings):
    settings.SOME_APP = {"PROVIDERS": ["a"]}
    assert conf.load("SOME_APP", Shape).PROVIDERS == ["a"]
    settings.SOME_APP = {}
    assert conf.load("SOME_APP", Shape).PROVIDERS == ()


@pytest.mark.parametrize("wrong", [12.5, "1250", True, None, Decimal("12.50")])
def test_money_that_is_not_whole_cents_raises(wrong):
    with pytest.raises(TypeError):
        money.cents(wrong)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_cents_survive_the_way_to_decimal_and_back(amount):
    assert int(money.to_decimal(amount) * 100) == amount


def test_people_read_amounts_in_their_language():
    with translation.override("de"):
        assert money.format_money(123450) == "1.234,50\N{NO-BREAK SPACE}€"
    with translation.override("en"):
        assert money.format_money(-5) == "-0.05\N{NO-BREAK SPACE}€"


@given(st.binary(max_size=2000), st.text(max_size=20))
def test_sealed_data_opens_only_with_its_key_and_context(data, context):
    key = crypto.new_key()
    blob = crypto.seal(data, key=key, context=context)
    assert crypto.unseal(blob, key=key, context=context) == data
    with pytest.raises(crypto.DecryptionError):
        crypto.unseal(blob, key=crypto.new_key(), context=context)
    with pytest.raises(crypto.DecryptionError):
        crypto.unseal(blob, key=key, context=context + "x")


def test_old_data_opens_after_the_salt_is_rotated(settings):
    settings.SALT_KEY = ["old"]
    blob = crypto.seal_for_site(b"Akte", context="case")
    settings.SALT_KEY = ["new", "old"]
    assert crypto.unseal_for_site(blob, context="case") == b"Akte"
    settings.SALT_KEY = ["new"]
    with pytest.raises(crypto.DecryptionError):
        crypto.unseal_for_site(blob, context="case")


def test_typed_text_cannot_run_as_markup_in_a_document(tmp_path: Path):
    template = tmp_path / "letter.typ"
    template.write_text(
        '#set document(title: "Brief")\n#set text(lang: "de")\n'
        "#let data = json(bytes(sys.inputs.data))\n= Brief\n#data.name\n",
        encoding="utf-8",
    )
    pdf = render_pdf(template, {"name": '#panic("run")'})
    assert pdf.startswith(b"%PDF-")
