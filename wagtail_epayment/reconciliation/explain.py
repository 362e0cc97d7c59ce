"""An explanation and a next step for every row of the comparison, in plain words."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_sitekit.money import format_money

from ..models import LedgerEntry, LineKind, MatchClass, ProviderMessage, SettlementLine, SettlementReport, WhyOpen
from .classes import RowClass


@dataclass(frozen=True, slots=True)
class Explanation:
    """What it is, and what to do; ``next_step`` is empty if there is nothing to do."""

    what: str
    next_step: str = ""


_OPEN_LINES: Mapping[str, tuple[str | Promise, str | Promise]] = {
    WhyOpen.TO_BOOK: (
        gettext_lazy("The money has moved, our books did not know yet. It is being booked from the report."),
        gettext_lazy("Look again in a few minutes. If it stays, ask the administrators to look into the log."),
    ),
    WhyOpen.NO_NAME: (
        gettext_lazy("Neither the references nor the text name a payment of this portal."),
        gettext_lazy("If it is a payment of the portal, assign it to its order. Else decide “settled elsewhere”."),
    ),
    WhyOpen.NOT_FOUND: (
        gettext_lazy(
            "The report names a payment this portal has never begun, e.g. of another shop under the same contract."
        ),
        gettext_lazy("Ask where it comes from. Assign it to its order, or decide “settled elsewhere”."),
    ),
    WhyOpen.NO_ATTEMPT: (
        gettext_lazy(
            "The text names the order %(order)s, but nobody began to pay it online: it was transferred directly."
        ),
        gettext_lazy(
            "Make a contract “Bank transfer”, then the portal books such transfers itself. Or book this one in the "
            "finance system, let the department withdraw the case, and decide “settled elsewhere”."
        ),
    ),
    WhyOpen.NOT_WHAT_IS_DUE: (
        gettext_lazy(
            "%(said)s were transferred for the order %(order)s. That is not what is due, so nothing was booked."
        ),
        gettext_lazy(
            "Look at the order. If the money is meant for it, assign the line to the order: too little leaves the rest "
            "open, of too much a refund is proposed."
        ),
    ),
    WhyOpen.NOTHING_DUE: (
        gettext_lazy("%(said)s were transferred for the order %(order)s, but it is paid already. Nothing was booked."),
        gettext_lazy("Assign the line to the order: the money is booked and its refund proposed. Or ask the payer."),
    ),
    WhyOpen.WITHDRAWN: (
        gettext_lazy("%(said)s were transferred for the order %(order)s, which was withdrawn. Nothing was booked."),
        gettext_lazy("Assign the line to the order: the money is booked and its refund proposed. Or ask the payer."),
    ),
    WhyOpen.SEVERAL_ORDERS: (
        gettext_lazy("The text names several orders. Which part is for which, the bank does not say."),
        gettext_lazy("Divide the line among these orders, assign it to one of them, or clarify it with the payer."),
    ),
    WhyOpen.SEVERAL_PAYMENTS: (
        gettext_lazy("Several payments of the order %(order)s fit this line equally well."),
        gettext_lazy("Look at the timeline of the order and assign the line, or clarify it with the provider."),
    ),
    WhyOpen.SEVERAL_PAYOUTS: (
        gettext_lazy("Several payouts have exactly this amount."),
        gettext_lazy("Compare the days, then decide “difference accepted” and name the payout in the reason."),
    ),
    WhyOpen.CONTRADICTION: (
        gettext_lazy("The provider's reference names one payment, our transaction id in the same line another."),
        gettext_lazy("Clarify it with the provider: nothing is booked until then."),
    ),
    WhyOpen.SETTLED_TWICE: (
        gettext_lazy("The payment of the order %(order)s has been settled before, by another line of the same source."),
        gettext_lazy(
            "If the provider has paid twice, clarify it with them. If it is an old report in other words, accept it."
        ),
    ),
    WhyOpen.AMOUNT: (
        gettext_lazy(
            "The report says %(said)s, our books say %(ours)s for the order %(order)s: %(difference)s of difference."
        ),
        gettext_lazy("Ask the provider for the reason, then accept the difference or leave it to be clarified."),
    ),
    WhyOpen.CURRENCY: (
        gettext_lazy("The report says %(said)s, the order %(order)s is in another currency."),
        gettext_lazy("Clarify it with the provider: money in another currency is never booked."),
    ),
    WhyOpen.BATCH: (
        gettext_lazy("The known parts of this batch do not add up to %(said)s."),
        gettext_lazy("Import the camt.054 with the other parts of the batch."),
    ),
    WhyOpen.REFUSED: (
        gettext_lazy(
            "The report says that %(said)s moved for the order %(order)s, but no payment of ours can precede it."
        ),
        gettext_lazy("Look at the timeline of the order. Clarify it with the provider, then decide."),
    ),
}

_CLOSED_LINES: Mapping[str, str | Promise] = {
    RowClass.SETTLED: gettext_lazy("Paid by the payer and settled by the provider, with the same amount."),
    RowClass.REFUNDED: gettext_lazy("Given back to the payer, and taken from the settlement with the same amount."),
    RowClass.CHARGED_BACK: gettext_lazy("Taken back by the payer's bank; the order is open again by this amount."),
    RowClass.FEES: gettext_lazy("Kept back by the provider or bank as a fee."),
    RowClass.PAYOUTS: gettext_lazy(
        "Money the provider has paid out, or a batch of the bank; its parts stand in other classes."
    ),
    RowClass.AGAIN: gettext_lazy(
        "The same money, told by a second source. It counts once, for the line that told it first."
    ),
    RowClass.ASIDE: gettext_lazy("No payment of this portal."),
}

#: How the flows say what did not fit, and what it means.
_MESSAGES: tuple[tuple[str, str | Promise, str | Promise], ...] = (
    (
        "The signature is missing",
        gettext_lazy(
            "Somebody sent this message without the provider's signature. It proves nothing, and nothing was booked."
        ),
        gettext_lazy("If it happens often, ask the provider whether the secret has changed. Else close it."),
    ),
    (
        "No payment of this contract",
        gettext_lazy("The provider speaks of a payment this portal has not begun. Nothing was booked."),
        gettext_lazy("Ask the provider where the payment comes from."),
    ),
    (
        r"It says -?\d+ \w+, the attempt",
        gettext_lazy("The provider names another amount than the one that was to be paid. Nothing was booked."),
        gettext_lazy(
            "Wait for the settlement report: it says what was really paid. Then clarify it with the provider."
        ),
    ),
    (
        "It names another payment",
        gettext_lazy("The message names another payment of the provider than the one we began. Nothing was booked."),
        gettext_lazy("Clarify it with the provider."),
    ),
    (
        r'It says "\w+" after',
        gettext_lazy("The provider calls a payment unsuccessful that had succeeded before. The payment stays booked."),
        gettext_lazy("Check that the next settlement report has the payment, then close this."),
    ),
    (
        "Booked, but the order had been cancelled",
        gettext_lazy("The payer paid after the order had been withdrawn. The money is booked and has to go back."),
        gettext_lazy("Take up the refund that is proposed at the order, then close this."),
    ),
    (
        "Booked, but more",
        gettext_lazy(
            "The payer paid more than is owed, e.g. twice. The money is booked; what is too much has to go back."
        ),
        gettext_lazy("Take up the refund that is proposed at the order, then close this."),
    ),
    (
        "This refund was made at the provider",
        gettext_lazy("Somebody gave money back at the provider's own pages, not here. It is booked."),
        gettext_lazy("Find out who it was and write it into the reason, then accept it."),
    ),
    (
        "It names another refund|It says the refund|It speaks of a refund|were given back",
        gettext_lazy("What the provider says of a refund does not fit the refund we know. Nothing was booked."),
        gettext_lazy("Compare the refund at the order with the provider's pages, then clarify or close this."),
    ),
    (
        "taken back, which fits|More would be (returned|taken)",
        gettext_lazy("The provider says that a payment was taken back, but the amount fits no payment of the order."),
        gettext_lazy("Look at the bank statement and at the timeline of the order, then clarify it with the provider."),
    ),
    (
        "It speaks of a payment that has not been booked",
        gettext_lazy("The provider speaks of a payment our books do not have yet. The message is tried again."),
        gettext_lazy("Nothing for now. If the payment does not come within days, clarify it with the provider."),
    ),
)


def explain_line(line: SettlementLine, row_class: str) -> Explanation:
    """Needs ``order``, ``entry``, ``attempt`` and ``explains`` with the line."""
    if line.why:
        what, step = _OPEN_LINES[line.why]
        return Explanation(_filled(what, _facts(line)), str(step))
    what = str(_CLOSED_LINES.get(row_class, _CLOSED_LINES[RowClass.ASIDE]))
    if line.match == MatchClass.IGNORED and line.explains and line.batch_key:
        return Explanation(_("A part of a credit that a person had divided or assigned before. It counts once, there."))
    if line.match == MatchClass.BOOKED:
        what += " " + _("Our books learned it from this report: the provider's message had been lost.")
    if line.kind == LineKind.PAYOUT:
        return _payout(line, what)
    return Explanation(what)


def _payout(line: SettlementLine, what: str) -> Explanation:
    if line.amount_cents >= 0:
        return Explanation(_("The bank has credited what the provider's report says was paid out."))
    if line.explains and line.explains.booked_on:
        return Explanation(
            _("Paid out and credited by the bank on %(day)s.") % {"day": date_format(line.explains.booked_on)}
        )
    return Explanation(what, _("Import the bank statement to see that the money has arrived."))


def _facts(line: SettlementLine) -> dict[str, str]:
    ours = line.entry.amount_cents if line.entry else line.attempt.amount_cents if line.attempt else 0
    return {
        "order": line.order.reference if line.order else "–",
        "said": format_money(line.amount_cents, line.currency),
        "ours": format_money(ours, line.currency),
        "difference": format_money(line.amount_cents - ours, line.currency),
    }


def explain_entry(entry: LedgerEntry, row_class: str, *, last_report: datetime.date | None) -> Explanation:
    """``last_report`` is the last day the reports of the entry's contract reach, None if there are none."""
    if row_class == RowClass.WAITING:
        return Explanation(_("Booked by the provider's message. The settlement usually follows within days."))
    if last_report is None:
        return Explanation(
            _("Booked by the provider's message. No settlement report of this contract has been imported yet."),
            _("Fetch the provider's report and import it."),
        )
    facts = {"day": date_format(last_report)}
    if last_report < entry.created_at.date():
        return Explanation(
            _("Booked by the provider's message. The last report of this contract ends on %(day)s, before it.") % facts,
            _("Import the reports of the days since."),
        )
    return Explanation(
        _("Booked by the provider's message, but no report up to %(day)s has it: the money may not have come.") % facts,
        _("Ask the provider where the money is, with the reference of the payment."),
    )


def misfit_of(message: ProviderMessage) -> str:
    """What did not fit about a message, empty if nothing: the stored text is for the log and for programmers."""
    return explain_message(message).what if message.discrepancy else ""


def explain_message(message: ProviderMessage) -> Explanation:
    for pattern, what, step in _MESSAGES:
        if re.search(pattern, message.discrepancy):
            return Explanation(str(what), str(step))
    return Explanation(
        _("The provider said something this portal does not understand yet. Nothing was booked."),
        _("Look at the message and ask the provider what it means."),
    )


def explain_report(report: SettlementReport) -> Explanation:
    facts = {
        "said": format_money(report.total_cents or 0, report.currency),
        "lines": format_money(report.lines_cents, report.currency),
        "difference": format_money(report.difference_cents, report.currency),
    }
    return Explanation(
        _("The report says its lines add up to %(said)s; they add up to %(lines)s, a difference of %(difference)s.")
        % facts,
        _("The file may have been cut off. Fetch it anew, or ask the provider which lines are missing."),
    )


def _filled(text: Any, facts: Mapping[str, str]) -> str:
    return str(text) % facts
