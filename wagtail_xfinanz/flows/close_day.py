"""The daily closing: one person prepares a day, another signs it. Days follow each other, none is left out."""

from __future__ import annotations

import datetime
import hashlib
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_epayment.flows.batches import lock_site

from ..budget import local_day
from ..closing import booked
from ..closing.chain import content_hash
from ..closing.days import ONE_DAY, first_day
from ..closing.difference import needs_note
from ..closing.document import render
from ..closing.figures import figures_of
from ..errors import ReasonMissing, SamePerson, Tampered, WrongState
from ..models import ClosingEntry, ClosingState, DailyClosing, FinanceTenant

_AT_ONCE = 1000


@transaction.atomic
def prepare_day(tenant: FinanceTenant, *, day: datetime.date, by: Any, note: str = "") -> DailyClosing:
    """Take up all that was booked until the end of the day and no closing has, and keep the figures.

    A day that is prepared already is prepared anew. Locks the site against imports, then the tenant. Raises
    WrongState if the day cannot be next, ReasonMissing if something differs and the note says nothing about it.
    """
    lock_site(tenant.site_id)
    tenant = FinanceTenant.objects.select_for_update().get(pk=tenant.pk)
    previous = _may_prepare(tenant, day)
    tenant.closings.filter(day=day).delete()
    closing = DailyClosing(
        tenant=tenant, day=day, figures={}, note=note.strip(), prepared_by=by, prepared_at=timezone.now()
    )
    closing.save()
    _assign(closing)
    closing.figures = figures_of(tenant, day, entries=booked.entries_of(closing), previous=previous)
    if not closing.note and needs_note(closing.figures["differences"]):
        raise ReasonMissing(_("Something differs on this day. Please say in the note what is known about it."))
    closing.save(update_fields=["figures"])
    log(instance=closing, action="wagtail_xfinanz.prepare_day", user=by)
    return closing


@transaction.atomic
def take_back_day(closing: DailyClosing, *, by: Any) -> None:
    """Open a prepared day again, with those prepared after it. Locks the tenant. Raises WrongState."""
    tenant = FinanceTenant.objects.select_for_update().get(pk=closing.tenant_id)
    rows = DailyClosing.objects.filter(tenant=tenant, day__gte=closing.day).defer("pdf", "figures")
    if any(row.is_signed for row in rows):
        raise WrongState(_("This day is signed. What comes in late stands in a later closing."))
    for row in rows:
        log(instance=row, action="wagtail_xfinanz.take_back_day", user=by, deleted=True)
        row.delete()


@transaction.atomic
def sign_day(closing: DailyClosing, *, by: Any) -> DailyClosing:
    """Person B, never the one who prepared it, closes the day for good; the document is made.

    Locks the tenant, then the closing. Raises WrongState, SamePerson, or Tampered if the ledger is not what was
    prepared.
    """
    tenant = FinanceTenant.objects.select_for_update().get(pk=closing.tenant_id)
    rows = DailyClosing.objects.select_for_update(of=("self",)).select_related("prepared_by")
    row = rows.filter(pk=closing.pk).first()
    if row is None:
        raise WrongState(_("This day has been prepared anew or opened meanwhile. Please look at it again."))
    closing = row
    closing.tenant = tenant
    previous = _may_sign(closing, by)
    closing.signed_by, closing.signed_at, closing.state = by, timezone.now(), ClosingState.SIGNED
    closing.previous_hash = previous.content_hash if previous else ""
    closing.content_hash = content_hash(closing)
    with translation.override("de"):
        closing.pdf = render(closing)
    closing.pdf_sha256 = hashlib.sha256(closing.pdf).hexdigest()
    closing.save()
    log(instance=closing, action="wagtail_xfinanz.sign_day", user=by)
    return closing


def _may_prepare(tenant: FinanceTenant, day: datetime.date) -> DailyClosing | None:
    """The closing before; None for the first day. Raises WrongState."""
    if not first_day(tenant) <= day <= local_day(timezone.now()):
        raise WrongState(_("This day cannot be closed: it lies before the first day or has not come yet."))
    later = tenant.closings.filter(day__gt=day).exists()
    signed = tenant.closings.filter(day=day, state=ClosingState.SIGNED).exists()
    if later or signed:
        raise WrongState(_("This day or a later one has been closed already."))
    previous = tenant.closings.filter(day__lt=day).defer("pdf").first()
    expected = previous.day + ONE_DAY if previous else first_day(tenant)
    if day != expected:
        raise WrongState(
            _("No day may be left out: the next one to close is %(day)s.")
            % {"day": date_format(expected, "SHORT_DATE_FORMAT")}
        )
    return previous


def _may_sign(closing: DailyClosing, by: Any) -> DailyClosing | None:
    if closing.is_signed:
        raise WrongState(_("This day is signed already."))
    if closing.prepared_by_id == by.pk:
        raise SamePerson(_("You prepared this day yourself. Another person has to sign it."))
    previous = DailyClosing.objects.filter(tenant=closing.tenant, day__lt=closing.day).defer("pdf").first()
    if previous and not previous.is_signed:
        raise WrongState(_("The days before have to be signed first."))
    if booked.digest(booked.entries_of(closing)) != closing.figures["ledger"]["digest"]:
        raise Tampered(_("The ledger is not what was prepared. Prepare the day anew and have it looked into."))
    return previous


def _assign(closing: DailyClosing) -> None:
    late = set(booked.late(booked.unassigned(closing.tenant, closing.day), closing.day).values_list("pk", flat=True))
    pks = list(booked.unassigned(closing.tenant, closing.day).order_by("pk").values_list("pk", flat=True))
    rows = (ClosingEntry(closing=closing, entry_id=pk, is_late=pk in late) for pk in pks)
    while chunk := list(islice(rows, _AT_ONCE)):
        ClosingEntry.objects.bulk_create(chunk)
