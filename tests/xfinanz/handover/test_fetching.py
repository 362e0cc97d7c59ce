"""The finance system lays its answers into a folder; they are fetched from there, and each is read once."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from tests.xfinanz.handover.sftp_server import SftpServer
from tests.xfinanz.handover.story import lay, state
from wagtail_xfinanz.deliveries.registry import channels
from wagtail_xfinanz.deliveries.sftp.keys import fingerprint
from wagtail_xfinanz.flows import (
    check_channel,
    deliver_due,
    fetch_answers,
    hand_over,
)
from wagtail_xfinanz.flows.fetch_answers import fetch_answers_task
from wagtail_xfinanz.models import (
    AcknowledgementImport,
    BatchState,
    DeliveryChannel,
    FetchedAnswer,
    PostingAcknowledgement,
)

pytestmark = pytest.mark.django_db


def test_an_answer_is_fetched_and_taken_in(exported, channel, outbox, quittung):
    path = lay(outbox, "quittung.xml", quittung(exported, rejected=(2,)))
    fetched = fetch_answers()
    assert (len(fetched.taken), fetched.refused, fetched.troubles) == (1, [], [])
    assert state(exported) == BatchState.PARTLY
    assert AcknowledgementImport.objects.get().raw == path.read_bytes()
    channel.refresh_from_db()
    assert channel.answers_fetched_at
    assert channel.answers_error == ""


def test_over_the_channel_there_and_back(batch, channel, outbox, quittung, bernd):
    hand_over(batch, by=bernd)
    deliver_due()
    lay(outbox, "q.xml", quittung(batch))
    fetch_answers()
    assert state(batch) == BatchState.ACKNOWLEDGED


def test_the_same_file_is_read_once(exported, channel, outbox, quittung):
    lay(outbox, "quittung.xml", quittung(exported))
    for taken in (1, 0, 0):
        assert len(fetch_answers().taken) == taken
    lay(outbox, "kopie.xml", quittung(exported), age=40)
    assert fetch_answers().repeated == 1
    assert (AcknowledgementImport.objects.count(), PostingAcknowledgement.objects.count()) == (1, 2)
    assert len(list(outbox.iterdir())) == 2


def test_what_a_person_has_imported_is_not_taken_in_again(exported, channel, outbox, quittung, tenant, anna):
    from wagtail_xfinanz.flows import acknowledge

    acknowledge(tenant, data=quittung(exported), filename="von Hand.xml", by=anna)
    lay(outbox, "quittung.xml", quittung(exported))
    fetched = fetch_answers()
    assert (fetched.taken, fetched.repeated) == ([], 1)


@pytest.mark.parametrize("name", [".quittung.xml", "quittung.xml.part", "quittung.xml.filepart", "quittung.TMP"])
def test_a_file_that_is_still_being_written_is_left_alone(exported, channel, outbox, quittung, name):
    lay(outbox, name, quittung(exported)[:40])
    fetched = fetch_answers()
    assert (fetched.taken, fetched.refused) == ([], [])
    assert not FetchedAnswer.objects.exists()


def test_a_file_that_was_touched_a_moment_ago_can_wait(exported, channel, outbox, quittung):
    lay(outbox, "quittung.xml", quittung(exported), age=1)
    assert not fetch_answers().taken
    lay(outbox, "quittung.xml", quittung(exported))
    assert fetch_answers().taken


def test_a_file_that_grows_while_it_is_read_can_wait(exported, sftp, server, outbox, quittung):
    sftp.options |= {"answers_folder": "antworten"}
    sftp.save()
    path = lay(outbox, "quittung.xml", quittung(exported)[:100])
    server.once("after", "open", lambda: path.write_bytes(quittung(exported)))
    assert fetch_answers().refused == []
    lay(outbox, "quittung.xml", quittung(exported))
    assert len(fetch_answers().taken) == 1


def test_what_was_taken_in_is_removed_if_the_commune_wants_it(exported, channel, outbox, quittung):
    channel.options |= {"remove_answers": True}
    channel.save()
    path = lay(outbox, "quittung.xml", quittung(exported))
    fetch_answers()
    assert not path.exists()


def test_old_files_that_stay_cost_no_queries(exported, channel, outbox, quittung, django_assert_max_num_queries):
    for number in range(30):
        lay(outbox, f"{number}.pdf", b"%PDF-1.7")
    fetch_answers()
    with django_assert_max_num_queries(4):
        fetch_answers()


def test_folders_and_links_are_no_answers(exported, channel, outbox, quittung, tmp_path):
    secret = lay(tmp_path, "geheim.xml", quittung(exported))
    (outbox / "link.xml").symlink_to(secret)
    (outbox / "ordner.xml").mkdir()
    fetched = fetch_answers()
    assert (fetched.taken, fetched.refused, fetched.troubles) == ([], [], [])


def test_the_folder_has_to_be_another_one_and_inside(tenant, settings, tmp_path):
    def problems(**options):
        return channels.open("directory", options=options, credentials={}, hostname="x").problems()

    assert "answers_folder" in problems(folder="a", answers_folder="a/")
    assert "answers_folder" in problems(folder="a/b", answers_folder="./a//b")
    assert "answers_folder" in problems(folder="a", answers_folder="../b")
    assert problems(folder="a", answers_folder="b") == {}
    sftp = channels.open("sftp", options={"answers_folder": "x", "folder": "x"}, credentials={}, hostname="x")
    assert "answers_folder" in sftp.problems()


def test_trying_the_connection_tries_the_folder_with_answers(channel, outbox, anna):
    assert check_channel(channel, by=anna) == ""
    DeliveryChannel.objects.update(checked_at=None)
    outbox.rmdir()
    assert check_channel(channel, by=anna)


def test_both_folders_are_named_from_where_the_server_begins(exported, tenant, tmp_path, quittung):
    root = tmp_path / "konto"
    (root / "ein").mkdir(parents=True)
    (root / "aus").mkdir()
    server = SftpServer(root)
    DeliveryChannel.objects.create(
        tenant=tenant, kind="sftp", label="Kasse", credentials={"password": server.password},
        options={"host": "127.0.0.1", "port": server.port, "username": server.username, "folder": "ein",
                 "answers_folder": "aus", "host_keys": fingerprint(server.host_key)},
    )  # fmt: skip
    lay(root / "aus", "q.xml", quittung(exported))
    fetched = fetch_answers()
    server.close()
    assert (len(fetched.taken), fetched.troubles) == (1, [])


def test_the_command_and_the_task(exported, channel, outbox, quittung):
    lay(outbox, "quittung.xml", quittung(exported, only=(1,)))
    out = io.StringIO()
    call_command("xfinanz_acknowledge", "--fetch", stdout=out)
    assert "1 answers fetched" in out.getvalue()
    lay(outbox, "kaputt.xml", b"%PDF-1.7")
    with pytest.raises(CommandError, match="1 files"):
        call_command("xfinanz_acknowledge", "--fetch", stdout=io.StringIO(), stderr=io.StringIO())
    call_command("xfinanz_acknowledge", "--fetch", stdout=io.StringIO())
    lay(outbox, "zweite.xml", quittung(exported, only=(2,)))
    fetch_answers_task.enqueue()
    assert state(exported) == BatchState.ACKNOWLEDGED
