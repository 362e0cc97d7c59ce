"""Whatever a file says: it is read as it was meant, or refused; never another error."""

from __future__ import annotations

import contextlib
import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from wagtail_xfinanz.acknowledgements import Answer, BatchAnswer, Totals, acknowledgement_formats
from wagtail_xfinanz.acknowledgements.csv.adapter import CsvAcknowledgement
from wagtail_xfinanz.acknowledgements.quittung.adapter import NAMESPACE, QuittungFormat
from wagtail_xfinanz.errors import AnswerRefused
from wagtail_xfinanz.formats.base import amount

CENTS = st.integers(-(10**12), 10**12)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=40)
CELLS = WORDS.map(lambda text: text.replace("\N{BOM}", ""))
ANSWERS = st.builds(
    Answer,
    line=st.just(0),
    sequence=st.integers(1, 999_999_999),
    accepted=st.booleans(),
    code=CELLS.map(lambda text: text[:40]),
    text=CELLS,
    reference=CELLS,
    amount_cents=st.none() | CENTS,
)
TOTALS = st.builds(Totals, st.integers(0, 10**8), CENTS, st.integers(0, 10**8), CENTS)
FILES = st.builds(
    BatchAnswer,
    tenant_number=CELLS.filter(bool),
    budget_year=st.integers(1000, 9999),
    number=st.integers(1, 10**8),
    totals=TOTALS,
    file_sha256=st.just("") | st.text("0123456789abcdef", min_size=64, max_size=64),
    answers=st.lists(ANSWERS, min_size=1, max_size=5).map(tuple),
)


def status(answer):
    return "angenommen" if answer.accepted else "abgelehnt"


def as_csv(said):
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    rows.writerow(["K", said.tenant_number, said.budget_year, said.number, said.file_sha256])
    for one in said.answers:
        cents = "" if one.amount_cents is None else amount(one.amount_cents).replace(".", ",")
        rows.writerow(["B", one.sequence, status(one), one.code, one.text, one.reference, cents])
    totals = said.totals
    sums = (totals.accepted_count, totals.accepted_cents, totals.rejected_count, totals.rejected_cents)
    rows.writerow(["S", sums[0], amount(sums[1]), sums[2], amount(sums[3])])
    return out.getvalue().encode()


def as_xml(said):
    root = etree.Element(f"{{{NAMESPACE}}}quittung", nsmap={None: NAMESPACE})

    def add(parent, tag, text=None, **attributes):
        node = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
        node.text = text
        return node

    head = add(root, "kopf")
    add(head, "mandant", said.tenant_number)
    add(head, "haushaltsjahr", str(said.budget_year))
    add(head, "nummer", str(said.number))
    if said.file_sha256:
        add(head, "pruefsumme", said.file_sha256)
    rows = add(root, "buchungen")
    for one in said.answers:
        row = add(rows, "buchung", nr=str(one.sequence), status=status(one))
        cents = "" if one.amount_cents is None else amount(one.amount_cents)
        for tag, text in (("code", one.code), ("text", one.text), ("kassenzeichen", one.reference), ("betrag", cents)):
            if text:
                add(row, tag, text)
    control, totals = add(root, "kontrollsatz"), said.totals
    add(control, "angenommen", anzahl=str(totals.accepted_count), summe=amount(totals.accepted_cents))
    add(control, "abgelehnt", anzahl=str(totals.rejected_count), summe=amount(totals.rejected_cents))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def without_lines(said):
    answers = tuple(
        Answer(0, one.sequence, one.accepted, one.code, one.text, one.reference, one.amount_cents)
        for one in said.answers
    )
    return BatchAnswer(said.tenant_number, said.budget_year, said.number, said.totals, said.file_sha256, answers)


@given(FILES)
@settings(max_examples=60, deadline=None)
def test_csv_is_read_as_it_was_meant(said):
    data = as_csv(said)
    assert isinstance(acknowledgement_formats.recognise(data), CsvAcknowledgement)
    assert without_lines(CsvAcknowledgement().read(data)) == said


@given(FILES)
@settings(max_examples=60, deadline=None)
def test_xml_is_read_as_it_was_meant(said):
    data = as_xml(said)
    assert isinstance(acknowledgement_formats.recognise(data), QuittungFormat)
    assert without_lines(QuittungFormat().read(data)) == said


@given(FILES, st.sampled_from([as_csv, as_xml]), st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_damaged_is_read_or_refused(said, write, data):
    whole = write(said)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    damaged = whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:]
    with contextlib.suppress(AnswerRefused):
        assert isinstance(acknowledgement_formats.recognise(damaged).read(damaged), BatchAnswer)
