"""What a reported movement means beside our own books. Pure: no database, no clock, no guess between several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..models import LineKind, MatchClass, WhyOpen
from .base import SettledLine

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Booked:
    """A ledger entry; signed cents."""

    pk: int
    kind: str
    ref: str
    amount_cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class KnownRefund:
    key: str
    ref: str
    amount_cents: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Payment:
    """An attempt with what is booked for it; ``pk`` and ``order`` are keys."""

    pk: str
    order: str
    provider_ref: str
    merchant_tx_id: str
    amount_cents: int
    currency: str
    entries: tuple[Booked, ...] = ()
    refunds: tuple[KnownRefund, ...] = ()

    def of_kind(self, kind: str) -> list[Booked]:
        return [entry for entry in self.entries if entry.kind == kind]

    @property
    def names(self) -> set[str]:
        """Everything a provider may call it."""
        booked = {entry.ref for entry in self.entries}
        refunds = {name for refund in self.refunds for name in (refund.ref, refund.key)}
        return ({self.provider_ref} | booked | refunds) - {""}


@dataclass(frozen=True, slots=True)
class Finding:
    """What the comparison says. ``is_to_book``: the money moved and the books do not know yet."""

    match: MatchClass
    why: WhyOpen | None = None
    order: str | None = None
    payment: Payment | None = None
    entry: Booked | None = None
    refund_key: str = ""

    @property
    def is_to_book(self) -> bool:
        return self.why == WhyOpen.TO_BOOK


@dataclass
class Books:
    """Our side, as far as these lines may be about it.

    ``settled`` entries were told by the same source before; the money of ``paid_out`` ones came in a provider's payout.
    """

    payments: Sequence[Payment] = ()
    orders: Mapping[str, str] = field(default_factory=dict)
    """Keys of orders by reference."""
    settled: set[int] = field(default_factory=set)
    paid_out: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._by_name = _index((name, payment) for payment in self.payments for name in payment.names)
        self._by_tx = _index((payment.merchant_tx_id, payment) for payment in self.payments)
        self._by_order = _index((payment.order, payment) for payment in self.payments)
        self._claimed: set[tuple[str, str, str]] = set()

    def find(self, line: SettledLine, references: Iterable[str] = ()) -> Finding:
        """Compare one line; ``references`` are those its texts name. Remembers what it has given away."""
        if line.kind in (LineKind.PAYOUT, LineKind.OTHER):
            return Finding(MatchClass.IGNORED)
        finding = self._named(line) or self._referred(line, references)
        if finding is None:
            return self._unknown(line)
        return self._taken(line, finding)

    def find_in_order(self, line: SettledLine, order: str) -> Finding:
        """Compare with one order only, which a person has chosen."""
        return self._taken(line, self._in_order(line, order))

    def _named(self, line: SettledLine) -> Finding | None:
        """By the provider's references, then by our transaction id; both must not name different payments."""
        by_ref = _union(self._by_name.get(name, []) for name in {line.provider_ref, line.payment_ref} if name)
        by_tx = self._by_tx.get(line.merchant_tx_id, []) if line.merchant_tx_id else []
        both = [payment for payment in by_ref if payment in by_tx]
        if by_ref and by_tx and not both:
            return Finding(MatchClass.AMBIGUOUS, WhyOpen.CONTRADICTION)
        found = both or by_ref or by_tx
        if len(found) > 1:
            return Finding(MatchClass.AMBIGUOUS, WhyOpen.SEVERAL_PAYMENTS, order=_only({each.order for each in found}))
        return self._judged(line, found[0]) if found else None

    def _referred(self, line: SettledLine, references: Iterable[str]) -> Finding | None:
        orders = {self.orders[name] for name in {line.reference, *references} if name in self.orders}
        if len(orders) > 1:
            return Finding(MatchClass.AMBIGUOUS, WhyOpen.SEVERAL_ORDERS)
        return self._in_order(line, orders.pop()) if orders else None

    def _unknown(self, line: SettledLine) -> Finding:
        if line.kind == LineKind.FEE:
            return Finding(MatchClass.IGNORED)  # A fee of the contract as a whole, e.g. its monthly price.
        is_named = line.provider_ref or line.payment_ref or line.merchant_tx_id or line.reference
        return Finding(MatchClass.UNKNOWN, WhyOpen.NOT_FOUND if is_named else WhyOpen.NO_NAME)

    def _in_order(self, line: SettledLine, order: str) -> Finding:
        known = self._by_order.get(order, [])
        payments = [each for each in known if not self._came_otherwise(line, each)]
        if known and not payments:
            return Finding(MatchClass.UNKNOWN, WhyOpen.NOTHING_DUE, order=order)
        free = [(each, entry) for each in payments for entry in self._free(each, line)]
        equal = [(each, entry) for each, entry in free if _is_equal(entry, line)]
        if len(equal) == 1:
            return Finding(MatchClass.MATCHED, order=order, payment=equal[0][0], entry=equal[0][1])
        if len(equal) > 1:
            return Finding(MatchClass.AMBIGUOUS, WhyOpen.SEVERAL_PAYMENTS, order=order)
        fitting = [each for each in payments if self._fits(each, line)] or payments
        if len(fitting) == 1:
            return self._judged(line, fitting[0])
        if not payments:
            return Finding(MatchClass.UNKNOWN, WhyOpen.NO_ATTEMPT, order=order)
        return Finding(MatchClass.AMBIGUOUS, WhyOpen.SEVERAL_PAYMENTS, order=order)

    def _came_otherwise(self, line: SettledLine, payment: Payment) -> bool:
        """A credit that only names the order, while the payment came in a payout: the order was paid a second time."""
        if line.kind != LineKind.PAYMENT or line.batch_key:
            return False
        booked = payment.of_kind(LineKind.PAYMENT)
        return bool(booked) and all(entry.pk in self.paid_out for entry in booked)

    def _fits(self, payment: Payment, line: SettledLine) -> bool:
        """A payment nobody has booked yet, for money that comes; a booked one, for all that may follow."""
        if line.kind == LineKind.PAYMENT:
            return not payment.of_kind(LineKind.PAYMENT) and payment.amount_cents == line.amount_cents
        return bool(payment.of_kind(LineKind.PAYMENT))

    def _judged(self, line: SettledLine, payment: Payment) -> Finding:
        same = {"order": payment.order, "payment": payment}
        if line.currency != payment.currency:
            return Finding(MatchClass.AMOUNT_DIFFERS, WhyOpen.CURRENCY, **same)  # type: ignore[arg-type]
        if entry := self._named_entry(line, payment):
            if entry.pk in self.settled:
                return Finding(MatchClass.AMBIGUOUS, WhyOpen.SETTLED_TWICE, **same, entry=entry)  # type: ignore[arg-type]
            return _compared(line, payment, entry)
        if line.kind == LineKind.PAYMENT:
            return self._judged_payment(line, payment)
        return self._judged_rest(line, payment)

    def _named_entry(self, line: SettledLine, payment: Payment) -> Booked | None:
        names = {line.payment_ref, line.provider_ref} - {""}
        named = [entry for entry in payment.of_kind(line.kind) if entry.ref in names]
        return next((entry for entry in named if entry.pk not in self.settled), next(iter(named), None))

    def _judged_payment(self, line: SettledLine, payment: Payment) -> Finding:
        free, booked = self._free(payment, line), payment.of_kind(line.kind)
        if line.payment_ref:
            # It names other money than the entries that carry a name of their own.
            unnamed = {payment.provider_ref, payment.merchant_tx_id}
            free = [entry for entry in free if entry.ref in unnamed]
            booked = [entry for entry in booked if entry.ref in unnamed]
        if len(free) == 1:
            return _compared(line, payment, free[0])
        if free:
            return Finding(MatchClass.AMBIGUOUS, WhyOpen.SEVERAL_PAYMENTS, payment.order, payment)
        if booked or (payment.pk, line.kind, line.payment_ref) in self._claimed:
            return Finding(MatchClass.AMBIGUOUS, WhyOpen.SETTLED_TWICE, payment.order, payment)
        if line.amount_cents != payment.amount_cents:
            return Finding(MatchClass.AMOUNT_DIFFERS, WhyOpen.AMOUNT, payment.order, payment)
        return Finding(MatchClass.UNKNOWN, WhyOpen.TO_BOOK, payment.order, payment)

    def _judged_rest(self, line: SettledLine, payment: Payment) -> Finding:
        free = self._free(payment, line)
        equal = [entry for entry in free if _is_equal(entry, line)]
        if len(equal) == 1:
            return _compared(line, payment, equal[0])
        if equal:
            return Finding(MatchClass.AMBIGUOUS, WhyOpen.SEVERAL_PAYMENTS, payment.order, payment)
        if not payment.of_kind(LineKind.PAYMENT) and line.kind != LineKind.FEE:
            return Finding(MatchClass.UNKNOWN, WhyOpen.REFUSED, payment.order, payment)
        if free and not (line.provider_ref or line.payment_ref) and line.kind != LineKind.FEE:
            return Finding(MatchClass.AMOUNT_DIFFERS, WhyOpen.AMOUNT, payment.order, payment, _only(free))
        return self._to_book(line, payment)

    def _to_book(self, line: SettledLine, payment: Payment) -> Finding:
        if line.kind not in (LineKind.REFUND, LineKind.REFUND_REVERSAL):
            return Finding(MatchClass.UNKNOWN, WhyOpen.TO_BOOK, payment.order, payment)
        is_back = line.kind == LineKind.REFUND_REVERSAL
        refunds = [each for each in payment.refunds if each.is_done == is_back]
        named = [each for each in refunds if {each.ref, each.key} & ({line.provider_ref, line.payment_ref} - {""})]
        chosen = named or [each for each in refunds if each.amount_cents == abs(line.amount_cents)]
        if len(chosen) > 1:
            return Finding(MatchClass.AMBIGUOUS, WhyOpen.SEVERAL_PAYMENTS, payment.order, payment)
        key = chosen[0].key if chosen else ""
        if is_back and not key:
            return Finding(MatchClass.UNKNOWN, WhyOpen.REFUSED, payment.order, payment)
        return Finding(MatchClass.UNKNOWN, WhyOpen.TO_BOOK, payment.order, payment, refund_key=key)

    def _free(self, payment: Payment, line: SettledLine) -> list[Booked]:
        return [entry for entry in payment.of_kind(line.kind) if entry.pk not in self.settled]

    def _taken(self, line: SettledLine, finding: Finding) -> Finding:
        if finding.entry and finding.match != MatchClass.AMBIGUOUS:
            self.settled.add(finding.entry.pk)
        if finding.is_to_book and finding.payment:
            self._claimed.add((finding.payment.pk, line.kind, line.payment_ref))
        return finding


def _compared(line: SettledLine, payment: Payment, entry: Booked) -> Finding:
    if _is_equal(entry, line):
        return Finding(MatchClass.MATCHED, None, payment.order, payment, entry)
    return Finding(MatchClass.AMOUNT_DIFFERS, WhyOpen.AMOUNT, payment.order, payment, entry)


def _is_equal(entry: Booked, line: SettledLine) -> bool:
    return (entry.amount_cents, entry.currency) == (line.amount_cents, line.currency)


def _index(pairs: Iterable[tuple[str, Payment]]) -> dict[str, list[Payment]]:
    found: dict[str, list[Payment]] = {}
    for name, payment in pairs:
        found.setdefault(name, []).append(payment)
    return found


def _union(lists: Iterable[list[Payment]]) -> list[Payment]:
    return list({payment.pk: payment for found in lists for payment in found}.values())


def _only(found: Iterable[T]) -> T | None:
    several = list(found)
    return several[0] if len(several) == 1 else None
