"""Any mapping and any postings: the file is valid, or the check has refused the mapping, or the posting is named."""

from __future__ import annotations

import datetime
import io
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.xfinanz.mapping.samples import BOOK, ORDERS, header_for, lines_of, loaded, plan_of, posting
from wagtail_xfinanz.errors import FormatInvalid
from wagtail_xfinanz.formats.xfinanz.validation import validate_stream
from wagtail_xfinanz.mapping import Condition, Entry, Repeat, Source, SourceKind, Test
from wagtail_xfinanz.mapping.sources import BATCH_FIELDS, POSTING_FIELDS
from wagtail_xfinanz.mapping.values import FORMATS
from wagtail_xfinanz.mapping.writer import Writer
from wagtail_xfinanz.posting import Part, PostingKind
from wagtail_xfinanz.schemas.tree import Branch

ALPHABET = "abcÄÖÜäöüßéŁź 0123456789.,;:-–/&<>'\"’…€=+@"
words = st.text(ALPHABET, max_size=60).map(lambda text: f"x{text}")
days = st.dates(datetime.date(2026, 12, 20), datetime.date(2028, 2, 29))


@st.composite
def rows(draw):
    """Postings as batches have them: consecutive ones of a payment share entry, kind, day and payer."""
    found = []
    for entry in range(draw(st.integers(1, 4))):
        same = {
            "entry_id": entry + 1,
            "kind": draw(st.sampled_from(PostingKind.values)),
            "payer": draw(words | st.just("")),
            "reason": draw(words),
            "reference": draw(st.from_regex(r"[0-9]{2,13}", fullmatch=True)),
            "booked_on": draw(days),
            "due_on": draw(st.none() | days),
        }
        for _number in range(draw(st.integers(1, 3))):
            style = draw(st.sampled_from([{"account": "4321"}, {"account": "", "budget_line": "1.2345"}]))
            found.append(
                posting(
                    part=draw(st.sampled_from(Part.values)),
                    amount_cents=draw(st.integers(-(10**9), 10**9)),
                    label=draw(words),
                    tax_permille=draw(st.sampled_from([0, 70, 190])),
                    **same,
                    **style,
                )
            )
    return found


def write(mapping, name, postings):
    """The bytes, not validated yet."""
    out, lines = io.BytesIO(), lines_of(postings)
    Writer(plan_of(mapping, name), out, header=header_for(lines), lines=lines).write()
    out.seek(0)
    return out


def validate(out, mapping, name):
    validate_stream(out, schema=loaded(name)[0].schema, root=mapping.message, records=())
    return etree.fromstring(out.getvalue())


@given(rows())
def test_every_set_of_postings_makes_a_valid_file_with_right_sums_in_order(postings):
    root = validate(write(ORDERS, "anordnung", postings), ORDERS, "anordnung")
    ns = {"ao": "urn:example:anordnung:1"}
    cents = [round(float(node.text) * 100) for node in root.iterfind(".//ao:position/ao:betrag", ns)]
    assert cents == [row.amount_cents for row in postings]
    assert round(float(root.findtext(".//ao:summe", namespaces=ns)) * 100) == sum(cents)
    for order in root.iterfind("ao:anordnung", ns):
        inside = [round(float(node.text) * 100) for node in order.iterfind("ao:position/ao:betrag", ns)]
        assert round(float(order.findtext("ao:gesamtbetrag", namespaces=ns)) * 100) == sum(inside)
        assert order.findtext("ao:anzahlPositionen", namespaces=ns) == str(len(inside))
    numbers = [node.get("nr") for node in root.iterfind(".//ao:position", ns)]
    assert numbers == [str(number) for number in range(1, len(postings) + 1)]


@given(rows())
def test_and_in_the_other_shape(postings):
    root = validate(write(BOOK, "ledger", postings), BOOK, "ledger")
    assert [int(node.get("cents")) for node in root.iter("booking")] == [abs(row.amount_cents) for row in postings]
    assert int(root.find("total").get("cents")) == sum(row.amount_cents for row in postings)


def places(node, depth=5):
    """Paths of elements, attributes and groups of a message, to map at random."""
    yield node.path
    yield from (f"{node.path}/@{attribute.name}" for attribute in node.attributes)
    yield from (branch.path for branch in node.content.branches() if isinstance(branch, Branch) and branch.maximum != 1)
    if depth:
        for child in node.content.nodes():
            yield from places(child, depth - 1)


PLACES = {
    name: sorted(set(places(loaded(name)[1].root(mapping.message))))
    for name, mapping in (("anordnung", ORDERS), ("ledger", BOOK))
}
sources = (
    st.builds(Source, st.just(SourceKind.POSTING), st.sampled_from(sorted(POSTING_FIELDS)))
    | st.builds(Source, st.just(SourceKind.BATCH), st.sampled_from(sorted(BATCH_FIELDS)))
    | st.builds(Source, st.just(SourceKind.CONSTANT), st.sampled_from(["", "x", "12.50", "2026", "true", "AN", "de"]))
    | st.builds(Source, st.just(SourceKind.SUM), st.sampled_from(["", "fee"]))
    | st.builds(Source, st.just(SourceKind.COUNT), st.sampled_from(["", "payments"]))
    | st.just(Source(SourceKind.PRESENT))
)
conditions = st.builds(
    Condition, st.sampled_from(["kind", "payer", "amount"]), st.sampled_from(list(Test)), st.sampled_from(["fee", ""])
)
formats = st.sampled_from(["", *{name for several in FORMATS.values() for name in several}])


@st.composite
def changed(draw, mapping, paths):
    """A good mapping with a few entries at random places: some of these fit, most do not."""
    entries = []
    for _number in range(draw(st.integers(1, 4))):
        entry = mapping.at(path := draw(st.sampled_from(paths)))
        entry = entry or Entry(path)
        changes = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "source": st.none() | sources,
                    "repeat": st.none() | st.sampled_from(list(Repeat)),
                    "condition": st.none() | conditions,
                    "format": formats,
                    "cut": st.integers(0, 30),
                    "prefix": st.sampled_from(["", "b"]),
                    "fallback": st.sampled_from(["", "x", "0"]),
                },
            )
        )
        entries.append(replace(entry, **changes))
    return mapping.having(entries)


@pytest.mark.parametrize(("mapping", "name"), [(ORDERS, "anordnung"), (BOOK, "ledger")], ids=["anordnung", "ledger"])
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_random_mappings_are_refused_by_the_check_or_write_valid_files(mapping, name, data):
    mapping = data.draw(changed(mapping, PLACES[name]))
    plan = plan_of(mapping, name)
    if plan.problems:
        return
    postings = data.draw(rows())
    try:
        out = write(mapping, name, postings)
    except FormatInvalid as error:
        event("the writer named what is missing")
        assert str(error)  # noqa: PT017  any other error fails
        return
    if any(not finding.is_problem for finding in plan.findings):
        event("open texts may not fit, the check has said so")
        with suppress(FormatInvalid):
            validate(out, mapping, name)
        return
    event("valid")
    validate(out, mapping, name)
