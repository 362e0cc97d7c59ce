"""What became of every number of a range."""

from __future__ import annotations

from django.core.management import call_command

from tests.xfinanz.factories import number_range
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.models import PaymentOrder
from wagtail_xfinanz.gaps import GapCause, gaps


def orders(site, number):
    return [create_order(site=site, purpose="p", items=[NewItem(label="x", unit_cents=1)]) for _ in range(number)]


def test_a_range_in_order_has_no_gaps(site, tenant):
    found = number_range(tenant)
    orders(site, 5)
    found.refresh_from_db()
    assert list(gaps(found)) == []


def test_a_number_without_an_order_is_missing(site, tenant, capsys):
    found = number_range(tenant)
    lost = orders(site, 3)[1]
    lost.items.all().delete()
    PaymentOrder.objects.filter(pk=lost.pk).delete()
    found.refresh_from_db()
    assert [(gap.counter, gap.reference, gap.cause) for gap in gaps(found)] == [(2, lost.reference, GapCause.MISSING)]
    call_command("xfinanz_gaps")
    assert lost.reference in capsys.readouterr().out


def test_numbers_without_a_valid_check_digit_are_explained(site, tenant):
    found = number_range(tenant, algorithm="bundesbank_02", counter_maximum=9999)
    orders(site, 30)
    found.refresh_from_db()
    causes = {gap.cause for gap in gaps(found)}
    assert causes == {GapCause.UNUSABLE}


def test_a_number_another_commune_has_is_explained(site, other_site, tenant):
    found = number_range(tenant)
    taken = found.reference(1)
    PaymentOrder.objects.create(site=other_site, reference=taken, purpose="p", amount_cents=1)
    orders(site, 1)
    found.refresh_from_db()
    assert [(gap.counter, gap.cause) for gap in gaps(found)] == [(1, GapCause.ELSEWHERE)]
