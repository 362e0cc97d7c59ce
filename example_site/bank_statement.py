"""Bank statements as a bank writes them: enough of camt.053 and camt.054 to tell every story, in any version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

IBAN = "DE02120300000000202051"


@dataclass(frozen=True)
class Part:
    """A transaction; positive cents came in, negative went out."""

    cents: int
    end_to_end: str = "NOTPROVIDED"
    text: str | tuple[str, ...] = ""
    returned: str = ""
    """Reason code of a return."""
    original_cents: int = 0
    """What was once collected, where a return costs more than that."""
    included_fee_cents: int = 0

    def xml(self, version: str) -> str:
        amount = f'<Amt Ccy="EUR">{_decimal(self.cents)}</Amt>'
        old = version in ("02",)
        original = (
            f'<InstdAmt><Amt Ccy="EUR">{_decimal(self.original_cents)}</Amt></InstdAmt>' if self.original_cents else ""
        )
        details = f"<AmtDtls>{original}<TxAmt>{amount}</TxAmt></AmtDtls>"
        fee = _decimal(self.included_fee_cents)
        charges = f'<Chrgs><Rcrd><Amt Ccy="EUR">{fee}</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>'
        texts = (self.text,) if isinstance(self.text, str) else self.text
        name = "<Nm>Erika Mustermann</Nm>" if old else "<Pty><Nm>Erika Mustermann</Nm></Pty>"
        return "".join(
            [
                "<TxDtls>",
                f"<Refs><EndToEndId>{escape(self.end_to_end)}</EndToEndId></Refs>",
                details if old else f"{amount}<CdtDbtInd>{_sign(self.cents)}</CdtDbtInd>{details}",
                charges if self.included_fee_cents else "",
                f"<RltdPties><Dbtr>{name}</Dbtr><DbtrAcct><Id><IBAN>{IBAN}</IBAN></Id></DbtrAcct></RltdPties>",
                f"<RmtInf>{''.join(f'<Ustrd>{escape(text)}</Ustrd>' for text in texts)}</RmtInf>",
                f"<RtrInf><Rsn><Cd>{self.returned}</Cd></Rsn></RtrInf>" if self.returned else "",
                "</TxDtls>",
            ]
        )


@dataclass(frozen=True)
class Booking:
    """An entry with its parts; its own amount is their sum unless said."""

    parts: tuple[Part, ...]
    ref: str = ""
    day: str = "2026-11-20"
    cents: int | None = None
    hides_parts: bool = False
    status: str = "BOOK"
    info: str = ""
    is_reversal: bool = False

    @property
    def total(self) -> int:
        return sum(part.cents for part in self.parts) if self.cents is None else self.cents

    def xml(self, version: str) -> str:
        status = self.status if version == "02" else f"<Cd>{self.status}</Cd>"
        parts = "" if self.hides_parts else f"<NtryDtls>{''.join(part.xml(version) for part in self.parts)}</NtryDtls>"
        return "".join(
            [
                f'<Ntry><Amt Ccy="EUR">{_decimal(self.total)}</Amt><CdtDbtInd>{_sign(self.total)}</CdtDbtInd>',
                "<RvslInd>true</RvslInd>" if self.is_reversal else "",
                f"<Sts>{status}</Sts><BookgDt><Dt>{self.day}</Dt></BookgDt>",
                f"<AcctSvcrRef>{self.ref}</AcctSvcrRef>" if self.ref else "",
                parts,
                f"<AddtlNtryInf>{escape(self.info)}</AddtlNtryInf>",
                "</Ntry>",
            ]
        )


def credit(cents: int, **fields: Any) -> Booking:
    booking = {name: fields.pop(name) for name in ("ref", "day", "status") if name in fields}
    return Booking(parts=(Part(cents, **fields),), **booking)


@dataclass
class Statement:
    bookings: list[Booking] = field(default_factory=list)
    number: str = "2026/224"
    version: str = "08"
    opening: int = 100_000
    closing: int | None = None

    def camt053(self) -> bytes:
        booked = sum(each.total for each in self.bookings if each.status == "BOOK")
        closing = self.opening + booked if self.closing is None else self.closing
        balances = _balance("OPBD", self.opening) + _balance("CLBD", closing)
        return self._document("053", "BkToCstmrStmt", "Stmt", balances)

    def camt054(self) -> bytes:
        return self._document("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "")

    def _document(self, message: str, root: str, report: str, balances: str) -> bytes:
        entries = "".join(each.xml(self.version) for each in self.bookings)
        space = f"urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{self.version}"
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{space}"><{root}>'
            f"<GrpHdr><MsgId>M1</MsgId></GrpHdr><{report}><Id>{self.number}</Id>"
            f"<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{entries}</{report}></{root}></Document>"
        ).encode()


def _balance(code: str, cents: int) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{_decimal(cents)}</Amt><CdtDbtInd>{_sign(cents)}</CdtDbtInd></Bal>'
    )


def _decimal(cents: int) -> str:
    return f"{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _sign(cents: int) -> str:
    return "DBIT" if cents < 0 else "CRDT"
