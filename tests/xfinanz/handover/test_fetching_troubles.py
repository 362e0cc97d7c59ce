"""Answers that cannot be read or taken in: none is lost, none keeps the others waiting."""

from __future__ import annotations

import errno

import pytest

from tests.xfinanz.handover.sftp_server import cut
from tests.xfinanz.handover.story import lay, state
from wagtail_xfinanz.deliveries.sftp.keys import fingerprint
from wagtail_xfinanz.errors import ReasonMissing, WrongState
from wagtail_xfinanz.flows import (
    dismiss_answer,
    export,
    fetch_answers,
    retry_answer,
)
from wagtail_xfinanz.models import (
    AcknowledgementImport,
    BatchState,
    DeliveryChannel,
    FetchedAnswer,
)

pytestmark = pytest.mark.django_db


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
