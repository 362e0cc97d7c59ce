from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from ..errors import NotUnderstood
from ..models import PaymentContract, SettlementLine, SettlementReport
from ..providers.base import RawMessage
from ..settlements.base import SettledLine, Settlement
from ..settlements.registry import formats
from ..settlements.xml import MAX_BYTES
from .batches import link_batches, lock_site, release_batches
from .compare import compare, source_of
from .look_up import chunks
from .reconcile import reconcile_site

#: How a line already known may be completed by a later report: by what identifies its payment.
_NAMES = ("provider_ref", "payment_ref", "merchant_tx_id", "reference")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``known`` lines were told by an earlier report and count once."""

    reports: tuple[SettlementReport, ...] = ()
    lines: int = 0
    new: int = 0
    is_repetition: bool = False
    """Every report in it had been imported before, byte for byte."""

    @property
    def known(self) -> int:
        return self.lines - self.new

    @property
    def not_adding_up(self) -> list[SettlementReport]:
        return [report for report in self.reports if report.difference_cents]


@dataclass(frozen=True, slots=True)
class _Origin:
    site: Site
    format: str
    contract: PaymentContract | None
    raw: bytes = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    user: AbstractBaseUser | None = None
    is_fetched: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def import_file(
    *,
    site: Site,
    format_name: str,
    data: bytes,
    user: AbstractBaseUser | None,
    contract: PaymentContract | None = None,
    options: Mapping[str, Any] | None = None,
) -> Imported:
    """Take in a settlement file somebody has got from a provider or bank; all of it or nothing.

    Raises NotUnderstood naming the line and what is wrong with it. Must not run in a transaction of the caller:
    what the report says is booked afterwards, payment by payment, each under the lock of its order.
    """
    cls = formats.get(format_name)
    if len(data) > MAX_BYTES:
        raise NotUnderstood(_("The file is too large."))
    if cls.is_of_bank != (contract is None):
        raise NotUnderstood(_("Bank statements belong to no contract, reports of a provider belong to one."))
    settlements = list(cls(options).read(data))
    imported = _take_in(_Origin(site, format_name, contract, data, options or {}, user), settlements)
    reconcile_site(site.pk, is_compared=True)
    return imported


def import_fetched(*, contract: PaymentContract, raw: RawMessage, settlement: Settlement) -> Imported:
    """Take in a report a provider was asked for; ``reconcile_site`` then books what it brought."""
    return _take_in(_Origin(contract.site, contract.provider, contract, raw.body, is_fetched=True), [settlement])


def _take_in(origin: _Origin, settlements: Sequence[Settlement]) -> Imported:
    with transaction.atomic():
        lock_site(origin.site.pk)
        before = set(
            SettlementReport.objects.filter(site=origin.site, format=origin.format, sha256=origin.sha256).values_list(
                "reference", flat=True
            )
        )
        fresh = [each for each in settlements if each.reference not in before and not _is_told(origin, each)]
        reports = tuple(_store(origin, each, keeps_raw=not before and place == 0) for place, each in enumerate(fresh))
    lines = sum(len(each.lines) for each in settlements)
    new = sum(report.new_count for report in reports)
    return Imported(reports=reports, lines=lines, new=new, is_repetition=not fresh)


def _is_told(origin: _Origin, settlement: Settlement) -> bool:
    """Whether a provider only repeats itself: asked again, some write the same report with other bytes."""
    if not origin.is_fetched:
        return False
    same = SettlementReport.objects.filter(
        site=origin.site,
        format=origin.format,
        reference=settlement.reference[:120],
        total_cents=settlement.total_cents,
        lines_cents=_sum(settlement),
    )
    source = f"{origin.format}:{origin.site.pk}"
    return same.exists() and len(_known(source, settlement)) == len(settlement.lines)


def _store(origin: _Origin, settlement: Settlement, *, keeps_raw: bool) -> SettlementReport:
    report = SettlementReport.objects.create(
        site=origin.site,
        contract=origin.contract,
        format=origin.format,
        reference=settlement.reference[:120],
        period_from=settlement.period_from,
        period_to=settlement.period_to,
        paid_on=settlement.paid_on,
        currency=settlement.currency,
        total_cents=settlement.total_cents,
        lines_cents=_sum(settlement),
        line_count=len(settlement.lines),
        options=dict(origin.options),
        sha256=origin.sha256,
        # Several reports of one file keep it once, with the first of them.
        raw=origin.raw.decode("latin-1") if keeps_raw else "",
        imported_by_id=origin.user.pk if origin.user else None,
    )
    source = source_of(report)
    known = _known(source, settlement)
    new = [
        _line(report, source, position, line)
        for position, line in enumerate(settlement.lines, start=1)
        if line.key not in known
    ]
    release_batches(source, {line.batch_key for line in new if line.batch_key})
    compare(new)
    SettlementLine.objects.bulk_create(new)
    _complete(settlement, known)
    link_batches(source)
    report.new_count = len(new)
    report.save(update_fields=["new_count"])
    return report


def _sum(settlement: Settlement) -> int:
    """Parts of a batch that stands in the same report are in the batch's amount."""
    keys = {line.key for line in settlement.lines}
    return sum(line.amount_cents for line in settlement.lines if not line.batch_key or line.batch_key not in keys)


def _known(source: str, settlement: Settlement) -> dict[str, SettlementLine]:
    rows = SettlementLine.objects.filter(source=source)
    keys = {line.key for line in settlement.lines}
    if len(keys) != len(settlement.lines):
        raise NotUnderstood(_("A movement stands in the report twice."))
    return {row.key: row for some in chunks(keys) for row in rows.filter(key__in=some)}


def _line(report: SettlementReport, source: str, position: int, said: SettledLine) -> SettlementLine:
    return SettlementLine(
        report=report,
        position=position,
        source=source,
        key=said.key[:150],
        kind=said.kind,
        amount_cents=said.amount_cents,
        currency=said.currency,
        provider_ref=said.provider_ref[:120],
        payment_ref=said.payment_ref[:120],
        merchant_tx_id=said.merchant_tx_id[:64],
        reference=said.reference[:40],
        details={**said.details, "text": said.text},
        booked_on=said.booked_on or report.paid_on or report.period_to or timezone.localdate(),
        batch_key=said.batch_key[:150],
    )


def _complete(settlement: Settlement, known: Mapping[str, SettlementLine]) -> None:
    """Lines nobody could place learn what a later report says of them, e.g. a camt.054 after its camt.053."""
    for said in settlement.lines:
        line = known.get(said.key)
        if line is None or not line.why:
            continue
        news = {name: getattr(said, name) for name in _NAMES if getattr(said, name) and not getattr(line, name)}
        if said.text and said.text != line.details.get("text"):
            news["details"] = {**line.details, **said.details, "text": said.text}
        for name, value in news.items():
            setattr(line, name, value)
        if news:
            line.save(update_fields=list(news))
