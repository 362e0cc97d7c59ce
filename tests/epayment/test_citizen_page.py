"""What a citizen sees after money went back: plainly, with the receipts and no account needed."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from pypdf import PdfReader

from wagtail_epayment.models import EntryKind, LedgerEntry, Receipt


@pytest.fixture
def booked(under_way, order):
    assert under_way.says().status_code == 200

    def book(kind, cents):
        return LedgerEntry.objects.create(
            order=order,
            attempt=under_way.attempt,
            kind=kind,
            amount_cents=cents,
            currency="EUR",
            provider_ref=f"{kind}{cents}",
            occurred_at=timezone.now(),
        )

    return book


def page(client, order):
    return client.get(f"/zahlung/{order.token}/").content.decode().replace("\xa0", " ")


def test_money_given_back_is_named_with_its_receipt(client, order, booked):
    entry = booked(EntryKind.REFUND, -2000)
    text = page(client, order)
    assert "20,00 €" in text
    assert "-20,00" not in text
    assert f"/beleg/{entry.pk}/" in text
    assert 'name="way"' not in text, "nothing is to be paid"


def test_the_refund_receipt_says_so_and_has_a_number_of_its_own(client, order, booked):
    entry = booked(EntryKind.REFUND, -2000)
    payment = order.entries.get(kind=EntryKind.PAYMENT)
    for row in (payment, entry):
        assert client.get(f"/zahlung/{order.token}/beleg/{row.pk}/").status_code == 200
    assert sorted(Receipt.objects.values_list("serial", flat=True)) == [1, 2]
    text = PdfReader(io.BytesIO(bytes(Receipt.objects.get(entry=entry).pdf))).pages[0].extract_text()
    assert "20,00" in text
    assert "Abholung" not in text, "a refund does not list the items again"
    assert order.reference in text


def test_a_taken_back_payment_can_be_paid_again_and_keeps_its_receipt(client, order, booked):
    booked(EntryKind.CHARGEBACK, -5750)
    text = page(client, order)
    assert 'name="way"' in text
    assert "/beleg/" in text


def test_a_chargeback_has_no_receipt(client, order, booked):
    entry = booked(EntryKind.CHARGEBACK, -5750)
    assert client.get(f"/zahlung/{order.token}/beleg/{entry.pk}/").status_code == 404


def test_the_receipt_carries_its_reference_as_a_picture_with_a_text(client, order, booked):
    client.get(f"/zahlung/{order.token}/beleg/{order.entries.get().pk}/")
    data = bytes(Receipt.objects.get().pdf)
    reader = PdfReader(io.BytesIO(data))
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    alternatives = [
        str(node["/Alt"]) for number in range(len(reader.xref_objStm) + 200) if (node := _object(reader, number))
    ]
    assert any(order.reference in text for text in alternatives)


def _object(reader, number):
    from pypdf.generic import DictionaryObject, IndirectObject

    found = reader.get_object(IndirectObject(number, 0, reader)) if number else None
    return found if isinstance(found, DictionaryObject) and "/Alt" in found else None


def test_staff_rights_do_not_open_a_citizens_page_of_another_town(client, order, other_site, booked):
    client.force_login(get_user_model().objects.create_superuser("admin"))
    assert client.get(f"/zahlung/{order.token}/", headers={"host": other_site.hostname}).status_code == 404
