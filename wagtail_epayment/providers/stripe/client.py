"""The library's client for one contract, and what its errors mean to us.

Error texts of Stripe are never passed on: they may hold parts of the key and what the payer typed. Therefore no error
is raised ``from`` one of the library's either.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import stripe
from django.utils.translation import gettext as _

from ...errors import ProviderRefused, ProviderUnavailable
from ..base import ContractView
from .fields import OddAnswer
from .options import base_url, is_live_key

#: Answers by which Stripe says that it did not do what was asked.
_REFUSALS = (
    stripe.InvalidRequestError,
    stripe.AuthenticationError,
    stripe.PermissionError,
    stripe.CardError,
)
_CODE = re.compile(r"[a-z0-9_.\[\]]{1,80}")


@contextlib.contextmanager
def acting(contract: ContractView) -> Iterator[stripe.StripeClient]:
    """For calls that move something.

    Nothing is repeated by the library: the payer is waiting, and the core repeats what may be repeated. Raises
    ProviderRefused if Stripe surely did not act, ProviderUnavailable if that is unknown.
    """
    key = _key(contract)
    http = stripe.RequestsClient(timeout=(contract.timeout, contract.timeout))
    try:
        yield stripe.StripeClient(
            key,
            base_addresses={"api": base_url(contract.options)},
            http_client=http,
            max_network_retries=0,
        )
    except stripe.StripeError as error:
        raise _translated(error) from None
    except OddAnswer as error:
        raise ProviderUnavailable(str(error)) from None
    finally:
        http.close()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def asking(contract: ContractView) -> Iterator[stripe.StripeClient]:
    """For calls that only ask.

    Stripe forgets nothing it has named to us: if it says that it does not know it, the key is of another account.
    That is no news about a payment. Raises ProviderUnavailable.
    """
    try:
        with acting(contract) as client:
            yield client
    except ProviderRefused as error:
        raise ProviderUnavailable(str(error)) from None


def _key(contract: ContractView) -> str:
    key = contract.credentials.get("secret_key", "").strip()
    is_live = is_live_key(key)
    if is_live is None:
        raise ProviderRefused(_("The secret key must begin with sk_live_, rk_live_, sk_test_ or rk_test_."))
    if is_live != contract.is_live:
        raise ProviderRefused(
            _("A live contract needs a live key.") if contract.is_live else _("A test contract needs a test key.")
        )
    return key


def _translated(error: stripe.StripeError) -> ProviderRefused | ProviderUnavailable:
    if isinstance(error, stripe.AuthenticationError):
        return ProviderRefused(_("Stripe does not accept the secret key."))
    if isinstance(error, stripe.PermissionError):
        return ProviderRefused(_("The restricted key lacks a permission: see the manual for those it needs."))
    if isinstance(error, stripe.APIConnectionError):
        return ProviderUnavailable("Stripe did not answer.")
    said = ", ".join([*_named(error), f"HTTP {error.http_status}"])
    if isinstance(error, _REFUSALS):
        return ProviderRefused(f"Stripe refused ({said}).")
    return ProviderUnavailable(f"Stripe's answer is not usable ({said}).")


def _named(error: stripe.StripeError) -> list[str]:
    """Code and parameter, if they are of Stripe's fixed vocabulary."""
    found = (getattr(error, "code", None), getattr(error, "param", None))
    return [each for each in found if isinstance(each, str) and _CODE.fullmatch(each)]
