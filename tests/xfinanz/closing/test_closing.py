"""Two people close each day; what comes in later is named in the next closing; a signed day never changes."""

from __future__ import annotations

import datetime
import hashlib

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from example_site.bank_statement import Statement, credit
from tests.epayment.reconciliation.conftest import clock
from tests.xfinanz.closing.conftest import THURSDAY, TUESDAY, WEDNESDAY, at
from tests.xfinanz.factories import account, pay, released
from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.flows.decide import decide
from wagtail_epayment.flows.import_report import import_file
from wagtail_epayment.models import DecisionKind, EntryKind, LedgerEntry, SettlementLine
from wagtail_xfinanz.checks import check_settings
from wagtail_xfinanz.closing.booked import unassigned
from wagtail_xfinanz.closing.chain import content_hash
from wagtail_xfinanz.closing.days import days, unclosed
from wagtail_xfinanz.closing.figures import figures_of
from wagtail_xfinanz.errors import ReasonMissing, SamePerson, WrongState
from wagtail_xfinanz.flows import acknowledge, collect, export, prepare_day, sign_day, take_back_day
from wagtail_xfinanz.flows.verify import verify
from wagtail_xfinanz.models import ClosingEntry, DailyClosing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thursday")]


def codes(closing):
    return {found["code"]: found for found in closing.figures["differences"]}


def signed(tenant, day, anna, bernd, note="geprüft"):
    return sign_day(prepare_day(tenant, day=day, by=anna, note=note), by=bernd)


def test_a_quiet_day_is_closed_by_two_people(tenant, anna, bernd):
    closing = signed(tenant, TUESDAY, anna, bernd, note="")
    assert (closing.prepared_by, closing.signed_by, closing.is_signed) == (anna, bernd, True)
    assert closing.figures["differences"] == []
    assert bytes(closing.pdf).startswith(b"%PDF")
    assert hashlib.sha256(bytes(closing.pdf)).hexdigest() == closing.pdf_sha256


def test_the_figures_say_what_was_booked_by_kind_and_way(tenant, paid, anna):
    pay(paid, -1250, kind=EntryKind.REFUND)
    figures = prepare_day(tenant, day=TUESDAY, by=anna, note="x").figures
    assert figures["ledger"]["kinds"] == [
        {"kind": "payment", "count": 1, "cents": 5750},
        {"kind": "refund", "count": 1, "cents": -1250},
    ]
    assert (figures["ledger"]["cents"], figures["ledger"]["late"]["count"]) == (4500, 0)
    assert [(row["provider"], row["method"], row["cents"], row["told_cents"]) for row in figures["ways"]] == [
        ("sandbox", "card", 4500, 0)
    ]


def test_what_is_in_no_batch_is_named_with_its_evidence(tenant, paid, anna):
    found = codes(prepare_day(tenant, day=TUESDAY, by=anna, note="x"))["unposted"]
    entry = paid.entries.get()
    assert (found["count"], found["cents"], found["evidence"][0]["pk"]) == (1, 5750, entry.pk)
    assert paid.reference in found["evidence"][0]["text"]


def test_differences_need_a_note(tenant, paid, anna):
    with pytest.raises(ReasonMissing):
        prepare_day(tenant, day=TUESDAY, by=anna, note="  ")
    assert not DailyClosing.objects.exists()


def test_batches_and_their_states_are_followed(tenant, paid, anna, bernd, later):
    batch = released(tenant, anna, bernd, cut_off=later)[0]
    closing = prepare_day(tenant, day=TUESDAY, by=anna)
    assert [(row["batch"], row["state"], row["cents"]) for row in closing.figures["batches"]] == [
        (batch.pk, "released", 5750)
    ]
    assert set(codes(closing)) == {"not_settled", "not_handed_over"}
    export(batch, file_format="kassenbuch", by=bernd)
    closing = prepare_day(tenant, day=TUESDAY, by=anna)
    assert set(codes(closing)) == {"not_settled", "unanswered"}
    assert closing.figures["answers"] == {"accepted": 0, "rejected": 0, "unanswered": 2}


def test_bank_credits_and_lines_that_do_not_fit_are_named(tenant, site, anna):
    data = Statement([credit(4711, ref="B1", text="wer weiß", day=TUESDAY.isoformat())]).camt053()
    import_file(site=site, format_name="camt", data=data, user=None)
    closing = prepare_day(tenant, day=TUESDAY, by=anna, note="wird geklärt")
    assert closing.figures["bank"] == {"credits": 1, "credit_cents": 4711, "debits": 0, "debit_cents": 0}
    assert codes(closing)["line_open"]["cents"] == 4711
    line = SettlementLine.objects.get()
    decide(line, kind=DecisionKind.CLOSE, reason="Steuer, kein Entgelt des Portals", user=anna)
    assert "line_open" not in codes(prepare_day(tenant, day=TUESDAY, by=anna))


def test_days_follow_each_other_and_none_is_left_out(tenant, anna, bernd):
    for wrong in (WEDNESDAY, TUESDAY - datetime.timedelta(days=1), THURSDAY + datetime.timedelta(days=1)):
        with pytest.raises(WrongState):
            prepare_day(tenant, day=wrong, by=anna)
    prepare_day(tenant, day=TUESDAY, by=anna)
    second = prepare_day(tenant, day=WEDNESDAY, by=anna)
    with pytest.raises(WrongState):
        sign_day(second, by=bernd)
    with pytest.raises(WrongState):
        prepare_day(tenant, day=TUESDAY, by=anna)


def test_nobody_signs_what_they_prepared(tenant, anna):
    closing = prepare_day(tenant, day=TUESDAY, by=anna)
    with pytest.raises(SamePerson):
        sign_day(closing, by=anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        DailyClosing.objects.filter(pk=closing.pk).update(signed_by=anna)


def test_what_comes_in_later_is_late_in_the_next_closing(tenant, order, anna, bernd):
    signed(tenant, TUESDAY, anna, bernd, note="")
    late = pay(order, 5750)
    closing = prepare_day(tenant, day=WEDNESDAY, by=anna, note="kam zu spät")
    found = codes(closing)["late_entry"]
    assert (found["count"], found["evidence"][0]["pk"]) == (1, late.pk)
    assert ClosingEntry.objects.get(entry=late).is_late
    assert closing.figures["ledger"]["late"] == {"count": 1, "cents": 5750}


def test_a_report_imported_after_its_day_was_closed_is_late(tenant, site, anna, bernd):
    signed(tenant, TUESDAY, anna, bernd, note="")
    with clock(at(THURSDAY, 10)):
        data = Statement([credit(4711, ref="B1", text="wer weiß", day=TUESDAY.isoformat())]).camt053()
        import_file(site=site, format_name="camt", data=data, user=None)
        closing = prepare_day(tenant, day=WEDNESDAY, by=anna, note="x")
        assert codes(closing)["late_line"]["count"] == 1
        sign_day(closing, by=bernd)
    with clock(at(THURSDAY, 11)):
        assert "late_line" not in codes(prepare_day(tenant, day=THURSDAY, by=anna))


def test_what_stays_unposted_is_named_again_and_again(tenant, paid, anna, bernd):
    signed(tenant, TUESDAY, anna, bernd)
    closing = prepare_day(tenant, day=WEDNESDAY, by=anna, note="immer noch")
    assert codes(closing)["earlier_unposted"]["count"] == 1


def test_every_payment_is_in_exactly_one_closing(tenant, order, anna, bernd):
    first = pay(order, 5000)
    signed(tenant, TUESDAY, anna, bernd)
    second = pay(order, 750, at=at(WEDNESDAY))
    prepare_day(tenant, day=WEDNESDAY, by=anna, note="x")
    prepare_day(tenant, day=WEDNESDAY, by=bernd, note="noch einmal")
    found = dict(ClosingEntry.objects.values_list("entry", "closing__day"))
    assert found == {first.pk: TUESDAY, second.pk: WEDNESDAY}


def test_a_prepared_day_can_be_opened_again_a_signed_one_cannot(tenant, paid, anna, bernd):
    first = prepare_day(tenant, day=TUESDAY, by=anna, note="x")
    prepare_day(tenant, day=WEDNESDAY, by=anna, note="x")
    take_back_day(first, by=bernd)
    assert not DailyClosing.objects.exists()
    assert not ClosingEntry.objects.exists()
    first = signed(tenant, TUESDAY, anna, bernd)
    with pytest.raises(WrongState):
        take_back_day(first, by=anna)


@pytest.mark.parametrize(
    "attack",
    [
        lambda closing, entry: DailyClosing.objects.filter(pk=closing.pk).update(note="anders"),
        lambda closing, entry: DailyClosing.objects.filter(pk=closing.pk)._raw_delete("default"),
        lambda closing, entry: ClosingEntry.objects.filter(closing=closing)._raw_delete("default"),
        lambda closing, entry: ClosingEntry.objects.filter(closing=closing).update(is_late=True),
        lambda closing, entry: ClosingEntry.objects.create(closing=closing, entry=entry),
    ],
)
def test_the_database_refuses_to_change_a_signed_day(tenant, paid, anna, bernd, attack):
    closing = signed(tenant, TUESDAY, anna, bernd)
    entry = pay(paid, 1, at=at(WEDNESDAY))
    with pytest.raises(DatabaseError), transaction.atomic():
        attack(closing, entry)


def test_closings_form_a_chain_and_the_verifier_reads_it(tenant, paid, anna, bernd, later):
    released(tenant, anna, bernd, cut_off=later)
    first = signed(tenant, TUESDAY, anna, bernd)
    second = signed(tenant, WEDNESDAY, anna, bernd)
    assert second.previous_hash == first.content_hash != second.content_hash
    assert list(verify(tenant)) == []
    row = DailyClosing.objects.select_related("tenant").get(pk=second.pk)
    assert content_hash(row) == row.content_hash
    row.figures["ledger"]["cents"] = 1
    assert content_hash(row) != row.content_hash


def test_the_verifier_finds_what_somebody_changed_in_the_database_itself(tenant, anna, bernd, monkeypatch):
    signed(tenant, TUESDAY, anna, bernd)
    monkeypatch.setattr("wagtail_xfinanz.flows.verify_closings.content_hash", lambda closing: "0" * 64)
    assert any("24.11.2026" in found or "2026" in found for found in verify(tenant))


def test_the_list_shows_every_day_and_the_dashboard_counts_those_before_today(tenant, anna, bernd):
    assert [day.day for day in days(tenant, shown=31)] == [THURSDAY, WEDNESDAY, TUESDAY]
    assert [(row.count, row.oldest) for row in unclosed([tenant])] == [(2, TUESDAY)]
    signed(tenant, TUESDAY, anna, bernd)
    assert [(row.count, row.oldest) for row in unclosed([tenant])] == [(1, WEDNESDAY)]
    signed(tenant, WEDNESDAY, anna, bernd)
    assert unclosed([tenant]) == []


def test_the_figures_need_as_many_queries_for_forty_payments_as_for_one(
    tenant, site, anna, bernd, later, django_assert_max_num_queries, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def make(count):
        for _ in range(count):
            order = create_order(
                site=site, purpose="x", items=[NewItem(label="x", unit_cents=100, posting_key="sperrgut")]
            )
            pay(order, 100)

    def counted():
        entries = unassigned(tenant, TUESDAY)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            figures_of(tenant, TUESDAY, entries=entries, previous=None)
        return len(queries)

    make(1)
    one = counted()
    make(39)
    assert counted() == one <= 35


def test_a_day_too_busy_to_name_its_entries_has_the_same_figures(tenant, site, paid, monkeypatch):
    unposted = create_order(site=site, purpose="x", items=[NewItem(label="x", unit_cents=100, posting_key="sperrgut")])
    pay(unposted, 150)

    def figures():
        return figures_of(tenant, TUESDAY, entries=unassigned(tenant, TUESDAY), previous=None)

    named = figures()
    assert named["ledger"]["count"] == 2
    monkeypatch.setattr("wagtail_xfinanz.closing.booked._NAMED_AT_MOST", 1)
    assert figures() == named


def test_another_commune_is_no_part_of_it(tenant, other_tenant, other_site, anna):
    order = create_order(site=other_site, purpose="x", items=[NewItem(label="x", unit_cents=100)])
    pay(order, 100)
    assert prepare_day(tenant, day=TUESDAY, by=anna).figures["ledger"]["count"] == 0
    assert LedgerEntry.objects.count() == 1


def test_the_day_is_that_of_the_municipality_not_of_utc(tenant, order, anna):
    pay(order, 100, at=datetime.datetime(2026, 11, 24, 22, 59, tzinfo=datetime.UTC))
    pay(order, 200, at=datetime.datetime(2026, 11, 24, 23, 1, tzinfo=datetime.UTC))
    assert prepare_day(tenant, day=TUESDAY, by=anna, note="x").figures["ledger"]["cents"] == 100


def test_the_document_is_accessible_and_names_both_people(tenant, paid, anna, bernd):
    account(tenant, "sonstiges")
    closing = signed(tenant, TUESDAY, anna, bernd, note="Rückfrage läuft 😀")
    from wagtail_xfinanz.closing.document import document_data

    people = [row[1] for row in document_data(closing)["signatures"]]
    assert people == ["Anna Müller", "Bernd Özgür"]
    assert b"pdfuaid" in bytes(closing.pdf)


@pytest.mark.parametrize(("day", "ids"), [("", []), ("2026-11-24", []), ("24.11.2026", ["xfinanz.E005"])])
def test_a_first_day_that_is_none_is_named_by_the_check(settings, day, ids):
    settings.WAGTAIL_XFINANZ = {"CLOSING_FROM": day}
    assert [found.id for found in check_settings(None) if found.id == "xfinanz.E005"] == ids


def test_a_posting_that_got_lost_is_named(tenant, paid, anna, later):
    (batch,) = collect(tenant, by=anna, cut_off=later).batches
    batch.postings.first().delete()
    found = codes(prepare_day(tenant, day=TUESDAY, by=anna, note="wird geprüft"))
    assert found["posted_amount"]["evidence"][0]["pk"] == paid.entries.get().pk
    assert "not_released" in found
    assert "unposted" not in found


def test_what_the_finance_system_rejected_is_named(tenant, paid, anna, bernd, later):
    batch = released(tenant, anna, bernd, cut_off=later)[0]
    export(batch, file_format="kassenbuch", by=bernd)
    total = f"{batch.total_cents // 100},{batch.total_cents % 100:02d}"
    head = f"K;{tenant.number};{batch.budget_year};{batch.number}"
    said = f"{head}\nG;abgelehnt;X;Konto gesperrt\nS;0;0,00;{batch.count};{total}"
    acknowledge(tenant, data=said.encode(), filename="quittung.csv", by=anna)
    closing = prepare_day(tenant, day=TUESDAY, by=anna, note="Konto wird entsperrt")
    assert closing.figures["answers"] == {"accepted": 0, "rejected": 2, "unanswered": 0}
    assert (codes(closing)["rejected"]["count"], codes(closing)["rejected"]["cents"]) == (2, 5750)
