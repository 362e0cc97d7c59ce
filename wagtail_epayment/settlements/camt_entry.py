"""One entry of a bank statement as movements of ours."""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from lxml import etree

from ..errors import NotUnderstood
from ..models import LineKind
from .base import SettledLine
from .values import day_of, iso_cents
from .xml import child, children, text

#: Sub-families of issued direct debits that take money back (ISO 20022 external bank transaction codes).
_TAKEN_BACK = {"UPDD", "PRDD"}
_NOT_AN_ID = {"NOTPROVIDED", "NONREF", ""}


@dataclass(frozen=True, slots=True)
class Entry:
    element: etree._Element
    key: str
    currency: str
    is_part: bool = False
    """One of several entries under one reference of the bank: a part of the batch with that reference."""


def signed(element: etree._Element | None, *, amount: str = "Amt") -> int:
    """Cents with the sign of the credit/debit indicator. Raises NotUnderstood naming the line."""
    indicator = text(element, "CdtDbtInd")
    try:
        cents = iso_cents(text(element, amount))
        if indicator not in ("CRDT", "DBIT"):
            raise NotUnderstood(_("“%(text)s” is neither credit nor debit.") % {"text": indicator[:20]})
    except NotUnderstood as error:
        raise _at(element, error) from error
    return cents if indicator == "CRDT" else -cents


def day(found: str) -> datetime.date | None:
    return day_of(found, layouts=("%Y-%m-%d",)) if found else None


def lines_of(entry: Entry, *, account: str, seen: Counter[str], has_details_only: bool) -> Iterator[SettledLine]:
    """The movements of an entry: one, or a batch and its parts.

    A notification (camt.054) tells the parts of batches the statement books; with ``has_details_only`` the batch
    itself is left to the statement. Both name the same movement by the same key.
    """
    whole = _whole(entry)
    details = children(entry.element, "NtryDtls/TxDtls")
    if entry.is_part:
        parts = _parts(entry, details or [None], whole, account=account, seen=seen)
    elif len(details) > 1:
        parts = _parts(entry, details, whole, account=account, seen=seen)
    else:
        detail = details[0] if details else None
        whole = _said_by(whole, detail)
        parts = _returned(whole, detail)
    if parts and not has_details_only:
        yield replace(whole, kind=LineKind.OTHER)
    yield from parts or [whole]


def _whole(entry: Entry) -> SettledLine:
    element, cents = entry.element, signed(entry.element)
    currency = _currency(element) or entry.currency
    if currency != entry.currency:
        why = _("the entry is in %(found)s, the account in %(own)s.") % {"found": currency, "own": entry.currency}
        raise _at(element, NotUnderstood(why))
    return SettledLine(
        key=entry.key,
        kind=_kind(element, None, cents),
        amount_cents=cents,
        currency=currency,
        text=text(element, "AddtlNtryInf")[:500],
        booked_on=_day(element, "BookgDt") or _day(element, "ValDt"),
        details={"line": str(element.sourceline or 0), "code": text(element, "BkTxCd/Prtry/Cd")[:35]},
    )


def _parts(
    entry: Entry, details: Sequence[etree._Element | None], whole: SettledLine, *, account: str, seen: Counter[str]
) -> list[SettledLine]:
    parts: list[SettledLine] = []
    for detail in details:
        cents = _cents(detail, whole, is_only=len(details) == 1)
        part = _said_by(replace(whole, amount_cents=cents, kind=_kind(entry.element, detail, cents)), detail)
        base = _own_key(detail, part)
        seen[base] += 1
        key = f"{account}:{base}" + ("" if seen[base] == 1 else f"#{seen[base]}")
        part = replace(part, key=key, batch_key=entry.key)
        parts.extend([replace(piece, batch_key=entry.key) for piece in _returned(part, detail)] or [part])
    return parts


def _own_key(detail: etree._Element | None, part: SettledLine) -> str:
    """The same in a camt.053 and a camt.054: the bank's reference of the transaction, else what it says."""
    own = text(detail, "Refs/AcctSvcrRef")
    names = [
        own,
        part.merchant_tx_id,
        text(detail, "Refs/TxId"),
        part.text,
        str(part.amount_cents),
        str(part.booked_on),
    ]
    return "tx:" + hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:40]


def _cents(detail: etree._Element | None, whole: SettledLine, *, is_only: bool) -> int:
    """The amount of one part. Older versions have it below AmtDtls; a sole part may leave it to the entry."""
    sign = {"CRDT": 1, "DBIT": -1}.get(text(detail, "CdtDbtInd"), 1 if whole.amount_cents >= 0 else -1)
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        found = child(detail, path)
        if found is not None and found.get("Ccy", whole.currency) == whole.currency:
            try:
                return sign * iso_cents(text(found))
            except NotUnderstood as error:
                raise _at(detail, error) from error
    if is_only:
        return whole.amount_cents
    raise _at(detail, NotUnderstood(_("a part of the batch has no amount in the account's currency.")))


def _said_by(line: SettledLine, detail: etree._Element | None) -> SettledLine:
    """The line with what identifies the payment."""
    if detail is None:
        return line
    end_to_end = text(detail, "Refs/EndToEndId")
    remittance = "\n".join(text(part) for part in children(detail, "RmtInf/Ustrd")) or text(detail, "AddtlTxInf")
    reason = text(detail, "RtrInf/Rsn")
    payer = "Cdtr" if line.amount_cents < 0 else "Dbtr"
    extra = {
        "return_reason": reason[:35],
        "name": (text(detail, f"RltdPties/{payer}/Nm") or text(detail, f"RltdPties/{payer}/Pty/Nm"))[:140],
        "iban": text(detail, f"RltdPties/{payer}Acct/Id/IBAN")[:34],
    }
    return replace(
        line,
        merchant_tx_id="" if end_to_end.upper() in _NOT_AN_ID else end_to_end[:64],
        reference=text(detail, "RmtInf/Strd/CdtrRefInf/Ref")[:40],
        text=(remittance or line.text)[:1000],
        details={**line.details, **{name: value for name, value in extra.items() if value}},
    )


def _kind(element: etree._Element, detail: etree._Element | None, cents: int) -> LineKind:
    """What an entry means for us: money in, money out, or the one taken back."""
    details = [detail] if detail is not None else children(element, "NtryDtls/TxDtls")
    is_return = (
        any(child(each, "RtrInf") is not None for each in details)
        or text(element, "RvslInd") in ("true", "1")
        or text(element, "BkTxCd/Domn/Fmly/SubFmlyCd") in _TAKEN_BACK
    )
    if cents >= 0:
        return LineKind.REFUND_REVERSAL if is_return else LineKind.PAYMENT
    return LineKind.CHARGEBACK if is_return else LineKind.REFUND


def _returned(line: SettledLine, detail: etree._Element | None) -> list[SettledLine]:
    """A returned direct debit with its charges as two movements; empty if there are none in the amount."""
    if detail is None or line.kind != LineKind.CHARGEBACK:
        return []
    fee = _charges(detail, line)
    if not 0 < fee < -line.amount_cents:
        return []
    taken = replace(line, key=f"{line.key}:returned", amount_cents=line.amount_cents + fee, batch_key=line.key)
    return [taken, replace(taken, key=f"{line.key}:fee", kind=LineKind.FEE, amount_cents=-fee)]


def _charges(detail: etree._Element, line: SettledLine) -> int:
    """Charges within the amount: what exceeds the sum once collected, else the charges said to be included."""
    original = child(detail, "AmtDtls/InstdAmt/Amt")
    if original is not None and original.get("Ccy", line.currency) == line.currency:
        return -line.amount_cents - iso_cents(text(original))
    records = [
        *children(detail, "Chrgs/Rcrd"),
        *(charge for charge in children(detail, "Chrgs") if child(charge, "Rcrd") is None),
    ]
    included = [record for record in records if text(record, "ChrgInclInd") in ("true", "1")]
    return sum(iso_cents(text(record, "Amt")) for record in included if text(record, "Amt"))


def _currency(element: etree._Element) -> str:
    amount = child(element, "Amt")
    return "" if amount is None else str(amount.get("Ccy", ""))


def _day(element: etree._Element, name: str) -> datetime.date | None:
    try:
        return day(text(element, f"{name}/Dt") or text(element, f"{name}/DtTm"))
    except NotUnderstood as error:
        raise _at(element, error) from error


def _at(element: etree._Element | None, why: NotUnderstood) -> NotUnderstood:
    line = None if element is None else element.sourceline
    return NotUnderstood(_("Line %(line)s: %(why)s") % {"line": line or 0, "why": why})
