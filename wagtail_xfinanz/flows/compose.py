"""One order's ledger entries as posting records: split onto items, with accounts, tax lines and clean text."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from wagtail_epayment.models import EntryKind, LedgerEntry, OrderItem, PaymentOrder
from wagtail_epayment.state import account_of

from ..budget import local_day
from ..models import DEPOSIT_KEY, FEE_KEY, FinanceTenant, PostingAccount, PostingRecord
from ..posting import Part, Posting
from ..repertoire import Repertoire
from ..splitting import DEPOSIT, Item, Move, Share, split
from ..text import TextNotWritable, writable
from .equip import csv_profile_of
from .fit import Fit

CURRENCY = "EUR"
_FEE = gettext_noop("Fee of the payment provider")
_DEPOSIT = gettext_noop("Partial payment or overpayment")


Keys = Mapping[tuple[int, int | None, str], str]
"""Posting keys a person has chosen for parts of a payment, by ledger entry, order item and part."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a ledger entry cannot be posted, in words for the Kasse; with the text, if it cannot be written."""

    message: str
    text: str = ""
    field: str = ""

    def __str__(self) -> str:
        return self.message


class Accounts:
    """A tenant's posting accounts, read once, looked up by key and day."""

    def __init__(self, tenant: FinanceTenant) -> None:
        self._by_key: dict[str, list[PostingAccount]] = defaultdict(list)
        self.repertoire = Repertoire(tenant.repertoire)
        self.fit = Fit(csv_profile_of(tenant))
        for account in PostingAccount.objects.filter(tenant=tenant):
            self._by_key[account.key].append(account)

    def find(self, key: str, day: datetime.date) -> PostingAccount | None:
        return next((account for account in self._by_key.get(key, []) if account.covers(day)), None)


def compose(
    order: PaymentOrder, accounts: Accounts, *, keys: Keys | None = None
) -> Iterator[tuple[LedgerEntry, list[PostingRecord], list[Problem]]]:
    """All entries of the order, with their postings or problems. Expects items, entries and attempts prefetched."""
    items = {item.pk: item for item in order.items.all()}
    entries = list(order.entries.all())
    owed = [Item(item.pk, item.total_cents, item.tax_permille) for item in items.values()]
    moving = [entry for entry in entries if entry.kind != EntryKind.FEE]
    moves = [
        Move(entry.amount_cents, account_of(order.amount_cents, moving[:number]).owed)
        for number, entry in enumerate(moving, start=1)
    ]
    shares = dict(zip(moving, split(owed, moves), strict=True))
    for entry in entries:
        composer = _Composer(order, entry, accounts, keys or {})
        if entry.kind == EntryKind.FEE:
            composer.add(key=FEE_KEY, label=_in_books(_FEE), part=Part.FEE, cents=entry.amount_cents)
        for share in shares.get(entry, ()):
            composer.add_share(share, items.get(share.item))
        yield entry, composer.records, composer.problems


class _Composer:
    """Collects the records of one entry."""

    def __init__(self, order: PaymentOrder, entry: LedgerEntry, accounts: Accounts, keys: Keys) -> None:
        self.records: list[PostingRecord] = []
        self.problems: list[Problem] = []
        self._order, self._entry, self._accounts, self._keys = order, entry, accounts, keys
        self._corrected = {row.original: row.replacement for row in order.text_corrections.all()}
        self._day = local_day(entry.occurred_at)
        if entry.currency != CURRENCY:
            self._problem(
                _("Only payments in EUR can be posted, this one is in %(currency)s.") % {"currency": entry.currency}
            )

    def add_share(self, share: Share, item: OrderItem | None) -> None:
        if share.item == DEPOSIT or item is None:
            self.add(key=DEPOSIT_KEY, label=_in_books(_DEPOSIT), part=Part.DEPOSIT, cents=share.net_cents)
            return
        self.add(key=item.posting_key, label=item.label, part=Part.ITEM, cents=share.net_cents, item=item)
        if share.tax_cents:
            self.add(key=item.posting_key, label=item.label, part=Part.TAX, cents=share.tax_cents, item=item)

    def add(self, *, key: str, label: str, part: Part, cents: int, item: OrderItem | None = None) -> None:
        key = self._keys.get((self._entry.pk, item.pk if item else None, part.value), key)
        account = self._accounts.find(key, self._day) if key else None
        if account is None:
            self._problem(_missing(key, label, self._day))
            return
        if part == Part.TAX and not account.tax_account:
            self._problem(_("The posting account “%(key)s” names no account for VAT.") % {"key": key})
            return
        posting = self._posting(account, label=label, part=part, cents=cents, item=item)
        self._check_fit(posting, self._typed(label, account, item))
        self.records.append(self._record(posting, item))

    def _check_fit(self, posting: Posting, typed: dict[str, str]) -> None:
        for name, message in self._accounts.fit.problems(posting, name=self._order.reference):
            text = typed.get(name, "")
            self._problem(message, text=text, field=name if text else "")

    def _typed(self, label: str, account: PostingAccount, item: OrderItem | None) -> dict[str, str]:
        """The texts of a posting as they were before anything was written differently."""
        order, entry = self._order, self._entry
        extra = account.dimensions | (item.booking_data if item else {})
        return {
            "reason": order.purpose or order.reference,
            "label": label or order.reference,
            "payer": payer_name(order),
            "method": entry.method,
            "provider_ref": entry.provider_ref,
            **{str(key): str(value) for key, value in extra.items()},
        }

    def _posting(
        self, account: PostingAccount, *, label: str, part: Part, cents: int, item: OrderItem | None
    ) -> Posting:
        order, entry = self._order, self._entry
        extra = account.dimensions | (item.booking_data if item else {})
        return Posting(
            kind=entry.kind,
            part=part.value,
            amount_cents=cents,
            reference=order.reference,
            booked_on=self._day,
            due_on=order.due_on,
            reason=self._text(order.purpose or order.reference, _("purpose")),
            label=self._text(label or order.reference, _("order item")),
            payer=self._text(payer_name(order), _("payer")),
            posting_key=account.key,
            tax_permille=item.tax_permille if item else 0,
            method=self._text(entry.method, _("way of payment")),
            provider=entry.attempt.provider,
            provider_ref=self._text(entry.provider_ref, _("reference of the payment service")),
            entry_id=entry.pk,
            order_id=str(order.pk),
            extra=tuple((self._text(str(key), key), self._text(str(value), key)) for key, value in extra.items()),
            **_booking(account, part),
        )

    def _record(self, posting: Posting, item: OrderItem | None) -> PostingRecord:
        return PostingRecord(
            entry=self._entry,
            item=item,
            kind=posting.kind,
            part=posting.part,
            amount_cents=posting.amount_cents,
            data=posting.to_json(),
            source_key=f"{self._entry.pk}:{item.pk if item else 0}:{posting.part}",
        )

    def _text(self, text: str, field: str) -> str:
        try:
            return writable(
                self._corrected.get(text, text),
                record=self._order.reference,
                field=field,
                repertoire=self._accounts.repertoire,
            )
        except TextNotWritable as error:
            self._problem(str(error), text=text, field=field)
            return ""

    def _problem(self, message: str, *, text: str = "", field: str = "") -> None:
        problem = Problem(message, text, field)
        if problem not in self.problems:
            self.problems.append(problem)


def _in_books(text: str) -> str:
    """The books are kept in German, whatever language the admin has for the person who collects."""
    with translation.override("de"):
        return _(text)


def payer_name(order: PaymentOrder) -> str:
    """Only the name: the address stays with the errand."""
    payer = order.payer or {}
    names = [str(payer.get(key) or "") for key in ("first_name", "last_name")]
    return " ".join(filter(None, names)) or str(payer.get("name") or payer.get("organisation") or "")


def _booking(account: PostingAccount, part: Part) -> dict[str, str]:
    """Where it is booked; tax goes to the tax account of the same posting account."""
    tax = account.tax_account if part == Part.TAX else ""
    return {
        "product": account.product,
        "account": (tax or account.account) if account.account else "",
        "cost_centre": account.cost_centre,
        "cost_unit": account.cost_unit,
        "internal_order": account.internal_order,
        "budget_line": (tax or account.budget_line) if account.budget_line else "",
    }


def _missing(key: str, label: str, day: datetime.date) -> str:
    if not key:
        return _("The item “%(label)s” has no posting key.") % {"label": label}
    return _("There is no posting account “%(key)s” valid on %(day)s.") % {"key": key, "day": f"{day:%d.%m.%Y}"}
