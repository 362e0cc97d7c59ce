"""Whole journeys over HTTP: a payer with a browser, the town's server, and GiroCheckout on its own."""

from __future__ import annotations

import logging
import re

import pytest
import requests

from tests.fakes.server import Fault
from wagtail_epayment.flows import poll_attempt
from wagtail_epayment.flows.expire import expire
from wagtail_epayment.models import AttemptState, LedgerEntry, PaymentAttempt, ProviderMessage
from wagtail_epayment.state import OrderState, order_state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payer(live_server, site, contract, order):
    site.hostname, site.port = "localhost", int(live_server.url.rsplit(":", 1)[1])
    site.save()
    return Payer(live_server.url, order, contract)


class Payer:
    """Somebody with a browser without JavaScript."""

    def __init__(self, base, order, contract):
        self.base, self.order, self.contract = base, order, contract
        self.browser, self.page = requests.Session(), None

    def chooses(self, method="paypage"):
        self.page = self.browser.get(f"{self.base}/zahlung/{self.order.token}/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page.text)[1]
        form = {"way": f"{self.contract.pk}.{method}", "csrfmiddlewaretoken": token}
        self.page = self.browser.post(self.page.url, data=form)
        return self.attempt

    @property
    def attempt(self):
        return self.order.attempts.order_by("-created_at").first()

    def comes_back(self, **claims):
        self.page = self.browser.get(f"{self.base}/zahlung/zurueck/{self.attempt.return_token}/", params=claims)
        return self.page.text


def booked():
    return list(LedgerEntry.objects.values_list("amount_cents", flat=True))


def books_agree(giro):
    """Ours equal theirs, payment by payment."""
    ours = {}
    for entry in LedgerEntry.objects.select_related("attempt"):
        ours[entry.attempt.merchant_tx_id] = ours.get(entry.attempt.merchant_tx_id, 0) + entry.amount_cents
    back = giro.refunded_cents()
    theirs = {tx_id: cents - back.get(tx_id, 0) for tx_id, cents in giro.received_cents().items()}
    return ours == theirs


def test_the_payer_comes_back_before_giro_checkout_says_anything(payer, giro, order):
    attempt = payer.chooses()
    assert "Bezahlseite" in payer.page.text
    giro.payer_pays(attempt.merchant_tx_id)
    assert "Ihre Zahlung ist eingegangen" in payer.comes_back(gcResultPayment="4900")
    assert giro.deliver(times=3) == [200, 200, 200]
    assert booked() == [5750]
    assert books_agree(giro)


@pytest.mark.parametrize("method", ["card", "directdebit", "paypal", "direktubw", "wero"])
def test_the_payer_closes_the_browser_and_giro_checkout_tells(payer, giro, order, method):
    giro.tells_payer = True
    attempt = payer.chooses(method)
    giro.payer_pays(attempt.merchant_tx_id)
    assert giro.deliver() == [200]
    assert order_state(order) == OrderState.PAID
    entry = LedgerEntry.objects.get()
    assert (entry.method, entry.provider_ref) == (method, giro.transactions[0].reference)


def test_by_post_it_is_heard_as_well(payer, giro, order):
    giro.notifies_by_post = True
    attempt = payer.chooses()
    giro.payer_fails(attempt.merchant_tx_id)
    giro.payer_pays(attempt.merchant_tx_id)
    assert giro.deliver(is_reversed=True) == [200, 200]
    giro.repeat()
    assert giro.deliver() == [200, 200]
    assert order_state(order) == OrderState.PAID
    assert booked() == [5750]


def test_a_failed_try_and_then_another_on_the_same_page(payer, giro, order):
    attempt = payer.chooses()
    giro.payer_fails(attempt.merchant_tx_id)
    giro.payer_pays(attempt.merchant_tx_id)
    assert giro.deliver() == [200, 200]
    assert order_state(order) == OrderState.PAID
    assert books_agree(giro)


@pytest.mark.parametrize("is_reversed", [True, False])
def test_success_and_failure_in_any_order_end_paid(payer, giro, order, is_reversed):
    attempt = payer.chooses("card")
    transaction = giro.payer_pays(attempt.merchant_tx_id)
    giro.tell(transaction, gcResultPayment="4900")
    assert giro.deliver(is_reversed=is_reversed) == [200, 200]
    assert order_state(order) == OrderState.PAID
    assert booked() == [5750]


def test_a_page_that_is_paid_takes_nothing_more(payer, giro):
    attempt = payer.chooses()
    giro.payer_pays(attempt.merchant_tx_id)
    assert giro.payer_pays(attempt.merchant_tx_id).result == "5505"
    giro.deliver()
    assert books_agree(giro)
    assert booked() == [5750]


def test_cancelled_and_paid_another_way(payer, giro, order):
    giro.payer_cancels(payer.chooses().merchant_tx_id)
    assert "abgebrochen" in payer.comes_back()
    giro.payer_pays(payer.chooses("wero").merchant_tx_id)
    assert set(giro.deliver()) == {200}
    assert order_state(order) == OrderState.PAID
    assert order.attempts.count() == 2


def test_paid_twice_on_two_pages_is_kept_and_seen(payer, giro, order):
    first = payer.chooses()
    giro.payer_cancels(first.merchant_tx_id)
    giro.deliver()
    second = payer.chooses("card")
    giro.payer_pays(first.merchant_tx_id)
    giro.payer_pays(second.merchant_tx_id)
    assert giro.deliver() == [200, 200]
    assert order_state(order) == OrderState.OVERPAID
    assert books_agree(giro)


def test_a_lost_notification_is_made_up_for_by_asking(payer, giro, order):
    attempt = payer.chooses("paypal")
    giro.payer_pays(attempt.merchant_tx_id)
    giro.lose()
    poll_attempt(attempt)
    assert order_state(order) == OrderState.PAID


def test_nobody_knows_and_later_it_is_known(payer, giro, order):
    attempt = payer.chooses("paypal")
    transaction = giro.nobody_knows(attempt.merchant_tx_id)
    giro.deliver()
    assert payer.attempt.state == AttemptState.UNKNOWN
    giro.correct(transaction, "4000")
    giro.lose()
    poll_attempt(attempt)
    assert order_state(order) == OrderState.PAID


def test_news_that_come_days_after_the_end(payer, giro, order):
    attempt = payer.chooses()
    PaymentAttempt.objects.update(created_at="2026-01-01T00:00Z")
    expire()
    assert payer.attempt.state == AttemptState.EXPIRED
    giro.payer_pays(attempt.merchant_tx_id)
    assert giro.deliver() == [200]
    assert order_state(order) == OrderState.PAID


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.BAD_SIGNATURE])
def test_a_lost_start_costs_nobody_anything(payer, giro, order, fault):
    giro.will("paypage/init", fault)
    attempt = payer.chooses()
    assert attempt.state == AttemptState.UNKNOWN
    assert payer.page.status_code == 503
    # Should somebody pay there all the same, the notification finds its way.
    giro.payer_pays(attempt.merchant_tx_id)
    assert giro.deliver() == [200]
    assert order_state(order) == OrderState.PAID
    assert books_agree(giro)


def test_a_lost_start_that_nobody_pays_expires(payer, giro, order):
    giro.will("transaction/start", Fault.DROP_AFTER)
    payer.chooses("card")
    PaymentAttempt.objects.update(created_at="2026-01-01T00:00Z")
    assert expire() == 1
    giro.payer_pays(payer.chooses("card").merchant_tx_id)
    assert giro.deliver() == [200]
    assert order_state(order) == OrderState.PAID


@pytest.mark.parametrize("told", [1, 575000])
def test_a_lie_about_the_amount_books_nothing_and_is_seen(payer, giro, order, told):
    attempt = payer.chooses()
    giro.payer_pays(attempt.merchant_tx_id, told_amount=told)
    assert giro.deliver() == [200]
    payer.comes_back()
    assert booked() == []
    assert ProviderMessage.objects.exclude(discrepancy="").count() == 2


def test_a_changed_password_loses_nothing(payer, giro, order, contract):
    attempt = payer.chooses("card")
    contract.credentials = {**contract.credentials, "card_password": "stale"}
    contract.save()
    giro.payer_pays(attempt.merchant_tx_id)
    assert giro.deliver() == [503]
    assert booked() == []
    contract.credentials = giro.credentials()
    contract.save()
    giro.try_again()
    assert giro.deliver() == [200]
    assert order_state(order) == OrderState.PAID


def test_parameters_of_our_own_come_back_and_mean_nothing(payer, giro, order):
    attempt = payer.chooses("card")
    giro.transactions[0].notify_url += "?state=failed&amount=1&ort=M%C3%BCnchen+%26+Umland&gcx=%25"
    giro.payer_pays(attempt.merchant_tx_id)
    assert giro.deliver() == [200]
    assert order_state(order) == OrderState.PAID


def test_what_never_was_ours_is_told_again_and_again(payer, giro, order):
    attempt = payer.chooses("card")
    giro.tell(giro.transactions[0], gcMerchantTxId="somebody_elses", gcResultPayment="4000")
    for __ in range(10):
        assert giro.deliver() == [503]
        giro.try_again()
    assert giro.waiting == []
    assert booked() == []
    assert PaymentAttempt.objects.get(pk=attempt.pk).state == AttemptState.PENDING


def test_no_password_and_no_name_leaves_the_house(payer, giro, caplog):
    caplog.set_level(logging.DEBUG)
    # GiroCheckout's own client, here in the same process, logs the addresses it calls.
    caplog.set_level(logging.WARNING, logger="urllib3")
    giro.tells_payer = True
    giro.will("transaction/status", Fault.BAD_SIGNATURE)
    attempt = payer.chooses()
    giro.payer_pays(attempt.merchant_tx_id)
    seen = payer.page.text + payer.comes_back()
    giro.deliver()
    stored = "".join(ProviderMessage.objects.values_list("raw", flat=True)) + payer.attempt.last_error
    for text in (caplog.text, seen, stored):
        assert "pw-" not in text
        assert "411111" not in text
        assert "Erika" not in text
    assert booked() == [5750]
