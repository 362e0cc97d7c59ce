"""From a draft to real money: connection tried, checklist complete, merchant fixed, the old contract replaced."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.epayment.conftest import SECRET
from wagtail_epayment.errors import ContractNotReady, ContractNotUsable, ProviderRefused, TriedTooOften
from wagtail_epayment.flows import start_payment
from wagtail_epayment.flows.contract import check_contract, checklist_of, go_live
from wagtail_epayment.models import (
    AttemptState,
    ContractMethod,
    EntryKind,
    LedgerEntry,
    MessageSource,
    PaymentAttempt,
    PaymentContract,
    ProviderMessage,
    Refund,
    RefundState,
)
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.readiness import is_public
from wagtail_epayment.ways import ways_of_paying

pytestmark = pytest.mark.django_db

AT = "/admin/snippets/wagtail_epayment/paymentcontract/{}/{}/"


@pytest.fixture
def reachable(monkeypatch):
    """The bank's answers to checks; None is fine."""
    answers = [None]

    def check(self):
        if answers[0]:
            raise answers[0]

    monkeypatch.setattr(SandboxProvider, "check", check)
    return answers


@pytest.fixture
def live(contract, site):
    """A live contract that waits for its checklist, beside the test contract."""
    return PaymentContract.objects.create(
        site=site,
        provider="sandbox",
        label="Onlinezahlung",
        is_live=True,
        is_active=False,
        credentials={"merchant_id": "real", "secret": "live-secret-0815"},
        options={"base_url": "https://bank.example/"},
        min_cents=100,
    )


@pytest.fixture
def proven(live, contract, under_way, order, site, staff, settings, reachable):
    """Everything the checklist asks for has happened."""
    settings.WAGTAIL_EPAYMENT = {**settings.WAGTAIL_EPAYMENT, "NOTIFY_BASE_URL": "https://portal.musterstadt.de"}
    under_way.says()
    payment = LedgerEntry.objects.get(kind=EntryKind.PAYMENT)
    Refund.objects.create(
        order=order,
        attempt=payment.attempt,
        payment=payment,
        amount_cents=100,
        currency="EUR",
        state=RefundState.SUCCEEDED,
    )
    ProviderMessage.objects.create(
        provider="sandbox", contract=contract, source=MessageSource.POLL, raw="{}", processed_at=timezone.now()
    )
    staff(site, "certifier")
    staff(site, "releaser")
    check_contract(live, user=User.objects.first())
    return live


def done(contract):
    return {item.key: item.is_done for item in checklist_of(contract)}


def test_a_fresh_live_contract_is_far_from_ready_and_every_line_says_what_to_do(live):
    items = checklist_of(live)
    missing = {item.key for item in items if not item.is_done}
    assert {"connection", "test_payment", "test_refund", "notify_address", "poller", "responsible"} == missing
    assert all(str(item.advice) for item in items)


def test_a_complete_checklist_lets_the_contract_go_live_and_takes_the_old_one_down(proven, contract, site, staff):
    assert all(done(proven).values()), done(proven)
    assert contract.is_active
    client = staff(site, "portal_admin")
    assert client.post(AT.format("go-live", proven.pk), {}).status_code == 302
    proven.refresh_from_db()
    assert proven.went_live_at is None, "Nobody has taken responsibility."
    client.post(AT.format("go-live", proven.pk), {"responsible": "on"})
    proven.refresh_from_db()
    contract.refresh_from_db()
    assert proven.is_active
    assert proven.went_live_by.username.startswith("portal_admin")
    assert not contract.is_active
    assert ModelLogEntry.objects.filter(action="wagtail_epayment.go_live").count() == 1


def test_nothing_goes_live_while_something_is_missing(live, site, staff):
    client = staff(site, "portal_admin")
    client.post(AT.format("go-live", live.pk), {"responsible": "on"})
    live.refresh_from_db()
    assert (live.went_live_at, live.is_active) == (None, False)
    page = client.get(AT.format("checklist", live.pk)).content.decode()
    assert 'id="item-connection" data-done="no"' in page
    assert 'name="responsible"' not in page


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda c: PaymentContract.objects.filter(pk=c.pk).update(is_live=False), "live"),
        (lambda c: PaymentContract.objects.filter(pk=c.pk).update(options={}), "credentials"),
        (lambda c: _forget_secret(c), "credentials"),
        (lambda c: PaymentContract.objects.filter(pk=c.pk).update(booking_text="Danke"), "booking_text"),
        (lambda c: PaymentContract.objects.filter(pk=c.pk).update(max_cents=50), "amounts"),
        (lambda c: PaymentContract.objects.filter(pk=c.pk).update(checked_at=_days_ago(2)), "connection"),
        (lambda c: PaymentContract.objects.filter(pk=c.pk).update(check_error="falsch"), "connection"),
        (lambda c: PaymentAttempt.objects.update(state=AttemptState.FAILED), "test_payment"),
        (lambda c: Refund.objects.update(state=RefundState.FAILED), "test_refund"),
        (
            lambda c: ProviderMessage.objects.filter(source=MessageSource.POLL).update(received_at=_days_ago(2)),
            "poller",
        ),
        (lambda c: PaymentAttempt.objects.update(next_poll_at=_days_ago(1)), "poller"),
        (lambda c: Group.objects.filter(name__endswith="releaser").delete(), "responsible"),
    ],
)
def test_each_line_is_lost_on_its_own_and_stops_going_live(proven, spoil, key):
    spoil(proven)
    proven.refresh_from_db()
    assert [name for name, is_done in done(proven).items() if not is_done] == [key]
    with pytest.raises(ContractNotReady):
        go_live(proven, user=User.objects.first())


def _forget_secret(contract):
    contract.credentials = {"merchant_id": "real"}
    contract.save()


def _days_ago(days):
    return timezone.now() - datetime.timedelta(days=days)


def test_encryption_and_address_are_conditions_too(proven, settings):
    settings.WAGTAIL_EPAYMENT = {**settings.WAGTAIL_EPAYMENT, "NOTIFY_BASE_URL": "http://portal.musterstadt.de"}
    assert not done(proven)["notify_address"]
    assert done(proven)["encryption"]
    settings.SALT_KEY = []
    assert not {item.key: item.is_done for item in _with_no_key(proven)}["encryption"]


def _with_no_key(contract):
    from wagtail_epayment import readiness

    facts = readiness.Facts((), True, True, True, None, frozenset({1}), frozenset({2}))
    return readiness.checklist(contract, facts, provider=SandboxProvider, now=timezone.now())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://portal.musterstadt.de", True),
        ("http://portal.musterstadt.de", False),
        ("https://localhost", False),
        ("https://portal", False),
        ("https://10.1.2.3", False),
        ("https://127.0.0.1:8000", False),
        ("https://portal.local", False),
        ("https://93.184.216.34", True),
        ("", False),
    ],
)
def test_only_public_https_addresses_can_be_notified(url, expected):
    assert is_public(url) is expected


def test_a_live_contract_without_checklist_is_not_offered_and_cannot_be_started(live, contract, order):
    PaymentContract.objects.filter(pk=contract.pk).update(is_active=False)
    PaymentContract.objects.filter(pk=live.pk).update(is_active=True)
    assert ways_of_paying(order) == []
    with pytest.raises(ContractNotUsable):
        start_payment(order=order, contract=PaymentContract.objects.get(pk=live.pk), urls=lambda attempt: None)


def test_trying_the_connection_tells_the_result_and_is_not_hammered(live, reachable, site, staff):
    client = staff(site, "portal_admin")
    reachable[0] = ProviderRefused("Falsches Kennwort")
    page = client.post(AT.format("check", live.pk), follow=True).content.decode()
    assert "Falsches Kennwort" in page
    live.refresh_from_db()
    assert live.check_error == "Falsches Kennwort"
    with pytest.raises(TriedTooOften):
        check_contract(live, user=User.objects.get())
    PaymentContract.objects.update(checked_at=_days_ago(1))
    reachable[0] = None
    client.post(AT.format("check", live.pk))
    live.refresh_from_db()
    assert live.check_error == ""


def test_an_error_never_carries_a_secret_out(live, reachable, caplog, site, staff):
    client = staff(site, "portal_admin")
    for error in [ProviderRefused("Key live-secret-0815 is wrong"), RuntimeError("live-secret-0815")]:
        reachable[0] = error
        PaymentContract.objects.update(checked_at=None)
        page = client.post(AT.format("check", live.pk), follow=True).content.decode()
        live.refresh_from_db()
        assert live.check_error
        assert "live-secret-0815" not in page + live.check_error + caplog.text


def test_only_who_configures_tries_and_goes_live(live, site, staff):
    client = staff(site, "auditor")
    assert client.get(AT.format("checklist", live.pk)).status_code == 200
    for name in ["check", "go-live", "replace"]:
        client.post(AT.format(name, live.pk), {"responsible": "on"})
        assert client.get(AT.format(name, live.pk)).status_code in {302, 403, 405}
    live.refresh_from_db()
    assert (live.checked_at, live.went_live_at, PaymentContract.objects.count()) == (None, None, 2)


def test_a_live_contract_cannot_become_another_merchant(live, site, staff):
    PaymentContract.objects.filter(pk=live.pk).update(went_live_at=timezone.now())
    client, address = staff(site, "portal_admin"), AT.format("edit", live.pk)
    data = {
        "provider": "sandbox", "site": site.pk, "label": "Neu", "is_live": "on", "booking_text": "{reference}",
        "option_base_url": "https://bank.example/", "approval_above_cents": "0", "min_cents": "1,00",
    }  # fmt: skip
    answer = client.post(address, data | {"new_secret_merchant_id": "somebody-else"})
    assert answer.context["form"].errors["new_secret_merchant_id"]
    assert client.post(address, data | {"new_secret_merchant_id": "real"}).status_code == 302
    assert client.post(address, data | {"new_secret_secret": "rotated"}).status_code == 302
    live.refresh_from_db()
    assert (live.label, live.credentials) == ("Neu", {"merchant_id": "real", "secret": "rotated"})
    del data["is_live"]
    client.post(address, data)
    live.refresh_from_db()
    assert live.is_live, "A live contract stays live."


def test_replacing_copies_all_but_the_merchant(live, site, staff):
    ContractMethod.objects.create(contract=live, code="x", label="Karte", sort_order=3)
    PaymentContract.objects.filter(pk=live.pk).update(max_cents=500000, approval_above_cents=2500)
    answer = staff(site, "portal_admin").post(AT.format("replace", live.pk))
    new = PaymentContract.objects.latest("pk")
    assert answer.url == AT.format("edit", new.pk)
    assert (new.label, new.is_live, new.is_active, new.credentials) == ("Onlinezahlung", True, False, {})
    assert (new.min_cents, new.max_cents, new.approval_above_cents) == (100, 500000, 2500)
    assert list(new.methods.values_list("code", "label", "sort_order")) == [("x", "Karte", 3)]
    assert SECRET not in str(new.options)
