"""What holds of the finance system's answers: the newest one that counts, for each posting."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from ..models import AcknowledgementImport, Batch, PostingAcknowledgement, PostingRecord


def with_answer(records: QuerySet[PostingRecord]) -> QuerySet[Any]:
    """The postings with ``answer``: True accepted, False rejected, None nothing said yet."""
    newest = PostingAcknowledgement.objects.filter(record=OuterRef("pk"), counts=True).order_by("-pk")
    return records.annotate(answer=Subquery(newest.values("accepted")[:1]))


def rejected_of(batch: Batch) -> QuerySet[Any]:
    """Postings of the batch the finance system did not take, and which nothing released stands instead of."""
    return with_answer(batch.postings.standing()).filter(answer=False).order_by("sequence")


def rejected_in(sites: QuerySet[Any]) -> QuerySet[Any]:
    """The same of all batches of these sites."""
    # From the imports that rejected something, which are few, not from all postings.
    imports = AcknowledgementImport.objects.filter(Q(rejected__gt=0) | Q(contradicting__gt=0), tenant__site__in=sites)
    answers = PostingAcknowledgement.objects.filter(accepted=False)
    told, decided = answers.filter(source__in=imports), answers.filter(decides__source__in=imports)
    records = PostingRecord.objects.standing().filter(
        Q(pk__in=told.values("record")) | Q(pk__in=decided.values("record"))
    )
    return with_answer(records).filter(answer=False)


def still_rejected(records: QuerySet[PostingRecord]) -> QuerySet[Any]:
    """Those the finance system rejected, beyond doubt: no other answer waits for a decision."""
    doubts = PostingAcknowledgement.objects.filter(record=OuterRef("pk"), counts=False, decision=None)
    return with_answer(records).filter(~Exists(doubts), answer=False)


def contradictions_of(batch: Batch) -> QuerySet[PostingAcknowledgement]:
    """Answers that contradict an earlier one and wait for somebody to decide."""
    rows = PostingAcknowledgement.objects.filter(record__batch=batch, counts=False, decision=None)
    return rows.select_related("record", "source").order_by("pk")
