from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from tests.xfinanz.factories import released
from tests.xfinanz.handover.sftp_server import SftpServer
from wagtail_xfinanz.deliveries.sftp.keys import fingerprint
from wagtail_xfinanz.flows import acknowledge, export
from wagtail_xfinanz.flows.answers import rejected_of
from wagtail_xfinanz.models import Batch, BatchDelivery, DeliveryChannel


@pytest.fixture
def batch(paid, tenant, anna, bernd, later):
    """Released, not handed over."""
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    return batch


@pytest.fixture
def inbox(tmp_path):
    """What the finance system reads."""
    folder = tmp_path / "eingang"
    folder.mkdir()
    return folder


@pytest.fixture
def server(inbox):
    server = SftpServer(inbox)
    yield server
    server.close()


@pytest.fixture
def sftp(tenant, server):
    return DeliveryChannel.objects.create(
        tenant=tenant,
        kind="sftp",
        label="Kassenserver",
        options={
            "host": "127.0.0.1",
            "port": server.port,
            "username": server.username,
            "host_keys": fingerprint(server.host_key),
        },
        credentials={"password": server.password},
    )


@pytest.fixture
def directory(tenant, inbox, settings):
    settings.WAGTAIL_XFINANZ = {
        **getattr(django_settings, "WAGTAIL_XFINANZ", {}),
        "HANDOVER_DIRECTORIES": {tenant.site.hostname: str(inbox)},
    }
    return DeliveryChannel.objects.create(tenant=tenant, kind="directory", label="Freigabe")


@pytest.fixture
def due():
    """Let everything that waits for its next try be due, as if time had passed."""

    def pass_time():
        BatchDelivery.objects.exclude(next_try_at=None).update(next_try_at=timezone.now())

    return pass_time


@pytest.fixture
def quittung():
    """An answer of the finance system to a batch, in XML; ``rejected`` names postings by number."""

    def make(batch, *, rejected=(), only=None, **head):
        head = {"mandant": batch.tenant.number, "haushaltsjahr": batch.budget_year, "nummer": batch.number} | head
        records = [row for row in batch.postings.order_by("sequence") if only is None or row.sequence in only]
        rows = "".join(
            f'<buchung nr="{row.sequence}" status="{"abgelehnt" if row.sequence in rejected else "angenommen"}">'
            + ("<code>S17</code><text>Sachkonto gesperrt</text>" if row.sequence in rejected else "")
            + "</buchung>"
            for row in records
        )
        sums = "".join(
            f'<{name} anzahl="{len(some)}" summe="{sum(row.amount_cents for row in some) / 100:.2f}"/>'
            for name, some in (
                ("angenommen", [row for row in records if row.sequence not in rejected]),
                ("abgelehnt", [row for row in records if row.sequence in rejected]),
            )
        )
        kopf = "".join(f"<{tag}>{value}</{tag}>" for tag, value in head.items())
        return (
            f'<quittung xmlns="urn:wagtail-xfinanz:quittung:1"><kopf>{kopf}</kopf>'
            f"<buchungen>{rows}</buchungen><kontrollsatz>{sums}</kontrollsatz></quittung>"
        ).encode()

    return make


@pytest.fixture
def exported(batch, anna):
    """Handed over. Two postings of one payment: 37.50 for three pieces, 20.00 for express."""
    export(batch, file_format="kassenbuch", by=anna)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def answer(tenant, anna):
    """Take an answer of the finance system in."""

    def take(data, name="quittung.xml"):
        return acknowledge(tenant, data=data, filename=name, by=anna).source

    return take


@pytest.fixture
def express(exported, quittung, answer):
    """The posting for express, rejected; that for the pieces was taken."""
    answer(quittung(exported, rejected=(2,)))
    return rejected_of(exported).get()


@pytest.fixture
def next_batch(tenant, anna, bernd, later):
    def make():
        (batch,) = released(tenant, anna, bernd, cut_off=later)
        export(batch, file_format="kassenbuch", by=anna)
        return Batch.objects.get(pk=batch.pk)

    return make


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
def certifier(log_in, anna):
    """A browser in which Anna is logged in, who certifies."""
    return log_in(anna, "certifier")
