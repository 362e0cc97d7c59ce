from __future__ import annotations

import pytest

from wagtail_epayment.errors import ContractNotUsable, OrderNotPayable, ProviderRefused, ProviderUnavailable
from wagtail_epayment.flows import NewItem, cancel_order, create_order, start_payment
from wagtail_epayment.models import AttemptState, PaymentAttempt, PaymentOrder
from wagtail_epayment.providers.base import ReturnUrls
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.state import OrderState, order_state

pytestmark = pytest.mark.django_db


def urls(attempt):
    return ReturnUrls(back="http://testserver/b", notify="http://testserver/n")


def fails_with(error):
    def start(self, attempt, urls):
        raise error

    return start


def test_an_order_is_the_sum_of_its_items_and_has_a_reference(order):
    assert order.amount_cents == 5750
    assert order.reference
    assert order_state(order) == OrderState.OPEN


def test_the_same_errand_gives_the_same_order(site):
    items = [NewItem(label="Gebühr", unit_cents=500)]
    first = create_order(site=site, purpose="P", items=items, external_kind="case", external_id="1")
    again = create_order(site=site, purpose="P", items=items, external_kind="case", external_id="1")
    assert first == again
    assert PaymentOrder.objects.count() == 1


@pytest.mark.parametrize("items", [[], [NewItem(label="Frei", unit_cents=0)]])
def test_nothing_to_pay_is_no_order(site, items):
    with pytest.raises(ValueError, match="positive"):
        create_order(site=site, purpose="P", items=items)


def test_a_float_is_no_money():
    with pytest.raises(TypeError):
        NewItem(label="Gebühr", unit_cents=12.5)


def test_a_time_out_is_unknown_and_never_failed(order, contract, monkeypatch):
    monkeypatch.setattr(SandboxProvider, "start", fails_with(ProviderUnavailable("no answer")))
    with pytest.raises(ProviderUnavailable):
        start_payment(order=order, contract=contract, urls=urls)
    attempt = order.attempts.get()
    assert attempt.state == AttemptState.UNKNOWN
    assert attempt.next_poll_at


def test_a_refusal_is_failed_and_people_may_try_again(order, contract, monkeypatch):
    monkeypatch.setattr(SandboxProvider, "start", fails_with(ProviderRefused("no")))
    with pytest.raises(ProviderRefused):
        start_payment(order=order, contract=contract, urls=urls)
    assert order.attempts.get().state == AttemptState.FAILED
    assert order_state(order) == OrderState.OPEN


def test_the_attempt_is_there_before_the_bank_is_called(order, contract, monkeypatch):
    def killed(self, attempt, urls):
        assert PaymentAttempt.objects.get().state == AttemptState.STARTING
        raise KeyboardInterrupt

    monkeypatch.setattr(SandboxProvider, "start", killed)
    with pytest.raises(KeyboardInterrupt):
        start_payment(order=order, contract=contract, urls=urls)
    assert PaymentAttempt.objects.get().state == AttemptState.STARTING


def test_a_double_click_gets_the_payment_already_begun(under_way, order, contract):
    again = start_payment(order=order, contract=contract, urls=urls)
    assert again == under_way.attempt.redirect_url
    assert order.attempts.count() == 1


def test_a_paid_order_cannot_be_paid_again(under_way, order, contract):
    under_way.says()
    with pytest.raises(OrderNotPayable):
        start_payment(order=order, contract=contract, urls=urls)


def test_the_contract_of_another_town_cannot_be_used(order, contract):
    from wagtail.models import Site

    contract.site = Site.objects.create(hostname="other.test", root_page=order.site.root_page)
    contract.save()
    with pytest.raises(ContractNotUsable):
        start_payment(order=order, contract=contract, urls=urls)


def test_a_cancelled_order_cannot_be_paid(order, contract):
    cancel_order(order)
    with pytest.raises(OrderNotPayable):
        start_payment(order=order, contract=contract, urls=urls)


def test_an_order_with_money_on_the_way_cannot_be_cancelled(under_way, order):
    with pytest.raises(OrderNotPayable):
        cancel_order(order)


def test_what_an_adapter_blurts_out_stays_out_of_the_log(order, contract, monkeypatch, caplog):
    said = "sk_live_4711 of Erika Mustermann"

    def fail(self, attempt, urls):
        raise RuntimeError(said)

    monkeypatch.setattr(SandboxProvider, "start", fail)
    with pytest.raises(ProviderUnavailable):
        start_payment(order=order, contract=contract, urls=lambda attempt: ReturnUrls(back="b", notify="n"))
    assert "RuntimeError" in caplog.text
    assert "in fail" in caplog.text, "where it happened is told"
    assert "4711" not in caplog.text
    assert "Erika" not in caplog.text
