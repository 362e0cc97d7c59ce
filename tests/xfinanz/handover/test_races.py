"""Several workers at one moment; on the database of the settings, and by tests/postgres on PostgreSQL."""

from __future__ import annotations

import os
import threading
import time

import pytest
from django.db import connections

from tests.hanging import LIMIT, finish
from tests.races import at_once
from tests.xfinanz.handover.story import NAME
from wagtail_xfinanz.errors import BookkeepingError
from wagtail_xfinanz.flows import acknowledge, deliver_due, export, fetch_answers, hand_over
from wagtail_xfinanz.flows.deliver import deliver
from wagtail_xfinanz.models import AcknowledgementImport, BatchDelivery, DeliveryState, FetchedAnswer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_works(settings):
    """The task queue takes tasks and no worker runs them."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def trail(batch):
    return list(batch.handover_events.values_list("kind", flat=True))


def test_two_workers_hand_over_once(batch, sftp, server, bernd):
    delivery = hand_over(batch, by=bernd)
    done = at_once(3, lambda _: deliver(delivery.pk))
    assert sorted(done) == [False, False, True]
    assert server.files() == [NAME]
    assert server.calls.count("rename") == 1
    assert trail(batch) == ["requested", "trying", "sent"]


def test_two_commands_at_once_hand_over_once(batch, directory, inbox, bernd):
    hand_over(batch, by=bernd)
    assert sum(at_once(3, lambda _: deliver_due())) == 1
    assert [path.name for path in inbox.iterdir()] == [NAME]


def test_two_people_asking_at_once_ask_once(batch, directory, anna, bernd):
    results = at_once(2, lambda index: hand_over(batch, by=(anna, bernd)[index]), expected=BookkeepingError)
    assert sum(isinstance(result, BookkeepingError) for result in results) == 1
    assert BatchDelivery.objects.count() == 1


def test_a_person_who_downloads_and_one_who_presses_the_button_do_it_once(batch, directory, inbox, anna, bernd):
    def act(index):
        return hand_over(batch, by=anna) if index else export(batch, file_format="kassenbuch", by=bernd)

    results = at_once(2, act, expected=BookkeepingError)
    assert sum(isinstance(result, BookkeepingError) for result in results) == 1
    deliver_due()
    assert BatchDelivery.objects.get().state == DeliveryState.SENT


def test_one_answer_imported_twice_at_once_counts_once(batch, tenant, anna, quittung):
    export(batch, file_format="kassenbuch", by=anna)
    data = quittung(batch)
    taken = at_once(3, lambda _: acknowledge(tenant, data=data, filename="q.xml", by=anna))
    assert sorted(each.is_repetition for each in taken) == [False, True, True]
    assert AcknowledgementImport.objects.get().accepted == 2


def test_two_runs_that_fetch_at_once_take_an_answer_in_once(batch, sftp, inbox, anna, quittung):
    export(batch, file_format="kassenbuch", by=anna)
    outbox = inbox / "antworten"
    outbox.mkdir()
    sftp.options |= {"answers_folder": "antworten"}
    sftp.save()
    for name, data in (("quittung.xml", quittung(batch)), ("kaputt.xml", b"%PDF-1.7")):
        (outbox / name).write_bytes(data)
        os.utime(outbox / name, (time.time() - 60,) * 2)
    runs = at_once(3, lambda _: fetch_answers())
    assert [sum(len(run.taken) for run in runs), sum(len(run.refused) for run in runs)] == [1, 1]
    assert [run.troubles for run in runs] == [[]] * 3
    assert (AcknowledgementImport.objects.count(), FetchedAnswer.objects.count()) == (1, 2)


def over_there(work):
    """A worker in another process: a connection of its own."""

    def run():
        try:
            assert work()
        finally:
            connections.close_all()

    return run


def test_a_worker_that_was_thought_dead_cannot_publish_any_more(batch, sftp, server, due, bernd):
    """The first worker hangs just before its file gets its name; the second clears up and sends."""

    delivery = hand_over(batch, by=bernd)
    server.once("before", "rename", over_there(lambda: due() or deliver(delivery.pk)))
    deliver(delivery.pk)
    assert (server.files(), server.parts()) == ([NAME], [])
    assert trail(batch) == ["requested", "trying", "trying", "sent"]
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT


def test_a_worker_that_was_thought_dead_while_writing_steps_back(batch, sftp, server, due, bernd):
    delivery = hand_over(batch, by=bernd)
    server.once("before", "write", over_there(lambda: due() or deliver(delivery.pk)))
    deliver(delivery.pk)
    assert (server.files(), server.parts()) == ([NAME], [])
    assert server.calls.count("rename") == 1
    assert trail(batch) == ["requested", "trying", "trying", "sent"]


@pytest.mark.parametrize("call", ["stat", "write"])
def test_a_worker_that_was_thought_dead_publishes_nothing_while_the_other_one_works(
    batch, sftp, server, due, bernd, call
):
    """``call`` is where the second one is when the first one goes on."""
    delivery = hand_over(batch, by=bernd)
    second_works, first_is_done = threading.Event(), threading.Event()

    def second_waits():
        second_works.set()
        assert first_is_done.wait(LIMIT)

    def first_hangs():
        server.once("before", call, second_waits)
        second.start()
        assert second_works.wait(LIMIT)

    second = threading.Thread(target=over_there(lambda: due() or deliver(delivery.pk)), daemon=True)
    server.once("before", "write", first_hangs)
    deliver(delivery.pk)
    published_by_first = server.files()
    first_is_done.set()
    finish([second])
    assert (published_by_first, server.files(), server.parts()) == ([], [NAME], [])
    assert trail(batch) == ["requested", "trying", "trying", "sent"]
