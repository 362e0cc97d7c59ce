from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from lxml import etree

from wagtail_epayment.models import LedgerEntry
from wagtail_sitekit.people import person_name

from .. import conf
from ..budget import local_day
from ..errors import BookkeepingError
from ..formats import Header, Line
from ..formats.xfinanz.adapter import XFinanzFormat
from ..models import Batch, FinanceTenant, MappingVersion
from ..posting import Posting
from .compose import Accounts, compose
from .equip import equipment_of
from .gather import load_orders
from .load_schema import load_schema
from .mapping import plan_of

SHOWN = 100


@dataclass(slots=True)
class DryRun:
    """What a mapping would make of a day. ``day`` is None if examples had to do."""

    day: datetime.date | None
    lines: list[Line]
    text: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def is_valid(self) -> bool:
        return bool(self.text) and not self.errors


def dry_run(row: MappingVersion, *, by: Any, of_examples: bool = False, today: datetime.date | None = None) -> DryRun:
    """Write yesterday's postings, or those of the last day that had any, by this mapping. Changes nothing.

    The first ``SHOWN`` postings only; made-up ones if nobody has paid yet, or if ``of_examples`` for people who may not
    see what citizens pay.
    """
    before = today or local_day(timezone.now())
    day, postings = (None, _examples()) if of_examples else _postings_of(row.tenant, before=before)
    result = DryRun(day, [Line(number, posting) for number, posting in enumerate(postings, start=1)])
    plan = plan_of(row)
    if plan.problems:
        result.errors = [_("The mapping still has %(count)s problems.") % {"count": len(plan.problems)}]
        return result
    file_format = XFinanzFormat(equipment_of(plan, load_schema(row.package)))
    out = io.BytesIO()
    try:
        with translation.override("de"):
            file_format.write(out, header=_header(row.tenant, result.lines, by=by), lines=result.lines)
        result.text = _indented(out.getvalue())
        out.seek(0)
        file_format.validate(out)
    except BookkeepingError as error:
        result.errors = [str(error)]
    return result


def _postings_of(tenant: FinanceTenant, *, before: datetime.date) -> tuple[datetime.date | None, list[Posting]]:
    entries = LedgerEntry.objects.filter(order__site=tenant.site_id, occurred_at__lt=_start(before))
    newest = entries.order_by("-occurred_at").first()
    if newest is None:
        return None, _examples()
    day = local_day(newest.occurred_at)
    of_day = set(entries.filter(occurred_at__gte=_start(day)).order_by("pk").values_list("pk", flat=True)[:SHOWN])
    orders = load_orders(list(entries.filter(pk__in=of_day).values_list("order_id", flat=True).distinct()))
    return day, list(islice(_composed(orders, of_day, Accounts(tenant)), SHOWN)) or _examples()


def _composed(orders: Any, of_day: set[int], accounts: Accounts) -> Iterator[Posting]:
    for order in orders:
        for entry, records, problems in compose(order, accounts):
            if entry.pk in of_day and not problems:
                yield from (record.posting for record in records)


def _start(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), ZoneInfo(conf.get().TIME_ZONE))


def _header(tenant: FinanceTenant, lines: list[Line], *, by: Any) -> Header:
    now = timezone.now()
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.posting.kind] = sums.get(line.posting.kind, 0) + line.posting.amount_cents
    return Header(
        tenant_number=tenant.number,
        tenant_name=tenant.name,
        budget_year=lines[0].posting.booked_on.year,
        number=Batch.objects.filter(tenant=tenant).exclude(number=None).count() + 1,
        created_at=now,
        certified_by=person_name(by),
        certified_at=now,
        released_by=person_name(by),
        released_at=now,
        previous_hash="0" * 64,
        count=len(lines),
        payments=len({line.posting.entry_id for line in lines}),
        total_cents=sum(sums.values()),
        sums=tuple(sums.items()),
    )


def _examples() -> list[Posting]:
    """Three postings of two payments, for a commune nobody has paid yet."""
    one = Posting(
        kind="payment",
        part="item",
        amount_cents=1250,
        reference="2600012345678",
        booked_on=datetime.date(2026, 11, 24),
        due_on=datetime.date(2026, 12, 8),
        reason="Sperrgutabfuhr",
        label="Abholung",
        posting_key="sperrgut",
        product="537010",
        account="432100",
        entry_id=1,
        order_id="7b0f3c8e-52a1-5c6e-8a55-0d8f6f1f6a10",
        method="card",
        provider="sandbox",
        provider_ref="4f2c0a",
        payer="Zoe Beispiel",
    )
    tax = replace(one, part="tax", amount_cents=238, account="379100", tax_permille=190)
    back = replace(one, kind="refund", amount_cents=-1488, entry_id=2)
    return [one, tax, back]


def _indented(content: bytes) -> str:
    root = etree.fromstring(content, etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True))
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")
