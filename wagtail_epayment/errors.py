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


class NotUnderstood(PaymentError):
    """The provider surely said it, but in words this adapter does not know: kept, and asked about later."""
