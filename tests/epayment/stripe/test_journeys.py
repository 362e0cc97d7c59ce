"""Whole journeys over HTTP: a payer with a browser, the town's server, and Stripe on its own."""

from __future__ import annotations

import logging
import re

import pytest
import requests

from tests.fakes.server import Fault
from wagtail_epayment.flows import poll_attempt, process_left_over
from wagtail_epayment.flows.expire import expire
from wagtail_epayment.models import AttemptState, EntryKind, LedgerEntry, PaymentAttempt, ProviderMessage
from wagtail_epayment.state import OrderState, order_state

pytestmark = pytest.mark.django_db(transaction=True)

START = "POST /v1/checkout/sessions"


@pytest.fixture
def payer(live_server, site, contract, order, bank):
    site.hostname, site.port = "localhost", int(live_server.url.rsplit(":", 1)[1])
    site.save()
    bank.webhook_url = f"{live_server.url}/zahlung/melden/stripe/{contract.pk}/"
    return Payer(live_server.url, order, contract)


class Payer:
    """Somebody with a browser without JavaScript."""

    def __init__(self, base, order, contract):
        self.base, self.order, self.contract = base, order, contract
        self.browser, self.page = requests.Session(), None

    def chooses(self):
        self.page = self.browser.get(f"{self.base}/zahlung/{self.order.token}/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page.text)[1]
        form = {"way": f"{self.contract.pk}.", "csrfmiddlewaretoken": token}
        self.page = self.browser.post(self.page.url, data=form)
        return self.attempt

    @property
    def attempt(self):
        return self.order.attempts.order_by("-created_at").first()

    @property
    def tx_id(self):
        return self.attempt.merchant_tx_id

    def comes_back(self, **claims):
        self.page = self.browser.get(f"{self.base}/zahlung/zurueck/{self.attempt.return_token}/", params=claims)
        return self.page.text


def booked(*kinds):
    entries = LedgerEntry.objects.filter(kind__in=kinds or [kind for kind in EntryKind if kind != EntryKind.FEE])
    return list(entries.order_by("pk").values_list("amount_cents", flat=True))


def books_agree(bank):
    """Ours equal theirs, payment by payment."""
    ours = {}
    for entry in LedgerEntry.objects.exclude(kind=EntryKind.FEE).select_related("attempt"):
        ours[entry.attempt.merchant_tx_id] = ours.get(entry.attempt.merchant_tx_id, 0) + entry.amount_cents
    back = bank.refunded_cents()
    theirs = {tx_id: cents - back.get(tx_id, 0) for tx_id, cents in bank.received_cents().items()}
    return ours == theirs


def test_the_payer_pays_on_stripes_page_and_comes_back(payer, bank, order):
    payer.chooses()
    assert "Bezahlen" in payer.page.text
    payer.page = payer.browser.post(payer.page.url)
    assert "Ihre Zahlung ist eingegangen" in payer.page.text
    assert bank.deliver(times=3) == [200, 200, 200]
    entry = LedgerEntry.objects.get()
    assert (entry.amount_cents, entry.method) == (5750, "card")
    assert entry.provider_ref == bank.session(payer.tx_id)["payment_intent"]
    assert books_agree(bank)


def test_the_payer_closes_the_browser_and_stripe_tells(payer, bank, order):
    payer.chooses()
    bank.payer_pays(payer.tx_id)
    assert bank.deliver() == [200]
    assert order_state(order) == OrderState.PAID
    assert books_agree(bank)


def test_a_direct_debit_is_ordered_and_arrives_days_later(payer, bank, order):
    payer.chooses()
    bank.payer_orders_debit(payer.tx_id)
    assert bank.deliver() == [200]
    assert payer.attempt.state == AttemptState.PENDING
    assert booked() == []
    bank.debit_arrives(payer.tx_id)
    assert bank.deliver() == [200]
    assert booked() == [5750]
    assert order_state(order) == OrderState.PAID


def test_a_direct_debit_that_fails_leaves_the_order_open(payer, bank, order):
    payer.chooses()
    bank.payer_orders_debit(payer.tx_id)
    bank.debit_fails(payer.tx_id)
    assert bank.deliver() == [200, 200]
    assert payer.attempt.state == AttemptState.FAILED
    assert order_state(order) == OrderState.OPEN


def test_a_failed_debit_nobody_told_of_is_found_by_asking(payer, bank):
    payer.chooses()
    bank.payer_orders_debit(payer.tx_id)
    bank.debit_fails(payer.tx_id)
    bank.lose()
    poll_attempt(payer.attempt)
    assert payer.attempt.state == AttemptState.FAILED


def test_a_debit_that_failed_and_arrived_after_all_is_booked(payer, bank, order):
    payer.chooses()
    bank.payer_orders_debit(payer.tx_id)
    bank.debit_fails(payer.tx_id)
    bank.debit_arrives(payer.tx_id)
    assert bank.deliver() == [200, 200, 200]
    assert order_state(order) == OrderState.PAID
    assert books_agree(bank)


def test_in_the_wrong_order_it_ends_the_same(payer, bank, order):
    payer.chooses()
    bank.payer_orders_debit(payer.tx_id)
    bank.debit_arrives(payer.tx_id)
    assert bank.deliver(is_reversed=True, times=2) == [200] * 4
    bank.tell_again()
    assert set(bank.deliver()) == {200}
    assert booked() == [5750]


def test_a_lost_webhook_is_made_up_for_by_asking(payer, bank, order):
    payer.chooses()
    bank.payer_pays(payer.tx_id)
    bank.lose()
    poll_attempt(payer.attempt)
    assert order_state(order) == OrderState.PAID
    assert books_agree(bank)


def test_a_page_nobody_uses_expires(payer, bank, order):
    bank.page_expires(payer.chooses().merchant_tx_id)
    assert bank.deliver() == [200]
    assert payer.attempt.state == AttemptState.EXPIRED
    payer.chooses()
    bank.payer_pays(payer.tx_id)
    bank.deliver()
    assert order_state(order) == OrderState.PAID


def test_paid_on_two_pages_is_kept_and_seen(payer, bank, order):
    first = payer.chooses()
    PaymentAttempt.objects.update(created_at="2026-01-01T00:00Z")
    expire()
    payer.chooses()
    bank.payer_pays(first.merchant_tx_id)
    bank.payer_pays(payer.tx_id)
    assert bank.deliver() == [200, 200]
    assert order_state(order) == OrderState.OVERPAID
    assert books_agree(bank)


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.NONSENSE])
def test_a_lost_start_is_found_again_and_costs_nobody_anything(payer, bank, order, fault):
    bank.will(START, fault)
    payer.chooses()
    assert (payer.page.status_code, payer.attempt.state) == (503, AttemptState.UNKNOWN)
    poll_attempt(payer.attempt)
    assert payer.attempt.provider_ref == bank.session(payer.tx_id)["id"]
    bank.payer_pays(payer.tx_id)
    assert bank.deliver() == [200]
    assert order_state(order) == OrderState.PAID
    assert books_agree(bank)


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.ERROR_BEFORE])
def test_a_start_that_never_reached_stripe_expires(payer, bank, order, fault):
    bank.will(START, fault)
    payer.chooses()
    PaymentAttempt.objects.update(created_at="2026-01-01T00:00Z")
    assert expire() == 1
    payer.chooses()
    bank.payer_pays(payer.tx_id)
    bank.deliver()
    assert order_state(order) == OrderState.PAID


@pytest.mark.parametrize("told", [1, 575000])
def test_a_lie_about_the_amount_books_nothing_and_is_seen(payer, bank, told):
    payer.chooses()
    bank.told_cents = told
    bank.payer_pays(payer.tx_id)
    assert bank.deliver() == [200]
    payer.comes_back()
    assert booked() == []
    assert ProviderMessage.objects.exclude(discrepancy="").count() == 2


def test_a_secret_that_was_changed_on_one_side_only_loses_nothing(payer, bank, order, contract):
    payer.chooses()
    bank.webhook_secrets = ["whsec_new"]
    bank.payer_pays(payer.tx_id)
    assert bank.deliver() == [400]
    assert booked() == []
    contract.credentials = {
        **contract.credentials,
        "webhook_secrets": f"{contract.credentials['webhook_secrets']}\nwhsec_new",
    }
    contract.save()
    assert bank.deliver() == [200]
    assert order_state(order) == OrderState.PAID


def test_garbage_at_the_door_is_refused_and_not_kept(payer, bank):
    for body in (b"", b"[]", b"{}", b"\xff\xfe", b'{"object": "event"}', b"[" * 5000):
        assert requests.post(bank.webhook_url, data=body, timeout=5).status_code == 400
    assert not ProviderMessage.objects.exists()


def test_a_refund_event_that_overtakes_its_payment_waits_for_it(payer, bank, order):
    payer.chooses()
    bank.payer_pays(payer.tx_id)
    bank.refund_by_hand(payer.tx_id, 1000)
    assert bank.deliver(is_reversed=True) == [200, 200, 200]
    assert booked() == [5750]
    ProviderMessage.objects.update(received_at="2026-11-01T00:00Z")
    process_left_over()
    assert booked() == [5750, -1000]
    assert books_agree(bank)


def test_a_message_a_crash_left_behind_is_believed_though_its_signature_is_old(payer, bank, order, monkeypatch):
    payer.chooses()
    bank.payer_pays(payer.tx_id)
    with monkeypatch.context() as crash:
        crash.setattr("wagtail_epayment.flows.inbox.apply_message", lambda *args: 1 / 0)
        bank.deliver()
    bank.lose()
    assert booked() == []
    monkeypatch.setattr("wagtail_epayment.providers.stripe.signing.time.time", lambda: 2e9)
    ProviderMessage.objects.update(received_at="2026-11-24T00:00Z")
    assert process_left_over() == 1
    assert order_state(order) == OrderState.PAID


def test_other_shops_on_the_account_are_none_of_our_business(payer, bank, contract):
    bank.stranger_pays(9900)
    bank.stranger_pays(9900, {"merchant_tx_id": "KZ-of-the-next-town", "portal": "nachbarstadt"})
    assert bank.deliver() == [200, 200]
    assert not ProviderMessage.objects.exclude(discrepancy="").exists()
    assert booked() == []


def test_no_key_no_secret_and_no_name_leaves_the_house(payer, bank, contract, caplog):
    caplog.set_level(logging.DEBUG)
    payer.chooses()
    bank.payer_pays(payer.tx_id)
    seen = payer.page.text + payer.comes_back()
    bank.key = "sk_test_another9999"
    with pytest.raises(Exception) as raised:
        poll_attempt(PaymentAttempt.objects.get())
    bank.deliver()
    stored = "".join(ProviderMessage.objects.values_list("raw", flat=True)) + payer.attempt.last_error
    for text in (caplog.text, seen, stored, str(raised.value), repr(raised.value.__cause__)):
        for secret in ("4242", "9999", "whsec", "sk_test", "Erika", "erika"):
            assert secret not in text
    assert booked() == [5750]
