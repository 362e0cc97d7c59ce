from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from .. import references
from ..models import LineKind, MatchClass, SettlementLine, SettlementReport, WhyOpen
from ..settlements.base import SettledLine
from ..settlements.matching import Finding
from ..settlements.remittance import candidates
from .look_up import look_up
from .transfer import judge_transfers

#: What a comparison sets on a line.
COMPARED = ("match", "why", "note", "attempt", "order", "entry", "matched_at")


def source_of(report: SettlementReport) -> str:
    """Where a report's movements come from; their keys are unique there, whichever contract or file tells them."""
    return f"{report.contract.provider if report.contract else 'bank'}:{report.site_id}"


def compare(lines: Sequence[SettlementLine]) -> None:
    """Set on every line what our books say of it, without saving. All are of one source, their reports are at hand."""
    if not lines:
        return
    report = lines[0].report
    said = [as_said(line) for line in lines]
    is_plausible = references.recognise(site_id=report.site_id)
    named = [candidates(f"{each.reference} {each.text}", is_plausible=is_plausible) for each in said]
    books = look_up(
        said,
        site_id=report.site_id,
        provider=report.contract.provider if report.contract else "",
        source=lines[0].source,
        references={name for names in named for name in names},
    )
    for line, each, names in zip(lines, said, named, strict=True):
        note_finding(line, books.find(each, names))
        _set_aside(line)
    judge_transfers(lines)


def as_said(line: SettlementLine) -> SettledLine:
    return SettledLine(
        key=line.key,
        kind=LineKind(line.kind),
        amount_cents=line.amount_cents,
        currency=line.currency,
        provider_ref=line.provider_ref,
        payment_ref=line.payment_ref,
        merchant_tx_id=line.merchant_tx_id,
        reference=line.reference,
        text=str(line.details.get("text", "")),
        booked_on=line.booked_on,
        batch_key=line.batch_key,
    )


def note_finding(line: SettlementLine, finding: Finding) -> None:
    line.match = finding.match
    line.why = finding.why or ""
    line.note = finding.refund_key if finding.is_to_book else ""
    line.order_id = finding.order
    line.attempt_id = finding.payment.pk if finding.payment else None
    line.entry_id = finding.entry.pk if finding.entry else None
    line.matched_at = timezone.now() if not line.why else None


def _set_aside(line: SettlementLine) -> None:
    """On an account for other purposes too, what names nothing of ours is none of our business."""
    if line.why in (WhyOpen.NO_NAME, WhyOpen.NOT_FOUND) and line.report.options.get("is_shared_account"):
        line.match, line.why = MatchClass.IGNORED, ""
