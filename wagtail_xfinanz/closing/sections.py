"""The figures as tables in the active language, for the page and for the document alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from wagtail_epayment.models import EntryKind, LineKind
from wagtail_sitekit.money import format_money

from ..models import BatchState
from .difference import EXPLANATIONS, ON_ITS_WAY, Code


@dataclass(frozen=True, slots=True)
class Section:
    """A table; ``empty`` is what stands there without rows. Figures follow the first ``texts`` columns."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = ""
    texts: int = 1


@dataclass(frozen=True, slots=True)
class Told:
    """A difference in words, with its evidence."""

    title: str
    explanation: str
    count: int
    amount: str
    is_on_its_way: bool
    evidence: list[dict[str, Any]]

    @property
    def more(self) -> int:
        return max(self.count - len(self.evidence), 0)


def sections(figures: dict[str, Any]) -> list[Section]:
    return [_ledger(figures), _ways(figures), _reports(figures), _bank(figures), _batches(figures), _answers(figures)]


def differences(figures: dict[str, Any]) -> Iterator[Told]:
    for found in figures["differences"]:
        yield Told(
            title=str(Code(found["code"]).label),
            explanation=str(EXPLANATIONS[found["code"]]),
            count=found["count"],
            amount="" if found["cents"] is None else format_money(found["cents"]),
            is_on_its_way=found["code"] in ON_ITS_WAY,
            evidence=[
                row | {"amount": "" if row["cents"] is None else format_money(row["cents"])}
                for row in found["evidence"]
            ],
        )


def _ledger(figures: dict[str, Any]) -> Section:
    ledger = figures["ledger"]
    rows = [
        (str(EntryKind(row["kind"]).label), str(row["count"]), format_money(row["cents"])) for row in ledger["kinds"]
    ]
    rows.append((_("Total"), str(ledger["count"]), format_money(ledger["cents"])))
    late = ledger["late"]
    rows.append((_("of which late, for earlier days"), str(late["count"]), format_money(late["cents"])))
    return Section(_("Our ledger"), (_("Kind"), _("Number"), _("Amount")), tuple(rows))


def _ways(figures: dict[str, Any]) -> Section:
    rows = tuple(
        (
            " · ".join(filter(None, (row["label"], row["method"]))),
            str(row["count"]),
            format_money(row["cents"]),
            format_money(row["told_cents"]),
            format_money(row["cents"] - row["told_cents"]),
        )
        for row in figures["ways"]
    )
    head = (_("Contract and way of payment"), _("Number"), _("Booked"), _("Reported"), _("Not reported yet"))
    return Section(_("Ledger and payment services"), head, rows, _("Nothing was booked."))


def _reports(figures: dict[str, Any]) -> Section:
    rows = tuple(
        (
            row["label"] or _("Bank account"),
            str(LineKind(row["kind"]).label),
            str(row["count"]),
            format_money(row["cents"]),
            str(row["open"]),
        )
        for row in figures["reports"]
    )
    head = (_("Source"), _("Kind"), _("Number"), _("Amount"), _("Do not fit"))
    title = _("Reports of payment services and bank for this day")
    return Section(title, head, rows, _("No report has this day."), texts=2)


def _bank(figures: dict[str, Any]) -> Section:
    bank = figures["bank"]
    rows = (
        (_("Credits"), str(bank["credits"]), format_money(bank["credit_cents"])),
        (_("Debits"), str(bank["debits"]), format_money(bank["debit_cents"])),
    )
    return Section(_("Bank account"), (_("Kind"), _("Number"), _("Amount")), rows)


def _batches(figures: dict[str, Any]) -> Section:
    rows = tuple(
        (row["name"], str(BatchState(row["state"]).label), str(row["postings"]), format_money(row["cents"]))
        for row in figures["batches"]
    )
    head = (_("Batch"), _("State"), _("Postings"), _("Amount"))
    return Section(_("Batches that hold these payments"), head, rows, _("No batch holds any of them yet."), texts=2)


def _answers(figures: dict[str, Any]) -> Section:
    answers = figures["answers"]
    labels = {"accepted": _("accepted"), "rejected": _("rejected"), "unanswered": _("no answer")}
    rows = tuple((label, str(answers[name])) for name, label in labels.items())
    return Section(_("Answers of the finance system"), (_("Answer"), _("Postings")), rows)
