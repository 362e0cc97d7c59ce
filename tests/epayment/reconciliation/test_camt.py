from __future__ import annotations

import io
import zipfile

import pytest

from example_site.bank_statement import IBAN, Booking, Part, Statement, credit
from tests.epayment.reconciliation.conftest import line
from wagtail_epayment.errors import NotUnderstood
from wagtail_epayment.models import LedgerEntry, SettlementLine, SettlementReport, WhyOpen
from wagtail_epayment.settlements.registry import formats

VERSIONS = ["02", "04", "08", "13"]


def read(data, **options):
    return list(formats.get("camt")(options).read(data))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_day_of_any_version_is_read_with_its_control_total(version):
    bookings = [
        credit(5750, end_to_end="2601-abc", text="Sperrgut", ref="A1"),
        credit(-1200, text="Miete", ref="A2"),
        credit(999, status="PDNG"),
    ]
    [report] = read(Statement(bookings, version=version).camt053())
    first, second = report.lines
    assert (report.reference, report.currency, report.total_cents) == ("2026/224", "EUR", 4550)
    assert (first.amount_cents, first.merchant_tx_id, first.text, first.kind) == (
        5750,
        "2601-abc",
        "Sperrgut",
        "payment",
    )
    assert str(first.booked_on) == "2026-11-20"
    assert (second.amount_cents, second.merchant_tx_id, second.kind) == (-1200, "", "refund")
    assert IBAN not in first.key


@pytest.mark.parametrize("version", VERSIONS)
def test_a_batch_has_its_parts_with_the_same_keys_in_both_files(version):
    batch = Booking(parts=(Part(5750, "t1"), Part(1250, "t2"), Part(1250, "t2")), ref="B1")
    [day] = read(Statement([batch], version=version).camt053())
    [details] = read(Statement([batch], version=version).camt054())
    whole, *parts = day.lines
    assert (whole.amount_cents, whole.kind) == (8250, "other")
    assert [part.amount_cents for part in parts] == [5750, 1250, 1250]
    assert {part.batch_key for part in parts} == {whole.key}
    assert len({part.key for part in parts}) == 3
    assert details.lines == tuple(parts)


def test_a_notification_may_tell_the_parts_as_entries_of_their_own():
    batch = Booking(parts=(Part(5750, "t1"), Part(1250, "t2")), ref="B1")
    apart = [Booking(parts=(part,), ref="B1") for part in batch.parts]
    [day] = read(Statement([batch]).camt053())
    [details] = read(Statement(apart).camt054())
    assert [part.key for part in details.lines] == [part.key for part in day.lines[1:]]


def test_entries_without_a_reference_of_the_bank_keep_their_keys():
    twins = [credit(100, text="a"), credit(100, text="a"), credit(100, text="b")]
    [one] = read(Statement(twins).camt053())
    [two] = read(Statement([*twins, credit(100, text="c")]).camt053())
    assert len({each.key for each in two.lines}) == 4
    assert [each.key for each in one.lines] == [each.key for each in two.lines[:3]]


@pytest.mark.parametrize("part", [
    Part(-6050, "t1", returned="MD06", original_cents=5750),
    Part(-6050, "t1", returned="AC04", included_fee_cents=300),
])  # fmt: skip
def test_a_returned_direct_debit_is_a_chargeback_and_a_fee(part):
    [report] = read(Statement([Booking(parts=(part,), ref="R1")]).camt053())
    whole, taken, fee = report.lines
    assert (whole.kind, whole.amount_cents) == ("other", -6050)
    assert (taken.kind, taken.amount_cents, taken.merchant_tx_id) == ("chargeback", -5750, "t1")
    assert (fee.kind, fee.amount_cents, fee.merchant_tx_id) == ("fee", -300, "t1")
    assert taken.details["return_reason"] == part.returned


def test_a_transfer_that_comes_back_and_a_reversed_credit_are_told_apart():
    back = Booking(parts=(Part(2000, "t1", returned="AC01"),))
    reversed_credit = Booking(parts=(Part(-5750, "t2"),), is_reversal=True)
    [report] = read(Statement([back, reversed_credit]).camt053())
    assert [each.kind for each in report.lines] == ["refund_reversal", "chargeback"]


def zipped(*documents):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, document in enumerate(documents):
            archive.writestr(f"{number}.xml", document)
    return buffer.getvalue()


def test_a_zip_of_the_bank_is_opened():
    days = [
        Statement([credit(100, ref="1")], number="1").camt053(),
        Statement([credit(200, ref="2")], number="2").camt053(),
    ]
    assert [report.total_cents for report in read(zipped(*days))] == [100, 200]


BOMB = b'<!DOCTYPE a [<!ENTITY x "%s">]><Document>&x;</Document>' % (b"y" * 1000)
REMOTE = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><Document/>'
SECRET = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'
GOOD = Statement([credit(100)]).camt053()


@pytest.mark.parametrize("data", [
    b"", b"Datum;Betrag", b"<Document>", b"<Document/>", BOMB, REMOTE, SECRET,
    zipped(b"<a/>"), zipped(), b"PK\x03\x04kaputt",
    zipped(b" " * (21 * 1024 * 1024)),
    GOOD.replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt"),
    GOOD.replace(b">1.00<", b">1.005<"), GOOD.replace(b">1.00<", b">-1.00<"), GOOD.replace(b">1.00<", b">NaN<"),
    GOOD.replace(b">1.00<", b">1,00<"), GOOD.replace(b">CRDT<", b">BOTH<"), GOOD.replace(b"2026-11-20", b"20.11.2026"),
    GOOD.replace(b'<Ntry><Amt Ccy="EUR"', b'<Ntry><Amt Ccy="USD"'),
])  # fmt: skip
def test_what_is_no_statement_is_refused(data):
    with pytest.raises(NotUnderstood) as caught:
        read(data)
    assert "root:" not in str(caught.value)


def test_the_line_of_a_wrong_amount_is_named():
    data = GOOD.replace(b"<Ntry>", b"\n\n<Ntry>").replace(b">1.00<", b">eins<")
    with pytest.raises(NotUnderstood, match=r"3.*eins"):
        read(data)


@pytest.mark.django_db
def test_the_bank_proves_a_payment_by_the_kassenzeichen_however_it_is_written(town):
    attempt = town.attempt()
    digits = attempt.order.reference
    text = (f"Sperrgut Mueller KZ {digits[:4]} {digits[4:9]}", f"{digits[9:]} vielen Dank")
    town.bank_says(Statement([credit(5750, text=text, ref="C1")]).camt053())
    assert LedgerEntry.objects.get().attempt == attempt
    assert (line().match, line().order) == ("booked", attempt.order)


@pytest.mark.django_db
def test_a_text_with_two_kassenzeichen_or_a_wrong_digit_books_nothing(town):
    first, second = town.attempt(), town.attempt()
    digits = first.order.reference
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    both = f"{digits} und {second.order.reference}"
    town.bank_says(Statement([credit(5750, text=both, ref="1"), credit(5750, text=wrong, ref="2")]).camt053())
    assert not LedgerEntry.objects.exists()
    assert [each.why for each in SettlementLine.objects.order_by("pk")] == [WhyOpen.SEVERAL_ORDERS, WhyOpen.NO_NAME]


@pytest.mark.django_db
@pytest.mark.parametrize("is_details_first", [True, False])
def test_a_batch_is_explained_by_the_other_file_whichever_comes_first(town, is_details_first):
    one, two = town.paid(), town.paid()
    parts = tuple(Part(5750, entry.attempt.merchant_tx_id) for entry in (one, two))
    day = Statement([Booking(parts=parts, ref="B1", hides_parts=True, info="SAMMELBUCHUNG")]).camt053()
    details = Statement([Booking(parts=parts, ref="B1")], number="N1").camt054()
    files = [details, day] if is_details_first else [day, details]
    for data in files:
        town.bank_says(data)
    whole = line(kind="other")
    assert (whole.match, whole.amount_cents, whole.why) == ("matched", 11500, "")
    assert {each.entry for each in whole.explained_by.all()} == {one, two}
    town.bank_says(Statement([Booking(parts=parts, ref="B1")], number="again").camt053())
    assert SettlementLine.objects.count() == 3


@pytest.mark.django_db
def test_a_batch_with_a_missing_part_says_so(town):
    parts = (Part(5750, "x"), Part(1000, "y"))
    town.bank_says(Statement([Booking(parts=parts, ref="B1", hides_parts=True)]).camt053())
    town.bank_says(
        Statement([Booking(parts=parts[:1], ref="B1"), Booking(parts=parts[:1], ref="B1", cents=1)]).camt054()
    )
    assert line(kind="other").why == WhyOpen.BATCH


@pytest.mark.django_db
@pytest.mark.parametrize("is_bank_first", [True, False])
def test_a_payout_is_explained_by_the_providers_report_whichever_comes_first(town, is_bank_first):
    entry = town.paid()
    bank = Statement([credit(5715, text="GIROSOLUTION AUSZAHLUNG", ref="P1")]).camt053()
    rows = [
        f"t1;57.50;{entry.attempt.merchant_tx_id};;19.11.2026;payment",
        f"f1;-0.35;{entry.attempt.merchant_tx_id};;19.11.2026;fee",
        "p1;-57.15;;;19.11.2026;payout",
    ]
    if is_bank_first:
        town.bank_says(bank)
        assert line().why == WhyOpen.NO_NAME
        town.reports(*rows)
    else:
        town.reports(*rows)
        town.bank_says(bank)
    paid, sent = line(amount_cents=5715), line(amount_cents=-5715)
    assert (paid.kind, paid.match, sent.match, sent.explains) == ("payout", "matched", "matched", paid)


@pytest.mark.django_db
def test_two_payouts_of_the_same_amount_are_no_guess(town):
    town.reports("p1;-10.00;;;19.11.2026;payout", "p2;-10.00;;;20.11.2026;payout")
    town.bank_says(Statement([credit(1000, ref="P1")]).camt053())
    assert line(amount_cents=1000).why == WhyOpen.SEVERAL_PAYOUTS
    assert not SettlementLine.objects.exclude(explains=None).exists()


@pytest.mark.django_db
def test_a_returned_direct_debit_reopens_the_order_and_books_the_fee_once(town):
    entry = town.paid()
    part = Part(-6050, entry.attempt.merchant_tx_id, returned="MD06", original_cents=5750)
    for number in ("1", "2"):
        town.bank_says(Statement([Booking(parts=(part,), ref="R1")], number=number).camt053())
    booked = LedgerEntry.objects.exclude(kind="payment").order_by("kind").values_list("kind", "amount_cents")
    assert list(booked) == [("chargeback", -5750), ("fee", -300)]
    assert SettlementReport.objects.count() == 2
    assert line(kind="other").match == "matched"


@pytest.mark.django_db
def test_on_an_account_for_other_purposes_what_is_not_ours_is_set_aside(town):
    town.bank_says(Statement([credit(8000, text="Hundesteuer", ref="H1")]).camt053(), is_shared_account=True)
    assert (line().match, line().why) == ("ignored", "")
