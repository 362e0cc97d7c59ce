"""What Stripe is asked when a payment begins, and what happens when there is no answer."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable

from .conftest import (
    LOST,
    START,
    TX_ID,
    URLS,
    adapter_of,
    an_attempt,
    an_item,
    asked,
)


def sums_of(bank):
    lines = asked(bank, START)["line_items"]
    return [
        (line["price_data"]["product_data"]["name"], line["quantity"], line["price_data"]["unit_amount"])
        for line in lines
    ]


def test_the_page_shows_what_is_paid_and_everything_carries_our_marks(bank, adapter):
    redirect = adapter.start(an_attempt(), urls=URLS)
    assert redirect.url == bank.session(TX_ID)["url"]
    said = asked(bank, START)
    marks = {"merchant_tx_id": TX_ID, "reference": "KZ-2026-000017"}
    assert said["metadata"] == said["payment_intent_data"]["metadata"] == marks
    assert said["client_reference_id"] == TX_ID
    assert said["payment_intent_data"]["description"] == "KZ-2026-000017 Sperrgutabfuhr für Müller & Söhne + 100 %"
    assert said["success_url"] == said["cancel_url"] == URLS.back
    assert said["locale"] == "de"
    assert sums_of(bank) == [("Abholung je Stück", 3, 1250), ("Expresszuschlag", 1, 2000)]


@pytest.mark.parametrize(
    "items",
    [
        (),
        (an_item("Gebühr", 9750),),
        (an_item("Gebühr", 6000), an_item("Ermäßigung", -250)),
        (an_item("Gebühr", 5750), an_item(" ", 0)),
        tuple(an_item("Los", 1) for _ in range(5750)),
    ],
    ids=["none", "a part is paid", "less", "no name", "many"],
)
def test_items_stripe_cannot_show_become_one_line(bank, adapter, items):
    adapter.start(an_attempt(items=items), urls=URLS)
    assert sums_of(bank) == [("KZ-2026-000017 Sperrgutabfuhr für Müller & Söhne + 100 %", 1, 5750)]


@pytest.mark.parametrize(
    ("hours", "least", "most"),
    [(0.1, 0.5, 0.6), (2, 1.9, 2.1), (24, 23.9, 24), (9 * 24, 23.9, 24), (-5, 0.5, 0.6)],
)
def test_the_page_lives_as_long_as_the_attempt_within_stripes_bounds(bank, adapter, hours, least, most):
    now = timezone.now()
    adapter.start(an_attempt(expires_at=now + datetime.timedelta(hours=hours)), urls=URLS)
    lives = asked(bank, START)["expires_at"] - now.timestamp()
    assert least * 3600 <= lives <= most * 3600


@pytest.mark.parametrize(
    ("language", "locale"), [("de", "de"), ("en-GB", "en"), ("pt_BR", "pt"), ("la", "auto"), ("", "auto")]
)
def test_the_page_speaks_the_payers_language_if_it_can(bank, adapter, language, locale):
    adapter.start(an_attempt(language=language), urls=URLS)
    assert asked(bank, START)["locale"] == locale


def test_begun_twice_there_is_one_page(bank, adapter):
    attempt = an_attempt()
    assert adapter.start(attempt, urls=URLS) == adapter.start(attempt, urls=URLS)
    assert len(bank.objects["session"]) == 1


def test_the_name_of_the_portal_goes_with_it(bank):
    adapter_of(bank, options={"portal": "musterstadt"}).start(an_attempt(), urls=URLS)
    assert asked(bank, START)["metadata"]["portal"] == "musterstadt"


def test_too_little_money_is_surely_refused(bank, adapter):
    with pytest.raises(ProviderRefused, match="amount_too_small"):
        adapter.start(an_attempt(amount_cents=20, items=()), urls=URLS)
    assert not bank.objects["session"]


@pytest.mark.parametrize("fault", LOST)
def test_no_usable_answer_is_no_refusal(bank, adapter, fault):
    bank.will(START, fault)
    with pytest.raises(ProviderUnavailable):
        adapter.start(an_attempt(), urls=URLS)
    assert bank.count(START) == 1


def test_a_silent_stripe_is_not_waited_for_longer_than_the_time_out(bank):
    impatient = adapter_of(bank, timeout=0.2)
    with bank.lock:  # Whoever asks now waits.
        began = timezone.now()
        with pytest.raises(ProviderUnavailable):
            impatient.start(an_attempt(), urls=URLS)
    assert timezone.now() - began < datetime.timedelta(seconds=2)


@pytest.mark.parametrize(
    ("key", "is_live"),
    [
        ("sk_live_1", False),
        ("sk_test_1", True),
        ("rk_test_1", True),
        ("pk_test_1", False),
        ("", False),
        ("sk_test_ä\n1", False),
    ],
)
def test_a_key_of_the_wrong_kind_leaves_nobody_the_house(bank, key, is_live):
    adapter = adapter_of(bank, credentials={"secret_key": key}, is_live=is_live)
    with pytest.raises(ProviderRefused):
        adapter.start(an_attempt(), urls=URLS)
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(an_attempt(provider_ref="cs_test_1"))
    assert not bank.calls
