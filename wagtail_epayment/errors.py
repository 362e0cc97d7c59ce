"""What can go wrong with a payment; every message says what to do."""

from __future__ import annotations


class PaymentError(Exception):
    """Base of all errors of this app."""


class OrderNotPayable(PaymentError):
    """The order is paid, cancelled or otherwise not open."""


class AlreadyStarting(PaymentError):
    """Another request is just now asking the provider for the same payment: wait for its answer."""


class ContractNotUsable(PaymentError):
    """The contract is inactive, of another commune, or its provider is not enabled."""


class UnknownProvider(PaymentError):
    """No provider of this name is registered; the message names the known ones."""


class ProviderUnavailable(PaymentError):
    """The provider did not answer, or not understandably: whether it acted is unknown."""


class ProviderRefused(PaymentError):
    """The provider answered that it will not do this; it surely did not act."""


class Garbage(PaymentError):
    """A message that cannot belong to any of our payments, whoever sent it."""


class InboxFull(PaymentError):
    """Too much has come in lately that proves nothing: this is not kept, its sender may try again later."""


class NotUnderstood(PaymentError):
    """The provider surely said it, but in words this adapter does not know: kept, and asked about later."""


class RefundNotPossible(PaymentError):
    """The money cannot be given back like this; the message says why."""


class NeedsOtherPerson(PaymentError):
    """Four eyes: somebody else has to do this."""


class ChargebackNotPossible(PaymentError):
    """What was entered fits no payment of the order; the message says why."""


class KeyReused(PaymentError):
    """The Idempotency-Key was used before, for another request."""


class InFlight(PaymentError):
    """The same request is being worked on just now: repeat it in a moment."""


class ExternalIdTaken(PaymentError):
    """The application has an order with this id of its own already."""


class DecisionNotPossible(PaymentError):
    """What somebody wants to decide about a difference does not fit it."""


class ContractNotReady(PaymentError):
    """The contract cannot go live like this; the message says what is missing."""


class TriedTooOften(PaymentError):
    """The same was tried a moment ago: wait a little."""
