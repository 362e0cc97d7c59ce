"""The tables of payments: from what is owed to what the bank says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wagtail_epayment.admin.masking import masked_lines
from wagtail_epayment.models import Decision, LedgerEntry, OrderItem, ProviderMessage, Refund

from .table import Column, Kind, Table, key, person, refers

ORDERS = Table(
    "orders",
    _("What was owed. Payers are named in the postings only."),
    "id",
    (
        key(_("key of the order"), kind=Kind.TEXT),
        Column("reference", Kind.TEXT, _("Kassenzeichen")),
        Column("purpose", Kind.TEXT, _("purpose")),
        Column("amount_cents", Kind.CENTS, _("amount owed")),
        Column("currency", Kind.TEXT, _("currency (ISO 4217)")),
        Column("due_on", Kind.DATE, _("last day to pay")),
        Column("external_kind", Kind.TEXT, _("application that made the order")),
        Column("external_id", Kind.TEXT, _("key of the errand in that application")),
        Column("created_at", Kind.INSTANT, _("made at")),
        Column("cancelled_at", Kind.INSTANT, _("withdrawn at")),
    ),
    lambda period: period.orders,
)

ITEMS = Table(
    "order_items",
    _("The items of the orders."),
    "id",
    (
        key(_("key of the item")),
        refers("order", _("order"), to="orders.id", kind=Kind.TEXT),
        Column("position", Kind.INTEGER, _("position in the order")),
        Column("label", Kind.TEXT, _("what it is for")),
        Column("quantity", Kind.INTEGER, _("quantity")),
        Column("unit_cents", Kind.CENTS, _("price of one, with VAT")),
        Column("tax_permille", Kind.INTEGER, _("VAT in parts of a thousand")),
        Column("posting_key", Kind.TEXT, _("posting key")),
    ),
    lambda period: OrderItem.objects.filter(order__in=period.order_keys).order_by("pk"),
)

ATTEMPTS = Table(
    "attempts",
    _("Every try to pay an order at a payment service or by transfer."),
    "id",
    (
        key(_("key of the attempt"), kind=Kind.TEXT),
        refers("order", _("order"), to="orders.id", kind=Kind.TEXT),
        Column("provider", Kind.TEXT, _("payment service")),
        Column("method", Kind.TEXT, _("way of payment")),
        Column("merchant_tx_id", Kind.TEXT, _("our transaction number")),
        Column("provider_ref", Kind.TEXT, _("the payment service's reference")),
        Column("amount_cents", Kind.CENTS, _("amount to pay")),
        Column("currency", Kind.TEXT, _("currency (ISO 4217)")),
        Column("state", Kind.TEXT, _("state at the time of the export")),
        Column("created_at", Kind.INSTANT, _("begun at")),
    ),
    lambda period: period.attempts,
)


MESSAGES = Table(
    "messages",
    _("What payment services and reports said; fields that may be personal or secret are masked."),
    "id",
    (
        key(_("key of the message")),
        refers("attempt", _("attempt"), to="attempts.id", kind=Kind.TEXT),
        Column("source", Kind.TEXT, _("how it came")),
        Column("received_at", Kind.INSTANT, _("received at")),
        Column("is_verified", Kind.BOOLEAN, _("proven to be the payment service's")),
        Column("discrepancy", Kind.TEXT, _("what did not fit")),
        Column("said", Kind.JSON, _("the fields of the message by name"), lambda row: dict(masked_lines(row))),
    ),
    lambda period: ProviderMessage.objects.filter(attempt__order__in=period.order_keys).order_by("pk"),
    at_once=100,
)

LEDGER = Table(
    "ledger",
    _("The ledger: every movement of money, never changed. All entries of the orders, also of other days."),
    "id",
    (
        key(_("number of the entry")),
        refers("order", _("order"), to="orders.id", kind=Kind.TEXT),
        refers("attempt", _("attempt"), to="attempts.id", kind=Kind.TEXT),
        Column("kind", Kind.TEXT, _("kind of movement")),
        Column("amount_cents", Kind.CENTS, _("amount; negative if the commune gave it")),
        Column("currency", Kind.TEXT, _("currency (ISO 4217)")),
        Column("method", Kind.TEXT, _("way of payment")),
        Column("provider_ref", Kind.TEXT, _("the payment service's reference of the money")),
        Column("occurred_at", Kind.INSTANT, _("happened at; says the booking day")),
        Column("created_at", Kind.INSTANT, _("booked at")),
    ),
    lambda period: LedgerEntry.objects.filter(order__in=period.order_keys).order_by("pk"),
)

REFUNDS = Table(
    "refunds",
    _("Refunds, with who asked for them and who decided."),
    "id",
    (
        key(_("key of the refund"), kind=Kind.TEXT),
        refers("order", _("order"), to="orders.id", kind=Kind.TEXT),
        refers("attempt", _("attempt"), to="attempts.id", kind=Kind.TEXT),
        Column("amount_cents", Kind.CENTS, _("amount to give back")),
        Column("state", Kind.TEXT, _("state at the time of the export")),
        Column("reason", Kind.TEXT, _("reason")),
        person("requested_by", _("asked for by")),
        person("decided_by", _("decided by")),
        Column("created_at", Kind.INSTANT, _("made at")),
    ),
    lambda period: (
        Refund.objects.filter(order__in=period.order_keys)
        .select_related("requested_by", "decided_by")
        .order_by("created_at", "pk")
    ),
)

LINES = Table(
    "settlement_lines",
    _("Movements in reports of payment services and of the bank."),
    "id",
    (
        key(_("key of the movement")),
        Column("report", Kind.TEXT, _("format and reference of the report")),
        Column("report_sha256", Kind.TEXT, _("SHA-256 of the report's file"), "report.sha256"),
        Column("contract", Kind.TEXT, _("contract; empty: the commune's bank account"), "report.contract.label"),
        Column("kind", Kind.TEXT, _("kind of movement")),
        Column("amount_cents", Kind.CENTS, _("amount from the commune's point of view")),
        Column("currency", Kind.TEXT, _("currency (ISO 4217)")),
        Column("booked_on", Kind.DATE, _("day of the report")),
        Column("match", Kind.TEXT, _("comparison with our books")),
        Column("why", Kind.TEXT, _("why it is open")),
        Column("entry", Kind.INTEGER, _("ledger entry it is about"), "entry_id"),
        Column("part_of", Kind.INTEGER, _("movement it is a part of, e.g. of a divided credit"), "explains_id"),
    ),
    lambda period: period.lines.select_related("report__contract").defer(
        "details", "report__raw", "report__contract__credentials"
    ),
)

DECISIONS = Table(
    "decisions",
    _("What people decided about differences."),
    "id",
    (
        key(_("key of the decision")),
        Column("kind", Kind.TEXT, _("decision")),
        Column("line", Kind.INTEGER, _("movement it is about"), "line_id"),
        Column("entry", Kind.INTEGER, _("ledger entry it is about"), "entry_id"),
        Column("message", Kind.INTEGER, _("message it is about"), "message_id"),
        Column("reason", Kind.TEXT, _("reason")),
        person("decided_by", _("decided by")),
        Column("decided_at", Kind.INSTANT, _("decided at")),
    ),
    lambda period: (
        Decision.objects.filter(period.within("decided_at"), site=period.tenant.site_id)
        .select_related("decided_by")
        .order_by("pk")
    ),
)

TABLES = (ORDERS, ITEMS, ATTEMPTS, MESSAGES, LEDGER, REFUNDS, LINES, DECISIONS)
