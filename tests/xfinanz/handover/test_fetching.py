"""The finance system lays its answers into a folder; they are fetched from there, once, and never lost."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
import time
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.xfinanz.factories import join_role
from tests.xfinanz.handover.sftp_server import SftpServer
from tests.xfinanz.handover.test_sftp import cut
from wagtail_xfinanz.audit.check import check_package
from wagtail_xfinanz.budget import local_day
from wagtail_xfinanz.deliveries.registry import channels
from wagtail_xfinanz.deliveries.sftp.keys import fingerprint
from wagtail_xfinanz.errors import ReasonMissing, WrongState
from wagtail_xfinanz.flows import (
    audit_export,
    check_channel,
    deliver_due,
    dismiss_answer,
    export,
    fetch_answers,
    hand_over,
    hold_rejected,
    retry_answer,
)
from wagtail_xfinanz.flows.answers import rejected_of
from wagtail_xfinanz.flows.fetch_answers import fetch_answers_task
from wagtail_xfinanz.models import (
    AcknowledgementImport,
    Batch,
    BatchState,
    DeliveryChannel,
    FetchedAnswer,
    PostingAcknowledgement,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def outbox(inbox):
    """Where the finance system lays its answers down, beside what it reads."""
    folder = inbox / "antworten"
    folder.mkdir()
    return folder


@pytest.fixture(params=["directory", "sftp"])
def channel(request, outbox):
    """Once as a directory, once over SSH."""
    channel = request.getfixturevalue(request.param)
    channel.options = {**channel.options, "answers_folder": "antworten"}
    channel.save()
    return channel


@pytest.fixture
def exported(batch, anna):
    export(batch, file_format="kassenbuch", by=anna)
    batch.refresh_from_db()
    return batch


def lay(folder, name, data, *, age=60):
    """As a finance system does it: the file is complete before it gets its name."""
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path


def state(batch):
    return Batch.objects.get(pk=batch.pk).state


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


def test_one_that_cannot_be_read_is_kept_aside_and_told_and_stays_where_it_is(exported, channel, outbox, quittung):
    channel.options |= {"remove_answers": True}
    channel.save()
    path = lay(outbox, "kaputt.xml", quittung(exported)[:-20])
    (refused,) = fetch_answers().refused
    assert refused.error
    assert refused.raw == path.read_bytes()
    assert b"quittung" not in bytes(refused.sealed)
    assert fetch_answers().refused == []
    assert path.exists()
    assert state(exported) == BatchState.EXPORTED


def test_a_broken_one_does_not_keep_the_others_waiting(exported, channel, outbox, quittung):
    lay(outbox, "a-kaputt.xml", b"%PDF-1.7")
    lay(outbox, "b-gut.xml", quittung(exported))
    fetched = fetch_answers()
    assert (len(fetched.taken), len(fetched.refused)) == (1, 1)


def test_a_file_written_anew_replaces_the_broken_one(exported, channel, outbox, quittung):
    lay(outbox, "quittung.xml", quittung(exported)[:-20], age=120)
    fetch_answers()
    lay(outbox, "quittung.xml", quittung(exported), age=60)
    assert len(fetch_answers().taken) == 1
    assert sorted(row.state for row in FetchedAnswer.objects.all()) == ["superseded", "taken"]


def test_what_was_taken_in_is_removed_if_the_commune_wants_it(exported, channel, outbox, quittung):
    channel.options |= {"remove_answers": True}
    channel.save()
    path = lay(outbox, "quittung.xml", quittung(exported))
    fetch_answers()
    assert not path.exists()


def test_what_could_not_be_removed_is_told_and_removed_by_a_later_run(exported, sftp, server, outbox, quittung):
    sftp.options |= {"answers_folder": "antworten", "remove_answers": True}
    sftp.save()
    path = lay(outbox, "quittung.xml", quittung(exported))

    def refuse():
        raise PermissionError(errno.EACCES, "no")

    server.once("before", "remove", refuse)
    fetched = fetch_answers()
    assert (len(fetched.taken), len(fetched.troubles), path.exists()) == (1, 1, True)
    assert fetch_answers().troubles == []
    assert not path.exists()


def test_one_that_may_not_be_read_is_told_and_does_not_keep_the_others_waiting(
    exported, sftp, server, outbox, quittung
):
    sftp.options |= {"answers_folder": "antworten"}
    sftp.save()
    lay(outbox, "a-fremd.xml", quittung(exported))
    lay(outbox, "b-gut.xml", quittung(exported))

    def refuse():
        raise PermissionError(errno.EACCES, "no")

    server.once("before", "open", refuse)
    fetched = fetch_answers()
    ((_channel, told),) = fetched.troubles
    assert (len(fetched.taken), "a-fremd.xml" in told) == (1, True)
    sftp.refresh_from_db()
    assert sftp.answers_error == told
    assert fetch_answers().repeated == 1


def test_one_that_is_too_large_is_told_and_not_even_read(
    client, exported, channel, outbox, quittung, anna, site, monkeypatch
):
    monkeypatch.setattr(sys.modules["wagtail_xfinanz.flows.fetch_answers"], "MAX_BYTES", 100)
    lay(outbox, "riesig.xml", quittung(exported))
    (refused,) = fetch_answers().refused
    assert (refused.error != "", refused.sha256) == (True, "")
    with pytest.raises(WrongState):
        retry_answer(refused, by=anna)
    client.force_login(join_role(anna, "certifier", site))
    url = f"/admin/xfinanz_batches/answers/fetched/{refused.pk}/"
    assert f"{url}file/" not in text(client.get(url))
    assert client.get(f"{url}file/").status_code == 404


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


def test_the_answer_to_another_commune_is_refused(exported, channel, outbox, quittung):
    lay(outbox, "fremd.xml", quittung(exported, mandant="9999"))
    (refused,) = fetch_answers().refused
    assert "9999" in refused.error


def test_a_kept_file_is_tried_again_when_its_cause_is_gone(batch, channel, outbox, quittung, anna):
    lay(outbox, "zu-frueh.xml", quittung(batch))
    (refused,) = fetch_answers().refused
    export(batch, file_format="kassenbuch", by=anna)
    assert retry_answer(refused, by=anna).state == "taken"
    assert AcknowledgementImport.objects.get().imported_by == anna
    assert state(batch) == BatchState.ACKNOWLEDGED
    with pytest.raises(WrongState):
        retry_answer(refused, by=anna)


def test_a_kept_file_is_put_aside_with_a_reason(exported, channel, outbox, anna):
    lay(outbox, "prospekt.pdf", b"%PDF-1.7")
    (refused,) = fetch_answers().refused
    with pytest.raises(ReasonMissing):
        dismiss_answer(refused, by=anna, reason=" ")
    row = dismiss_answer(refused, by=anna, reason="Werbung")
    assert (row.state, row.dismissed_by, row.raw) == ("dismissed", anna, b"%PDF-1.7")


def test_an_auditor_can_see_what_became_of_every_file(exported, directory, outbox, quittung, anna, tenant):
    directory.options = {"answers_folder": "antworten"}
    directory.save()
    lay(outbox, "quittung.xml", quittung(exported))
    lay(outbox, "prospekt.pdf", b"%PDF-1.7")
    (refused,) = fetch_answers().refused
    dismiss_answer(refused, by=anna, reason="Werbung")
    out, today = io.BytesIO(), local_day(timezone.now())
    audit_export(tenant, first=today, last=today, out=out, by=None)
    rows = zipfile.ZipFile(out).read("tables/fetched_answers.csv").decode().splitlines()
    assert len(rows) == 3
    assert "Werbung" in "".join(rows)
    assert list(check_package(out)) == []


def test_a_channel_with_another_host_key_gets_no_password(exported, sftp, server, outbox, quittung):
    sftp.options |= {"answers_folder": "antworten", "host_keys": "SHA256:" + "A" * 43}
    sftp.save()
    lay(outbox, "quittung.xml", quittung(exported))
    fetched = fetch_answers()
    ((_channel, told),) = fetched.troubles
    assert fingerprint(server.host_key) in told
    assert server.logins == []
    sftp.refresh_from_db()
    assert sftp.answers_error == told


def test_a_connection_that_breaks_off_loses_nothing(exported, sftp, server, outbox, quittung):
    sftp.options |= {"answers_folder": "antworten"}
    sftp.save()
    lay(outbox, "quittung.xml", quittung(exported))
    server.once("before", "open", cut)
    assert len(fetch_answers().troubles) == 1
    assert not FetchedAnswer.objects.exists()
    assert len(fetch_answers().taken) == 1


def test_a_silent_server_does_not_keep_the_others_waiting(
    exported, directory, outbox, quittung, other_tenant, tmp_path
):
    directory.options = {"answers_folder": "antworten"}
    directory.save()
    DeliveryChannel.objects.create(
        tenant=other_tenant, kind="sftp", label="weg", credentials={"password": "x"},
        options={"host": "127.0.0.1", "port": 1, "username": "x", "host_keys": "SHA256:" + "A" * 43,
                 "answers_folder": "a"},
    )  # fmt: skip
    lay(outbox, "quittung.xml", quittung(exported))
    fetched = fetch_answers()
    assert (len(fetched.taken), len(fetched.troubles)) == (1, 1)


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


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def test_what_the_cash_officer_sees_and_presses(client, exported, channel, outbox, quittung, anna, site):
    client.force_login(join_role(anna, "certifier", site))
    lay(outbox, "kaputt.xml", quittung(exported)[:-20])
    fetch_answers()
    row = FetchedAnswer.objects.get()
    url = f"/admin/xfinanz_batches/answers/fetched/{row.pk}/"
    assert url in text(client.get("/admin/xfinanz_batches/answers/"))
    assert "kaputt.xml" in text(client.get(url))
    assert client.get(f"{url}file/").content == quittung(exported)[:-20]
    text(client.post(url, {"again": "1"}, follow=True))
    text(client.post(url, {"reason": ""}, follow=True))
    row.refresh_from_db()
    assert row.state == "refused"
    text(client.post(url, {"reason": "kam neu"}, follow=True))
    row.refresh_from_db()
    assert row.state == "dismissed"
    assert url not in text(client.get("/admin/xfinanz_batches/answers/"))


def test_the_first_page_of_the_admin_says_so(client, exported, sftp, outbox, quittung, anna, site, other_site, bernd):
    answers, rejected = (f'href="/admin/xfinanz_batches/{name}/"' for name in ("answers", "rejected"))

    def panel(user, role, at):
        client.force_login(join_role(user, role, at))
        found = re.search(r'aria-labelledby="xfinanz-answers".*?</section>', text(client.get("/admin/")), re.DOTALL)
        return found[0] if found else ""

    assert panel(anna, "certifier", site) == ""
    sftp.options |= {"answers_folder": "antworten"}
    sftp.save()
    lay(outbox, "quittung.xml", quittung(exported, rejected=(1, 2)))
    lay(outbox, "kaputt.xml", b"%PDF-1.7")
    fetch_answers()
    shown = panel(anna, "certifier", site)
    assert (shown.count(answers), shown.count(rejected)) == (1, 1)
    outbox.rename(outbox.parent / "weg")
    fetch_answers()
    assert panel(anna, "certifier", site).count(answers) == 2
    for posting in rejected_of(exported):
        hold_rejected(posting, by=anna, reason="wird geklärt")
    assert rejected not in panel(anna, "certifier", site)
    assert panel(bernd, "certifier", other_site) == ""


def test_the_neighbour_sees_nothing_of_it(client, exported, channel, outbox, anna, other_site, other_tenant):
    client.force_login(join_role(anna, "certifier", other_site))
    lay(outbox, "kaputt.xml", b"%PDF-1.7")
    fetch_answers()
    url = f"/admin/xfinanz_batches/answers/fetched/{FetchedAnswer.objects.get().pk}/"
    assert "kaputt.xml" not in text(client.get("/admin/xfinanz_batches/answers/"))
    assert client.get(url).status_code == 404
    assert client.get(f"{url}file/").status_code == 404
    assert client.post(url, {"reason": "x"}).status_code == 404
