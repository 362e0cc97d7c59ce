"""What a form assistant, or any other code, hands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from wagtail.models import Site

from wagtail_buergerportal.communes.models import Department
from wagtail_buergerportal.identity.models import Citizen

from .models import Case


@dataclass(frozen=True, slots=True)
class FeeLine:
    """``quantity`` × ``unit_cents`` (tax included), booked on ``posting_key``."""

    label: str
    quantity: int
    unit_cents: int
    tax_permille: int = 0
    posting_key: str = ""

    @property
    def total_cents(self) -> int:
        return self.quantity * self.unit_cents


@dataclass(frozen=True, slots=True)
class UploadedPart:
    field_key: str
    filename: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """One act of handing in. ``submission_key`` makes it one act, however often it is repeated."""

    submission_key: UUID
    site: Site
    department: Department
    title: str
    service_key: str
    language: str
    answers: dict[str, Any] = field(repr=False)
    summary: list[dict[str, Any]] = field(repr=False)
    fee_lines: tuple[FeeLine, ...] = ()
    payment_policy: str = "none"
    payment_days: int = 7
    retention_days: int = 365
    payer: dict[str, str] = field(default_factory=dict, repr=False)
    citizen: Citizen | None = None
    uploads: tuple[UploadedPart, ...] = field(default=(), repr=False)
    confirmation: str = ""

    @property
    def fee_cents(self) -> int:
        return sum(line.total_cents for line in self.fee_lines)


@dataclass(frozen=True, slots=True)
class Submitted:
    """``secret`` is known only now, at the first submit; None at a repetition."""

    case: Case
    secret: str | None
    pay_url: str | None
