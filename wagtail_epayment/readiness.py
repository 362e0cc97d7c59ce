"""What has to be true before a contract may take real money. Reads nothing: the flow brings the facts."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import conf, statement
from .models import PaymentContract
from .providers.base import BaseProvider

#: A connection tried longer ago than this proves nothing any more.
CHECK_IS_GOOD_FOR = datetime.timedelta(days=1)
#: Nothing may be due for longer, or nobody is polling.
POLL_IS_LATE_AFTER = datetime.timedelta(minutes=15)
_NOT_PUBLIC = (".localhost", ".local", ".test", ".example", ".invalid", ".internal")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database knows. ``approvers`` and ``askers`` are keys of active people with that right, superusers
    left out; ``paid`` and ``refunded`` count for the contract and its test twins (same site and provider).
    """

    methods: tuple[str, ...]
    paid: bool
    refunded: bool
    was_polled: bool
    oldest_due_at: datetime.datetime | None
    approvers: frozenset[int]
    askers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist; ``advice`` says what to do if it is not done."""

    key: str
    label: str | Promise
    is_done: bool
    advice: str | Promise


def checklist(
    contract: PaymentContract, facts: Facts, *, provider: type[BaseProvider], now: datetime.datetime
) -> list[Item]:
    """Every condition for going live, done or not, in the order people work through them."""
    return [
        *_entered(contract, facts, provider),
        *_proven(contract, facts, provider, now),
        *_surroundings(facts, provider, now),
    ]


def _entered(contract: PaymentContract, facts: Facts, provider: type[BaseProvider]) -> Iterator[Item]:
    yield Item(
        "live",
        _("The contract is marked as live"),
        contract.is_live,
        _("Enter the access data of the live system and tick “live”. Nobody is offered it before this list is done."),
    )
    yield Item(
        "credentials",
        _("Access data and settings are complete"),
        is_complete(contract, facts.methods, provider),
        _("Edit the contract and fill in what is missing."),
    )
    yield Item(
        "methods",
        _("Ways of payment are chosen"),
        not provider.methods or bool(set(facts.methods) & set(provider.methods)),
        _("Edit the contract and add at least one way of payment."),
    )
    yield Item(
        "booking_text",
        _("The booking text names the payment reference"),
        "{reference}" in (contract.booking_text or statement.DEFAULT)
        and not statement.unknown_placeholders(contract.booking_text),
        _("Put {reference} into the booking text: by it the cash office finds the payment on the bank statement."),
    )
    yield Item(
        "amounts",
        _("The limits of amounts fit together"),
        (contract.min_cents or 1) <= (contract.max_cents or contract.min_cents or 1),
        _("The smallest amount must not be larger than the largest one."),
    )


def is_complete(contract: PaymentContract, methods: tuple[str, ...], provider: type[BaseProvider]) -> bool:
    """Whether every option is valid and every secret it asks for is there."""
    form = type("OptionsForm", (Form,), dict(provider.option_fields))(data=contract.options)
    if not form.is_valid():
        return False
    needed = provider.required_credentials(methods=methods, options=contract.options)
    return all(contract.credentials.get(name) for name in needed)


def _proven(
    contract: PaymentContract, facts: Facts, provider: type[BaseProvider], now: datetime.datetime
) -> Iterator[Item]:
    is_fresh = contract.checked_at is not None and now - contract.checked_at <= CHECK_IS_GOOD_FOR
    yield Item(
        "connection",
        _("The connection was tried today and works"),
        is_fresh and not contract.check_error,
        _("Press “Test connection”."),
    )
    yield Item(
        "test_payment",
        _("A test payment went through from the first click to the booking"),
        facts.paid or not provider.can.online,
        _("Add a test contract with the same provider and pay a test order with it, with the provider's test data."),
    )
    yield Item(
        "test_refund",
        _("A test payment was given back"),
        facts.refunded or not provider.can.refund,
        _("Ask for a refund of the test payment, have another person approve it, and wait until it has succeeded."),
    )


def _surroundings(facts: Facts, provider: type[BaseProvider], now: datetime.datetime) -> Iterator[Item]:
    yield Item(
        "notify_address",
        _("The payment service can reach this portal"),
        not provider.can.notify or is_public(conf.get().NOTIFY_BASE_URL),
        _('Have WAGTAIL_EPAYMENT["NOTIFY_BASE_URL"] set to the public https address of this portal.'),
    )
    yield Item(
        "encryption",
        _("A key encrypts access data and payers"),
        bool(getattr(settings, "SALT_KEY", None)),
        _("Have SALT_KEY set, and kept apart from the backups of the database."),
    )
    is_late = facts.oldest_due_at is not None and now - facts.oldest_due_at > POLL_IS_LATE_AFTER
    yield Item(
        "poller",
        _("The portal asks payment services by itself"),
        not provider.can.online or (facts.was_polled and not is_late),
        _(
            "Have “manage.py epayment_poll” run every minute. Then begin a test payment and leave it alone for some "
            "minutes: the portal must ask for it."
        ),
    )
    yield Item(
        "responsible",
        _("Two people are responsible for refunds"),
        bool(facts.approvers and facts.askers) and len(facts.approvers | facts.askers) > 1,
        _("Give one person the right to ask for refunds and another the right to approve them."),
    )


def is_public(url: str) -> bool:
    """Whether others can reach this address safely: https, and a host of the public internet."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ipaddress.ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host and not f".{host}".endswith(_NOT_PUBLIC)
