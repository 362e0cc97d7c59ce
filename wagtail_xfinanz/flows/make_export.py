"""Packages for auditors, made in the background: asked for, made once, kept for some days for the one who asked."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import logging
import secrets
import tempfile
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.db import Error, connections, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task
from wagtail.log_actions import log

from wagtail_sitekit.crypto import seal_for_site

from .. import conf
from ..errors import NothingToDo, WrongState
from ..models import AuditExport, AuditExportChunk, ExportState, FinanceTenant
from ..models.audit_export import chunk_context
from .audit_export import audit_export

logger = logging.getLogger(__name__)

#: How often a run says that it is at work, and after which silence it counts as crashed.
BEAT, LEASE = datetime.timedelta(minutes=1), datetime.timedelta(minutes=10)
MAX_TRIES = 3
CHUNK_BYTES = 1024 * 1024


class _Superseded(Exception):
    """Another run has taken over, or the package is not wanted any more."""


@transaction.atomic
def request_export(tenant: FinanceTenant, *, first: datetime.date, last: datetime.date, by: Any) -> AuditExport:
    """Ask for everything of the booking days from first to last; it is made after commit, by a task.

    The same wish again, while it is still being made, is the same package. Locks the tenant. Raises NothingToDo if
    the period is none.
    """
    if first > last:
        raise NothingToDo(_("The period ends before it begins."))
    tenant = FinanceTenant.objects.select_for_update().get(pk=tenant.pk)
    wish = {"tenant": tenant, "first": first, "last": last, "requested_by": by}
    under_way = AuditExport.objects.filter(state__in=(ExportState.WAITING, ExportState.RUNNING), **wish).first()
    if under_way is not None:
        return under_way
    made = AuditExport.objects.create(language=translation.get_language() or "de", **wish)
    # Robust: the wish is committed; if no task can be made, make_due_exports finds it.
    transaction.on_commit(lambda: make_export_task.enqueue(made.pk), robust=True)
    return made


@task()
def make_export_task(export_id: int) -> None:
    make_export(export_id)


def make_due_exports() -> int:
    """Make what no task has made, e.g. after a crash, and delete what is over. Returns how many were made.

    Safe to run twice at once. Must not run in a transaction of the caller.
    """
    for export in AuditExport.objects.filter(state=ExportState.READY, delete_after__lte=timezone.now()):
        _delete(export)
    waiting = AuditExport.objects.filter(_is_due()).order_by("pk").values_list("pk", flat=True)
    return sum(make_export(pk) for pk in list(waiting))


def make_export(export_id: int) -> bool:
    """Make a package that waits, or whose run has died. False if there is nothing to do or it did not work.

    Must not run in a transaction of the caller: on PostgreSQL all tables of a package are of one moment.
    """
    export = _claim(export_id)
    if export is None:
        return False
    try:
        with _alive(export), tempfile.TemporaryFile() as out, translation.override(export.language):
            rows = audit_export(export.tenant, first=export.first, last=export.last, out=out, by=export.requested_by)
            _keep(export, out, rows)
    except _Superseded:
        logger.warning("Audit export %s was taken over by another worker", export.pk)
        return False
    except Exception as error:
        # Whatever went wrong must be seen by the one who waits; its text may name payers and stays out of the log.
        logger.warning("Audit export %s: %s", export.pk, type(error).__name__)
        _note_trouble(export, error)
        return False
    return True


def note_download(export: AuditExport, *, by: Any) -> None:
    """Whoever takes personal data away is on record. Raises WrongState if it is not there (any more)."""
    if export.state != ExportState.READY or (export.delete_after and export.delete_after <= timezone.now()):
        raise WrongState(_("This package is not there any more. Please ask for it again."))
    data = {"first": export.first.isoformat(), "last": export.last.isoformat(), "sha256": export.sha256}
    log(instance=export.tenant, action="wagtail_xfinanz.audit_download", user=by, data=data)


def delete_export(export: AuditExport) -> None:
    """The one who asked does not need it any more, ready or not."""
    _delete(export)


def _is_due() -> Q:
    died = Q(state=ExportState.RUNNING, alive_at__lt=timezone.now() - LEASE)
    return Q(state=ExportState.WAITING) | died


def _claim(export_id: int) -> AuditExport | None:
    """From the commit on everybody knows that it is being made. One try too many makes it fail."""
    token, now = secrets.token_hex(8), timezone.now()
    due = AuditExport.objects.filter(_is_due(), pk=export_id)
    with transaction.atomic():
        told = _("It did not work %(tries)s times. Please ask the administrators.") % {"tries": MAX_TRIES}
        given_up = due.filter(tries__gte=MAX_TRIES).update(state=ExportState.FAILED, token="", error=told)
        fresh = {"state": ExportState.RUNNING, "token": token, "alive_at": now, "tries": F("tries") + 1}
        claimed = due.update(**fresh)
        if given_up or claimed:
            # What a run that died has left behind.
            AuditExportChunk.objects.filter(export=export_id).delete()
    if not claimed:
        return None
    return AuditExport.objects.select_related("tenant__site", "requested_by").get(pk=export_id)


@contextlib.contextmanager
def _alive(export: AuditExport) -> Iterator[None]:
    """Say meanwhile that the run is at work: from a thread, because its own connection is in the middle of reading."""
    is_over = threading.Event()

    def beat() -> None:
        while not is_over.wait(BEAT.total_seconds()):
            # One beat may fail, e.g. while SQLite is written to by others.
            with contextlib.suppress(Error):
                _mine(export).update(alive_at=timezone.now())
            connections.close_all()

    thread = threading.Thread(target=beat, name=f"audit export {export.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _keep(export: AuditExport, out: BinaryIO, rows: int) -> None:
    """Store the file in encrypted pieces, each in a transaction of its own, then say that it is ready."""
    digest, size, position = hashlib.sha256(), 0, 0
    out.seek(0)
    while data := out.read(CHUNK_BYTES):
        digest.update(data)
        size += len(data)
        with transaction.atomic():
            _still_mine(export)
            sealed = seal_for_site(data, context=chunk_context(export.pk, position))
            AuditExportChunk.objects.create(export=export, position=position, sealed=sealed)
        position += 1
    now = timezone.now()
    with transaction.atomic():
        row = _still_mine(export)
        row.state, row.token, row.finished_at, row.error = ExportState.READY, "", now, ""
        row.delete_after = now + datetime.timedelta(days=conf.get().AUDIT_EXPORT_DAYS)
        row.rows, row.size, row.sha256 = rows, size, digest.hexdigest()
        row.save()


def _still_mine(export: AuditExport) -> AuditExport:
    """The row, locked. Raises _Superseded."""
    row = _mine(export).select_for_update().first()
    if row is None:
        raise _Superseded
    return row


def _mine(export: AuditExport) -> QuerySet[AuditExport]:
    """The row as long as this run, and no later one, may fill it."""
    return AuditExport.objects.filter(pk=export.pk, state=ExportState.RUNNING, token=export.token)


def _note_trouble(export: AuditExport, error: Exception) -> None:
    told = _("It could not be made (%(error)s). Please ask the administrators.") % {"error": type(error).__name__}
    with transaction.atomic():
        if _mine(export).update(state=ExportState.FAILED, token="", error=told):
            AuditExportChunk.objects.filter(export=export).delete()


@transaction.atomic
def _delete(export: AuditExport) -> None:
    """The row stays, so that it is known who asked for what; the bytes go."""
    row = AuditExport.objects.select_for_update().get(pk=export.pk)
    row.state, row.token = ExportState.DELETED, ""
    row.save(update_fields=["state", "token"])
    row.chunks.all().delete()
