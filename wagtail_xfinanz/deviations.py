"""What a batch writes differently from what people typed: reported, so that nobody wonders later. Reads only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from .flows.compose import payer_name
from .formats.base import Line
from .formats.csv.adapter import CsvFormat, cuts
from .formats.csv.profile import Profile
from .models import Batch, PostingRecord

AT_ONCE = 500


class Rule(models.TextChoices):
    COMPOSED = "composed", _("composed (NFC)")
    TABLE = "table", _("written plainly by the table")
    PERSON = "person", _("written differently by a person")
    CUT = "cut", _("cut to the width of its column in the CSV file")


@dataclass(frozen=True, slots=True)
class Deviation:
    """One text of a posting that is not what the order says."""

    sequence: int
    reference: str
    field: str
    original: str
    written: str
    rule: Rule


def deviations(batch: Batch) -> Iterator[Deviation]:
    """Every deviation in the order of the postings; bounded queries and memory."""
    records = batch.postings.own().select_related("entry__order", "item").order_by("sequence")
    records = records.prefetch_related("entry__order__text_corrections")
    for record in records.iterator(chunk_size=AT_ONCE):
        yield from _of(record)
    yield from _cut(batch)


def _cut(batch: Batch) -> Iterator[Deviation]:
    """What the file does not hold in full, by the profile it was made with."""
    kept = batch.files.filter(format=CsvFormat.name).first()
    if kept is None or not kept.settings:
        return
    records = batch.postings.order_by("sequence").iterator(chunk_size=AT_ONCE)
    lines = (Line(record.sequence, record.posting) for record in records)
    for found in cuts(Profile.from_json(kept.settings), lines=lines):
        line, field = found.line, found.column.name
        yield Deviation(line.sequence, line.posting.reference, field, found.original, found.written, Rule.CUT)


def _of(record: PostingRecord) -> Iterator[Deviation]:
    order, posting = record.entry.order, record.posting
    corrected = {row.original for row in order.text_corrections.all()}
    pairs = [
        ("reason", order.purpose, posting.reason),
        ("label", record.item.label if record.item else "", posting.label),
        ("payer", payer_name(order), posting.payer),
        ("provider_ref", record.entry.provider_ref, posting.provider_ref),
    ]
    if record.item:
        extra = dict(posting.extra)
        pairs += [(str(name), str(text), extra.get(str(name), "")) for name, text in record.item.booking_data.items()]
    for field, original, text in pairs:
        if original and text and original != text:
            yield Deviation(record.sequence, order.reference, field, original, text, _rule(original, text, corrected))


def _rule(original: str, text: str, corrected: set[str]) -> Rule:
    if original in corrected:
        return Rule.PERSON
    return Rule.COMPOSED if unicodedata.normalize("NFC", original) == text else Rule.TABLE
