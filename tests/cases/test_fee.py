"""What payments do to a case, and what its sender reads meanwhile."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from wagtail_buergerportal.cases import payments
from wagtail_buergerportal.cases.flows import mark_paid, note_ended, note_reopened
from wagtail_buergerportal.cases.models import Case, CaseState
from wagtail_epayment.state import OrderState, order_state

from .conftest import FEE, open_page


@pytest.fixture
def submitted(hand_in):
    return hand_in(fee_lines=FEE, payment_policy="required")


def state_of(case):
    return Case.objects.get(pk=case.pk).state


def test_paying_hands_the_case_to_the_clerk(submitted, client, bank):
    assert "Jetzt bezahlen" in open_page(client, submitted).text
    bank.pays(payments.order_for(submitted.case))
    page = open_page(client, submitted).text
    assert state_of(submitted.case) == CaseState.RECEIVED
    assert "Jetzt bezahlen" not in page
    assert "ist bezahlt" in page
    assert Case.objects.get().paid_at


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_payment_that_ended_otherwise_keeps_the_case_waiting(submitted, client, bank, end):
    bank.says(bank.takes(payments.order_for(submitted.case)), end)
    page = open_page(client, submitted).text
    assert state_of(submitted.case) == CaseState.WAITING_FOR_PAYMENT
    assert "nicht abgeschlossen" in page
    assert "Jetzt bezahlen" in page
    assert payments.pay_url(submitted.case) in page
    assert "kern-alert--success" not in page
    bank.pays(payments.order_for(submitted.case))
    assert state_of(submitted.case) == CaseState.RECEIVED


def test_a_payment_under_way_is_not_asked_for_again(submitted, client, bank):
    bank.takes(payments.order_for(submitted.case))
    page = open_page(client, submitted).text
    assert "wird geprüft" in page
    assert "Jetzt bezahlen" not in page


def test_the_deadline_is_named(submitted, client):
    due = submitted.case.payment_due_on
    assert due == timezone.localdate() + datetime.timedelta(days=7)
    assert f"{due.day}. " in open_page(client, submitted).text


def test_the_same_news_twice_changes_nothing(owing):
    mark_paid(str(owing.pk), key="e1")
    paid_at = Case.objects.get().paid_at
    mark_paid(str(owing.pk), key="e1")
    assert Case.objects.get().paid_at == paid_at
    assert owing.events.filter(kind="paid").count() == 1
    note_ended(str(owing.pk), key="late")
    assert not owing.events.filter(kind="payment_ended").exists()


def test_money_taken_back_opens_the_fee_again_but_does_not_move_the_case(owing):
    mark_paid(str(owing.pk), key="e1")
    note_reopened(str(owing.pk), key="r1")
    note_reopened(str(owing.pk), key="r1")
    case = Case.objects.get()
    assert case.paid_at is None
    assert case.state == CaseState.RECEIVED
    assert case.events.filter(kind="payment_reopened").count() == 1


def test_news_of_a_deleted_case_disturbs_nobody(owing):
    pk = str(owing.pk)
    owing.delete()
    mark_paid(pk, key="a")
    note_ended(pk, key="b")
    note_reopened(pk, key="c")


def test_orders_of_others_are_none_of_our_business(owing, bank, site):
    from wagtail_epayment.flows import NewItem, create_order

    order = create_order(site=site, purpose="Anderes", items=[NewItem("x", 100)], external_kind="shop", external_id="7")
    bank.pays(order)
    assert state_of(owing) == CaseState.WAITING_FOR_PAYMENT


def test_who_has_not_paid_is_reminded_once(owing, mailoutbox, django_capture_on_commit_callbacks):
    Case.objects.update(payment_due_on=timezone.localdate() - datetime.timedelta(days=1))
    for __ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            call_command("cases_overdue")
    assert len(mailoutbox) == 1
    assert "wartet noch auf die Zahlung" in mailoutbox[0].subject
    assert owing.events.filter(kind="payment_overdue", is_public=True).count() == 1
    assert state_of(owing) == CaseState.WAITING_FOR_PAYMENT


def test_a_fee_that_never_comes_ends_the_case_and_its_order(owing, client):
    Case.objects.update(payment_due_on=timezone.localdate() - datetime.timedelta(days=15))
    call_command("cases_overdue")
    case = Case.objects.get()
    assert case.state == CaseState.WITHDRAWN
    assert case.purge_on
    assert order_state(payments.order_for(case)) == OrderState.CANCELLED
    assert payments.payment_of(case).is_owed is False


def test_a_payment_under_way_keeps_the_case_from_being_withdrawn(owing, bank):
    attempt = bank.takes(payments.order_for(owing))
    Case.objects.update(payment_due_on=timezone.localdate() - datetime.timedelta(days=15))
    call_command("cases_overdue")
    assert state_of(owing) == CaseState.WAITING_FOR_PAYMENT
    bank.says(attempt, "succeeded")
    assert state_of(owing) == CaseState.RECEIVED


def test_a_withdrawn_case_is_not_called_paid(owing, hand_in, client):
    submitted = hand_in(fee_lines=FEE, payment_policy="required")
    Case.objects.update(payment_due_on=timezone.localdate() - datetime.timedelta(days=15))
    call_command("cases_overdue")
    page = open_page(client, submitted).text
    assert "ist bezahlt" not in page
    assert "Jetzt bezahlen" not in page
    assert "nicht bezahlt" in page
