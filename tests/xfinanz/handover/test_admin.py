"""What people see and press: setting a channel up, handing over, following it, taking answers in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.xfinanz.factories import account, pay, released
from tests.xfinanz.handover.test_sftp import cut
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.admin.next_step import next_step
from wagtail_xfinanz.deliveries.sftp.keys import fingerprint
from wagtail_xfinanz.flows import acknowledge, collect, deliver_due, export, hand_over
from wagtail_xfinanz.models import (
    Batch,
    BatchDelivery,
    BatchState,
    DeliveryChannel,
    DeliveryState,
    PostingAcknowledgement,
)

pytestmark = pytest.mark.django_db
BATCHES = "/admin/xfinanz_batches/"
NAME = "kassenbuch-4711-2026-000001.xml"


@pytest.fixture
def certifier(log_in, anna):
    return log_in(anna, "certifier")


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def channel_url(name, *args):
    return reverse(DeliveryChannel.snippet_viewset.get_url_name(name), args=args)


def form(tenant, server, **changes):
    data = {
        "kind": "sftp",
        "tenant": tenant.pk,
        "label": "Kassenserver",
        "is_active": "on",
        "format": "",
        "option_host": "127.0.0.1",
        "option_port": server.port,
        "option_username": server.username,
        "option_host_keys": fingerprint(server.host_key),
        "option_folder": "",
        "option_mode": "",
        "new_secret_password": server.password,
        "new_secret_private_key": "",
        "new_secret_passphrase": "",
    }
    return data | changes


class TestChannel:
    def test_a_portal_admin_sets_one_up_and_tries_it(self, log_in, anna, tenant, server):
        client = log_in(anna, "portal_admin")
        page = text(client.get(channel_url("add")))
        assert "?kind=sftp" in page
        assert "?kind=directory" in page
        assert 'name="option_host_keys"' in text(client.get(f"{channel_url('add')}?kind=sftp"))
        answer = client.post(channel_url("add"), form(tenant, server))
        channel = DeliveryChannel.objects.get()
        assert answer["Location"] == channel_url("check", channel.pk)
        assert channel.options["port"] == server.port
        text(client.post(channel_url("check", channel.pk), follow=True))
        channel.refresh_from_db()
        assert (channel.checked_at is not None, channel.check_error) == (True, "")

    def test_a_test_that_fails_says_why(self, log_in, anna, sftp, server):
        sftp.credentials = {"password": "falsch"}
        sftp.save()
        client = log_in(anna, "portal_admin")
        page = text(client.post(channel_url("check", sftp.pk), follow=True))
        sftp.refresh_from_db()
        assert sftp.check_error
        assert sftp.check_error in page
        assert client.get(channel_url("check", sftp.pk)).status_code == 200
        assert server.logins == ["kasse"]

    def test_secrets_go_in_and_never_come_out(self, log_in, anna, tenant, sftp, server):
        client = log_in(anna, "portal_admin")
        assert "kenn-4711-wort" not in text(client.get(channel_url("edit", sftp.pk)))
        wrong = form(tenant, server, option_host_keys="unsinn", new_secret_password="neu-und-kenn-4711-wort")
        assert "neu-und-kenn-4711-wort" not in text(client.post(channel_url("edit", sftp.pk), wrong))
        client.post(channel_url("edit", sftp.pk), form(tenant, server, new_secret_password="", label="Neu"))
        sftp.refresh_from_db()
        assert (sftp.label, sftp.credentials) == ("Neu", {"password": "kenn-4711-wort"})
        client.post(channel_url("edit", sftp.pk), form(tenant, server, new_secret_password="anders"))
        sftp.refresh_from_db()
        assert sftp.credentials == {"password": "anders"}

    @pytest.mark.parametrize(
        "changes",
        [
            {"option_host_keys": ""},
            {"option_host_keys": "unsinn"},
            {"new_secret_password": ""},
            {"new_secret_private_key": "keiner"},
            {"option_port": "0"},
            {"kind": "directory"},
        ],
    )
    def test_what_cannot_work_is_not_saved(self, log_in, anna, tenant, server, changes):
        client = log_in(anna, "portal_admin")
        client.post(channel_url("add"), form(tenant, server, **changes))
        assert not DeliveryChannel.objects.filter(kind="sftp").exists()

    def test_one_active_channel_for_each_tenant(self, log_in, anna, tenant, sftp, server):
        client = log_in(anna, "portal_admin")
        assert client.post(channel_url("add"), form(tenant, server)).status_code == 200
        assert DeliveryChannel.objects.count() == 1
        client.post(channel_url("add"), form(tenant, server, is_active=""))
        assert DeliveryChannel.objects.count() == 2

    @pytest.mark.parametrize("folder", ["../andere", "/etc"])
    def test_a_directory_stays_below_that_of_the_commune(self, log_in, anna, tenant, folder):
        client = log_in(anna, "portal_admin")
        data = {"kind": "directory", "tenant": tenant.pk, "label": "x", "option_folder": folder, "option_mode": "640"}
        client.post(channel_url("add"), data)
        assert not DeliveryChannel.objects.exists()
        client.post(channel_url("add"), data | {"option_folder": "kasse"})
        assert DeliveryChannel.objects.get().options["folder"] == "kasse"

    @pytest.mark.parametrize("role", ["certifier", "releaser", "auditor"])
    def test_others_see_that_there_is_one_and_change_nothing(self, log_in, anna, tenant, sftp, server, role):
        client = log_in(anna, role)
        assert "Kassenserver" in text(client.get(channel_url("list")))
        assert client.post(channel_url("add"), form(tenant, server)).status_code == 302
        assert client.post(channel_url("check", sftp.pk)).status_code in (302, 403)
        client.post(channel_url("edit", sftp.pk), form(tenant, server, label="gekapert"))
        sftp.refresh_from_db()
        assert (sftp.label, sftp.checked_at) == ("Kassenserver", None)

    def test_a_neighbour_finds_no_channel(self, log_in, anna, other_site, other_tenant, tenant, sftp, server):
        client = log_in(anna, "portal_admin", other_site)
        assert "Kassenserver" not in text(client.get(channel_url("list")))
        for name in ("edit", "check"):
            assert client.get(channel_url(name, sftp.pk)).status_code == 404
        client.post(channel_url("add"), form(tenant, server))
        assert DeliveryChannel.objects.count() == 1


class TestHandOver:
    def test_from_the_button_to_the_trail(self, certifier, batch, sftp, server):
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

    def test_a_released_batch_nobody_handed_over_is_on_the_list(self, certifier, batch):
        assert f"inspect/{batch.pk}/" in text(certifier.get(f"{BATCHES}handovers/"))

    def test_a_second_time_asks_for_a_reason(self, certifier, batch, directory, inbox):
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
    def uncertain(self, batch, sftp, server, bernd, due):
        hand_over(batch, by=bernd)
        server.once("after", "rename", cut)
        deliver_due()
        (server.root / NAME).unlink()
        due()
        deliver_due()
        return BatchDelivery.objects.get()

    def test_an_uncertain_one_offers_all_ways_out(self, certifier, batch, uncertain):
        page = text(certifier.get(f"{BATCHES}inspect/{batch.pk}/"))
        assert all(f"/{batch.pk}/{step}/" in page for step in ("confirm", "retry", "hand_over", "carry"))
        assert uncertain.last_error in page
        assert next_step(batch) in text(certifier.get(BATCHES))
        assert next_step(batch) != next_step(Batch(pk=0, state=BatchState.RELEASED))

    def test_a_channel_set_up_badly_does_not_hold_up_the_release(
        self, certifier, paid, tenant, directory, anna, bernd, later, settings
    ):
        settings.WAGTAIL_XFINANZ = {**settings.WAGTAIL_XFINANZ, "FORMATS": ["kassenbuch"]}
        type(directory).objects.update(is_automatic=True, format="csv")
        (batch,) = released(tenant, anna, bernd, cut_off=later)
        (event,) = batch.handover_events.all()
        assert (event.kind, "csv" in event.text) == ("withheld", True)
        assert f"inspect/{batch.pk}/" in text(certifier.get(f"{BATCHES}handovers/"))

    def test_confirming_it(self, certifier, batch, uncertain):
        text(certifier.post(f"{BATCHES}{batch.pk}/confirm/", follow=True))
        uncertain.refresh_from_db()
        assert uncertain.state == DeliveryState.RECEIVED
        text(certifier.post(f"{BATCHES}{batch.pk}/confirm/", follow=True))

    def test_carrying_the_file_instead(self, certifier, batch, uncertain):
        certifier.post(f"{BATCHES}{batch.pk}/carry/", {"reason": "Server steht still"})
        batch.refresh_from_db()
        assert batch.state == BatchState.EXPORTED
        assert certifier.get(f"{BATCHES}{batch.pk}/files/kassenbuch/").status_code == 200

    def test_looking_again_sends_nothing(self, certifier, batch, uncertain, server):
        certifier.post(f"{BATCHES}{batch.pk}/retry/")
        deliver_due()
        uncertain.refresh_from_db()
        assert (uncertain.state, server.files()) == (DeliveryState.UNKNOWN, [])

    def test_a_copy_is_on_the_trail_with_its_person(self, certifier, batch, anna):
        b"".join(certifier.post(f"{BATCHES}{batch.pk}/export/kassenbuch/").streaming_content)
        b"".join(certifier.get(f"{BATCHES}{batch.pk}/files/kassenbuch/").streaming_content)
        assert list(batch.handover_events.values_list("kind", "by")) == [("sent", anna.pk), ("copied", anna.pk)]

    def test_a_release_hands_over_by_itself_if_the_channel_wants_it(
        self, log_in, paid, tenant, directory, anna, bernd, later, inbox, django_capture_on_commit_callbacks
    ):
        directory.is_automatic = True
        directory.save()
        with django_capture_on_commit_callbacks(execute=True):
            released(tenant, anna, bernd, cut_off=later)
        assert [path.name for path in inbox.iterdir()] == [NAME]

    @pytest.mark.parametrize("role", ["auditor", "clerk", "portal_admin"])
    def test_others_hand_nothing_over(self, log_in, batch, directory, bernd, anna, role):
        client = log_in(anna, role)
        for step in ("hand_over", "carry", "retry", "confirm", "decide"):
            assert client.post(f"{BATCHES}{batch.pk}/{step}/", {"reason": "x"}).status_code in (302, 403, 404)
        assert client.post(f"{BATCHES}answers/upload/", {}).status_code == 302
        assert not BatchDelivery.objects.exists()

    def test_an_auditor_reads_every_page(self, log_in, batch, anna, quittung, tenant):
        export(batch, file_format="kassenbuch", by=anna)
        source = acknowledge(tenant, data=quittung(batch, rejected=(2,)), filename="q.xml", by=anna).source
        client = log_in(anna.__class__.objects.create_user("rpa", password="x"), "auditor")
        for page in ("handovers/", "answers/", "rejected/", f"{batch.pk}/trail/"):
            text(client.get(f"{BATCHES}{page}"))
        answer = client.get(f"{BATCHES}{batch.pk}/answers/{source.sha256}/")
        assert answer.content == quittung(batch, rejected=(2,))


class TestAnswers:
    @pytest.fixture
    def exported(self, batch, anna):
        export(batch, file_format="kassenbuch", by=anna)
        batch.refresh_from_db()
        return batch

    def upload(self, client, tenant, data, name="quittung.xml"):
        file = SimpleUploadedFile(name, data)
        return client.post(f"{BATCHES}answers/upload/", {"tenant": tenant.pk, "file": file}, follow=True)

    def test_import_list_correct_and_post_anew(self, certifier, exported, tenant, quittung, later, anna):
        account(tenant, "sperrgut.eilig", account="432177")
        page = text(self.upload(certifier, tenant, quittung(exported, rejected=(2,))))
        posting = exported.postings.get(sequence=2)
        url = f"{BATCHES}rejected/{posting.pk}/"
        assert url in page
        assert f"/{exported.pk}/post_anew/" in page
        listed = text(certifier.get(f"{BATCHES}rejected/"))
        assert "Sachkonto gesperrt" in listed
        assert url in listed
        assert "quittung.xml" in text(certifier.get(f"{BATCHES}answers/"))
        form = text(certifier.get(url))
        assert 'value="Expresszuschlag"' in form
        said = {"step": "anew", "posting_key": "sperrgut.eilig", "label": "Eilzuschlag", "reason": "", "payer": ""}
        assert certifier.post(url, said).status_code == 422
        text(certifier.post(url, said | {"reason_why": "Falsches Konto"}, follow=True))
        (draft,) = collect(tenant, by=anna, cut_off=later).batches
        assert draft.postings.get().posting.label == "Eilzuschlag"
        assert str(draft) in text(certifier.get(f"{BATCHES}rejected/"))
        assert "2026/1/2" in text(certifier.get(f"{BATCHES}inspect/{draft.pk}/"))

    def test_all_of_a_batch_at_once(self, certifier, exported, tenant, quittung, later, anna):
        self.upload(certifier, tenant, quittung(exported, rejected=(1, 2)))
        text(certifier.get(f"{BATCHES}{exported.pk}/post_anew/"))
        text(certifier.post(f"{BATCHES}{exported.pk}/post_anew/", {"reason": "Mandant war gesperrt"}, follow=True))
        assert collect(tenant, by=anna, cut_off=later).batches[0].total_cents == 5750

    def test_an_auditor_sees_it_and_decides_nothing(self, log_in, bernd, exported, site, tenant, quittung, anna):
        acknowledge(tenant, data=quittung(exported, rejected=(2,)), filename="q.xml", by=anna)
        auditor = log_in(bernd.__class__.objects.create_user("pruefung", password="x"), "auditor", site)
        url = f"{BATCHES}rejected/{exported.postings.get(sequence=2).pk}/"
        assert '<form method="post" novalidate' not in text(auditor.get(url))
        assert auditor.post(url, {"step": "anew", "reason_why": "x"}).status_code in (302, 403)
        assert not exported.postings.filter(rejection_decisions__isnull=False).exists()

    def test_what_is_refused_is_told_with_its_line(self, certifier, exported, tenant):
        answer = self.upload(certifier, tenant, b"K;4711;2026;1\r\nB;9;angenommen\r\nS;1;0,00;0;0,00", "q.csv")
        page = text(answer, status=422)
        assert "2" in page
        assert not PostingAcknowledgement.objects.exists()

    def test_twice_the_same_file(self, certifier, exported, tenant, quittung):
        for _time in range(2):
            text(self.upload(certifier, tenant, quittung(exported)))
        assert PostingAcknowledgement.objects.count() == 2

    def test_contradictions_are_decided_by_a_person(self, certifier, exported, tenant, quittung):
        self.upload(certifier, tenant, quittung(exported))
        page = text(self.upload(certifier, tenant, quittung(exported, rejected=(1,))))
        assert f"/{exported.pk}/decide/" in page
        row = PostingAcknowledgement.objects.get(counts=False)
        url = f"{BATCHES}{exported.pk}/decide/"
        assert "S17" in text(certifier.get(url))
        certifier.post(url, {"answer": row.pk, "accepted": "no"})
        assert not PostingAcknowledgement.objects.filter(decides=row).exists()
        certifier.post(url, {"answer": row.pk, "accepted": "no", "reason": "nachgesehen"})
        exported.refresh_from_db()
        assert exported.state == BatchState.PARTLY

    def test_nobody_answers_for_the_neighbour(self, log_in, exported, tenant, other_site, other_tenant, anna, quittung):
        client = log_in(anna.__class__.objects.create_user("nachbar", password="x"), "certifier", other_site)
        assert self.upload(client, tenant, quittung(exported)).status_code == 422
        assert self.upload(client, other_tenant, quittung(exported)).status_code == 422
        for page in (f"{exported.pk}/trail/", f"{exported.pk}/decide/", f"{exported.pk}/answers/{'0' * 64}/"):
            assert client.get(f"{BATCHES}{page}").status_code == 404
        assert not PostingAcknowledgement.objects.exists()

    def test_the_lists_take_the_same_queries_for_one_and_many(
        self, certifier, exported, site, tenant, anna, bernd, later, quittung
    ):
        def queries():
            counts = []
            for page in ("handovers/", "answers/", "rejected/"):
                certifier.get(f"{BATCHES}{page}")
                with CaptureQueriesContext(connection) as context:
                    text(certifier.get(f"{BATCHES}{page}"))
                counts.append(len(context))
            return counts

        self.upload(certifier, tenant, quittung(exported, rejected=(1, 2)))
        before = queries()
        for number in range(3):
            order = create_order(site=site, purpose="x", items=[NewItem("x", 100, posting_key="sperrgut")])
            pay(order, 100)
            (more,) = released(tenant, anna, bernd, cut_off=later)
            if number:
                export(more, file_format="kassenbuch", by=anna)
                self.upload(certifier, tenant, quittung(more, rejected=(1,)))
        # A released batch that waits costs one query for all of them.
        assert all(after - one <= 1 for one, after in zip(before, queries(), strict=True))
        assert max(before) <= 16
