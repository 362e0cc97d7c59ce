"""Handing in: one act, all or nothing."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection
from django.utils import timezone

from wagtail_buergerportal.cases import payments, storage
from wagtail_buergerportal.cases.case_secret import hash_secret, is_right, new_secret
from wagtail_buergerportal.cases.models import Case, CaseNumberRange, CaseState, CaseUpload
from wagtail_buergerportal.communes.models import CommuneSettings
from wagtail_epayment.models import PaymentOrder
from wagtail_sitekit.crypto import DecryptionError

from .conftest import FEE, PDF

YEAR = timezone.localdate().year


def files(tmp_path):
    return [path for path in (tmp_path / "private").rglob("*") if path.is_file()]


def test_a_case_gets_the_next_number_of_its_commune(hand_in, elsewhere):
    assert hand_in().case.number == f"MUS-{YEAR}-000001"
    assert hand_in().case.number == f"MUS-{YEAR}-000002"
    assert elsewhere.number == f"NEU-{YEAR}-000001"


def test_a_commune_that_takes_over_anothers_prefix_passes_over_its_numbers(hand_in, town, neighbour):
    hand_in()
    CommuneSettings.objects.filter(site=town).update(case_prefix="ALT")
    CommuneSettings.objects.filter(site=neighbour).update(case_prefix="MUS")
    other = hand_in(site=neighbour, department=neighbour.departments.get()).case
    assert other.number == f"MUS-{YEAR}-000002"


def test_sending_twice_is_one_case(hand_in):
    key = uuid.uuid4()
    first = hand_in(submission_key=key, fee_lines=FEE, payment_policy="required", uploads=(PDF,))
    second = hand_in(submission_key=key, fee_lines=FEE, payment_policy="required", uploads=(PDF,))
    assert first.case == second.case
    assert first.secret
    assert second.secret is None
    assert first.pay_url == second.pay_url
    assert Case.objects.count() == PaymentOrder.objects.count() == CaseUpload.objects.count() == 1


def test_who_loses_the_race_gets_the_winners_case(hand_in, monkeypatch, tmp_path):
    """The second submit looked before the first had committed."""
    winner = hand_in().case
    looked = []

    def late(submission):
        looked.append(submission)
        return None if len(looked) == 1 else look(submission)

    module = sys.modules["wagtail_buergerportal.cases.flows.submit"]
    look = module._known
    monkeypatch.setattr(module, "_known", late)
    second = hand_in(submission_key=winner.submission_key, uploads=(PDF,))
    assert second.case == winner
    assert second.secret is None
    assert files(tmp_path) == []
    assert CaseNumberRange.objects.get().last == 1  # no gap


def test_files_lie_encrypted_and_never_where_they_are_served(hand_in, tmp_path, settings):
    case = hand_in(uploads=(PDF,)).case
    upload = case.uploads.get()
    (file,) = files(tmp_path)
    assert b"geheim" not in file.read_bytes()
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert Path(settings.MEDIA_ROOT) not in file.parents
    assert storage.load(upload.pk, upload.storage_name) == PDF.data
    with pytest.raises(ValueError, match="URL"):
        storage.private_storage().url(upload.storage_name)


def test_an_exchanged_file_is_noticed(hand_in, tmp_path):
    one, two = (hand_in(uploads=(PDF,)).case.uploads.get() for __ in range(2))
    with pytest.raises(DecryptionError):
        storage.load(one.pk, two.storage_name)


def test_if_anything_fails_nothing_is_left(hand_in, monkeypatch, tmp_path):
    def fail(*args):
        raise RuntimeError("payment is down")

    monkeypatch.setattr(payments, "open_order", fail)
    with pytest.raises(RuntimeError):
        hand_in(uploads=(PDF,), fee_lines=FEE, payment_policy="required")
    assert not Case.objects.exists()
    assert not CaseNumberRange.objects.filter(last__gt=0).exists()
    assert files(tmp_path) == []


def test_an_integrity_error_of_another_kind_is_not_swallowed(hand_in, monkeypatch):
    def fail(*args):
        raise IntegrityError("something else")

    monkeypatch.setattr(payments, "open_order", fail)
    with pytest.raises(IntegrityError):
        hand_in()


@pytest.mark.parametrize(
    ("policy", "state", "fee", "has_order"),
    [
        ("required", CaseState.WAITING_FOR_PAYMENT, 2500, True),
        ("optional", CaseState.RECEIVED, 2500, True),
        ("none", CaseState.RECEIVED, 0, False),
    ],
)
def test_the_payment_policy_decides_whether_a_case_waits(hand_in, policy, state, fee, has_order):
    submitted = hand_in(fee_lines=FEE, payment_policy=policy)
    assert submitted.case.state == state
    assert submitted.case.fee_cents == fee
    assert bool(submitted.pay_url) is has_order
    assert PaymentOrder.objects.filter(external_id=str(submitted.case.pk)).exists() is has_order


def test_without_the_payment_app_a_case_never_waits(hand_in, monkeypatch):
    monkeypatch.setattr(payments, "is_available", lambda: False)
    submitted = hand_in(fee_lines=FEE, payment_policy="required")
    assert submitted.case.state == CaseState.RECEIVED
    assert submitted.pay_url is None
    assert payments.payment_of(submitted.case).standing == "none"


def test_what_people_wrote_is_encrypted_in_the_database(hand_in):
    hand_in(uploads=(PDF,))
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers, summary, contact_email, secret_hash FROM buergerportal_cases_case")
        row = " ".join(str(value) for value in cursor.fetchone())
        cursor.execute("SELECT filename FROM buergerportal_cases_caseupload")
        row += str(cursor.fetchone())
    assert "Muster" not in row
    assert "kim@" not in row
    assert "Lageplan" not in row


def test_the_secret_is_long_readable_and_kept_only_as_a_hash(hand_in):
    submitted = hand_in()
    plain = submitted.secret.replace("-", "")
    assert len(plain) == 16
    assert not set(plain) & set("01OI")
    assert submitted.secret not in str(Case.objects.values().get())
    assert is_right(submitted.case.number, submitted.secret.lower().replace("-", " "), submitted.case.secret_hash)
    assert not is_right("MUS-2026-999999", submitted.secret, submitted.case.secret_hash)
    assert new_secret() != new_secret()
    assert hash_secret("A", "X") != hash_secret("B", "X")


def test_a_mail_confirms_with_number_and_way_back_and_nothing_else(
    hand_in, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        submitted = hand_in()
    (mail,) = mailoutbox
    assert mail.to == ["kim@example.org"]
    assert submitted.case.number in mail.subject
    assert f"http://testserver/portal/vorgang/suchen/?nummer={submitted.case.number}" in mail.body
    assert submitted.secret not in mail.body
    assert "Kim" not in mail.body


@pytest.mark.parametrize("address", ["", "kein Postfach", "a@b.example\nBcc: x@y.example"])
def test_a_bad_address_gets_no_mail_and_stops_nothing(hand_in, mailoutbox, django_capture_on_commit_callbacks, address):
    with django_capture_on_commit_callbacks(execute=True):
        assert hand_in(payer={"email": address}).case.contact_email is None
    assert mailoutbox == []


def test_no_mail_before_the_commit(hand_in, mailoutbox):
    hand_in()
    assert mailoutbox == []


def test_files_have_a_place_outside_what_is_served(settings, tmp_path):
    def ids():
        return {message.id for message in run_checks() if message.id.startswith("buergerportal.E30")}

    assert ids() == set()
    settings.WAGTAIL_BUERGERPORTAL = {}
    assert ids() == set()
    assert storage.private_root() == Path(settings.MEDIA_ROOT).resolve().parent / "private"
    settings.MEDIA_ROOT = ""
    assert ids() == {"buergerportal.E301"}
    with pytest.raises(ImproperlyConfigured):
        storage.private_root()
    settings.MEDIA_ROOT = tmp_path
    settings.WAGTAIL_BUERGERPORTAL = {"PRIVATE_ROOT": str(tmp_path / "below" / "media")}
    assert ids() == {"buergerportal.E302"}


def test_a_site_may_bring_its_own_private_storage(settings, hand_in, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "bucket")},
        }
    }
    upload = hand_in(uploads=(PDF,)).case.uploads.get()
    assert (tmp_path / "bucket" / upload.storage_name).exists()
    assert storage.load(upload.pk, upload.storage_name) == PDF.data
