"""Giving money back in the admin: one asks, another approves, and everybody sees only what is theirs."""

from __future__ import annotations

import re

import pytest

from wagtail_epayment.models import EntryKind, LedgerEntry, Refund, RefundState
from wagtail_epayment.providers.base import Capabilities
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider

pytestmark = pytest.mark.django_db

ASK = "/admin/epayment_refunds/ask/{}/"
CHARGEBACK = "/admin/epayment_refunds/chargeback/{}/"
REFUND = "/admin/epayment_refunds/inspect/{}/"


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    """A provider without refunds, so that no bank is needed here: the money is transferred by hand."""
    monkeypatch.setattr(SandboxProvider, "can", Capabilities(notify=True, poll=True))


@pytest.fixture
def paid(under_way, order):
    assert under_way.says().status_code == 200
    return order


def is_denied(answer):
    """Wagtail sends people it denies something to its first page, with a message."""
    return answer.status_code in {403, 404} or (answer.status_code == 302 and answer.url == "/admin/")


def ask(client, order, **changes):
    page = client.get(ASK.format(order.pk))
    assert page.status_code == 200
    form = page.context["form"]
    data = {"amount": "57,50", "reason": "Termin fiel aus", "believed_cents": form["believed_cents"].value()}
    return client.post(ASK.format(order.pk), data | changes)


def test_the_form_is_filled_with_what_can_be_given_back(paid, site, staff):
    page = staff(site, "certifier").get(ASK.format(paid.pk)).content.decode()
    assert re.search(r'name="amount" value="57,50"', page)
    assert re.search(r'name="believed_cents" value="5750"', page)


def test_one_asks_another_approves_and_confirms_the_transfer(paid, site, staff):
    client = staff(site, "certifier")
    assert ask(client, paid).status_code == 302
    refund = Refund.objects.get()
    assert (refund.amount_cents, refund.state) == (5750, RefundState.REQUESTED)
    assert is_denied(client.post(REFUND.format(refund.pk) + "approve/", {}))
    client = staff(site, "releaser")
    assert client.post(REFUND.format(refund.pk) + "approve/", {"reason": "in Ordnung"}).status_code == 302
    refund.refresh_from_db()
    assert refund.state == RefundState.MANUAL
    done = {"result": "succeeded", "reference": "SEPA-2026-11-25-7"}
    assert client.post(REFUND.format(refund.pk) + "confirm/", done).status_code == 302
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert LedgerEntry.objects.get(kind=EntryKind.REFUND).amount_cents == -5750


def test_who_asks_is_told_of_refunds_under_way(paid, site, staff):
    client = staff(site, "certifier")
    assert not list(client.get(ASK.format(paid.pk)).context["refunds"])
    ask(client, paid, amount="10,00")
    page = client.get(ASK.format(paid.pk))
    assert list(page.context["refunds"]) == [Refund.objects.get()]
    assert "10,00\xa0€: beantragt" in page.content.decode()
    Refund.objects.update(state=RefundState.REJECTED)
    assert not list(client.get(ASK.format(paid.pk)).context["refunds"])


def test_who_asked_cannot_approve_even_with_both_rights(paid, site, admin_client):
    assert ask(admin_client, paid).status_code == 302
    refund = Refund.objects.get()
    answer = admin_client.post(REFUND.format(refund.pk) + "approve/", {})
    assert answer.status_code == 422
    refund.refresh_from_db()
    assert refund.state == RefundState.REQUESTED
    assert 'href="approve/"' not in admin_client.get(REFUND.format(refund.pk)).content.decode()


def test_a_page_left_open_while_somebody_was_faster_is_refused(paid, site, staff):
    client = staff(site, "certifier")
    assert ask(client, paid, amount="10,00").status_code == 302
    answer = ask(client, paid, amount="10,00", believed_cents="5750")
    assert answer.status_code == 422
    assert 'name="believed_cents" value="4750"' in answer.content.decode()
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("changes", [{"amount": "57,51"}, {"amount": "0"}, {"amount": "-1"}, {"amount": "1,234"}])
def test_amounts_that_cannot_be_are_refused_at_the_field(paid, site, staff, changes):
    answer = ask(staff(site, "certifier"), paid, **changes)
    assert answer.status_code == 422
    assert answer.context["form"].errors["amount"]


def test_a_refund_needs_a_reason(paid, site, staff):
    assert ask(staff(site, "certifier"), paid, reason=" ").context["form"].errors["reason"]
    assert not Refund.objects.exists()


def test_rejecting_says_why(paid, site, staff):
    ask(staff(site, "certifier"), paid)
    refund, client = Refund.objects.get(), staff(site, "releaser")
    assert client.post(REFUND.format(refund.pk) + "reject/", {"reason": ""}).status_code == 422
    assert client.post(REFUND.format(refund.pk) + "reject/", {"reason": "wurde erbracht"}).status_code == 302
    refund.refresh_from_db()
    assert (refund.state, refund.decision) == (RefundState.REJECTED, "wurde erbracht")


def test_a_clerk_asks_from_the_case_and_sees_only_what_they_asked_for(paid, site, staff, order):
    ask(staff(site, "certifier"), paid, amount="5,00")
    others = Refund.objects.get()
    client = staff(site, "clerk")
    assert ask(client, paid, amount="1,00").status_code == 302
    own = Refund.objects.get(amount_cents=100)
    assert client.get(REFUND.format(own.pk)).status_code == 200
    assert client.get(REFUND.format(others.pk)).status_code == 404
    listed = client.get("/admin/epayment_refunds/").content.decode()
    assert str(own.pk) in listed
    assert str(others.pk) not in listed
    assert is_denied(client.get(f"/admin/epayment_orders/inspect/{order.pk}/"))
    assert is_denied(client.post(REFUND.format(own.pk) + "approve/", {}))


def test_an_auditor_sees_all_and_changes_nothing(paid, site, staff):
    ask(staff(site, "certifier"), paid)
    refund, client = Refund.objects.get(), staff(site, "auditor")
    assert client.get(REFUND.format(refund.pk)).status_code == 200
    for address in [ASK.format(paid.pk), CHARGEBACK.format(paid.pk)]:
        assert is_denied(client.get(address))
    for step in ["approve", "reject", "confirm", "take-up"]:
        assert is_denied(client.post(REFUND.format(refund.pk) + step + "/", {"reason": "x"}))
    refund.refresh_from_db()
    assert refund.state == RefundState.REQUESTED


def test_the_neighbouring_town_finds_neither_order_nor_refund(paid, site, other_site, staff):
    ask(staff(site, "certifier"), paid)
    refund, client = Refund.objects.get(), staff(other_site, "releaser")
    for address in [ASK.format(paid.pk), CHARGEBACK.format(paid.pk), REFUND.format(refund.pk)]:
        assert client.get(address).status_code == 404
    assert client.post(REFUND.format(refund.pk) + "approve/", {}).status_code == 404


def test_a_chargeback_from_the_bank_statement_is_booked_and_its_return_too(paid, site, staff):
    client = staff(site, "certifier")
    data = {
        "kind": "taken", "amount": "57,50", "fee": "3,00", "occurred_on": "2026-01-02", "reference": "RLS 1",
        "reason": "Kontoauszug 117",
    }  # fmt: skip
    assert client.post(CHARGEBACK.format(paid.pk), data).status_code == 302
    assert client.post(CHARGEBACK.format(paid.pk), data | {"kind": "returned", "fee": ""}).status_code == 302
    booked = dict(LedgerEntry.objects.values_list("kind", "amount_cents"))
    assert booked[EntryKind.CHARGEBACK] == -5750
    assert booked[EntryKind.CHARGEBACK_REVERSAL] == 5750
    assert booked[EntryKind.FEE] == -300


def test_a_chargeback_of_more_than_was_paid_is_refused_at_the_form(paid, site, staff):
    data = {"kind": "taken", "amount": "99", "occurred_on": "2026-01-02", "reference": "R", "reason": "Auszug"}
    answer = staff(site, "certifier").post(CHARGEBACK.format(paid.pk), data)
    assert answer.status_code == 422
    assert LedgerEntry.objects.count() == 1


def test_the_first_page_says_what_waits_and_for_whom(paid, under_way, site, staff):
    under_way.says(amount_cents=1, event_id="lie")
    ask(staff(site, "certifier"), paid)
    waiting = "/admin/epayment_refunds/?state=requested"
    assert waiting in staff(site, "releaser").get("/admin/").content.decode()
    page = staff(site, "auditor").get("/admin/").content.decode()
    assert waiting not in page
    assert "/admin/epayment_messages/?open=1" in page
    listed = under_way.client.get("/admin/epayment_messages/?open=1")
    assert listed.context["object_list"].count() == 1


def test_a_refund_the_bank_has_overtaken_says_so_and_is_not_approved(paid, site, staff):
    client = staff(site, "certifier")
    ask(client, paid)
    page = REFUND.format(Refund.objects.get().pk)
    assert "help-critical" not in client.get(page).content.decode()
    data = {"kind": "taken", "amount": "57,50", "occurred_on": "2026-01-02", "reference": "R", "reason": "Auszug"}
    assert client.post(CHARGEBACK.format(paid.pk), data).status_code == 302
    client = staff(site, "releaser")
    assert "help-critical" in client.get(page).content.decode()
    assert client.post(page + "approve/", {}).status_code == 422
    assert Refund.objects.get().state == RefundState.REQUESTED
