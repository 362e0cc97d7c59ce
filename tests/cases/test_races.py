"""Many at once, on a database where that is real: run through tests/postgres, or with DATABASE_URL set."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from tests.races import at_once
from wagtail_buergerportal.cases.flows import assign, mark_paid
from wagtail_buergerportal.cases.models import Case, CaseNumberRange, CaseUpload
from wagtail_epayment.models import PaymentOrder

from .conftest import FEE, PDF

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("sqlite" in connection.settings_dict["ENGINE"], reason="SQLite writes one at a time anyway"),
]


def test_numbers_are_unique_and_without_gaps(hand_in):
    made = at_once(12, lambda index: hand_in())
    numbers = sorted(submitted.case.number for submitted in made)
    assert [int(number[-6:]) for number in numbers] == list(range(1, 13))
    assert CaseNumberRange.objects.get().last == 12


def test_ten_clicks_at_once_are_one_case_one_order_one_file(hand_in, tmp_path):
    key = uuid.uuid4()
    made = at_once(
        10,
        lambda index: hand_in(submission_key=key, fee_lines=FEE, payment_policy="required", uploads=(PDF,)),
    )
    assert len({submitted.case.pk for submitted in made}) == 1
    assert sum(submitted.secret is not None for submitted in made) == 1
    assert Case.objects.count() == PaymentOrder.objects.count() == CaseUpload.objects.count() == 1
    assert len([path for path in (tmp_path / "private").rglob("*") if path.is_file()]) == 1
    assert CaseNumberRange.objects.get().last == 1


def test_the_same_news_of_a_payment_at_once_is_noted_once(hand_in):
    case = hand_in(fee_lines=FEE, payment_policy="required").case
    assert at_once(8, lambda index: mark_paid(str(case.pk), key="e1")) == [None] * 8
    assert case.events.filter(kind="paid").count() == 1


def test_two_clerks_taking_a_case_at_once_leave_one_line_each_at_most(hand_in, django_user_model):
    case = hand_in().case
    users = [django_user_model.objects.create_user(f"u{number}") for number in range(4)]
    at_once(4, lambda index: assign(case, to=users[index], by=users[index]))
    assert case.events.filter(kind="in_progress").count() == 1
    last = case.events.filter(kind="assigned").latest("pk")
    assert last.text == Case.objects.get().assigned_to.username
