"""Does an answer of the finance system fit the batch it names? Every contradiction is told with its line."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from wagtail_sitekit.money import format_money

from ..acknowledgements import Answer, BatchAnswer, Totals
from ..errors import AnswerRefused
from ..models import Batch, PostingRecord
from .answers import with_answer

TOLD_AT_MOST = 20
READ_AT_ONCE = 2000


def compare(said: BatchAnswer, batch: Batch) -> Iterator[tuple[PostingRecord, Answer]]:
    """Each answered posting, with ``answer`` (what held before), and what is said of it.

    Raises AnswerRefused with all contradictions, at most TOLD_AT_MOST of them by their words.
    """
    answers = _by_sequence(said, batch)
    wrong = _Wrong()
    found: set[int] = set()
    totals = [0, 0, 0, 0]
    for record in _records(batch):
        answer = answers.get(record.sequence)
        if answer is not None:
            found.add(record.sequence)
            _compare_posting(record, answer, wrong)
            place = 0 if answer.accepted else 2
            totals[place] += 1
            totals[place + 1] += record.amount_cents
    for sequence in sorted(answers.keys() - found):
        wrong.add(answers[sequence].line, _("The batch has no posting %(number)s.") % {"number": sequence})
    if not wrong:
        _compare_totals(said.totals, Totals(*totals), wrong)
    wrong.refuse()
    return ((record, answers[record.sequence]) for record in _records(batch) if record.sequence in answers)


def _by_sequence(said: BatchAnswer, batch: Batch) -> dict[int, Answer]:
    """Raises AnswerRefused if a posting is answered twice, or none at all."""
    if said.whole is not None and said.answers:
        raise AnswerRefused(_("The file answers to all postings at once and to single ones."))
    if said.whole is not None:
        return dict.fromkeys(range(1, batch.count + 1), said.whole)
    answers: dict[int, Answer] = {}
    wrong = _Wrong()
    for answer in said.answers:
        if answer.sequence in answers:
            message = _("Posting %(number)s is answered twice, first in line %(line)s.")
            wrong.add(answer.line, message % {"number": answer.sequence, "line": answers[answer.sequence].line})
        answers.setdefault(answer.sequence, answer)
    wrong.refuse()
    if not answers:
        raise AnswerRefused(_("The file answers to no posting."))
    return answers


def _records(batch: Batch) -> Iterator[PostingRecord]:
    rows = with_answer(batch.postings.order_by("sequence").only("pk", "sequence", "amount_cents", "data", "batch"))
    return rows.iterator(chunk_size=READ_AT_ONCE)


def _compare_posting(record: PostingRecord, answer: Answer, wrong: _Wrong) -> None:
    facts = {"number": record.sequence}
    if answer.reference and answer.reference != record.data["reference"]:
        wrong.add(answer.line, _("Posting %(number)s has another Kassenzeichen.") % facts)
    if answer.amount_cents is not None and answer.amount_cents != record.amount_cents:
        wrong.add(answer.line, _("Posting %(number)s has another amount.") % facts)


def _compare_totals(said: Totals, counted: Totals, wrong: _Wrong) -> None:
    for name, label, written in (
        ("accepted_count", _("The number of accepted postings"), str),
        ("accepted_cents", _("The sum of accepted postings"), format_money),
        ("rejected_count", _("The number of rejected postings"), str),
        ("rejected_cents", _("The sum of rejected postings"), format_money),
    ):
        ours, theirs = getattr(counted, name), getattr(said, name)
        if ours != theirs:
            facts = {"what": label, "theirs": written(theirs), "ours": written(ours)}
            wrong.add(0, _("%(what)s is %(theirs)s in the control record and %(ours)s by our books.") % facts)


class _Wrong:
    """Collects contradictions."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._count = 0

    def add(self, line: int, message: str) -> None:
        self._count += 1
        if self._count <= TOLD_AT_MOST:
            place = _("Line %(line)s: %(message)s") % {"line": line, "message": message}
            self._told.append(place if line else message)

    def __bool__(self) -> bool:
        return self._count > 0

    def refuse(self) -> None:
        """Raises AnswerRefused if there is anything."""
        if self._count > TOLD_AT_MOST:
            self._told.append(_("And %(count)s more.") % {"count": self._count - TOLD_AT_MOST})
        if self._told:
            raise AnswerRefused(" ".join(self._told))
