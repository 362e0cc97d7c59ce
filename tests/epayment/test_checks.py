from __future__ import annotations

import pytest

from wagtail_epayment.checks import check_settings
from wagtail_epayment.errors import UnknownProvider
from wagtail_epayment.providers.registry import ProviderRegistry
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider


def ids(settings, **epayment):
    settings.WAGTAIL_EPAYMENT = epayment
    return [(message.id, message.hint) for message in check_settings(None)]


def test_sound_settings_have_nothing_to_say(settings):
    assert ids(settings, PROVIDERS=["sandbox"], ALLOW_SANDBOX=True) == []
    assert ids(settings) == []


@pytest.mark.parametrize(
    ("epayment", "check", "hint"),
    [
        ({"PROVIDERS": ["girokonto"]}, "epayment.E001", "INSTALLED_APPS"),
        ({"PROVIDERS": ["sandbox"]}, "epayment.E002", "ALLOW_SANDBOX"),
        ({"PROVIDER": ["sandbox"]}, "epayment.E003", "WAGTAIL_EPAYMENT"),
        ({"NOTIFY_BASE_URL": "portal.example"}, "epayment.E005", "https://"),
        ({"NOTIFY_BASE_URL": "https://portal.example/pfad"}, "epayment.E005", "https://"),
    ],
)
def test_every_mistake_has_a_hint_that_names_the_fix(settings, epayment, check, hint):
    [(found, text)] = ids(settings, **epayment)
    assert found == check
    assert hint in text


def test_without_a_salt_nothing_could_be_encrypted(settings):
    settings.SALT_KEY = None
    assert ids(settings)[0][0] == "epayment.E004"


def test_the_sandbox_is_fine_while_developing(settings):
    settings.DEBUG = True
    assert ids(settings, PROVIDERS=["sandbox"]) == []


def test_a_mistyped_setting_names_the_nearest_one(settings):
    settings.WAGTAIL_EPAYMENT = {"PROVIDER": []}
    assert "PROVIDERS" in check_settings(None)[0].msg


def test_a_name_belongs_to_one_provider():
    registry = ProviderRegistry()
    registry.register("sandbox")(SandboxProvider)
    registry.register("sandbox")(SandboxProvider)
    with pytest.raises(ValueError, match="already"):
        registry.register("sandbox")(type("Other", (SandboxProvider,), {}))
    with pytest.raises(ValueError, match="longer"):
        registry.register("x" * 41)(SandboxProvider)
    with pytest.raises(UnknownProvider, match="Known: sandbox"):
        registry.get("stripe")
