from __future__ import annotations

import logging

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.xfinanz.factories import number_range, tenant_of
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.references import allocate as reference_for
from wagtail_xfinanz.errors import RangeExhausted
from wagtail_xfinanz.flows import allocate
from wagtail_xfinanz.kassenzeichen import registry
from wagtail_xfinanz.models import KassenzeichenRange

NAMES = ["iso7064_mod_11_10", "bundesbank_00", "bundesbank_01", "bundesbank_02", "mod_11_weights_2_7", "b3"]


def digit(name, digits):
    return registry.get(name).check_digit(digits)


@pytest.mark.parametrize(
    ("name", "digits", "expected"),
    [
        ("iso7064_mod_11_10", "0794", "5"),
        ("bundesbank_00", "929070", "1"),
        ("bundesbank_00", "53929085", "8"),
        ("bundesbank_01", "26000123", "4"),
        ("bundesbank_02", "26000123", "6"),
        ("bundesbank_02", "26000104", None),
        ("mod_11_weights_2_7", "26000123", "0"),
        ("mod_11_weights_2_7", "260101000042", "5"),
        ("b3", "123456", "5"),
        ("none", "123456", ""),
    ],
)
def test_worked_examples(name, digits, expected):
    assert digit(name, digits) == expected


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("123456789012", "486357"),
        ("260100000001", "512605"),
        ("260101000042", "238654"),
        ("999999999999", "224692"),
    ],
)
def test_the_same_number_under_every_algorithm(digits, expected):
    assert "".join(digit(name, digits) for name in NAMES) == expected


@pytest.mark.parametrize("name", ["iso7064_mod_11_10", "bundesbank_00", "bundesbank_01", "bundesbank_02", "b3"])
@given(digits=st.text("0123456789", min_size=1, max_size=20), place=st.integers(0, 19), change=st.integers(1, 9))
def test_a_single_wrong_digit_is_found(name, digits, place, change):
    place %= len(digits)
    wrong = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]
    right = digit(name, digits)
    assert right is None or digit(name, wrong) != right


def test_an_unknown_algorithm_names_the_known_ones():
    with pytest.raises(KeyError, match="b3"):
        registry.get("flensburg")


@pytest.mark.django_db
class TestAllocation:
    def test_the_site_without_range_keeps_the_built_in_reference(self, site):
        assert allocate(site_id=site.pk) is None
        assert len(reference_for(site_id=site.pk)) == 13

    def test_an_order_gets_the_next_number_of_its_town(self, tenant, site):
        number_range(tenant)
        orders = [create_order(site=site, purpose="x", items=[NewItem("x", 100)]) for _ in range(2)]
        assert [order.reference for order in orders] == [
            "2600001" + digit("iso7064_mod_11_10", "2600001"),
            "2600002" + digit("iso7064_mod_11_10", "2600002"),
        ]

    def test_numbers_without_valid_digit_and_numbers_given_before_are_skipped(self, tenant, site):
        number_range(tenant, total_length=9, counter_start=103, algorithm="bundesbank_02")
        given = [allocate(site_id=site.pk) for _ in range(2)]
        assert given == ["260001034", "260001058"] or given[1][:8] == "26000105"
        taken = create_order(site=site, purpose="x", items=[NewItem("x", 100)])
        KassenzeichenRange.objects.update(counter_next=int(taken.reference[2:8]))
        assert allocate(site_id=site.pk) != taken.reference

    def test_a_rolled_back_order_gives_its_number_back(self, tenant, site):
        number_range(tenant)
        with transaction.atomic():
            first = allocate(site_id=site.pk)
            transaction.set_rollback(True)
        assert allocate(site_id=site.pk) == first

    def test_a_range_used_up_refuses_and_says_what_to_do(self, tenant, site, caplog):
        number_range(tenant, counter_maximum=2, warn_at=2)
        with caplog.at_level(logging.WARNING):
            allocate(site_id=site.pk)
        assert "only 1 left" in caplog.text
        allocate(site_id=site.pk)
        with pytest.raises(RangeExhausted, match="„Kasse“"):
            allocate(site_id=site.pk)

    def test_two_towns_cannot_have_overlapping_ranges(self, tenant, other_site):
        number_range(tenant, counter_maximum=500)
        neighbour = tenant_of(other_site)
        clash = KassenzeichenRange(tenant=neighbour, prefix="260", counter_maximum=90, total_length=8)
        with pytest.raises(ValidationError):
            clash.full_clean()
        KassenzeichenRange(
            tenant=neighbour, prefix="26", counter_start=501, counter_maximum=900, total_length=8
        ).full_clean()

    @pytest.mark.parametrize(
        "fields",
        [
            {"prefix": "MUS"},
            {"prefix": "M!", "algorithm": "none"},
            {"total_length": 5},
            {"counter_start": 9, "counter_maximum": 8},
            {"total_length": 31},
        ],
    )
    def test_a_range_that_cannot_work_is_refused(self, tenant, fields):
        defaults = {"prefix": "26", "counter_maximum": 99_999, "total_length": 8}
        with pytest.raises(ValidationError):
            KassenzeichenRange(tenant=tenant, **defaults | fields).full_clean()

    def test_letters_are_fine_without_check_digit(self, tenant, site):
        number_range(tenant, prefix="MUS-", algorithm="none", total_length=10, counter_maximum=99)
        assert allocate(site_id=site.pk) == "MUS-000001"
