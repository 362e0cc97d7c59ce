"""A real SSH server as the finance system's inbox, and everything that goes wrong on the way to it."""

from __future__ import annotations

import io
import stat
import threading
import time

import paramiko
import pytest

from tests.hanging import LIMIT
from tests.xfinanz.handover.sftp_server import SftpServer, cut, full
from tests.xfinanz.handover.story import NAME
from wagtail_xfinanz.deliveries.sftp.keys import fingerprint
from wagtail_xfinanz.flows import confirm_receipt, deliver_due, hand_over, hand_over_by_hand, retry
from wagtail_xfinanz.models import BatchState, DeliveryChannel, DeliveryState

pytestmark = pytest.mark.django_db


def content(batch):
    return b"".join(batch.files.get(format="kassenbuch").stream())


def trail(batch):
    return list(batch.handover_events.values_list("kind", flat=True))


@pytest.fixture
def delivery(batch, sftp, bernd):
    return hand_over(batch, by=bernd)


def test_the_file_arrives_byte_by_byte_under_its_name_only(delivery, batch, server):
    deliver_due()
    assert server.files() == [NAME]
    assert (server.root / NAME).read_bytes() == content(batch)
    assert server.parts() == []
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT


def test_while_it_is_written_no_importer_sees_it(delivery, server):
    seen = []
    server.faults["before", "rename"] = lambda: seen.append((server.files(), len(server.parts())))
    deliver_due()
    assert seen == [([], 1)]


def test_permissions_checksum_and_folder(batch, sftp, server, bernd):
    (server.root / "kasse").mkdir()
    sftp.options |= {"mode": "660", "checksum_file": True, "folder": "kasse"}
    sftp.save()
    hand_over(batch, by=bernd)
    deliver_due()
    folder = server.root / "kasse"
    assert sorted(path.name for path in folder.iterdir()) == [NAME, f"{NAME}.sha256"]
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o660


def test_a_key_with_a_passphrase_instead_of_a_password(batch, tenant, inbox, bernd):
    key = paramiko.RSAKey.generate(2048)
    text = io.StringIO()
    key.write_private_key(text, password="Losung")
    server = SftpServer(inbox, user_key=key)
    options = {"host": "127.0.0.1", "port": server.port, "username": "kasse"}
    options["host_keys"] = f"{server.host_key.get_name()} {server.host_key.get_base64()} kasse@server"
    credentials = {"private_key": text.getvalue(), "passphrase": "Losung"}
    DeliveryChannel.objects.create(tenant=tenant, kind="sftp", label="x", options=options, credentials=credentials)
    hand_over(batch, by=bernd)
    deliver_due()
    assert server.files() == [NAME]
    server.close()


def test_another_host_key_is_refused_before_any_secret_is_sent(delivery, batch, sftp, server):
    sftp.options["host_keys"] = fingerprint(paramiko.ECDSAKey.generate())
    sftp.save()
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_try_at) == (DeliveryState.FAILED, None)
    assert fingerprint(server.host_key) in delivery.last_error
    assert server.logins == []
    batch.refresh_from_db()
    assert batch.state == BatchState.RELEASED


def test_a_refused_login_waits_for_a_person_and_tells_no_secret(delivery, sftp, server, bernd):
    sftp.credentials = {"password": "falsch-und-kenn-4711-wort"}
    sftp.save()
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert "falsch" not in delivery.last_error
    sftp.credentials = {"password": server.password}
    sftp.save()
    retry(delivery, by=bernd)
    deliver_due()
    assert server.files() == [NAME]


def test_a_server_that_is_not_there_is_asked_again_later(delivery, server, sftp, due):
    port, server_is_back = sftp.options["port"], sftp
    sftp.options = {**sftp.options, "port": 1}
    sftp.save()
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.WAITING
    server_is_back.options = {**sftp.options, "port": port}
    server_is_back.save()
    assert deliver_due() == 0
    due()
    deliver_due()
    assert server.files() == [NAME]


@pytest.mark.parametrize("call", ["channel", "subsystem", "stat"])
def test_a_server_that_lets_us_in_and_falls_silent_is_asked_again_later(delivery, server, settings, due, call):
    settings.WAGTAIL_XFINANZ = {"DELIVERY_TIMEOUT": 0.3}
    is_over = threading.Event()
    server.once("before", call, lambda: is_over.wait(LIMIT))
    begun = time.monotonic()
    deliver_due()
    assert time.monotonic() - begun < 20
    is_over.set()
    delivery.refresh_from_db()
    assert (delivery.state, server.files()) == (DeliveryState.WAITING, [])
    settings.WAGTAIL_XFINANZ = {}
    due()
    deliver_due()
    assert server.files() == [NAME]


@pytest.mark.parametrize(
    ("when", "call"), [("before", "open"), ("before", "write"), ("after", "write"), ("after", "open")]
)
def test_a_connection_cut_while_writing_is_no_delivery(delivery, batch, server, due, when, call):
    server.once(when, call, cut)
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, server.files()) == (DeliveryState.WAITING, [])
    due()
    deliver_due()
    assert server.files() == [NAME]
    assert (server.root / NAME).read_bytes() == content(batch)


def test_a_full_disk_on_the_server_is_no_delivery(delivery, batch, server, due):
    server.faults["before", "write"] = full
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, server.files(), server.parts()) == (DeliveryState.WAITING, [], [])
    server.faults.clear()
    due()
    deliver_due()
    assert server.files() == [NAME]
    assert trail(batch) == ["requested", "trying", "not_sent", "trying", "sent"]


def test_cut_before_the_renaming_it_is_uncertain_and_then_sent_once(delivery, batch, server, due):
    server.once("before", "rename", cut)
    deliver_due()
    delivery.refresh_from_db()
    batch.refresh_from_db()
    assert (delivery.state, batch.state, server.files()) == (DeliveryState.UNKNOWN, BatchState.RELEASED, [])
    due()
    deliver_due()
    assert (server.files(), server.parts()) == ([NAME], [])
    assert server.calls.count("rename") == 2
    assert trail(batch) == ["requested", "trying", "uncertain", "trying", "sent"]


def test_a_lost_answer_is_found_and_nothing_is_sent_again(delivery, batch, server, due):
    server.once("after", "rename", cut)
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, server.files()) == (DeliveryState.UNKNOWN, [NAME])
    due()
    deliver_due()
    assert server.calls.count("rename") == 1
    assert trail(batch) == ["requested", "trying", "uncertain", "trying", "found"]
    delivery.refresh_from_db()
    batch.refresh_from_db()
    assert (delivery.state, batch.state) == (DeliveryState.SENT, BatchState.EXPORTED)


@pytest.fixture
def fetched(delivery, server, due):
    """Renamed, the answer lost, and the importer was faster than our second look."""
    server.once("after", "rename", cut)
    deliver_due()
    (server.root / NAME).unlink()
    due()
    deliver_due()
    delivery.refresh_from_db()
    return delivery


def test_a_file_fetched_behind_a_lost_answer_is_never_sent_by_itself(fetched, batch, server, due):
    for _day in range(3):
        due()
        deliver_due()
    assert (fetched.state, fetched.next_try_at) == (DeliveryState.UNKNOWN, None)
    assert server.calls.count("rename") == 1
    assert server.files() == []


def test_a_person_says_that_it_arrived(fetched, batch, anna):
    confirm_receipt(fetched, by=anna, note="im Verfahren gesehen")
    fetched.refresh_from_db()
    batch.refresh_from_db()
    assert (fetched.state, batch.state, batch.exported_by) == (DeliveryState.RECEIVED, BatchState.EXPORTED, anna)


def test_a_person_says_that_it_did_not_arrive(fetched, batch, server, anna):
    again = hand_over(batch, by=anna, reason="im Verfahren nicht vorhanden")
    deliver_due()
    assert server.files() == [NAME]
    again.refresh_from_db()
    fetched.refresh_from_db()
    assert (fetched.state, again.state, again.is_repeat) == (DeliveryState.GIVEN_UP, DeliveryState.SENT, True)


def test_a_person_carries_the_file_instead(fetched, batch, server, anna):
    carried = hand_over_by_hand(batch, by=anna, reason="Server steht still")
    assert (carried.kind, carried.is_repeat) == ("download", True)
    batch.refresh_from_db()
    assert batch.state == BatchState.EXPORTED
    assert server.files() == []


def test_another_file_of_that_name_stays(delivery, server, bernd):
    (server.root / NAME).write_bytes(b"of somebody else")
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert (server.root / NAME).read_bytes() == b"of somebody else"


def test_another_file_that_appears_before_the_renaming_stays(delivery, server, due):
    server.once("before", "rename", lambda: (server.root / NAME).write_bytes(b"of somebody else"))
    deliver_due()
    due()
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.next_try_at is None
    assert (server.root / NAME).read_bytes() == b"of somebody else"
    assert server.files() == [NAME]
