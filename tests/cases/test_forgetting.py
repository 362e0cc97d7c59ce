"""Retention: what goes, what stays, what remains of it."""

from __future__ import annotations

import datetime
import os
import time

import pytest
from django.core.management import call_command
from django.utils import timezone

from wagtail_buergerportal.cases import storage
from wagtail_buergerportal.cases.flows import change_state, mark_paid, purge
from wagtail_buergerportal.cases.models import Case, CaseDeletion, CaseUpload
from wagtail_epayment.models import PaymentOrder

from .conftest import FEE, PDF


def in_days(days):
    return timezone.localdate() + datetime.timedelta(days=days)


@pytest.fixture
def ended(hand_in, clerk):
    case = hand_in(uploads=(PDF,), retention_days=30).case
    return change_state(case, to="done", by=clerk.user)


def test_an_ended_case_goes_when_its_time_is_over(ended, tmp_path, django_capture_on_commit_callbacks):
    assert purge(today=in_days(29)) == []
    with django_capture_on_commit_callbacks(execute=True):
        assert purge(today=in_days(30)) == [ended.number]
    assert not Case.objects.exists()
    assert not CaseUpload.objects.exists()
    assert [path for path in (tmp_path / "private").rglob("*") if path.is_file()] == []
    log = CaseDeletion.objects.get()
    assert (log.number, log.service_key, log.retention_days) == (ended.number, "sperrgut", 30)


def test_auditors_of_the_town_read_what_was_deleted_and_nobody_else(ended, staff, clerk):
    purge(today=in_days(30))
    page = staff("auditor").client.get("/admin/deleted-cases/")
    assert ended.number in page.text
    for other in (staff("auditor", town="NEU"), clerk, staff("editor")):
        answer = other.client.get("/admin/deleted-cases/")
        assert answer.status_code == 302 or ended.number not in answer.text


def test_files_stay_until_the_deletion_is_committed(ended, tmp_path):
    purge(today=in_days(30))
    assert [path for path in (tmp_path / "private").rglob("*") if path.is_file()]


def test_a_preview_deletes_nothing(ended, capsys):
    Case.objects.update(purge_on=timezone.localdate())
    call_command("cases_purge", "--dry-run")
    assert ended.number in capsys.readouterr().out
    assert Case.objects.exists()


def test_a_case_still_worked_on_stays(hand_in):
    hand_in()
    assert purge(today=in_days(10000)) == []


def test_an_open_fee_holds_a_case_back_and_bookings_outlive_it(hand_in, clerk, bank):
    from wagtail_buergerportal.cases import payments

    case = hand_in(fee_lines=FEE, payment_policy="optional").case
    change_state(case, to="done", by=clerk.user)
    assert purge(today=in_days(400)) == []
    bank.pays(payments.order_for(case))
    assert purge(today=in_days(400)) == [case.number]
    assert PaymentOrder.objects.exists()


def test_files_of_a_case_never_committed_are_swept_up(ended, capsys):
    storage.keep("00000000-0000-0000-0000-000000000001", b"orphan")
    orphan = storage.private_root() / "cases" / "00000000-0000-0000-0000-000000000001"
    call_command("cases_purge")
    assert orphan.exists()  # perhaps its transaction is still running
    old = time.time() - 2 * 86400
    for file in orphan.parent.iterdir():
        os.utime(file, (old, old))
    call_command("cases_purge")
    assert not orphan.exists()
    assert storage.load(ended.uploads.get().pk, ended.uploads.get().storage_name) == PDF.data


def test_deleting_an_account_leaves_the_case(hand_in, erika):
    case = hand_in(citizen=erika).case
    erika.delete()
    assert Case.objects.get(pk=case.pk).citizen is None


def test_a_late_payment_of_a_withdrawn_case_is_noted(owing, clerk):
    change_state(owing, to="withdrawn", by=clerk.user)
    mark_paid(str(owing.pk), key="late")
    assert Case.objects.get().state == "withdrawn"
    assert Case.objects.get().paid_at
