"""Does everything still fit together? Reads only; for auditors and the nightly command."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext as _

from wagtail_epayment.models import LedgerEntry
from wagtail_sitekit.money import format_money

from ..errors import Tampered
from ..formats.registry import LEADING
from ..models import FINAL, Batch, BatchFile, FinanceTenant, PostingRecord
from .answers import with_answer
from .rejected import kept_out, name_of
from .sums import check_sums
from .verify_closings import verify_closings


def verify(tenant: FinanceTenant) -> Iterator[str]:
    """Every contradiction in words: numbers, chain, files, sums, payments booked wrongly or not to be booked."""
    yield from _numbers(tenant)
    yield from _chain(tenant)
    yield from _amounts(tenant)
    yield from _replaced(tenant)
    yield from verify_closings(tenant)
    for entry, problems in kept_out(tenant):
        for problem in problems:
            yield _("Payment %(entry)s (%(reference)s): %(problem)s") % {
                "entry": entry.pk,
                "reference": entry.order.reference,
                "problem": problem,
            }


def _numbers(tenant: FinanceTenant) -> Iterator[str]:
    expected: dict[int, int] = {}
    batches = Batch.objects.filter(tenant=tenant, state__in=FINAL).order_by("budget_year", "number")
    for year, number in batches.values_list("budget_year", "number"):
        should = expected.get(year, 0) + 1
        if number != should:
            yield _("Batch %(year)s/%(number)s is missing.") % {"year": year, "number": should}
        expected[year] = number or should


def _chain(tenant: FinanceTenant) -> Iterator[str]:
    previous = ""
    batches = Batch.objects.filter(tenant=tenant, state__in=FINAL).prefetch_related("files").order_by("chain_position")
    for batch in batches.iterator(chunk_size=100):
        if batch.previous_hash != previous:
            yield _("Batch %(batch)s does not follow on the batch before it.") % {"batch": batch}
        previous = batch.content_hash
        yield from _files(batch)
        try:
            check_sums(batch)
        except Tampered as error:
            yield str(error)


def _amounts(tenant: FinanceTenant) -> Iterator[str]:
    """The postings of a ledger entry, less what was reversed or replaced, add up to the entry."""
    rows = PostingRecord.objects.live().filter(batch__tenant=tenant, batch__state__in=FINAL).order_by()
    sums = rows.values("entry", "entry__amount_cents").annotate(posted=Sum("amount_cents"))
    for row in sums.exclude(posted=F("entry__amount_cents")):
        yield _("Payment %(entry)s is posted with %(posted)s instead of %(owed)s.") % {
            "entry": row["entry"],
            "posted": format_money(row["posted"]),
            "owed": format_money(row["entry__amount_cents"]),
        }


def _replaced(tenant: FinanceTenant) -> Iterator[str]:
    """Only what the finance system did not take is posted anew, with the same amount and for the same payment.

    And only what it did take is taken back.
    """
    rows = PostingRecord.objects.filter(batch__tenant=tenant, batch__state__in=FINAL, replaces__isnull=False)
    told = PostingRecord.objects.filter(replacement__in=rows.values("pk"))
    not_rejected = with_answer(told).filter(Q(answer=True) | Q(answer=None))
    unlike = told.exclude(amount_cents=F("replacement__amount_cents"), entry=F("replacement__entry"))
    taken_back = PostingRecord.objects.filter(
        batch__tenant=tenant, reversal__batch__state__in=FINAL, replacement__isnull=True
    )
    for text, wrong in (
        (
            _("Posting %(name)s was taken back although the finance system had rejected it. Ask what it has."),
            with_answer(taken_back).filter(answer=False),
        ),
        (_("Posting %(name)s is posted anew although the finance system did not reject it."), not_rejected),
        (_("Posting %(name)s is posted anew for another payment or amount."), unlike),
    ):
        for row in wrong.select_related("batch").order_by("pk"):
            yield text % {"name": name_of(row)}


def without_tenant() -> Iterator[str]:
    """Sites that take payments but have no active tenant to book them for."""
    active = FinanceTenant.objects.filter(is_active=True).values("site")
    entries = LedgerEntry.objects.exclude(order__site__in=active).order_by()
    for row in entries.values("order__site__site_name", "order__site__hostname").annotate(count=Count("pk")):
        yield _("%(count)s payments of “%(site)s” belong to no active finance tenant.") % {
            "count": row["count"],
            "site": row["order__site__site_name"] or row["order__site__hostname"],
        }


def _files(batch: Batch) -> Iterator[str]:
    files = {kept.format: kept for kept in batch.files.all()}
    leading = files.get(LEADING)
    if leading is None or leading.sha256 != batch.content_hash:
        yield _("Batch %(batch)s has another hash than its file.") % {"batch": batch}
    for kept in files.values():
        if sha256(kept) != kept.sha256:
            yield _("The file %(name)s is not what was released.") % {"name": kept.filename}


def sha256(kept: BatchFile) -> str:
    """The hash of the bytes as they are stored now."""
    digest = hashlib.sha256()
    for data in kept.stream():
        digest.update(data)
    return digest.hexdigest()
