"""An auditor asks for a period, does something else, and comes back for the package; nobody else gets it."""

from __future__ import annotations

import datetime
import hashlib
import io
import sys
import time
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.hanging import LIMIT
from tests.races import at_once
from tests.xfinanz.factories import join_role
from wagtail_xfinanz.errors import NothingToDo, WrongState
from wagtail_xfinanz.flows import delete_export, make_due_exports, make_export, note_export_download, request_export
from wagtail_xfinanz.flows.make_export import LEASE
from wagtail_xfinanz.models import AuditExport, AuditExportChunk

pytestmark = pytest.mark.django_db
FIRST, LAST = datetime.date(2026, 11, 24), datetime.date(2026, 11, 26)
ASK = reverse("xfinanz_audit:export")
#: The package names the verb like its module.
MODULE = sys.modules["wagtail_xfinanz.flows.make_export"]


@pytest.fixture
def asked(tenant, paid, anna, settings):
    """The task queue takes the task and no worker runs it."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    return request_export(tenant, first=FIRST, last=LAST, by=anna)


def fresh(export):
    return AuditExport.objects.select_related("tenant").get(pk=export.pk)


def test_asking_makes_nothing_yet_and_the_task_makes_it(tenant, paid, anna, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        export = request_export(tenant, first=FIRST, last=LAST, by=anna)
        assert export.state == "waiting"
        assert not AuditExportChunk.objects.exists()
    export = fresh(export)
    data = b"".join(export.stream())
    assert (export.state, export.size, export.sha256) == ("ready", len(data), hashlib.sha256(data).hexdigest())
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert paid.reference in package.read("tables/orders.csv").decode()
    assert export.delete_after - export.finished_at == datetime.timedelta(days=7)
    assert ModelLogEntry.objects.filter(action="wagtail_xfinanz.audit_export", user=anna).count() == 1


def test_it_is_kept_encrypted_and_in_pieces(asked, monkeypatch):
    monkeypatch.setattr(MODULE, "CHUNK_BYTES", 1000)
    assert make_export(asked.pk)
    chunks = list(AuditExportChunk.objects.filter(export=asked))
    assert len(chunks) > 5
    assert not any(b"index.xml" in bytes(chunk.sealed) for chunk in chunks)
    assert zipfile.ZipFile(io.BytesIO(b"".join(fresh(asked).stream()))).testzip() is None


def test_the_command_makes_what_no_task_has_made(asked):
    for told in ("1 packages", "0 packages"):
        out = io.StringIO()
        call_command("xfinanz_audit_export", "--due", stdout=out)
        assert told in out.getvalue()
    assert fresh(asked).state == "ready"
    for options in (["--tenant", "4711"], ["--due", "--tenant", "4711"]):
        with pytest.raises(CommandError, match="--due"):
            call_command("xfinanz_audit_export", *options)


def test_the_same_wish_twice_is_one_package_and_another_person_gets_their_own(asked, tenant, anna, bernd):
    assert request_export(tenant, first=FIRST, last=LAST, by=anna) == asked
    assert request_export(tenant, first=FIRST, last=LAST, by=bernd) != asked
    make_export(asked.pk)
    assert request_export(tenant, first=FIRST, last=LAST, by=anna) != asked
    with pytest.raises(NothingToDo):
        request_export(tenant, first=LAST, last=FIRST, by=anna)


def test_it_is_made_once_and_a_worker_that_died_is_followed_by_another(asked):
    assert make_export(asked.pk)
    assert not make_export(asked.pk)
    AuditExport.objects.filter(pk=asked.pk).update(state="running", token="tot", alive_at=timezone.now())
    assert not make_export(asked.pk)
    AuditExport.objects.filter(pk=asked.pk).update(alive_at=timezone.now() - LEASE * 2)
    assert make_due_exports() == 1
    assert zipfile.ZipFile(io.BytesIO(b"".join(fresh(asked).stream()))).testzip() is None


def test_one_that_dies_each_time_is_given_up_and_says_so(asked):
    AuditExport.objects.filter(pk=asked.pk).update(state="running", tries=3, alive_at=timezone.now() - LEASE * 2)
    AuditExportChunk.objects.create(export=asked, position=0, sealed=b"what it had got to")
    assert make_due_exports() == 0
    assert fresh(asked).state == "failed"
    assert fresh(asked).error
    assert not AuditExportChunk.objects.exists()


def test_trouble_is_told_without_its_text(asked, monkeypatch, caplog):
    def breaks(*args, **kwargs):
        raise OSError("Platte voll bei Erika Mustermann")

    monkeypatch.setattr(MODULE, "audit_export", breaks)
    assert not make_export(asked.pk)
    assert fresh(asked).state == "failed"
    assert "OSError" in fresh(asked).error
    assert "Erika" not in fresh(asked).error + caplog.text


def test_a_package_is_deleted_when_its_time_is_over_and_the_wish_stays_known(asked, settings):
    make_export(asked.pk)
    AuditExport.objects.filter(pk=asked.pk).update(delete_after=timezone.now() - datetime.timedelta(seconds=1))
    with pytest.raises(WrongState):
        note_export_download(fresh(asked), by=asked.requested_by)
    make_due_exports()
    assert (fresh(asked).state, AuditExportChunk.objects.count()) == ("deleted", 0)
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        AuditExport.objects.all()._raw_delete("default")


def test_one_deleted_while_it_is_made_stays_deleted(asked, monkeypatch):
    real = MODULE.audit_export
    monkeypatch.setattr(MODULE, "audit_export", lambda *args, **kw: (delete_export(asked), real(*args, **kw))[1])
    assert not make_export(asked.pk)
    assert (fresh(asked).state, AuditExportChunk.objects.count()) == ("deleted", 0)


def test_how_long_it_is_kept_is_a_setting(asked, settings):
    settings.WAGTAIL_XFINANZ = {**getattr(settings, "WAGTAIL_XFINANZ", {}), "AUDIT_EXPORT_DAYS": 2}
    make_export(asked.pk)
    assert fresh(asked).delete_after - fresh(asked).finished_at == datetime.timedelta(days=2)


class TestPages:
    @pytest.fixture
    def auditor(self, client, anna, site):
        client.force_login(join_role(anna, "auditor", site))
        return client

    def ask(self, client, tenant, first="2026-11-24", last="2026-11-26"):
        return client.post(ASK, {"tenant": tenant.pk, "first": first, "last": last})

    def test_ask_look_download(self, auditor, tenant, paid, anna):
        answer = self.ask(auditor, tenant)
        export = AuditExport.objects.get()
        state, file = (reverse(f"xfinanz_audit:export_{name}", args=[export.pk]) for name in ("state", "file"))
        assert (answer.status_code, answer.url) == (302, state)
        waiting = auditor.get(state).content.decode()
        assert f'href="{state}"' in waiting
        assert file not in waiting
        assert auditor.get(file).status_code == 302
        make_export(export.pk)
        assert file in auditor.get(state).content.decode()
        assert state in auditor.get(ASK).content.decode()
        answer = auditor.get(file)
        data = b"".join(answer.streaming_content)
        assert answer["Content-Length"] == str(len(data))
        assert "no-store" in answer["Cache-Control"]
        assert paid.reference in zipfile.ZipFile(io.BytesIO(data)).read("tables/orders.csv").decode()
        assert ModelLogEntry.objects.filter(action="wagtail_xfinanz.audit_download", user=anna).count() == 1
        assert auditor.post(state).status_code == 302
        assert fresh(export).state == "deleted"

    def test_a_wrong_period_and_a_foreign_tenant_are_refused(self, auditor, tenant, other_tenant):
        assert self.ask(auditor, other_tenant).status_code == 422
        assert self.ask(auditor, tenant, first="2026-11-26", last="2026-11-24").status_code == 422
        assert not AuditExport.objects.exists()

    def test_only_the_one_who_asked_gets_it(self, auditor, tenant, paid, bernd, site, client):
        self.ask(auditor, tenant)
        export = AuditExport.objects.get()
        make_export(export.pk)
        pages = [reverse(f"xfinanz_audit:export_{name}", args=[export.pk]) for name in ("state", "file")]
        client.force_login(join_role(bernd, "auditor", site))
        assert [client.get(page).status_code for page in pages] == [404, 404]
        assert client.post(pages[0]).status_code == 404
        assert pages[0] not in client.get(ASK).content.decode()

    def test_who_is_no_auditor_any_more_does_not_get_it_either(self, auditor, tenant, paid, anna, site):
        self.ask(auditor, tenant)
        export = AuditExport.objects.get()
        make_export(export.pk)
        anna.groups.clear()
        join_role(anna, "certifier", site)
        assert auditor.get(reverse("xfinanz_audit:export_file", args=[export.pk])).status_code in (302, 403, 404)

    def test_a_certifier_cannot_ask(self, client, tenant, bernd, site):
        client.force_login(join_role(bernd, "certifier", site))
        assert self.ask(client, tenant).status_code in (302, 403)
        assert not AuditExport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_several_workers_make_it_once(asked):
    done = at_once(3, lambda _: make_export(asked.pk))
    assert (sorted(done), fresh(asked).error) == ([False, False, True], "")
    assert zipfile.ZipFile(io.BytesIO(b"".join(fresh(asked).stream()))).testzip() is None
    assert fresh(asked).tries == 1
    assert ModelLogEntry.objects.filter(action="wagtail_xfinanz.audit_export").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_takes_long_says_that_it_lives(asked, monkeypatch):
    monkeypatch.setattr(MODULE, "BEAT", datetime.timedelta(milliseconds=20))
    real = MODULE.audit_export

    def takes_long(*args, **kwargs):
        AuditExport.objects.filter(pk=asked.pk).update(alive_at=timezone.now() - LEASE * 2)
        until = time.monotonic() + LIMIT
        while timezone.now() - fresh(asked).alive_at > LEASE and time.monotonic() < until:
            time.sleep(0.01)
        assert make_due_exports() == 0
        return real(*args, **kwargs)

    monkeypatch.setattr(MODULE, "audit_export", takes_long)
    assert make_export(asked.pk)
    assert (fresh(asked).state, fresh(asked).tries) == ("ready", 1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_thought_dead_does_not_mix_its_package_in(asked, monkeypatch):
    real = MODULE.audit_export

    def hangs(*args, **kwargs):
        monkeypatch.setattr(MODULE, "audit_export", real)
        AuditExport.objects.filter(pk=asked.pk).update(alive_at=timezone.now() - LEASE * 2)
        assert make_export(asked.pk)
        connections.close_all()
        return real(*args, **kwargs)

    monkeypatch.setattr(MODULE, "audit_export", hangs)
    assert not make_export(asked.pk)
    data = b"".join(fresh(asked).stream())
    assert (fresh(asked).state, fresh(asked).sha256) == ("ready", hashlib.sha256(data).hexdigest())
