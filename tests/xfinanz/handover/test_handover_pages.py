"""Handing over and following it, in the admin."""

from __future__ import annotations

import pytest

from tests.xfinanz.factories import released
from tests.xfinanz.handover.sftp_server import cut
from tests.xfinanz.handover.story import BATCHES, NAME, text
from wagtail_xfinanz.admin.next_step import next_step
from wagtail_xfinanz.flows import acknowledge, deliver_due, export, hand_over
from wagtail_xfinanz.models import (
    Batch,
    BatchDelivery,
    BatchState,
    DeliveryState,
)

pytestmark = pytest.mark.django_db


def test_from_the_button_to_the_trail(certifier, batch, sftp, server):
    page = text(certifier.get(f"{BATCHES}inspect/{batch.pk}/"))
    assert f"/{batch.pk}/hand_over/" in page
    text(certifier.get(f"{BATCHES}{batch.pk}/hand_over/"))
    text(certifier.post(f"{BATCHES}{batch.pk}/hand_over/", follow=True))
    deliver_due()
    assert server.files() == [NAME]
    trail = text(certifier.get(f"{BATCHES}{batch.pk}/trail/"))
    assert all(person in trail for person in ("Anna Müller", "Bernd Özgür"))
    assert batch.content_hash in trail
    listed = text(certifier.get(f"{BATCHES}handovers/"))
    assert f"/{batch.pk}/trail/" in listed


def test_a_released_batch_nobody_handed_over_is_on_the_list(certifier, batch):
    assert f"inspect/{batch.pk}/" in text(certifier.get(f"{BATCHES}handovers/"))


def test_a_second_time_asks_for_a_reason(certifier, batch, directory, inbox):
    url = f"{BATCHES}{batch.pk}/hand_over/"
    assert 'name="reason"' not in text(certifier.get(url))
    certifier.post(url)
    deliver_due()
    assert 'name="reason"' in text(certifier.get(url))
    certifier.post(url)
    assert BatchDelivery.objects.count() == 1
    certifier.post(url, {"reason": "beim Einlesen verloren"})
    assert BatchDelivery.objects.filter(is_repeat=True).get().reason == "beim Einlesen verloren"
    assert "beim Einlesen verloren" in text(certifier.get(f"{BATCHES}{batch.pk}/trail/"))


@pytest.fixture
def uncertain(batch, sftp, server, bernd, due):
    hand_over(batch, by=bernd)
    server.once("after", "rename", cut)
    deliver_due()
    (server.root / NAME).unlink()
    due()
    deliver_due()
    return BatchDelivery.objects.get()


def test_an_uncertain_one_offers_all_ways_out(certifier, batch, uncertain):
    page = text(certifier.get(f"{BATCHES}inspect/{batch.pk}/"))
    assert all(f"/{batch.pk}/{step}/" in page for step in ("confirm", "retry", "hand_over", "carry"))
    assert uncertain.last_error in page
    assert next_step(batch) in text(certifier.get(BATCHES))
    assert next_step(batch) != next_step(Batch(pk=0, state=BatchState.RELEASED))


def test_a_channel_set_up_badly_does_not_hold_up_the_release(
    certifier, paid, tenant, directory, anna, bernd, later, settings
):
    settings.WAGTAIL_XFINANZ = {**settings.WAGTAIL_XFINANZ, "FORMATS": ["kassenbuch"]}
    type(directory).objects.update(is_automatic=True, format="csv")
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    (event,) = batch.handover_events.all()
    assert (event.kind, "csv" in event.text) == ("withheld", True)
    assert f"inspect/{batch.pk}/" in text(certifier.get(f"{BATCHES}handovers/"))


def test_confirming_it(certifier, batch, uncertain):
    text(certifier.post(f"{BATCHES}{batch.pk}/confirm/", follow=True))
    uncertain.refresh_from_db()
    assert uncertain.state == DeliveryState.RECEIVED
    text(certifier.post(f"{BATCHES}{batch.pk}/confirm/", follow=True))


def test_carrying_the_file_instead(certifier, batch, uncertain):
    certifier.post(f"{BATCHES}{batch.pk}/carry/", {"reason": "Server steht still"})
    batch.refresh_from_db()
    assert batch.state == BatchState.EXPORTED
    assert certifier.get(f"{BATCHES}{batch.pk}/files/kassenbuch/").status_code == 200


def test_looking_again_sends_nothing(certifier, batch, uncertain, server):
    certifier.post(f"{BATCHES}{batch.pk}/retry/")
    deliver_due()
    uncertain.refresh_from_db()
    assert (uncertain.state, server.files()) == (DeliveryState.UNKNOWN, [])


def test_a_copy_is_on_the_trail_with_its_person(certifier, batch, anna):
    b"".join(certifier.post(f"{BATCHES}{batch.pk}/export/kassenbuch/").streaming_content)
    b"".join(certifier.get(f"{BATCHES}{batch.pk}/files/kassenbuch/").streaming_content)
    assert list(batch.handover_events.values_list("kind", "by")) == [("sent", anna.pk), ("copied", anna.pk)]


def test_a_release_hands_over_by_itself_if_the_channel_wants_it(
    log_in, paid, tenant, directory, anna, bernd, later, inbox, django_capture_on_commit_callbacks
):
    directory.is_automatic = True
    directory.save()
    with django_capture_on_commit_callbacks(execute=True):
        released(tenant, anna, bernd, cut_off=later)
    assert [path.name for path in inbox.iterdir()] == [NAME]


@pytest.mark.parametrize("role", ["auditor", "clerk", "portal_admin"])
def test_others_hand_nothing_over(log_in, batch, directory, bernd, anna, role):
    client = log_in(anna, role)
    for step in ("hand_over", "carry", "retry", "confirm", "decide"):
        assert client.post(f"{BATCHES}{batch.pk}/{step}/", {"reason": "x"}).status_code in (302, 403, 404)
    assert client.post(f"{BATCHES}answers/upload/", {}).status_code == 302
    assert not BatchDelivery.objects.exists()


def test_an_auditor_reads_every_page(log_in, batch, anna, quittung, tenant):
    export(batch, file_format="kassenbuch", by=anna)
    source = acknowledge(tenant, data=quittung(batch, rejected=(2,)), filename="q.xml", by=anna).source
    client = log_in(anna.__class__.objects.create_user("rpa", password="x"), "auditor")
    for page in ("handovers/", "answers/", "rejected/", f"{batch.pk}/trail/"):
        text(client.get(f"{BATCHES}{page}"))
    answer = client.get(f"{BATCHES}{batch.pk}/answers/{source.sha256}/")
    assert answer.content == quittung(batch, rejected=(2,))
