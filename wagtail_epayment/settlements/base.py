"""What every settlement report says, whatever its format; readers never touch the database."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise

from ..models import LineKind


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One movement; signed cents from the commune's point of view (a refund, a fee and a payout are negative).

    ``key`` names the movement at its source for ever, so that two reports that overlap tell of it once.
    """

    key: str
    kind: LineKind
    amount_cents: int
    currency: str
    provider_ref: str = ""
    payment_ref: str = ""
    merchant_tx_id: str = ""
    reference: str = ""
    text: str = ""
    booked_on: date | None = None
    batch_key: str = ""
    """Key of the line this one is a part of, e.g. a bank's credit for a whole day."""
    details: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Settlement:
    """One report. ``total_cents`` is what the source says its lines add up to, None if it does not say."""

    reference: str
    currency: str
    lines: tuple[SettledLine, ...]
    total_cents: int | None = None
    period_from: date | None = None
    period_to: date | None = None
    paid_on: date | None = None


class BaseSettlementFormat(abc.ABC):
    """Reads one kind of file. Instances live for one file."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    is_of_bank: ClassVar[bool] = False
    """The commune's own bank says it, not a payment provider: the report belongs to no contract."""
    option_fields: ClassVar[Mapping[str, forms.Field]] = {}

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self.options = options or {}

    @abc.abstractmethod
    def read(self, data: bytes) -> Iterator[Settlement]:
        """The reports in a file. Raises NotUnderstood naming the line and what is wrong with it."""
