"""One credit of the bank that pays several orders, divided among them by a person. All of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_sitekit.money import format_money

from .. import references
from ..errors import DecisionNotPossible
from ..models import Decision, DecisionKind, LineKind, MatchClass, PaymentOrder, SettlementLine, WhyOpen
from ..settlements.remittance import candidates
from ..state import due_cents
from ..transfers import contract_for_transfers
from .batches import lock_site
from .decide import assign_line, locked_line, record_decision

MOST_PARTS = 50


@dataclass(frozen=True, slots=True)
class PartOfCredit:
    """So many cents of the credit are for this order."""

    order: PaymentOrder
    cents: int


def can_be_divided(line: SettlementLine) -> bool:
    """Whether it is a credit on the commune's account that nothing explains yet."""
    is_open = bool(line.why) and line.why not in (WhyOpen.BATCH, WhyOpen.TO_BOOK)
    return is_open and line.kind == LineKind.PAYMENT and line.amount_cents > 0 and line.report.contract_id is None


def named_orders(line: SettlementLine) -> list[PartOfCredit]:
    """The orders the text of the credit names, with what is due of each: a proposal for the person who divides."""
    site_id = line.report.site_id
    text = f"{line.reference} {line.details.get('text', '')}"
    names = candidates(text, is_plausible=references.recognise(site_id=site_id))
    orders = PaymentOrder.objects.filter(site=site_id, reference__in=names).prefetch_related("entries")
    return [PartOfCredit(order, due_cents(order)) for order in orders.order_by("created_at")[:MOST_PARTS]]


@transaction.atomic
def divide(
    line: SettlementLine, parts: Sequence[PartOfCredit], *, reason: str, user: AbstractBaseUser
) -> list[SettlementLine]:
    """Make a line of its own of every part, and book each for its order as if it had come alone.

    Too little leaves the rest of an order open, of too much a refund is proposed, as with a credit for one order.
    Locks the site against comparisons, then the orders, then the line. Raises DecisionNotPossible if the parts are not
    the credit, or one of them cannot be booked; then nothing is.
    """
    if not reason.strip():
        raise DecisionNotPossible(_("Please say why."))
    lock_site(line.report.site_id)
    # Always in the same order, so that two divisions never wait for each other crosswise.
    keys = [part.order.pk for part in parts]
    orders = {order.pk: order for order in PaymentOrder.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    line = locked_line(line)
    _check(line, parts)
    made = _lines_of(line, parts)
    line.kind, line.match, line.why, line.note = LineKind.OTHER, MatchClass.MATCHED, "", ""
    line.order, line.attempt, line.entry, line.matched_at = None, None, None, timezone.now()
    line.save(update_fields=["kind", "match", "why", "note", "order", "attempt", "entry", "matched_at"])
    record_decision(line, kind=DecisionKind.DIVIDE, reason=reason, user=user)
    for part, each in zip(parts, made, strict=True):
        _book(each, orders[part.order.pk], reason=reason, user=user)
    return made


def _check(line: SettlementLine, parts: Sequence[PartOfCredit]) -> None:
    """Raises DecisionNotPossible."""
    if not can_be_divided(line):
        raise DecisionNotPossible(_("This line is explained already, or it is no credit of the bank."))
    if contract_for_transfers(line.report.site_id) is None:
        raise DecisionNotPossible(_("There is no contract “Bank transfer” the parts could be booked under."))
    if not 2 <= len(parts) <= MOST_PARTS:
        raise DecisionNotPossible(_("Please name at least two orders and their amounts."))
    for part in parts:
        if part.order.site_id != line.report.site_id:
            raise DecisionNotPossible(_("This order belongs to another commune."))
        if part.cents <= 0:
            raise DecisionNotPossible(_("Every part has to be more than nothing."))
    if len({part.order.pk for part in parts}) < len(parts):
        raise DecisionNotPossible(_("Please name every order once."))
    rest = line.amount_cents - sum(part.cents for part in parts)
    if rest:
        facts = {
            "credit": format_money(line.amount_cents, line.currency),
            "sum": format_money(line.amount_cents - rest, line.currency),
            "rest": format_money(rest, line.currency),
        }
        text = _("The parts add up to %(sum)s, the credit is %(credit)s: %(rest)s of difference.")
        raise DecisionNotPossible(text % facts)


def _lines_of(line: SettlementLine, parts: Sequence[PartOfCredit]) -> list[SettlementLine]:
    """Lines of the same report, tied to the credit as parts of a batch of the bank are."""
    last = line.report.lines.aggregate(last=Max("position"))["last"] or 0
    return [
        SettlementLine.objects.create(
            report=line.report,
            position=last + place,
            source=line.source,
            key=f"{line.key[:130]}/part/{line.pk}.{place}",
            kind=LineKind.PAYMENT,
            amount_cents=part.cents,
            currency=line.currency,
            reference=part.order.reference,
            booked_on=line.booked_on,
            explains=line,
            why=WhyOpen.NOT_FOUND,
        )
        for place, part in enumerate(parts, start=1)
    ]


def _book(line: SettlementLine, order: PaymentOrder, *, reason: str, user: AbstractBaseUser) -> Decision:
    made = assign_line(line, order, reason=reason, user=user)
    line.refresh_from_db()
    if line.entry_id is None:
        text = _("The part for the order %(order)s cannot be booked: %(why)s. Nothing was booked.")
        raise DecisionNotPossible(text % {"order": order.reference, "why": line.get_why_display()})
    return made
