"""The contract every payment provider fulfils. An adapter talks to its vendor and never to the database."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise

from ..models import AttemptState


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; the rest of the app asks here instead of trying."""

    notify: bool = False
    poll: bool = False
    refund: bool = False
    partial_refund: bool = False
    settlement: bool = False


@dataclass(frozen=True, slots=True)
class ContractView:
    """A contract as an adapter may see it."""

    credentials: Mapping[str, str] = field(repr=False)
    options: Mapping[str, Any]
    is_live: bool
    timeout: float


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt as an adapter may see it; amounts in cents."""

    merchant_tx_id: str
    provider_ref: str
    amount_cents: int
    currency: str
    purpose: str
    reference: str
    language: str


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
    """What a message says, once understood. ``is_verified``: its signature proves that the provider said it."""

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
    occurred_at: datetime | None = None
    """Aware; what lies before the attempt or in the future is not believed."""


class BaseProvider(abc.ABC):
    """One vendor. Instances live for one call and belong to one contract."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    can: ClassVar[Capabilities] = Capabilities()
    credential_fields: ClassVar[Mapping[str, str | Promise]] = {}
    """Names and labels of the secrets a contract needs."""
    signature_headers: ClassVar[tuple[str, ...]] = ()
    """Lower-case names of the request headers a notification is signed with; no others are kept."""

    def __init__(self, contract: ContractView) -> None:
        self.contract = contract

    @abc.abstractmethod
    def start(self, attempt: AttemptView, *, urls: ReturnUrls) -> Redirect:
        """Announce the payment. Called after the attempt is committed.

        Raises ProviderUnavailable if it is unknown whether the provider got it, ProviderRefused if it surely did
        not.
        """

    @abc.abstractmethod
    def parse_notification(self, message: RawMessage) -> Word:
        """Read a notification and check its signature. Must not ask the provider.

        Raises NotUnderstood if the signature is genuine and the content is new to us, Garbage if it cannot be a
        message of this provider.
        """

    @abc.abstractmethod
    def fetch(self, attempt: AttemptView) -> tuple[RawMessage, Word]:
        """Ask for the present state. Raises ProviderUnavailable; ProviderRefused if the payment is not known.

        The word is verified if the answer is proven to be the provider's (signature, or TLS to its address).
        """

    @abc.abstractmethod
    def check(self) -> None:
        """Try credentials and connection without moving anything. Raises PaymentError saying what is wrong."""
