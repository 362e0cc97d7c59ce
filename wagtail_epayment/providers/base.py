"""The contract every payment provider fulfils. An adapter talks to its vendor and never to the database."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise

from ..errors import ProviderRefused
from ..models import AttemptState, RefundState
from ..settlements.base import Settlement


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; the rest of the app asks here instead of trying."""

    online: bool = True
    """Payers are sent to a page of the provider. Without, money comes unannounced and nothing can be begun."""
    notify: bool = False
    poll: bool = False
    refund: bool = False
    partial_refund: bool = False
    idempotent_refund: bool = False
    """The same refund sent twice under one key is one refund. Without it a lost answer is never sent again."""
    poll_refund: bool = False
    chargeback: bool = False
    """Says by itself when a payer's bank took money back."""
    settlement: bool = False
    """Can be asked for its settlement reports."""


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract as an adapter may see it."""

    credentials: Mapping[str, str] = field(repr=False)
    options: Mapping[str, Any]
    is_live: bool
    timeout: float
    methods: Sequence[str] = ()
    """Codes of the ways of paying it offers, in the citizens' order."""


@dataclass(frozen=True, slots=True)
class ItemView:
    """One line of an order; cents with tax."""

    label: str
    quantity: int
    unit_cents: int
    tax_permille: int
    posting_key: str
    booking_data: Mapping[str, str]

    @property
    def total_cents(self) -> int:
        return self.quantity * self.unit_cents


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt as an adapter may see it; amounts in cents.

    ``items`` add up to the order's amount, which is more than ``amount_cents`` if a part is paid already.
    """

    merchant_tx_id: str
    provider_ref: str
    amount_cents: int
    currency: str
    purpose: str
    """The contract's booking text, filled in."""
    reference: str
    language: str
    method: str = ""
    created_at: datetime | None = None
    expires_at: datetime | None = None
    items: tuple[ItemView, ...] = ()
    payer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundView:
    """A refund as an adapter may see it; ``key`` is unique and never changes, ``payment_ref`` names the money."""

    key: str
    provider_ref: str
    payment_ref: str
    amount_cents: int
    currency: str
    purpose: str
    submitted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReturnUrls:
    """Absolute addresses: where the payer comes back to and where the provider notifies."""

    back: str
    notify: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """The provider took the payment: its own reference and the address to send the payer to."""

    provider_ref: str
    url: str


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A request or answer of a provider, as it came."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Word:
    """What a message says of a payment. ``is_verified``: its signature proves that the provider said it."""

    merchant_tx_id: str
    provider_ref: str
    state: AttemptState
    amount_cents: int
    currency: str
    is_verified: bool
    dedupe_key: str = ""
    payment_ref: str = ""
    """The provider's id of the money itself; two different ones on one attempt are two payments. Empty if the
    provider has no such id: then an attempt is one payment at most."""
    method: str = ""
    is_payer_done: bool = False
    """Pending, but the payer has done all they had to and the money is on its way, e.g. a direct debit: such an
    attempt does not expire because nobody came back to it."""
    occurred_at: datetime | None = None
    """Aware; what lies before the attempt or in the future is not believed."""


@dataclass(frozen=True, slots=True)
class RefundWord:
    """What a message says of a refund. ``refund_key`` is ours; without it the refund was made at the provider.

    The payment is named by ``merchant_tx_id`` or, if the provider does not know that, by ``payment_ref``.
    """

    state: RefundState
    amount_cents: int
    currency: str
    is_verified: bool
    refund_ref: str
    refund_key: str = ""
    merchant_tx_id: str = ""
    payment_ref: str = ""
    dedupe_key: str = ""
    occurred_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class ChargebackWord:
    """The payer's bank took money back (or, reversed, gave it back). Cents are positive; the fee is the provider's."""

    chargeback_ref: str
    is_reversal: bool
    amount_cents: int
    currency: str
    is_verified: bool
    fee_cents: int = 0
    merchant_tx_id: str = ""
    payment_ref: str = ""
    dedupe_key: str = ""
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NothingOfOurs:
    """A genuine message that says nothing about our payments, e.g. an event we do not use."""

    is_verified: bool = True
    dedupe_key: str = ""


Said = Word | RefundWord | ChargebackWord | NothingOfOurs


class BaseProvider(abc.ABC):
    """One vendor. Instances live for one call and belong to one contract."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    can: ClassVar[Capabilities] = Capabilities()
    methods: ClassVar[Mapping[str, str | Promise]] = {}
    """Codes and labels of the ways of paying a contract may offer; empty if the provider's page asks for it."""
    credential_fields: ClassVar[Mapping[str, str | Promise]] = {}
    """Names and labels of the secrets a contract may need."""
    multiline_credentials: ClassVar[frozenset[str]] = frozenset()
    """Those of them that have several lines, such as certificates: they are typed into a larger field."""
    option_fields: ClassVar[Mapping[str, forms.Field]] = {}
    """Settings of a contract that are no secrets, as form fields: they validate, and the admin shows them."""
    identity: ClassVar[tuple[str, ...]] = ()
    """Credentials and options that say which merchant it is: fixed once the contract is live."""
    signature_headers: ClassVar[tuple[str, ...]] = ()
    """Lower-case names of the request headers a notification is signed with; no others are kept."""
    unproven_status: ClassVar[int] = 503
    """HTTP status for a notification whose signature is missing or wrong. Default: please repeat it."""
    waiting_status: ClassVar[int] = 503
    """HTTP status for a genuine one about a payment that is not known yet. It is kept and tried again either way."""

    def __init__(self, contract: ContractView) -> None:
        self.contract = contract

    @classmethod
    def required_credentials(cls, *, methods: Iterable[str], options: Mapping[str, Any]) -> set[str]:  # noqa: ARG003
        """The secrets that must be there for these ways of paying and options. Default: all."""
        return set(cls.credential_fields)

    @abc.abstractmethod
    def start(self, attempt: AttemptView, *, urls: ReturnUrls) -> Redirect:
        """Announce the payment. Called after the attempt is committed.

        Raises ProviderUnavailable if it is unknown whether the provider got it, ProviderRefused if it surely did
        not.
        """

    @abc.abstractmethod
    def parse_notification(self, message: RawMessage) -> Said:
        """Read a notification and check its signature. Must not ask the provider.

        Raises NotUnderstood if the signature is genuine and the content is new to us, Garbage if it cannot be a
        message of this provider.
        """

    def scrub(self, message: RawMessage) -> RawMessage:
        """The notification as it is kept. Default: as it came.

        Takes out what nobody here needs to know, such as who paid. ``parse_notification`` must read the result to
        the same word: it may be parsed again after a crash.
        """
        return message

    @abc.abstractmethod
    def fetch(self, attempt: AttemptView) -> tuple[RawMessage, Word]:
        """Ask for the present state. Raises ProviderUnavailable; ProviderRefused if the payment is not known.

        The word is verified if the answer is proven to be the provider's (signature, or TLS to its address).
        """

    @abc.abstractmethod
    def check(self) -> None:
        """Try credentials and connection without moving anything. Raises PaymentError saying what is wrong."""

    def refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        """Give money back; only called if ``can.refund``. The refund is committed as being submitted before.

        Raises ProviderUnavailable if it is unknown whether the provider got it, ProviderRefused if it surely did
        not.
        """
        raise ProviderRefused(f"{self.name} cannot refund: transfer the money by hand.")

    def fetch_refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        """Ask how a refund stands; only called if ``can.poll_refund``. Raises like ``fetch``."""
        raise ProviderRefused(f"{self.name} cannot be asked about refunds.")

    def fetch_settlements(self, *, since: date) -> Iterator[tuple[RawMessage, Settlement]]:
        """The reports on money paid out since that day; only called if ``can.settlement``. Raises like ``fetch``."""
        raise ProviderRefused(f"{self.name} cannot be asked for settlement reports.")
