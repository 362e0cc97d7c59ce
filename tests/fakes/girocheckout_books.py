"""GiroCheckout's books: its projects, pages and transactions, and what has moved in them."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping


@dataclasses.dataclass
class Project:
    """One way of paying with its id and password, as GiroCockpit shows them."""

    method: str
    project_id: str
    password: str


@dataclasses.dataclass(eq=False)
class Transaction:
    """Money moved, or tried to. ``result`` is empty while the payer is at it."""

    reference: str
    project: Project
    merchant_tx_id: str
    amount: int
    currency: str
    method: str
    kind: str = "SALE"
    result: str = ""
    parent: Transaction | None = None
    page: Page | None = None
    notify_url: str = ""
    kassenzeichen: str = ""
    #: Told instead of the truth, with a right hash.
    told_amount: int | None = None

    @property
    def told(self) -> int:
        return self.amount if self.told_amount is None else self.told_amount


@dataclasses.dataclass(eq=False)
class Page:
    """A payment page: several tries, with ``single`` 2 one success."""

    reference: str
    project: Project
    form: Mapping[str, str]
    tries: list[Transaction] = dataclasses.field(default_factory=list)

    @property
    def is_used(self) -> bool:
        single = self.form.get("single", "0")
        paid = any(transaction.result == "4000" for transaction in self.tries)
        return (single == "2" and paid) or (single == "1" and bool(self.tries))


class GiroBooks:
    """Payments are named by our own transaction ids, hyphen and all. ``name`` makes references unique."""

    def __init__(self, methods: Iterable[str], *, name: str) -> None:
        self.projects = {m: Project(m, str(5000 + n), f"pw-{m}-ü+%") for n, m in enumerate(methods)}
        self.transactions: list[Transaction] = []
        self.pages: list[Page] = []
        self._numbers = itertools.count(1)
        self._name = hashlib.sha256(name.encode()).hexdigest()[:12]

    def received_cents(self) -> dict[str, int]:
        """What payers paid, by our transaction id; voided payments are none."""
        voided = {t.parent.reference for t in self.transactions if t.kind == "VOID" and t.parent}
        paid = [t for t in self.transactions if t.kind == "SALE" and t.result == "4000" and t.reference not in voided]
        return _sums((t.merchant_tx_id, t.amount) for t in paid)

    def refunded_cents(self) -> dict[str, int]:
        """What went back, by our transaction id of the payment."""
        back = [t for t in self.transactions if t.kind == "REFUND" and t.result == "4000" and t.parent]
        return _sums((t.parent.merchant_tx_id, t.amount) for t in back)

    def begun(self, tx_id: str, method: str) -> Transaction:
        """The payment with this id; on a page, a new try by this way of paying."""
        page = next((page for page in self.pages if page.form["merchantTxId"] == tx_id), None)
        if page is None:
            return next(t for t in reversed(self.transactions) if t.merchant_tx_id == tx_id and t.kind == "SALE")
        if page.is_used:
            return Transaction("", page.project, tx_id, int(page.form["amount"]), "EUR", method, result="5505")
        notify_url = page.form["notifyUrl"]
        transaction = self.add(page.project, page.form, method, page=page, notify_url=notify_url)
        page.tries.append(transaction)
        return transaction

    def add(self, project: Project, form: Mapping[str, str], method: str, **more: object) -> Transaction:
        transaction = Transaction(
            reference=self.new_reference("tx"),
            project=project,
            merchant_tx_id=form["merchantTxId"],
            amount=int(form["amount"]),
            currency=form["currency"],
            method=method,
            kassenzeichen=form.get("kassenzeichen", ""),
            **more,
        )
        self.transactions.append(transaction)
        return transaction

    def find(self, project: Project, reference: str, txreference: str) -> Transaction | Page | None:
        """A page's last try stands for the page, unless ``txreference`` says which one."""
        for page in self.pages:
            if page.reference == reference and page.project is project:
                refunds = [t for t in self.transactions if t.parent in page.tries]
                named = [t for t in (*page.tries, *refunds) if t.reference == txreference]
                if txreference:
                    return named[0] if named else None
                return page.tries[-1] if page.tries else page
        found = (t for t in self.transactions if t.reference == reference and t.project is project)
        return next(found, None)

    def new_reference(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers):04d}-{self._name}"


def theirs(tx_id: str) -> str:
    return tx_id.replace("-", "_")


def ours(tx_id: str) -> str:
    return tx_id.replace("_", "-")


def _sums(pairs) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for tx_id, cents in pairs:
        sums[ours(tx_id)] += cents
    return dict(sums)
