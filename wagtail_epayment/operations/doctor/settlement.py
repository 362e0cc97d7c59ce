"""Reports were taken in whole, and what was found to agree does agree."""

from __future__ import annotations

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from ...models import Decision, DecisionKind, MatchClass, SettlementLine, SettlementReport
from .base import Found, Here, invariant


@invariant(
    "settlement.not_as_booked",
    wrong="Lines of settlement reports are marked as agreeing, but their ledger entry says something else.",
    do="Compare both with the provider's own list, and decide about the lines in the reconciliation.",
)
def not_as_booked(here: Here) -> Found:
    agreeing = Q(match__in=[MatchClass.MATCHED, MatchClass.BOOKED], entry__isnull=False)
    rows = SettlementLine.objects.filter(here("report__site"), agreeing)
    differs = ~Q(amount_cents=F("entry__amount_cents")) | ~Q(currency=F("entry__currency"))
    return rows.filter(differs).values_list("report__reference", "position")


@invariant(
    "settlement.totals",
    wrong="Settlement reports do not add up to what they say.",
    do="Fetch the report from the provider again; if it is the same, ask the provider.",
)
def totals(here: Here) -> Found:
    rows = SettlementReport.objects.filter(here("site"), total_cents__isnull=False)
    return rows.exclude(total_cents=F("lines_cents")).values_list("format", "reference")


@invariant(
    "settlement.lines_lost",
    wrong="Settlement reports have fewer or more lines than were taken in.",
    do="Find out who deleted or wrote to the database; restore the lines from a backup.",
)
def lines_lost(here: Here) -> Found:
    """The parts a person has divided a credit into did not come with the report."""
    divided = Exists(Decision.objects.filter(line=OuterRef("explains"), kind=DecisionKind.DIVIDE))
    came = ~Q(batch_key="") | ~divided
    lines = SettlementLine.objects.filter(came, report=OuterRef("pk")).order_by().values("report")
    counted = Coalesce(Subquery(lines.annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField())
    rows = SettlementReport.objects.filter(here("site")).annotate(counted=counted)
    return rows.exclude(counted=F("new_count")).values_list("format", "reference")
