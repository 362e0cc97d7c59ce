"""What Stripe is asked, what its answers mean, and what happens when there is none."""

from __future__ import annotations

import dataclasses
import datetime
import json

import pytest
from django.utils import timezone

from tests.fakes.server import Answer, Fault
from tests.fakes.stripe_schema import parse
from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import AttemptState, RefundState

from .conftest import TX_ID, URLS, a_refund, adapter_of, an_attempt, an_item, begun

START, REFUND, REFUNDS = "POST /v1/checkout/sessions", "POST /v1/refunds", "GET /v1/refunds"
LOST = [Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.NONSENSE]


def asked(bank, operation):
    """The parameters of the last call."""
    call = [call for name, call in bank.calls if name == operation][-1]
    return parse(operation, [*call.form.items(), *call.query.items()])


def paid(bank, adapter, **changes):
    attempt = begun(adapter, **changes)
    bank.payer_pays(TX_ID)
    return attempt


def sums_of(bank):
    lines = asked(bank, START)["line_items"]
    return [
        (line["price_data"]["product_data"]["name"], line["quantity"], line["price_data"]["unit_amount"])
        for line in lines
    ]


# beginning


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


# asking


def test_asking_tells_the_way_of_paying_and_when(bank, adapter):
    _, word = adapter.fetch(paid(bank, adapter))
    assert (word.state, word.method, word.amount_cents) == (AttemptState.SUCCEEDED, "card", 5750)
    assert word.occurred_at.timestamp() == bank.charge(TX_ID)["created"]


@pytest.mark.parametrize(
    ("status", "payment_status", "state"),
    [
        ("open", "unpaid", AttemptState.PENDING),
        ("complete", "unpaid", AttemptState.PENDING),
        ("complete", "paid", AttemptState.SUCCEEDED),
        ("expired", "unpaid", AttemptState.EXPIRED),
        ("expired", "paid", AttemptState.SUCCEEDED),
        ("complete", "no_payment_required", AttemptState.UNKNOWN),
    ],
)
def test_status_and_payment_status_together_say_how_it_stands(bank, adapter, status, payment_status, state):
    attempt = begun(adapter)
    bank.session(TX_ID).update(status=status, payment_status=payment_status)
    assert adapter.fetch(attempt)[1].state == state


def test_what_is_kept_of_an_answer_says_nothing_of_the_payer(bank, adapter):
    raw, _ = adapter.fetch(paid(bank, adapter))
    assert bank.session(TX_ID)["customer_details"]["name"] == "Erika Mustermann"
    for text in (b"Erika", b"erika", b"last4", b"4242"):
        assert text not in raw.body


@pytest.mark.parametrize("is_paid", [True, False])
@pytest.mark.parametrize("others", [0, 5])
def test_with_the_answer_lost_the_session_is_found_by_its_time(bank, adapter, is_paid, others):
    bank.page = 2
    attempt = begun(adapter)
    for number in range(others):
        adapter.start(an_attempt(merchant_tx_id=f"other-{number}"), urls=URLS)
    if is_paid:
        bank.payer_pays(TX_ID)
    _, word = adapter.fetch(dataclasses.replace(attempt, provider_ref=""))
    assert word.provider_ref == attempt.provider_ref
    assert word.state == (AttemptState.SUCCEEDED if is_paid else AttemptState.PENDING)


def test_what_never_reached_stripe_is_only_surely_so_after_a_while(bank, adapter):
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(an_attempt())
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(an_attempt(created_at=None))
    with pytest.raises(ProviderRefused):
        adapter.fetch(an_attempt(created_at=timezone.now() - datetime.timedelta(minutes=11)))


def test_a_session_stripe_does_not_know_is_a_wrong_key_and_no_end(bank, adapter):
    with pytest.raises(ProviderUnavailable, match="resource_missing"):
        adapter.fetch(an_attempt(provider_ref="cs_test_other"))


def test_an_answer_about_something_else_is_none(bank, adapter):
    attempt = paid(bank, adapter)
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(dataclasses.replace(attempt, merchant_tx_id="other"))
    bank.session(TX_ID)["livemode"] = True
    with pytest.raises(ProviderUnavailable):
        adapter.fetch(attempt)


# giving back


def test_a_refund_carries_our_key_and_names_the_money(bank, adapter):
    attempt = paid(bank, adapter)
    wanted = a_refund(bank)
    _, word = adapter.refund(attempt, wanted)
    assert (word.state, word.refund_key, word.amount_cents) == (RefundState.SUCCEEDED, wanted.key, 1250)
    assert asked(bank, REFUND) == {
        "payment_intent": wanted.payment_ref,
        "amount": 1250,
        "metadata": {"merchant_tx_id": TX_ID, "refund_key": wanted.key},
    }
    found = adapter.fetch_refund(attempt, dataclasses.replace(wanted, provider_ref=word.refund_ref))[1]
    assert found == word
    assert bank.refunded_cents() == {TX_ID: 1250}


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("hours", [0, 1, 30])
def test_a_refund_with_a_lost_answer_goes_out_once_however_late_it_is_sent_again(bank, adapter, fault, hours):
    attempt = paid(bank, adapter)
    wanted = a_refund(bank)
    bank.will(REFUND, fault)
    with pytest.raises(ProviderUnavailable):
        adapter.refund(attempt, wanted)
    bank.time_passes(hours=hours)
    again = dataclasses.replace(wanted, submitted_at=wanted.submitted_at - datetime.timedelta(hours=hours))
    if (fault, hours) == (Fault.ERROR_AFTER, 0):
        # Stripe repeats its first answer, and that was an error.
        with pytest.raises(ProviderUnavailable):
            adapter.refund(attempt, again)
    else:
        assert adapter.refund(attempt, again)[1].state == RefundState.SUCCEEDED
    assert adapter.fetch_refund(attempt, wanted)[1].state == RefundState.SUCCEEDED
    assert bank.refunded_cents() == {TX_ID: 1250}


def test_many_refunds_of_one_payment_are_told_apart(bank, adapter):
    bank.page = 2
    attempt = paid(bank, adapter)
    wanted = [a_refund(bank, key=f"key-{number}", amount_cents=100 + number) for number in range(7)]
    for each in wanted:
        adapter.refund(attempt, each)
    for each in wanted:
        assert adapter.fetch_refund(attempt, each)[1].amount_cents == each.amount_cents


def test_more_than_there_is_cannot_be_given_back(bank, adapter):
    attempt = paid(bank, adapter)
    adapter.refund(attempt, a_refund(bank, amount_cents=5000))
    with pytest.raises(ProviderRefused, match="charge_already_refunded"):
        adapter.refund(attempt, a_refund(bank, key="another", amount_cents=751))
    assert bank.refunded_cents() == {TX_ID: 5000}


def test_the_same_key_for_another_amount_is_no_refusal_of_the_first(bank, adapter):
    attempt = paid(bank, adapter)
    adapter.refund(attempt, a_refund(bank))
    with pytest.raises(ProviderUnavailable):
        adapter.refund(attempt, a_refund(bank, amount_cents=99))


def test_a_payment_whose_id_nobody_told_is_given_back_by_hand(bank, adapter):
    attempt = paid(bank, adapter)
    with pytest.raises(ProviderRefused, match="dashboard"):
        adapter.refund(attempt, a_refund(bank, payment_ref=attempt.provider_ref))
    assert bank.count(REFUND) == 0


def test_a_refund_nobody_made_is_not_known(bank, adapter):
    attempt = paid(bank, adapter)
    with pytest.raises(ProviderRefused):
        adapter.fetch_refund(attempt, a_refund(bank))
    with pytest.raises(ProviderUnavailable):
        adapter.fetch_refund(attempt, a_refund(bank, provider_ref="re_other"))


def test_a_refund_of_another_payment_is_no_answer(bank, adapter):
    attempt = paid(bank, adapter)
    wanted = a_refund(bank)
    ref = adapter.refund(attempt, wanted)[1].refund_ref
    bank.objects["refund"][ref]["payment_intent"] = "pi_other"
    with pytest.raises(ProviderUnavailable):
        adapter.fetch_refund(attempt, dataclasses.replace(wanted, provider_ref=ref))


@pytest.mark.parametrize("name", ["amount", "currency", "status", "created"])
def test_an_answer_that_cannot_be_read_leaves_it_unknown(bank, adapter, name, monkeypatch):
    attempt = paid(bank, adapter)
    monkeypatch.setattr("tests.fakes.stripe.check_answer", lambda *args: None)
    make = bank._refund
    monkeypatch.setattr(bank, "_refund", lambda *args: {**make(*args), name: [1]})
    with pytest.raises(ProviderUnavailable):
        adapter.refund(attempt, a_refund(bank))


# errors


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 429, 500, 503])
def test_only_what_stripe_surely_did_not_do_is_refused_and_no_word_of_stripes_is_passed_on(
    bank, adapter, status, monkeypatch
):
    said = {"error": {"type": "x", "code": "Ein Code", "message": "sk_test_****4242 Erika", "param": "p Erika"}}
    monkeypatch.setattr(bank, "handle", lambda call: Answer(json.dumps(said).encode(), status))
    with pytest.raises((ProviderRefused, ProviderUnavailable)) as raised:
        adapter.start(an_attempt(), urls=URLS)
    assert raised.type == (ProviderRefused if status < 405 else ProviderUnavailable)
    assert raised.value.__suppress_context__
    assert "Erika" not in str(raised.value)
    assert "4242" not in str(raised.value)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"7", b"{}", b'{"id": 7, "url": "https://x"}', b'{"id": "cs", "url": 7}']
)
def test_an_answer_of_another_shape_is_no_answer(bank, adapter, body, monkeypatch):
    monkeypatch.setattr(bank, "handle", lambda call: Answer(body))
    with pytest.raises(Exception) as raised:
        adapter.start(an_attempt(), urls=URLS)
    assert not issubclass(raised.type, ProviderRefused)


def test_an_address_that_is_none_is_not_followed(bank, adapter, monkeypatch):
    begin = bank._begin
    monkeypatch.setattr(bank, "_begin", lambda params: {**begin(params), "url": "javascript:alert(1)"})
    with pytest.raises(ProviderUnavailable):
        adapter.start(an_attempt(), urls=URLS)
