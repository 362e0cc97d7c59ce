"""The tables of bookkeeping: postings, batches, files, what the finance system said, closings, and the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ..models import (
    BatchDelivery,
    BatchFile,
    ClosingEntry,
    HandoverEvent,
    KassenzeichenRange,
    PostingAccount,
)
from .answers import ANSWERS, FETCHED, REJECTIONS
from .period import Period
from .table import Column, Kind, Table, key, person, refers


def _posted(name: str) -> Callable[[Any], Any]:
    """A value of the posting itself."""
    return lambda row: row.data.get(name)


def _texts(**descriptions: Any) -> tuple[Column, ...]:
    """Text columns that stand in the posting under their own names."""
    return tuple(Column(name, Kind.TEXT, text, _posted(name)) for name, text in descriptions.items())


def files_of(period: Period) -> QuerySet[BatchFile]:
    found = BatchFile.objects.filter(batch__in=period.batch_keys).select_related("batch")
    return found.order_by("batch__chain_position", "format")


def file_path(kept: BatchFile) -> str:
    """Unique in the package: file names of a tenant may repeat over the years."""
    return f"files/{kept.batch.chain_position:06d}-{kept.format}-{kept.filename}"


BATCHES = Table(
    "batches",
    _("Batches with their control record, in the order of the hash chain."),
    "id",
    (
        key(_("key of the batch")),
        Column("budget_year", Kind.INTEGER, _("budget year")),
        Column("number", Kind.INTEGER, _("gapless number in the budget year")),
        Column("chain_position", Kind.INTEGER, _("place in the hash chain")),
        Column("state", Kind.TEXT, _("state at the time of the export")),
        Column("reason", Kind.TEXT, _("reason of a reversal")),
        Column("count", Kind.INTEGER, _("number of postings")),
        Column("total_cents", Kind.CENTS, _("sum of the postings")),
        Column("sums", Kind.JSON, _("sums per kind in cents")),
        Column("previous_hash", Kind.TEXT, _("hash of the batch before")),
        Column("content_hash", Kind.TEXT, _("hash: SHA-256 of the kassenbuch file")),
        person("created_by", _("collected by")),
        Column("created_at", Kind.INSTANT, _("collected at")),
        person("certified_by", _("certified by")),
        Column("certified_at", Kind.INSTANT, _("certified at")),
        person("released_by", _("released by")),
        Column("released_at", Kind.INSTANT, _("released at")),
        person("exported_by", _("exported by")),
        Column("exported_at", Kind.INSTANT, _("exported at")),
    ),
    lambda period: period.batches.select_related("created_by", "certified_by", "released_by", "exported_by"),
)

POSTINGS = Table(
    "postings",
    _("Every posting of the batches."),
    "id",
    (
        key(_("key of the posting")),
        refers("batch", _("batch"), to="batches.id"),
        Column("sequence", Kind.INTEGER, _("number in the batch and its files")),
        refers("entry", _("ledger entry it books"), to="ledger.id"),
        refers("item", _("order item it books"), to="order_items.id"),
        Column("reverses", Kind.INTEGER, _("posting it takes back"), "reverses_id"),
        Column("replaces", Kind.INTEGER, _("rejected posting it replaces"), "replaces_id"),
        Column("kind", Kind.TEXT, _("kind of posting")),
        Column("part", Kind.TEXT, _("item, VAT, deposit or fee")),
        Column("amount_cents", Kind.CENTS, _("amount; negative if the commune gave it")),
        Column("booked_on", Kind.DATE, _("booking day"), _posted("booked_on")),
        Column("due_on", Kind.DATE, _("last day to pay"), _posted("due_on")),
        Column("tax_permille", Kind.INTEGER, _("VAT in parts of a thousand"), _posted("tax_permille")),
        *_texts(
            reference=_("Kassenzeichen"),
            reason=_("reason"),
            label=_("what it is for"),
            payer=_("payer"),
            posting_key=_("posting key"),
            product=_("product"),
            account=_("account (Sachkonto)"),
            cost_centre=_("cost centre"),
            cost_unit=_("cost unit"),
            internal_order=_("order (Auftrag)"),
            budget_line=_("budget line (Haushaltsstelle)"),
            method=_("way of payment"),
            provider=_("payment service"),
            provider_ref=_("the payment service's reference of the money"),
        ),
        Column("extra", Kind.JSON, _("further dimensions"), _posted("extra")),
    ),
    lambda period: period.postings.order_by("batch__chain_position", "sequence"),
)

FILES = Table(
    "batch_files",
    _("The files of the batches; their bytes lie in the folder “files” of this package."),
    "path",
    (
        Column("path", Kind.TEXT, _("path in this package"), file_path),
        refers("batch", _("batch"), to="batches.id"),
        Column("format", Kind.TEXT, _("format")),
        Column("filename", Kind.TEXT, _("file name")),
        Column("size", Kind.INTEGER, _("bytes")),
        Column("sha256", Kind.TEXT, "SHA-256"),
    ),
    files_of,
)

DELIVERIES = Table(
    "deliveries",
    _("Hand-overs of batches to the finance system."),
    "id",
    (
        key(_("key of the hand-over")),
        refers("batch", _("batch"), to="batches.id"),
        Column("file", Kind.TEXT, _("file name"), "file.filename"),
        Column("kind", Kind.TEXT, _("channel")),
        Column("state", Kind.TEXT, _("state at the time of the export")),
        Column("is_repeat", Kind.BOOLEAN, _("handed over again")),
        Column("reason", Kind.TEXT, _("reason")),
        person("requested_by", _("asked for by")),
        Column("requested_at", Kind.INSTANT, _("asked for at")),
        Column("sent_at", Kind.INSTANT, _("handed over at")),
        Column("received_at", Kind.INSTANT, _("received at")),
    ),
    lambda period: (
        BatchDelivery.objects.filter(batch__in=period.batch_keys).select_related("file", "requested_by").order_by("pk")
    ),
)

EVENTS = Table(
    "handover_events",
    _("What happened to batches after their release."),
    "id",
    (
        key(_("key of the event")),
        refers("batch", _("batch"), to="batches.id"),
        refers("delivery", _("hand-over"), to="deliveries.id"),
        Column("kind", Kind.TEXT, _("what happened")),
        Column("text", Kind.TEXT, _("in words")),
        person("by", _("by whom; empty: automatically")),
        Column("at", Kind.INSTANT, _("at")),
    ),
    lambda period: HandoverEvent.objects.filter(batch__in=period.batch_keys).select_related("by").order_by("pk"),
)

CLOSINGS = Table(
    "closings",
    _("Daily closings; the documents of signed ones lie in the folder “closings” of this package."),
    "day",
    (
        Column("day", Kind.DATE, _("day")),
        Column("state", Kind.TEXT, _("state at the time of the export")),
        Column("figures", Kind.JSON, _("all figures and differences as they were signed")),
        Column("note", Kind.TEXT, _("note")),
        person("prepared_by", _("prepared by")),
        Column("prepared_at", Kind.INSTANT, _("prepared at")),
        person("signed_by", _("signed by")),
        Column("signed_at", Kind.INSTANT, _("signed at")),
        Column("previous_hash", Kind.TEXT, _("hash of the closing before")),
        Column("content_hash", Kind.TEXT, _("hash of the closing")),
        Column("pdf_sha256", Kind.TEXT, _("SHA-256 of the document")),
    ),
    lambda period: period.closings.select_related("prepared_by", "signed_by").defer("pdf"),
    at_once=50,
)

CLOSED = Table(
    "closed_entries",
    _("Which closing has which ledger entry."),
    "entry",
    (
        refers("entry", _("ledger entry"), to="ledger.id"),
        Column("day", Kind.DATE, _("day of the closing"), "closing.day"),
        Column("is_late", Kind.BOOLEAN, _("of an earlier day")),
    ),
    lambda period: (
        ClosingEntry.objects.filter(entry__order__in=period.order_keys)
        .select_related("closing")
        .defer("closing__pdf", "closing__figures")
        .order_by("entry")
    ),
)

ACCOUNTS = Table(
    "posting_accounts",
    _("Posting accounts with their validity, as they are at the time of the export."),
    "id",
    (
        key(_("key of the posting account")),
        Column("key", Kind.TEXT, _("posting key")),
        Column("label", Kind.TEXT, _("label")),
        Column("product", Kind.TEXT, _("product")),
        Column("account", Kind.TEXT, _("account (Sachkonto)")),
        Column("cost_centre", Kind.TEXT, _("cost centre")),
        Column("cost_unit", Kind.TEXT, _("cost unit")),
        Column("internal_order", Kind.TEXT, _("order (Auftrag)")),
        Column("budget_line", Kind.TEXT, _("budget line (Haushaltsstelle)")),
        Column("tax_account", Kind.TEXT, _("account or budget line for VAT")),
        Column("dimensions", Kind.JSON, _("further dimensions")),
        Column("valid_from", Kind.DATE, _("valid from")),
        Column("valid_until", Kind.DATE, _("valid until")),
    ),
    lambda period: PostingAccount.objects.filter(tenant=period.tenant).order_by("pk"),
)

RANGES = Table(
    "kassenzeichen_ranges",
    _("Number ranges of Kassenzeichen, as they are at the time of the export."),
    "id",
    (
        key(_("key of the range")),
        Column("prefix", Kind.TEXT, _("prefix")),
        Column("counter_start", Kind.INTEGER, _("first number")),
        Column("counter_next", Kind.INTEGER, _("next number")),
        Column("counter_maximum", Kind.INTEGER, _("last number")),
        Column("total_length", Kind.INTEGER, _("total length")),
        Column("algorithm", Kind.TEXT, _("check digit")),
        Column("is_active", Kind.BOOLEAN, _("active")),
    ),
    lambda period: KassenzeichenRange.objects.filter(tenant=period.tenant).order_by("pk"),
)

TABLES = (
    BATCHES, POSTINGS, FILES, DELIVERIES, EVENTS, ANSWERS, REJECTIONS, FETCHED, CLOSINGS, CLOSED, ACCOUNTS, RANGES,
)  # fmt: skip
