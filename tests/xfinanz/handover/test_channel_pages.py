"""Setting a channel up and trying it, in the admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.xfinanz.handover.story import text
from wagtail_xfinanz.deliveries.sftp.keys import fingerprint
from wagtail_xfinanz.models import (
    DeliveryChannel,
)

pytestmark = pytest.mark.django_db


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


def test_a_portal_admin_sets_one_up_and_tries_it(log_in, anna, tenant, server):
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


def test_a_test_that_fails_says_why(log_in, anna, sftp, server):
    sftp.credentials = {"password": "falsch"}
    sftp.save()
    client = log_in(anna, "portal_admin")
    page = text(client.post(channel_url("check", sftp.pk), follow=True))
    sftp.refresh_from_db()
    assert sftp.check_error
    assert sftp.check_error in page
    assert client.get(channel_url("check", sftp.pk)).status_code == 200
    assert server.logins == ["kasse"]


def test_secrets_go_in_and_never_come_out(log_in, anna, tenant, sftp, server):
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
def test_what_cannot_work_is_not_saved(log_in, anna, tenant, server, changes):
    client = log_in(anna, "portal_admin")
    client.post(channel_url("add"), form(tenant, server, **changes))
    assert not DeliveryChannel.objects.filter(kind="sftp").exists()


def test_one_active_channel_for_each_tenant(log_in, anna, tenant, sftp, server):
    client = log_in(anna, "portal_admin")
    assert client.post(channel_url("add"), form(tenant, server)).status_code == 200
    assert DeliveryChannel.objects.count() == 1
    client.post(channel_url("add"), form(tenant, server, is_active=""))
    assert DeliveryChannel.objects.count() == 2


@pytest.mark.parametrize("folder", ["../andere", "/etc"])
def test_a_directory_stays_below_that_of_the_commune(log_in, anna, tenant, folder):
    client = log_in(anna, "portal_admin")
    data = {"kind": "directory", "tenant": tenant.pk, "label": "x", "option_folder": folder, "option_mode": "640"}
    client.post(channel_url("add"), data)
    assert not DeliveryChannel.objects.exists()
    client.post(channel_url("add"), data | {"option_folder": "kasse"})
    assert DeliveryChannel.objects.get().options["folder"] == "kasse"


@pytest.mark.parametrize("role", ["certifier", "releaser", "auditor"])
def test_others_see_that_there_is_one_and_change_nothing(log_in, anna, tenant, sftp, server, role):
    client = log_in(anna, role)
    assert "Kassenserver" in text(client.get(channel_url("list")))
    assert client.post(channel_url("add"), form(tenant, server)).status_code == 302
    assert client.post(channel_url("check", sftp.pk)).status_code in (302, 403)
    client.post(channel_url("edit", sftp.pk), form(tenant, server, label="gekapert"))
    sftp.refresh_from_db()
    assert (sftp.label, sftp.checked_at) == ("Kassenserver", None)


def test_a_neighbour_finds_no_channel(log_in, anna, other_site, other_tenant, tenant, sftp, server):
    client = log_in(anna, "portal_admin", other_site)
    assert "Kassenserver" not in text(client.get(channel_url("list")))
    for name in ("edit", "check"):
        assert client.get(channel_url(name, sftp.pk)).status_code == 404
    client.post(channel_url("add"), form(tenant, server))
    assert DeliveryChannel.objects.count() == 1
