"""How a ledger entry falls onto the items of its order, to the cent. Pure Python, no ORM.

Money settles an order's items only when it covers all that is still open; until then, and for what is too much, it
rests on deposit. What goes back is taken from the deposit first, then from the items in proportion. A refund on purpose
lowers what is owed for the items, so that what is paid again after a chargeback settles the rest and does not wait on
deposit for money nobody owes. The parts of an entry always add up to the entry, and after full payment each item has
exactly what is owed for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

DEPOSIT = 0
"""Stands for the deposit where otherwise an item's key stands."""


@dataclass(frozen=True, slots=True)
class Share:
    """Signed cents of one entry for one item; ``net_cents`` + ``tax_cents`` is the whole."""

    item: int
    net_cents: int
    tax_cents: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """Signed cents of one entry, and what is owed for the order since then."""

    cents: int
    owed_cents: int


@dataclass(frozen=True, slots=True)
class Item:
    """What is owed for an item, tax included."""

    key: int
    owed_cents: int
    tax_permille: int = 0


@dataclass(slots=True)
class _State:
    items: Mapping[int, Item]
    owed: dict[int, int]
    settled: dict[int, int]
    deposit: int = 0
    shares: list[Share] = field(default_factory=list)

    @property
    def open(self) -> dict[int, int]:
        return {key: cents - self.settled[key] for key, cents in self.owed.items()}

    def owe(self, cents: int) -> None:
        """Let the items together be owed so much: less where something is open, more where something was waived."""
        change = cents - sum(self.owed.values())
        waived = {key: item.owed_cents - self.owed[key] for key, item in self.items.items()}
        weights = self.open if change < 0 else waived
        for key, part in proportional(min(abs(change), sum(weights.values())), weights).items():
            self.owed[key] += part if change > 0 else -part

    def move(self, key: int, cents: int) -> None:
        if cents == 0:
            return
        if key == DEPOSIT:
            self.deposit += cents
            self.shares.append(Share(DEPOSIT, cents))
            return
        before = self.settled[key]
        self.settled[key] = before + cents
        permille = self.items[key].tax_permille
        tax = included_tax(before + cents, permille) - included_tax(before, permille)
        self.shares.append(Share(key, cents - tax, tax))


def split(items: Iterable[Item], moves: Iterable[Move]) -> Iterator[list[Share]]:
    """For each move, in ledger order, the shares it falls into. Empty shares are left out."""
    by_key = {item.key: item for item in items}
    state = _State(by_key, {key: item.owed_cents for key, item in by_key.items()}, dict.fromkeys(by_key, 0))
    for move in moves:
        state.shares = []
        if move.cents > 0:
            state.owe(move.owed_cents)
            _take(state, move.cents)
        else:
            _give_back(state, -move.cents)
            state.owe(move.owed_cents)
        yield state.shares


def _take(state: _State, amount: int) -> None:
    still_open = state.open
    missing = sum(still_open.values())
    if missing and state.deposit + amount >= missing:
        for key, cents in still_open.items():
            state.move(key, cents)
        state.move(DEPOSIT, amount - missing)
    else:
        state.move(DEPOSIT, amount)


def _give_back(state: _State, amount: int) -> None:
    from_items = min(amount - min(amount, max(state.deposit, 0)), sum(state.settled.values()))
    state.move(DEPOSIT, from_items - amount)
    for key, cents in proportional(from_items, state.settled).items():
        state.move(key, -cents)


def proportional(amount: int, weights: Mapping[int, int]) -> dict[int, int]:
    """``amount`` by weight, rounded so that the sum is kept: the largest remainders get the odd cents."""
    total = sum(weights.values())
    if total <= 0:
        return {}
    shares = {key: amount * weight // total for key, weight in weights.items()}
    by_rest = sorted(weights, key=lambda key: (-(amount * weights[key] % total), key))
    for key in by_rest[: amount - sum(shares.values())]:
        shares[key] += 1
    return shares


def included_tax(gross_cents: int, permille: int) -> int:
    """The tax within a gross amount, rounded half up: 1190 at 190 permille is 190."""
    if not permille:
        return 0
    numerator, denominator = gross_cents * permille, 1000 + permille
    return (2 * numerator + denominator) // (2 * denominator)
