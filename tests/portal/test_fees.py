from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Site

from wagtail_buergerportal.services.fees import amounts
from wagtail_buergerportal.services.forms import EuroField
from wagtail_buergerportal.services.models import Fee, FeeSchedule

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 1, 1)


def test_each_town_has_its_own_price(town, neighbour, schedule, today):
    schedule(town, DAY, 1500)
    schedule(neighbour, DAY, 2500)
    assert amounts(site=town, keys=["sperrgut.piece"], on=today)["sperrgut.piece"].amount_cents == 1500
    assert amounts(site=neighbour, keys=["sperrgut.piece"], on=today)["sperrgut.piece"].amount_cents == 2500


def test_a_key_nobody_has_is_absent_and_all_come_in_one_query(town, schedule, today, django_assert_num_queries):
    schedule(town, DAY, 1500)
    with django_assert_num_queries(1):
        found = amounts(site=town, keys=["sperrgut.piece", "unknown"], on=today)
    assert set(found) == {"sperrgut.piece"}


ranges = st.lists(
    st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 60))),
    min_size=1,
    max_size=6,
    unique_by=lambda r: r[0],
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ranges, st.integers(-5, 130))
def test_the_schedule_that_began_last_and_still_holds_wins(town, given_ranges, offset):
    FeeSchedule.objects.all().delete()
    day = DAY + datetime.timedelta(days=offset)
    for number, (start, length) in enumerate(given_ranges):
        begin = DAY + datetime.timedelta(days=start)
        until = None if length is None else begin + datetime.timedelta(days=length)
        made = FeeSchedule.objects.create(site=town, name="A", by_law="B", valid_from=begin, valid_until=until)
        Fee.objects.create(schedule=made, key="k", label="L", amount_cents=number)
    holding = [
        (start, number)
        for number, (start, length) in enumerate(given_ranges)
        if start <= offset and (length is None or offset <= start + length)
    ]
    found = amounts(site=Site.objects.get(pk=town.pk), keys=["k"], on=day)
    assert (found["k"].amount_cents if found else None) == (max(holding)[1] if holding else None)


@given(st.integers(0, 10**9))
def test_euros_that_editors_see_come_back_as_the_same_cents(cents):
    field = EuroField()
    assert field.clean(str(field.prepare_value(cents))) == cents
    assert not field.has_changed(cents, str(field.prepare_value(cents)))


@pytest.mark.parametrize("wrong", ["-1", "1,234", "abc", "", "1e5000", "NaN"])
def test_what_is_no_amount_is_refused(wrong):
    with pytest.raises(ValidationError):
        EuroField().clean(wrong)


def test_editors_type_euros_and_the_database_keeps_cents(client, town, staff):
    client.force_login(staff(town, "portal_admin"))
    answer = client.post(
        "/admin/snippets/buergerportal_services/feeschedule/add/",
        {
            "site": town.pk,
            "name": "Abfallgebühren",
            "by_law": "Abfallgebührensatzung vom 12.12.2025",
            "valid_from": "2026-01-01",
            "valid_until": "",
            "fees-TOTAL_FORMS": 1,
            "fees-INITIAL_FORMS": 0,
            "fees-MIN_NUM_FORMS": 0,
            "fees-MAX_NUM_FORMS": 1000,
            "fees-0-key": "sperrgut.piece",
            "fees-0-label": "Sperrgut je Stück",
            "fees-0-amount_cents": "12,50",
            "fees-0-tax_permille": 0,
            "fees-0-posting_key": "abfall.sperrgut",
        },
    )
    assert answer.status_code == 302, [form.errors for form in answer.context["form"].formsets["fees"]]
    assert Fee.objects.get().amount_cents == 1250
    page = client.get(f"/admin/snippets/buergerportal_services/feeschedule/edit/{FeeSchedule.objects.get().pk}/")
    assert 'value="12,50"' in page.content.decode()
