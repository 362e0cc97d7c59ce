"""What may not fit on a day, in plain words, and whether somebody has to say why before it is signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SHOWN = 50
"""So much evidence is kept with a difference; ``count`` and ``cents`` are those of all."""


class Code(TextChoices):
    LATE_ENTRY = "late_entry", _("Booked late, for a day that was closed before")
    LATE_LINE = "late_line", _("Reported late, for a day that was closed before")
    LINE_OPEN = "line_open", _("Movements in reports that do not fit our books")
    OVERDUE = "overdue", _("Paid, but no report has told of it in time")
    UNPOSTED = "unposted", _("Booked, but in no batch")
    EARLIER_UNPOSTED = "earlier_unposted", _("From earlier days, and still in no batch")
    POSTED_AMOUNT = "posted_amount", _("Posted with another amount than booked")
    REJECTED = "rejected", _("Rejected by the finance system")
    MESSAGE = "message", _("Messages of payment services that did not fit")
    # on its way
    NOT_SETTLED = "not_settled", _("Paid, the report is still to come")
    NOT_RELEASED = "not_released", _("In a batch that is not released")
    NOT_HANDED_OVER = "not_handed_over", _("In a batch that is not handed over")
    UNANSWERED = "unanswered", _("Handed over, no answer of the finance system yet")


ON_ITS_WAY = (Code.NOT_SETTLED, Code.NOT_RELEASED, Code.NOT_HANDED_OVER, Code.UNANSWERED)

EXPLANATIONS: dict[str, str | Promise] = {
    Code.LATE_ENTRY: _("The payment service or the bank told of it after that day had been closed."),
    Code.LATE_LINE: _("The report was imported after that day had been closed."),
    Code.LINE_OPEN: _("See the explanation at each line: there it is decided what becomes of it."),
    Code.OVERDUE: _("The payment service confirmed it; that the money came, no report says. Ask for the report."),
    Code.UNPOSTED: _("It has not been collected yet, or something keeps it out: see “Problems”."),
    Code.EARLIER_UNPOSTED: _("An earlier closing named it already. See “Problems”."),
    Code.POSTED_AMOUNT: _("The postings of a payment have to add up to it. Have the administrators look at once."),
    Code.REJECTED: _("The finance system did not take it. Decide under “Rejected postings” what becomes of it."),
    Code.MESSAGE: _("See the explanation at each message: there it is decided what becomes of it."),
    Code.NOT_SETTLED: _("Payment services pay out after some days."),
    Code.NOT_RELEASED: _("Somebody has to certify and release the batch."),
    Code.NOT_HANDED_OVER: _("Somebody has to download the file, or the channel is at work."),
    Code.UNANSWERED: _("Not every finance system answers."),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row that proves a difference: its kind names the page it is seen on (see ``admin/evidence.py``)."""

    kind: str
    pk: int
    text: str
    cents: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "pk": self.pk, "text": self.text, "cents": self.cents}


def difference(code: Code, rows: Iterable[Evidence], *, count: int, cents: int | None = None) -> dict[str, Any]:
    """A difference as it is kept in the figures."""
    return {"code": code.value, "count": count, "cents": cents, "evidence": [row.to_json() for row in rows]}


def needs_note(differences: Iterable[dict[str, Any]]) -> bool:
    """Whether somebody has to say something about them before the day is closed."""
    return any(found["code"] not in ON_ITS_WAY for found in differences)
