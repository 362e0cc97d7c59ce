from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from tests.xfinanz.factories import released
from tests.xfinanz.handover.sftp_server import SftpServer
from wagtail_xfinanz.deliveries.sftp.keys import fingerprint
from wagtail_xfinanz.models import BatchDelivery, DeliveryChannel


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
