"""A directory on the server as the finance system's inbox."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from tests.xfinanz.factories import pay, released
from tests.xfinanz.handover.story import NAME
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.checks import check_settings
from wagtail_xfinanz.deliveries.directory import adapter, renaming
from wagtail_xfinanz.errors import ReasonMissing, WrongState
from wagtail_xfinanz.flows import deliver_due, export, hand_over, hand_over_by_hand, retry
from wagtail_xfinanz.models import BatchDelivery, BatchState, DeliveryChannel, DeliveryState

pytestmark = pytest.mark.django_db


def listed(inbox):
    return sorted(path.name for path in inbox.iterdir())


def trail(batch):
    return list(batch.handover_events.values_list("kind", flat=True))


def content(batch):
    return b"".join(batch.files.get(format="kassenbuch").stream())


def test_the_file_is_there_byte_by_byte_and_the_batch_is_exported(batch, directory, inbox, bernd):
    delivery = hand_over(batch, by=bernd)
    assert deliver_due() == 1
    assert (inbox / NAME).read_bytes() == content(batch)
    assert listed(inbox) == [NAME]
    assert stat.S_IMODE((inbox / NAME).stat().st_mode) == 0o640
    delivery.refresh_from_db()
    batch.refresh_from_db()
    assert (delivery.state, batch.state, batch.exported_by) == (DeliveryState.SENT, BatchState.EXPORTED, bernd)
    assert trail(batch) == ["requested", "trying", "sent"]
    assert deliver_due() == 0


def test_permissions_and_a_checksum_file_as_wished(batch, directory, inbox, bernd):
    directory.options = {"mode": "660", "checksum_file": True}
    directory.save()
    hand_over(batch, by=bernd)
    deliver_due()
    sha256 = batch.files.get(format="kassenbuch").sha256
    assert (inbox / f"{NAME}.sha256").read_text() == f"{sha256}  {NAME}\n"
    assert stat.S_IMODE((inbox / NAME).stat().st_mode) == 0o660
    assert listed(inbox) == [NAME, f"{NAME}.sha256"]


def test_a_subfolder_of_the_commune(batch, directory, inbox, bernd):
    (inbox / "kasse").mkdir()
    directory.options = {"folder": "kasse"}
    directory.save()
    hand_over(batch, by=bernd)
    deliver_due()
    assert listed(inbox / "kasse") == [NAME]


@pytest.mark.parametrize("folder", ["../andere", "/etc", "fehlt", "ausgang"])
def test_nothing_is_written_outside_of_the_communes_directory(batch, directory, inbox, bernd, folder, tmp_path):
    (tmp_path / "andere").mkdir()
    (inbox / "ausgang").symlink_to(tmp_path / "andere")
    directory.options = {"folder": folder}
    directory.save()
    delivery = hand_over(batch, by=bernd)
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_try_at) == (DeliveryState.FAILED, None)
    assert listed(tmp_path / "andere") == []


def test_without_a_directory_of_the_operator_nothing_happens(batch, directory, settings, bernd):
    settings.WAGTAIL_XFINANZ = {"HANDOVER_DIRECTORIES": {"andere.test": "/tmp"}}
    delivery = hand_over(batch, by=bernd)
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert "HANDOVER_DIRECTORIES" in delivery.last_error


def test_a_relative_path_is_an_error_of_the_settings(settings):
    settings.WAGTAIL_XFINANZ = {"HANDOVER_DIRECTORIES": {"a.example": "/srv/a", "b.example": "srv/b"}}
    assert [error.id for error in check_settings(None) if "b.example" in error.msg] == ["xfinanz.E004"]
    assert not [error for error in check_settings(None) if "a.example" in error.msg]


@pytest.mark.parametrize("supported", [True, False])
def test_another_file_of_that_name_is_never_overwritten(batch, directory, inbox, bernd, monkeypatch, supported):
    if not supported:
        monkeypatch.setattr(renaming, "_renameat2", lambda old, new: errno.EINVAL)
    (inbox / NAME).write_bytes(b"of somebody else")
    delivery = hand_over(batch, by=bernd)
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert NAME in delivery.last_error
    assert (inbox / NAME).read_bytes() == b"of somebody else"
    assert listed(inbox) == [NAME]
    (inbox / NAME).unlink()
    retry(delivery, by=bernd)
    deliver_due()
    assert (inbox / NAME).read_bytes() == content(batch)


@pytest.mark.parametrize("supported", [True, False])
def test_a_file_that_appears_in_the_last_moment_is_not_overwritten(
    batch, directory, inbox, bernd, monkeypatch, supported
):
    """Between the last look and the renaming, where only the operating system can tell."""
    if not supported:
        monkeypatch.setattr(renaming, "_renameat2", lambda old, new: errno.EINVAL)
    rename = adapter.rename_without_replacing

    def late(old, new):
        new.write_bytes(b"of somebody else")
        rename(old, new)

    monkeypatch.setattr(adapter, "rename_without_replacing", late)
    delivery = hand_over(batch, by=bernd)
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert (inbox / NAME).read_bytes() == b"of somebody else"
    assert listed(inbox) == [NAME]


@pytest.mark.parametrize("call", ["fsync", "fchmod", "open"])
def test_a_full_disk_leaves_nothing_behind_and_is_tried_again(batch, directory, inbox, bernd, due, monkeypatch, call):
    delivery = hand_over(batch, by=bernd)

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(adapter.os, call, full)
        deliver_due()
    delivery.refresh_from_db()
    batch.refresh_from_db()
    assert (delivery.state, batch.state) == (DeliveryState.WAITING, BatchState.RELEASED)
    assert delivery.last_error == os.strerror(errno.ENOSPC)
    assert listed(inbox) == []
    due()
    deliver_due()
    assert listed(inbox) == [NAME]
    assert trail(batch) == ["requested", "trying", "not_sent", "trying", "sent"]


def test_after_many_tries_a_person_has_to_look(batch, directory, inbox, bernd, due, monkeypatch):
    delivery = hand_over(batch, by=bernd)
    monkeypatch.setattr(adapter.DirectoryChannel, "create", lambda self, name: 1 / 0)
    for _try in range(12):
        due()
        deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_try_at, delivery.tries) == (DeliveryState.FAILED, None, 12)


def test_a_second_hand_over_needs_a_reason_and_is_marked(batch, directory, inbox, anna, bernd):
    hand_over(batch, by=bernd)
    with pytest.raises(WrongState):
        hand_over(batch, by=anna)
    deliver_due()
    with pytest.raises(ReasonMissing):
        hand_over(batch, by=anna, reason="  ")
    (inbox / NAME).unlink()
    again = hand_over(batch, by=anna, reason="Datei beim Einlesen verloren")
    deliver_due()
    assert listed(inbox) == [NAME]
    again.refresh_from_db()
    assert (again.is_repeat, again.state) == (True, DeliveryState.SENT)
    assert batch.handover_events.filter(text="Datei beim Einlesen verloren", by=anna).exists()


def test_what_is_still_there_is_not_written_a_second_time(batch, directory, inbox, anna, bernd):
    hand_over(batch, by=bernd)
    deliver_due()
    before = (inbox / NAME).stat()
    hand_over(batch, by=anna, reason="noch einmal")
    deliver_due()
    after = (inbox / NAME).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert trail(batch)[-1] == "found"


def test_downloading_is_a_hand_over_too(batch, directory, inbox, anna, bernd):
    export(batch, file_format="kassenbuch", by=anna)
    export(batch, file_format="kassenbuch", by=bernd)
    assert trail(batch) == ["sent", "copied"]
    with pytest.raises(ReasonMissing):
        hand_over(batch, by=bernd)
    assert BatchDelivery.objects.get().kind == "download"


def test_while_it_is_being_handed_over_nobody_carries_a_second_one(batch, directory, bernd):
    hand_over(batch, by=bernd)
    with pytest.raises(WrongState):
        export(batch, file_format="kassenbuch", by=bernd)


def test_a_file_that_was_fetched_counts_as_received(batch, directory, inbox, bernd, due):
    directory.options = {"is_emptied": True}
    directory.save()
    delivery = hand_over(batch, by=bernd)
    deliver_due()
    due()
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    (inbox / NAME).unlink()
    due()
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_try_at) == (DeliveryState.RECEIVED, None)
    assert trail(batch)[-1] == "received"


def test_without_the_option_a_missing_file_means_nothing(batch, directory, inbox, bernd):
    delivery = hand_over(batch, by=bernd)
    deliver_due()
    (inbox / NAME).unlink()
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_try_at) == (DeliveryState.SENT, None)


def test_a_channel_that_is_switched_off_holds_nothing_up(batch, directory, sftp_elsewhere, inbox, anna, bernd):
    first = hand_over(batch, by=bernd)
    DeliveryChannel.objects.filter(pk=directory.pk).update(is_active=False)
    assert deliver_due() == 0
    with pytest.raises(WrongState):
        retry(first, by=anna)
    DeliveryChannel.objects.filter(pk=sftp_elsewhere.pk).update(is_active=True)
    second = hand_over(batch, by=anna)
    first.refresh_from_db()
    assert (first.state, second.is_repeat) == (DeliveryState.FAILED, False)


@pytest.fixture
def sftp_elsewhere(tenant):
    return DeliveryChannel.objects.create(tenant=tenant, kind="sftp", label="neu", is_active=False)


def test_who_does_not_want_to_wait_carries_the_file(batch, directory, inbox, anna, bernd, due):
    waiting = hand_over(batch, by=bernd)
    carried = hand_over_by_hand(batch, by=anna, reason="")
    due()
    assert deliver_due() == 0
    waiting.refresh_from_db()
    assert (waiting.state, carried.is_repeat, carried.state) == (DeliveryState.FAILED, False, DeliveryState.SENT)
    assert listed(inbox) == []


def test_a_server_that_does_not_answer_is_asked_once_in_a_run(site, tenant, sftp_elsewhere, anna, bernd, later):
    sftp_elsewhere.options = {"host": "127.0.0.1", "port": 1, "username": "x", "host_keys": "SHA256:x"}
    sftp_elsewhere.is_active = True
    sftp_elsewhere.save()
    for _number in range(3):
        pay(create_order(site=site, purpose="x", items=[NewItem("x", 1, posting_key="sperrgut")]), 1)
        (batch,) = released(tenant, anna, bernd, cut_off=later)
        hand_over(batch, by=bernd)
    assert deliver_due() == 1
