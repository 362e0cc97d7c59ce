"""One order from the errand to the finance system's answer; the same few queries, however much there is."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from wagtail_epayment.models import LedgerEntry, PaymentAttempt, PaymentOrder, ProviderMessage, SettlementLine

from ..models import BatchDelivery, BatchFile, ClosingEntry, PostingAcknowledgement, PostingRecord, RejectionDecision


def with_trace(pk: UUID) -> PaymentOrder | None:
    """The order with its whole trace at hand (``attempts``, ``messages``, ``entries``, ``postings`` …)."""
    messages = Prefetch("messages", ProviderMessage.objects.order_by("pk"))
    attempts = PaymentAttempt.objects.select_related("contract").order_by("created_at").prefetch_related(messages)
    orders = PaymentOrder.objects.select_related("site").prefetch_related("items", Prefetch("attempts", attempts))
    return orders.prefetch_related(Prefetch("entries", _entries())).filter(pk=pk).first()


def _entries() -> QuerySet[LedgerEntry]:
    lines = SettlementLine.objects.select_related("report").defer("report__raw", "details").order_by("pk")
    closings = ClosingEntry.objects.select_related("closing").defer("closing__pdf", "closing__figures")
    return (
        LedgerEntry.objects.select_related("attempt")
        .order_by("pk")
        .prefetch_related(
            Prefetch("settlement_lines", lines),
            Prefetch("closing_entry", closings),
            Prefetch("postings", _postings()),
        )
    )


def _postings() -> QuerySet[PostingRecord]:
    answers = PostingAcknowledgement.objects.select_related("source").defer("source__sealed").order_by("pk")
    deliveries = BatchDelivery.objects.select_related("file").order_by("pk")
    return (
        PostingRecord.objects.select_related("batch", "reverses__batch", "reversal__batch", "replacement__batch")
        .order_by("pk")
        .prefetch_related(
            Prefetch("acknowledgements", answers),
            Prefetch("rejection_decisions", RejectionDecision.objects.select_related("decided_by").order_by("pk")),
            Prefetch("batch__files", BatchFile.objects.order_by("format")),
            Prefetch("batch__deliveries", deliveries),
        )
    )
