"""What a profile would make of the last postings: each posting beside its record of the file. Reads only."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.permissions import policy_registry

from .errors import BookkeepingError
from .formats.base import Control, Header, Line
from .formats.csv.check import faults
from .formats.csv.profile import Profile
from .formats.csv.records import Records, bare_encoding, line_end
from .formats.csv.sources import Place
from .models import Batch, CsvProfile, FinanceTenant, PostingRecord
from .posting import Posting

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the file as text, or why there is none; ``line`` is the posting it comes from."""

    label: str
    text: str = ""
    problem: str = ""
    line: Line | None = None
    cut: tuple[str, ...] = ()


def preview(row: CsvProfile, *, user: Any) -> dict[str, Any]:
    """For the template. Real postings only for people who may see batches of the tenant; else made-up ones."""
    found = list(last_lines(row.tenant)) if _may_see(user, row.tenant) else []
    lines = found or list(_made_up())
    profile = row.profile
    with translation.override("de"):
        wrong = [fault.message for fault in faults(profile)]
        rows = [] if wrong else list(rows_of(profile, tenant=row.tenant, lines=lines))
    return {"object": row, "wrong": wrong, "rows": rows, "is_made_up": not found}


def rows_of(profile: Profile, *, tenant: FinanceTenant, lines: list[Line]) -> Iterator[Row]:
    """The records of a file with these postings; one that cannot be written says why."""
    records, control = Records(profile), Control()
    for _line in control.counting(lines):
        pass
    header = _header(tenant, control)
    ends = bool(profile.header) + bool(profile.trailer)
    place = Place(header, control, None, ends)  # type: ignore[arg-type]
    if profile.header:
        yield _row(records, profile, _("Header"), "header", place)
    if profile.has_titles:
        yield Row(_("Titles"), text=_text(records.titles(), profile))
    for line in lines:
        yield _row(records, profile, str(line.sequence), "posting", Place(header, control, line))
    if profile.trailer:
        yield _row(records, profile, _("Sums"), "trailer", place)


def last_lines(tenant: FinanceTenant) -> Iterator[Line]:
    """The newest postings, oldest first, numbered from 1."""
    newest = PostingRecord.objects.filter(batch__tenant=tenant).order_by("-pk")[:SHOWN]
    for sequence, record in enumerate(reversed(newest), start=1):
        yield Line(sequence, record.posting)


def _row(records: Records, profile: Profile, label: str, kind: str, place: Place) -> Row:
    try:
        text = _text(records.record(kind, place), profile)
    except BookkeepingError as error:
        return Row(label, problem=str(error), line=place.line)
    cut = [column.name for column in profile.records()[kind] if column.is_cut and _is_cut(records, column, place)]
    return Row(label, text=text, line=place.line, cut=tuple(cut))


def _is_cut(records: Records, column: Any, place: Place) -> bool:
    cell = records.cell(column, place, "posting")
    return cell.text != cell.whole


def _text(data: bytes, profile: Profile) -> str:
    return data.decode(bare_encoding(profile)).removesuffix(line_end(profile))


def _may_see(user: Any, tenant: FinanceTenant) -> bool:
    policy: Any = policy_registry.get_by_type(Batch)
    return bool(policy.user_has_any_permission_for_instance(user, ["view"], tenant.site))


def _header(tenant: FinanceTenant, control: Control) -> Header:
    now = timezone.now()
    return Header(
        tenant_number=tenant.number,
        tenant_name=tenant.name,
        budget_year=now.year,
        number=1,
        created_at=now,
        certified_by="Erika Muster",
        certified_at=now,
        released_by="Max Muster",
        released_at=now,
        previous_hash="0" * 64,
        count=control.count,
        payments=control.count,
        total_cents=control.total_cents,
        sums=tuple(control.by_kind().items()),
    )


def _made_up() -> Iterator[Line]:
    day = datetime.date(2026, 2, 28)
    for sequence, (kind, cents) in enumerate((("payment", 1250), ("payment", 123_456), ("refund", -1250)), start=1):
        yield Line(sequence, Posting(
            kind=kind, part="item", amount_cents=cents, reference=f"2600000{sequence}", booked_on=day, due_on=day,
            reason="Sperrgut abholen lassen", label="Abholung je Stück", payer="Zoë Müller-Łukasz",
            posting_key="sperrgut", product="537010", account="432100", entry_id=sequence, order_id="",
            provider="sandbox", provider_ref=f"tr_{sequence}", method="card",
        ))  # fmt: skip
