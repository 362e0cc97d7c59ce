"""Bank statements: ISO 20022 camt.053 (the day) and camt.054 (the parts of batch bookings), any version.

Source: DFÜ-Abkommen Anlage 3 of the German banking industry; ISO 20022 message definitions camt.053, camt.054.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lxml import etree

from ..errors import NotUnderstood
from .base import BaseSettlementFormat, SettledLine, Settlement
from .camt_entry import Entry, day, lines_of, signed
from .registry import formats
from .xml import child, children, documents, name_of, text

_REPORTS = {"BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}


@formats.register("camt")
class CamtFormat(BaseSettlementFormat):
    label = gettext_lazy("Bank statement (camt.053, camt.054)")
    is_of_bank = True
    option_fields: ClassVar[Mapping[str, forms.Field]] = {
        "is_shared_account": forms.BooleanField(
            label=gettext_lazy("The account serves other purposes too: set aside what names none of our payments"),
            required=False,
        )
    }

    def read(self, data: bytes) -> Iterator[Settlement]:
        for __, root in documents(data):
            message = next((element for element in root if name_of(element) in _REPORTS), None)
            if message is None:
                raise NotUnderstood(_not_camt(root))
            has_details_only = name_of(message) == "BkToCstmrDbtCdtNtfctn"
            for report in children(message, _REPORTS[name_of(message)]):
                yield _settlement(report, has_details_only=has_details_only)


def _not_camt(root: etree._Element) -> str:
    if any(name_of(element) == "BkToCstmrAcctRpt" for element in root):
        return _("This is a camt.052 of the running day. Please take the camt.053 of the whole day.")
    return _("This is neither a camt.053 nor a camt.054.")


def _settlement(report: etree._Element, *, has_details_only: bool) -> Settlement:
    account = account_key(report)
    currency = text(report, "Acct/Ccy") or _currency(report)
    seen: Counter[str] = Counter()
    lines: list[SettledLine] = []
    for entry in _booked_entries(report, account, currency, has_details_only=has_details_only):
        lines.extend(lines_of(entry, account=account, seen=seen, has_details_only=has_details_only))
    first, last = _period(report, lines)
    return Settlement(
        reference=text(report, "Id")[:120],
        currency=currency or "EUR",
        lines=tuple(lines),
        total_cents=_stated_net(report) if has_details_only else _movement(report),
        period_from=first,
        period_to=last,
    )


def account_key(report: etree._Element) -> str:
    """Names the account for ever without saying its number."""
    number = text(report, "Acct/Id/IBAN") or text(report, "Acct/Id/Othr/Id")
    return hashlib.sha256(number.replace(" ", "").upper().encode()).hexdigest()[:16]


def _booked_entries(report: etree._Element, account: str, currency: str, *, has_details_only: bool) -> Iterator[Entry]:
    """Entries that are booked, each with a key that other files use for it too.

    The bank's reference names an entry; where there is none, its content does, and how often it was there before.
    In a notification, entries that share a reference are the parts of one batch.
    """
    booked = [each for each in children(report, "Ntry") if text(each, "Sts").upper() in ("BOOK", "")]
    names = [_bank_reference(element) or _content(element) for element in booked]
    often, seen = Counter(names), Counter[str]()
    for element, name in zip(booked, names, strict=True):
        is_part = has_details_only and often[name] > 1 and bool(_bank_reference(element))
        seen[name] += 1
        suffix = "" if seen[name] == 1 or is_part else f"#{seen[name]}"
        yield Entry(element=element, key=f"{account}:{name[:80]}{suffix}", currency=currency, is_part=is_part)


def _bank_reference(element: etree._Element) -> str:
    found = text(element, "AcctSvcrRef")
    return "" if found.upper() in ("NONREF", "NOTPROVIDED") else found


def _content(element: etree._Element) -> str:
    said = "\x1f".join("".join(str(part).split()) for part in element.itertext() if str(part).strip())
    return hashlib.sha256(said.encode()).hexdigest()[:40]


def _currency(report: etree._Element) -> str:
    amount = child(report, "Ntry/Amt")
    return "" if amount is None else str(amount.get("Ccy", ""))


def _movement(report: etree._Element) -> int | None:
    """What the booked entries must add up to: closing less opening balance; None if one of them is not said."""
    balances = {text(balance, "Tp/CdOrPrtry"): balance for balance in reversed(children(report, "Bal"))}
    opening = balances.get("OPBD", balances.get("PRCD"))
    closing = balances.get("CLBD")
    return None if opening is None or closing is None else signed(closing) - signed(opening)


def _stated_net(report: etree._Element) -> int | None:
    """The net of all entries, if the notification says it (the element's place differs between versions)."""
    totals = child(report, "TxsSummry/TtlNtries")
    nested = child(totals, "TtlNetNtry")
    if nested is not None:
        return signed(nested)
    return None if child(totals, "TtlNetNtryAmt") is None else signed(totals, amount="TtlNetNtryAmt")


def _period(report: etree._Element, lines: list[SettledLine]) -> tuple[date | None, date | None]:
    first, last = day(text(report, "FrToDt/FrDtTm")), day(text(report, "FrToDt/ToDtTm"))
    days = sorted(line.booked_on for line in lines if line.booked_on)
    return first or (days[0] if days else None), last or (days[-1] if days else None)
