from __future__ import annotations

import io

import pytest
from django.utils import timezone
from pypdf import PdfReader

from wagtail_epayment.flows import NewItem, create_order, issue_receipt
from wagtail_epayment.models import EntryKind, LedgerEntry, PaymentAttempt, Receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(site, contract):
    """Pays an order of a town at a time; returns the ledger entry."""
    count = iter(range(1000))

    def pay(*, site=site, at=None, kind=EntryKind.PAYMENT, language="de", label="Gebühr"):
        number = next(count)
        items = [NewItem(label=label, unit_cents=100, quantity=2), NewItem(label="Zuschlag", unit_cents=50)]
        order = create_order(site=site, purpose=f"Zweck {number}", items=items, language=language)
        attempt = PaymentAttempt.objects.create(
            order=order,
            contract=contract,
            provider="sandbox",
            merchant_tx_id=f"m{number}",
            amount_cents=250,
            currency="EUR",
        )
        return LedgerEntry.objects.create(
            order=order,
            attempt=attempt,
            kind=kind,
            amount_cents=250 if kind == EntryKind.PAYMENT else -250,
            currency="EUR",
            provider_ref=f"tr_{number}",
            occurred_at=at or timezone.now(),
        )

    return pay


def text_of(receipt):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(receipt.pdf))).pages)


def test_numbers_run_without_gaps_per_town_and_year(paid, other_site):
    new_year = timezone.datetime(2026, 12, 31, 23, 30, tzinfo=timezone.get_fixed_timezone(0))  # 00:30 in Berlin
    issued = [
        issue_receipt(paid(at=timezone.datetime(2026, 6, 1, tzinfo=timezone.get_default_timezone()))),
        issue_receipt(paid(at=timezone.datetime(2026, 7, 1, tzinfo=timezone.get_default_timezone()))),
        issue_receipt(paid(at=new_year)),
        issue_receipt(paid(site=other_site, at=timezone.datetime(2026, 7, 1, tzinfo=timezone.get_default_timezone()))),
    ]
    assert [str(receipt) for receipt in issued] == ["2026-000001", "2026-000002", "2027-000001", "2026-000001"]


def test_a_receipt_that_could_not_be_made_leaves_no_gap(paid, monkeypatch):
    from wagtail_epayment.flows import issue

    issue_receipt(paid())
    with monkeypatch.context() as patch:
        patch.setattr(issue, "render_pdf", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            issue_receipt(paid())
    assert issue_receipt(paid()).serial == 2


def test_a_receipt_says_who_got_what_for_what_when_and_how(paid, site):
    entry = paid()
    text = text_of(issue_receipt(entry))
    for said in [
        "Quittung",
        "Musterstadt",
        entry.order.reference,
        entry.order.purpose,
        "Gebühr",
        "Zuschlag",
        "2,50",
        "Testzahlung",
        entry.provider_ref,
    ]:
        assert said in text


def test_a_receipt_speaks_the_payers_language(paid):
    assert "Receipt" in text_of(issue_receipt(paid(language="en")))


@pytest.mark.parametrize("label", ["#panic[x]", "*fett* $x$ \\ <b>", "Sofa 🛋 & Co", "Łódź Ğ ẞ", "x" * 140])
def test_whatever_an_item_is_called_is_printed_and_never_run(paid, label):
    receipt = issue_receipt(paid(label=label))
    assert bytes(receipt.pdf).startswith(b"%PDF")
    if label.isascii():
        assert label.replace("\n", "")[:8] in text_of(receipt)


def test_the_same_payment_has_the_same_receipt_for_ever(paid):
    entry = paid()
    first = issue_receipt(entry)
    assert bytes(issue_receipt(entry).pdf) == bytes(first.pdf)
    assert Receipt.objects.count() == 1


def test_only_payments_and_refunds_have_receipts(paid):
    with pytest.raises(ValueError, match="Only payments"):
        issue_receipt(paid(kind=EntryKind.CHARGEBACK))


def test_a_receipt_is_tagged_titled_and_in_its_language(paid):
    root = PdfReader(io.BytesIO(bytes(issue_receipt(paid()).pdf))).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("de")
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
