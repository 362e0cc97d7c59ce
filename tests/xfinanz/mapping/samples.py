"""Mappings of the synthetic packages, complete and right; tests change single entries."""

from __future__ import annotations

import datetime
import io
from functools import lru_cache

from tests.xfinanz.schemas.zips import package
from wagtail_xfinanz.formats.base import Header, Line
from wagtail_xfinanz.mapping import CodeList, Condition, Entry, Mapping, Repeat, Source, SourceKind, Test
from wagtail_xfinanz.mapping.planning import make_plan
from wagtail_xfinanz.mapping.writer import Writer
from wagtail_xfinanz.posting import Posting
from wagtail_xfinanz.schemas import open_package
from wagtail_xfinanz.schemas.tree import Tree

AO = "{urn:example:anordnung:1}"
LEDGER = "{http://ledger.example/2020}"
WHEN = datetime.datetime(2026, 11, 24, 23, 30, tzinfo=datetime.UTC)


@lru_cache
def loaded(name):
    """Package and tree, once for all tests."""
    read = open_package(package(name))
    return read, Tree(read)


def ao(short):
    """``a/b/@c`` with the namespace of the first package; a dot in front of a step means none."""
    return _path(short, AO)


def ledger(short):
    """The same for the second package, whose inner elements have no namespace."""
    first, *rest = short.split("/")
    return "/" + "/".join([LEDGER + first, *rest])


def _path(short, prefix):
    return "/" + "/".join(
        step[1:] if step[0] == "." else step if step[0] in "@#" else prefix + step for step in short.split("/")
    )


def posting_(name):
    return Source(SourceKind.POSTING, name)


def batch(name):
    return Source(SourceKind.BATCH, name)


def constant(text):
    return Source(SourceKind.CONSTANT, text)


TOTAL, NUMBER = Source(SourceKind.SUM), Source(SourceKind.COUNT)
LIST, ORDER = "anordnung.Liste.001", "anordnung.Liste.001/anordnung"
POSITION = f"{ORDER}/position"
ORDERS = Mapping(
    message=f"{AO}{LIST}",
    entries=(
        Entry(ao(f"{LIST}/@produkt"), constant("Bürgerportal")),
        Entry(ao(f"{LIST}/kopf/nachrichtenID"), batch("uuid")),
        Entry(ao(f"{LIST}/kopf/erstelltAm"), batch("released_at")),
        Entry(ao(f"{LIST}/kopf/mandant"), batch("tenant_number")),
        Entry(ao(f"{LIST}/kopf/absender"), batch("tenant_name"), cut=40),
        Entry(ao(f"{LIST}/kopf/nachrichtentyp"), constant("001")),
        Entry(ao(f"{LIST}/haushaltsjahr"), batch("budget_year")),
        Entry(ao(f"{LIST}/kontrolle/summe"), TOTAL),
        Entry(ao(f"{LIST}/kontrolle/anzahl"), Source(SourceKind.COUNT, "payments")),
        Entry(ao(ORDER), repeat=Repeat.PAYMENTS),
        Entry(ao(f"{ORDER}/anordnungsDatum"), batch("released_at")),
        Entry(ao(f"{ORDER}/anordnungsNummerExtern"), posting_("entry"), prefix="P-"),
        Entry(ao(f"{ORDER}/anzahlPositionen"), NUMBER),
        Entry(ao(f"{ORDER}/bearbeiter"), batch("certified_by"), cut=40),
        Entry(ao(f"{ORDER}/gesamtbetrag"), TOTAL),
        Entry(
            ao(f"{ORDER}/art"),
            posting_("kind"),
            code_list=CodeList(version="3"),
            table=(
                ("payment", "AN"),
                ("refund", "AB"),
                ("chargeback", "AB"),
                ("refund_reversal", "AN"),
                ("chargeback_reversal", "AN"),
                ("fee", "GB"),
                ("reversal", "AB"),
            ),
        ),
        Entry(ao(f"{ORDER}/kassenzeichen"), posting_("reference"), cut=30),
        Entry(ao(f"{ORDER}/zahlungspflichtiger/name"), posting_("payer"), cut=40),
        Entry(ao(POSITION), repeat=Repeat.ITEMS),
        Entry(ao(f"{POSITION}/@nr"), posting_("sequence")),
        Entry(ao(f"{POSITION}/betrag"), posting_("amount")),
        Entry(ao(f"{POSITION}/text"), posting_("label"), cut=27),
        Entry(ao(f"{POSITION}/doppisch/produkt"), posting_("product")),
        Entry(ao(f"{POSITION}/doppisch/sachkonto"), posting_("account")),
        Entry(ao(f"{POSITION}/doppisch/kostenstelle"), posting_("cost_centre")),
        Entry(ao(f"{POSITION}/kameral/haushaltsstelle"), posting_("budget_line")),
        Entry(ao(f"{POSITION}/faelligAm"), posting_("due_on")),
    ),
).having(())
BOOKING = "Ledger/#1/booking"
PERSON, ANONYMOUS = f"{BOOKING}/party~{LEDGER}Person", f"{BOOKING}/party~{LEDGER}Anonymous"
BOOK = Mapping(
    message=f"{LEDGER}Ledger",
    entries=(
        Entry(ledger("Ledger/@number"), batch("number")),
        Entry(ledger("Ledger/head/year"), batch("budget_year")),
        Entry(ledger("Ledger/head/town"), batch("tenant_name")),
        Entry(ledger("Ledger/#1"), repeat=Repeat.POSTINGS),
        Entry(ledger(f"{BOOKING}/@id"), posting_("sequence"), prefix="b"),
        Entry(ledger(f"{BOOKING}/@on"), posting_("booked_on")),
        Entry(ledger(f"{BOOKING}/@cents"), posting_("amount"), format="cents_unsigned"),
        Entry(ledger(f"{BOOKING}/@currency"), posting_("currency")),
        Entry(ledger(PERSON), condition=Condition("payer", Test.FILLED)),
        Entry(ledger(f"{PERSON}/ref"), posting_("reference")),
        Entry(ledger(f"{PERSON}/name"), posting_("payer")),
        Entry(ledger(ANONYMOUS), condition=Condition("payer", Test.EMPTY)),
        Entry(ledger(f"{ANONYMOUS}/ref"), posting_("reference")),
        Entry(
            ledger(f"{BOOKING}/side"),
            posting_("kind"),
            table=(
                ("payment", "credit"),
                ("refund_reversal", "credit"),
                ("chargeback_reversal", "credit"),
                ("refund", "debit"),
                ("chargeback", "debit"),
                ("fee", "debit"),
                ("reversal", "debit"),
            ),
        ),
        Entry(ledger("Ledger/#1/memo"), posting_("reason"), cut=12),
        Entry(ledger("Ledger/#1/memo/@lang"), constant("de")),
        Entry(ledger("Ledger/total/@cents"), TOTAL, format="cents"),
    ),
).having(())


def posting(**fields):
    defaults = {
        "kind": "payment",
        "part": "item",
        "amount_cents": 1250,
        "reference": "2600001",
        "booked_on": datetime.date(2026, 11, 24),
        "reason": "Sperrgut",
        "label": "Abholung",
        "posting_key": "sperrgut",
        "account": "432100",
        "entry_id": 1,
        "order_id": "0d6b8f8e-3f0e-4a52-8d68-5b2f0c1e9a11",
    }
    return Posting(**defaults | fields)


def header_for(lines, **fields):
    """A header that agrees with its lines."""
    sums = {}
    for line in lines:
        sums[line.posting.kind] = sums.get(line.posting.kind, 0) + line.posting.amount_cents
    defaults = {
        "tenant_number": "4711",
        "tenant_name": "Stadt Musterstadt",
        "budget_year": 2026,
        "number": 7,
        "created_at": WHEN,
        "certified_by": "Anna Müller",
        "certified_at": WHEN,
        "released_by": "Bernd Özgür",
        "released_at": WHEN,
        "previous_hash": "0" * 64,
        "count": len(lines),
        "payments": len({line.posting.entry_id for line in lines}),
        "total_cents": sum(sums.values()),
        "sums": tuple(sums.items()),
    }
    return Header(**defaults | fields)


def lines_of(postings):
    return [Line(number, each) for number, each in enumerate(postings, start=1)]


def plan_of(mapping, name):
    return make_plan(mapping, loaded(name)[1])


def written(mapping, name, postings, **fields):
    """The bytes of the file."""
    lines, out = lines_of(postings), io.BytesIO()
    Writer(plan_of(mapping, name), out, header=header_for(lines, **fields), lines=lines).write()
    return out.getvalue()
