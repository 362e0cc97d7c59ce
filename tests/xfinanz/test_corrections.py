"""Texts no posting can carry as they are: the Kasse says how they are written."""

from __future__ import annotations

import pytest

from tests.xfinanz.factories import pay
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.flows import collect

pytestmark = pytest.mark.django_db
BATCHES = "/admin/xfinanz_batches/"


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def order(site, tenant):
    order = create_order(
        site=site,
        purpose="Sperrgut 😀",
        items=[NewItem("Abholung", 100, posting_key="sperrgut")],
        payer={"first_name": "Олена", "last_name": "Київ"},
    )
    pay(order, 100)
    return order


def test_the_kasse_says_how_they_are_written_and_the_order_keeps_them(log_in, client, order, tenant, anna):
    log_in(anna, "certifier")
    page = text(client.get(f"{BATCHES}problems/"))
    assert "GRINNING FACE" in page
    assert "CYRILLIC" in page
    address = f"{BATCHES}correct/{order.pk}/"
    assert address.removeprefix("/admin/xfinanz_batches") in page
    page = text(client.get(address))
    assert "Олена Київ" in page
    wrong = client.post(address, {"text-0": "Sperrgut", "text-1": "Олена"})
    assert wrong.status_code == 422
    assert 'value="Sperrgut"' in wrong.content.decode()
    assert client.post(address, {"text-0": "Sperrgut", "text-1": " "}).status_code == 422
    page = text(client.post(address, {"text-0": "Sperrgut", "text-1": "Olena Kyjiw"}, follow=True))
    assert "Beim nächsten Sammeln" in page
    (batch,) = collect(tenant, by=anna).batches
    posting = batch.postings.get().posting
    assert (posting.reason, posting.payer) == ("Sperrgut", "Olena Kyjiw")
    order.refresh_from_db()
    assert order.purpose == "Sperrgut 😀"
    assert order.text_corrections.filter(corrected_by=anna).count() == 2


def test_neither_neighbours_nor_auditors_correct(log_in, client, order, anna, bernd, other_site):
    address = f"{BATCHES}correct/{order.pk}/"
    assert client.get(address).status_code in (302, 404)
    log_in(anna, "certifier", at=other_site)
    assert client.get(address).status_code == 404
    log_in(bernd, "auditor")
    assert client.post(address, {"text-0": "x"}).status_code == 404
    assert "correct/" not in text(client.get(f"{BATCHES}problems/"))
