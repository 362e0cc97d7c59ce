from __future__ import annotations

import contextlib
import datetime
from dataclasses import dataclass, field
from unittest import mock

import pytest
from django.utils import timezone

from example_site.bank_statement import Statement, credit
from tests.epayment.conftest import contract  # noqa: F401  a fixture
from wagtail_epayment.flows import NewItem, apply_message, create_order
from wagtail_epayment.flows.divide import PartOfCredit
from wagtail_epayment.flows.import_report import import_file
from wagtail_epayment.flows.inbox import store
from wagtail_epayment.models import (
    AttemptState,
    LedgerEntry,
    MessageSource,
    PaymentAttempt,
    PaymentContract,
    PaymentOrder,
    SettlementLine,
)
from wagtail_epayment.providers.base import RawMessage, Word
from wagtail_epayment.state import order_state

DAY = datetime.date(2026, 11, 20)
HEAD = "id;amount;merchant_tx_id;reference;date;kind\n"


@dataclass
class Town:
    """A commune with its contract, and what happens between it, its payers and its provider."""

    site: object
    contract: object
    count: int = field(default=0)

    def order(self, cents=5750):
        return create_order(site=self.site, purpose="Sperrgut", items=[NewItem(label="Abholung", unit_cents=cents)])

    def attempt(self, order=None, *, ref="", state=AttemptState.PENDING):
        order = order or self.order()
        self.count += 1
        return PaymentAttempt.objects.create(
            order=order,
            contract=self.contract,
            provider=self.contract.provider,
            merchant_tx_id=f"{order.reference}-{self.count:012d}",
            provider_ref=ref or f"page-{self.count}",
            amount_cents=order.amount_cents,
            currency="EUR",
            state=state,
        )

    def paid(self, attempt=None, *, payment_ref=""):
        """The provider said that the payer has paid; returns the ledger entry."""
        attempt = attempt or self.attempt()
        message = store(contract=self.contract, source=MessageSource.NOTIFY, raw=RawMessage(body=b"{}", headers={}))
        word = Word(
            merchant_tx_id=attempt.merchant_tx_id,
            provider_ref=attempt.provider_ref,
            state=AttemptState.SUCCEEDED,
            amount_cents=attempt.amount_cents,
            currency="EUR",
            is_verified=True,
            payment_ref=payment_ref,
        )
        apply_message(message, word)
        return LedgerEntry.objects.filter(attempt=attempt, kind="payment").latest("pk")

    def reports(self, *rows, format_name="csv", head=HEAD, **options):
        """The provider's report with these rows; returns what the import says."""
        data = (head + "\n".join(rows)).encode()
        return import_file(
            site=self.site, format_name=format_name, data=data, user=None, contract=self.contract, options=options
        )

    def bank_says(self, data, **options):
        return import_file(site=self.site, format_name="camt", data=data, user=None, options=options)


@contextlib.contextmanager
def clock(moment):
    """Inside, it is ``moment``."""
    with mock.patch("django.utils.timezone.now", return_value=moment):
        yield


def days_ago(days):
    return timezone.now() - datetime.timedelta(days=days)


def line(**fields):
    return SettlementLine.objects.get(**fields)


@pytest.fixture
def town(site, contract):  # noqa: F811
    return Town(site, contract)


def payment(attempt, key="t1", cents="57.50"):
    """A line of the provider's report about it."""
    return f"{key};{cents};{attempt.merchant_tx_id};;20.11.2026;payment"


@pytest.fixture
def transfers(site):
    options = {"account_holder": "Stadt Musterstadt", "iban": "DE02120300000000202051", "bic": "BYLADEM1001"}
    return PaymentContract.objects.create(site=site, provider="transfer", label="Überweisung", options=options)


@pytest.fixture
def orders(town, transfers):
    """Three orders of one payer: 57.50, 20.00 and 12.00."""
    with clock(days_ago(10)):
        return [town.order(cents) for cents in (5750, 2000, 1200)]


@pytest.fixture
def clara(django_user_model):
    return django_user_model.objects.create_user("clara")


def pays(town, orders, cents, *, ref="B1", text=None):
    text = text if text is not None else "Gebuehren " + " und ".join(order.reference for order in orders)
    town.bank_says(Statement([credit(cents, ref=ref, text=text)], number=ref).camt053())
    return line(key__contains=ref, explains=None)


def parts(orders, *cents):
    return [PartOfCredit(order, each) for order, each in zip(orders, cents, strict=True)]


def state(order):
    return order_state(PaymentOrder.objects.get(pk=order.pk))
