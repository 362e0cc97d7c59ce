"""The page on which a cash officer divides a credit among several orders."""

from __future__ import annotations

import re

import pytest

from tests.epayment.reconciliation.conftest import pays, state
from tests.epayment.reconciliation.test_view import BASE, counts, staff  # noqa: F401  a fixture
from wagtail_epayment.models import LedgerEntry
from wagtail_epayment.state import OrderState

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(town, orders):
    return pays(town, orders[:2], 7750)


def said(orders, *amounts, rows=4, **more):
    data = {"form-TOTAL_FORMS": rows, "form-INITIAL_FORMS": 0, "reason": "steht im Text", **more}
    for place, (order, amount) in enumerate(zip(orders, amounts, strict=True)):
        data |= {f"form-{place}-reference": getattr(order, "reference", order), f"form-{place}-amount": amount}
    return data


def test_from_the_line_to_the_booking(site, staff, whole, orders):  # noqa: F811
    client = staff(site)
    url = f"{BASE}line/{whole.pk}/divide/"
    assert url in client.get(f"{BASE}line/{whole.pk}/").content.decode()
    shown = client.get(url).content.decode()
    assert set(re.findall(r'value="(\d{13})"', shown)) == {order.reference for order in orders[:2]}
    assert 'value="57,50"' in shown
    answer = client.post(url, said(orders[:2], "57,50", "20.00"))
    assert (answer.status_code, answer.url) == (302, f"{BASE}line/{whole.pk}/")
    assert [state(order) for order in orders[:2]] == [OrderState.PAID] * 2
    assert "steht im Text" in client.get(answer.url).content.decode()
    again = client.post(url, said(orders[:2], "57,50", "20.00"))
    assert (again.status_code, again.url) == (302, f"{BASE}line/{whole.pk}/")
    assert (counts(client)["settled"], counts(client)["payouts"], counts(client)["unknown"]) == (
        (2, 0), (1, 0), (0, 0),
    )  # fmt: skip


def test_what_is_wrong_is_said_and_kept(site, staff, whole, orders):  # noqa: F811
    client, url = staff(site), f"{BASE}line/{whole.pk}/divide/"
    for data in (
        said(orders[:2], "57,50", "20,01"),
        said([orders[0], "4711"], "57,50", "20,00"),
        said(orders[:2], "57,50", "zwanzig"),
        said(orders[:2], "57,50", "20,00", reason=""),
    ):
        answer = client.post(url, data)
        assert answer.status_code == 422
        assert orders[0].reference in answer.content.decode()
    assert not LedgerEntry.objects.exists()


def test_more_rows_keep_what_was_typed(site, staff, whole, orders):  # noqa: F811
    client, url = staff(site), f"{BASE}line/{whole.pk}/divide/"
    shown = client.post(url, said(orders[:2], "57,50", "20,00", more="1")).content.decode()
    assert "form-8-reference" in shown
    assert 'value="57,50"' in shown
    assert "steht im Text" in shown
    assert not LedgerEntry.objects.exists()


def test_who_may_only_look_divides_nothing(site, staff, whole, orders):  # noqa: F811
    client, url = staff(site, "auditor"), f"{BASE}line/{whole.pk}/divide/"
    assert url not in client.get(f"{BASE}line/{whole.pk}/").content.decode()
    assert client.post(url, said(orders[:2], "57,50", "20,00")).status_code in (302, 403)
    assert not LedgerEntry.objects.exists()


def test_the_neighbour_finds_nothing(other_site, staff, whole, orders):  # noqa: F811
    client, url = staff(other_site), f"{BASE}line/{whole.pk}/divide/"
    assert client.get(url).status_code == 404
    assert client.post(url, said(orders[:2], "57,50", "20,00")).status_code == 404
