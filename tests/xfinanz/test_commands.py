from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.xfinanz.factories import pay, released
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.models import Batch, BatchFile

pytestmark = pytest.mark.django_db


def run(command, **options):
    out, err = io.StringIO(), io.StringIO()
    call_command(command, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_collecting_at_night_and_again(paid, tenant, other_tenant):
    out, _err = run("xfinanz_collect")
    assert "2 postings, 57,50" in out
    assert Batch.objects.get().created_by is None
    assert run("xfinanz_collect") == ("", "")


def test_collecting_one_tenant_reports_problems(site, tenant, other_tenant):
    pay(create_order(site=site, purpose="x", items=[NewItem("x", 1)]), 1)
    assert run("xfinanz_collect", tenant="0815") == ("", "")
    assert "1 payments with problems" in run("xfinanz_collect", tenant="4711")[1]


def test_all_is_well(paid, tenant, anna, bernd, later):
    released(tenant, anna, bernd, cut_off=later)
    assert "1 released batches, 0 signed days, no contradiction." in run("xfinanz_verify")[0]


def test_payments_nobody_can_book_are_told(paid, tenant):
    type(tenant).objects.update(is_active=False)
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("xfinanz_verify", stderr=err)
    assert "1 Zahlungen von „Musterstadt“" in err.getvalue()


def test_a_payment_that_cannot_be_posted_is_told(site, tenant):
    pay(create_order(site=site, purpose="x", items=[NewItem("x", 1)]), 1)
    with pytest.raises(CommandError, match="1 contradictions"):
        run("xfinanz_verify")


def without_guards():
    """What an attacker with the database's password would do first."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'wagtail_xfinanz_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")


@pytest.mark.parametrize(
    ("crime", "told"),
    [
        (lambda batch: batch.postings.filter(sequence=1).update(amount_cents=1), "passen nicht zu den Summen"),
        (lambda batch: batch.postings.filter(sequence=1).update(amount_cents=1), "57,50\N{NO-BREAK SPACE}€"),
        (lambda batch: Batch.objects.filter(pk=batch.pk).update(number=5), "fehlt"),
        (lambda batch: Batch.objects.filter(pk=batch.pk).update(previous_hash="0" * 64), "schließt nicht"),
        (lambda batch: Batch.objects.filter(pk=batch.pk).update(content_hash="0" * 64), "andere Prüfsumme"),
        (lambda batch: Batch.objects.filter(pk=batch.pk).update(total_cents=9), "Gesamtsumme"),
        (
            lambda batch: BatchFile.objects.get(batch=batch, format="csv").chunks.update(data=b"x"),
            "nicht die, die freigegeben wurde",
        ),
    ],
)
def test_every_manipulation_is_found(paid, tenant, anna, bernd, later, crime, told):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    without_guards()
    crime(batch)
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("xfinanz_verify", stderr=err)
    assert told in err.getvalue()
