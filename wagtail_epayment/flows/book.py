from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.utils import timezone

from ..models import EntryKind, EventKind, LedgerEntry, PaymentAttempt
from ..outbox import publish
from ..state import Account, account_of
from ..transfers import PROVIDER
from .rows import entries_of


def end_of(day: datetime.date | None) -> datetime.datetime | None:
    """When something happened of which only the day is known: at its end, for what it follows came before."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(23, 59))) if day else None


@dataclass
class Books:
    """The ledger of one locked order, read once; the only code that writes ledger entries.

    Needs a transaction that holds the locks of ``rows.locked_attempt``.
    """

    attempt: PaymentAttempt
    entries: list[LedgerEntry] = field(default_factory=list)

    @classmethod
    def of(cls, attempt: PaymentAttempt) -> Books:
        return cls(attempt, entries_of(attempt))

    @property
    def account(self) -> Account:
        return account_of(self.attempt.order.amount_cents, self.entries)

    def own(self, kind: EntryKind) -> list[LedgerEntry]:
        """The entries of this kind that belong to the attempt itself."""
        return [entry for entry in self.entries if entry.kind == kind and entry.attempt_id == self.attempt.pk]

    def payment(self, payment_ref: str = "") -> LedgerEntry | None:
        """The attempt's payment with this reference; the first one if none has it or none is asked for."""
        payments = self.own(EntryKind.PAYMENT)
        named = [entry for entry in payments if payment_ref and entry.provider_ref == payment_ref]
        return next(iter(named or payments), None)

    def book(
        self,
        *,
        kind: EntryKind,
        amount_cents: int,
        provider_ref: str,
        method: str = "",
        occurred_at: datetime.datetime | None = None,
    ) -> LedgerEntry | None:
        """Write signed cents once, and tell the outbox if the order is now paid or open again.

        None if this movement is booked already.
        """
        if any(entry.provider_ref == provider_ref for entry in self.own(kind)):
            return None
        before = self.account
        entry = LedgerEntry.objects.create(
            order=self.attempt.order,
            attempt=self.attempt,
            kind=kind,
            provider_ref=provider_ref,
            amount_cents=amount_cents,
            currency=self.attempt.currency,
            method=method,
            occurred_at=self._instant(occurred_at),
        )
        self.entries.append(entry)
        self._tell(entry, before)
        return entry

    def _tell(self, entry: LedgerEntry, before: Account) -> None:
        after, order = self.account, self.attempt.order
        if entry.kind in {EntryKind.PAYMENT, EntryKind.CHARGEBACK_REVERSAL} and not after.due and before.due:
            publish(order=order, kind=EventKind.ORDER_PAID, entry=entry, key=f"order.paid:{entry.pk}")
        if entry.kind == EntryKind.CHARGEBACK and after.due:
            publish(order=order, kind=EventKind.ORDER_REOPENED, entry=entry, key=f"order.reopened:{entry.pk}")
        if entry.kind == EntryKind.REFUND:
            publish(order=order, kind=EventKind.REFUND_SUCCEEDED, entry=entry, key=f"refund.succeeded:{entry.pk}")
        if entry.kind == EntryKind.REFUND_REVERSAL:
            publish(order=order, kind=EventKind.REFUND_FAILED, entry=entry, key=f"refund.failed:{entry.pk}")

    def _instant(self, said: datetime.datetime | None) -> datetime.datetime:
        """When the provider says it happened, if its clock can be believed; else now."""
        now, leeway = timezone.now(), datetime.timedelta(hours=1)
        # A transfer's attempt is made when the statement is imported, days after the money came.
        begun = self.attempt.order.created_at if self.attempt.provider == PROVIDER else self.attempt.created_at
        if said and begun - leeway <= said <= now + leeway:
            return min(said, now)
        return now
