"""Setting an SFTP channel up: host keys, secrets, servers that are allowed, and trying it."""

from __future__ import annotations

import pytest
from django.db import connection

from wagtail_xfinanz.deliveries import channels
from wagtail_xfinanz.deliveries.sftp.keys import agreed_keys
from wagtail_xfinanz.flows import check_channel

pytestmark = pytest.mark.django_db


def test_the_connection_is_tried_without_leaving_anything(sftp, server, bernd):
    assert check_channel(sftp, by=bernd) == ""
    assert (server.files(), server.parts()) == ([], [])
    sftp.refresh_from_db()
    assert (sftp.checked_at is not None, sftp.check_error) == (True, "")


def test_a_test_says_what_is_wrong(sftp, server, bernd):
    sftp.options["folder"] = "fehlt"
    sftp.save()
    told = check_channel(sftp, by=bernd)
    sftp.refresh_from_db()
    assert told == sftp.check_error != ""


def test_only_servers_the_operator_allows(sftp, server, settings, bernd):
    settings.WAGTAIL_XFINANZ = {"SFTP_HOSTS": ["*.kreis.example"]}
    assert "SFTP_HOSTS" in check_channel(sftp, by=bernd)
    assert server.logins == []


def test_secrets_are_encrypted_at_rest(sftp):
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM wagtail_xfinanz_deliverychannel")
        assert "kenn-4711-wort" not in str(cursor.fetchone())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SHA256:" + "a" * 43, 1),
        ("256 SHA256:" + "a" * 43 + " kasse (ED25519)\n\nSHA256:" + "b" * 43, 2),
        ("kasse.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO8p0Zg=", 1),
    ],
)
def test_host_keys_as_people_paste_them(text, count):
    assert len(agreed_keys(text)) == count


@pytest.mark.parametrize("text", ["", "\n", "MD5:aa:bb", "ssh-ed25519 AAAA§", "SHA256:" + "a" * 43 + "\nirgendwas"])
def test_what_is_no_host_key_is_no_host_key(text):
    assert agreed_keys(text) is None


def test_what_is_missing_is_said_before_anybody_connects(settings):
    def problems(options, credentials):
        return set(channels.open("sftp", options=options, credentials=credentials, hostname="x").problems())

    right = {"host": "kasse.example", "host_keys": "SHA256:" + "a" * 43}
    assert problems(right, {"password": "x"}) == set()
    assert problems({}, {}) == {"host_keys", "password"}
    assert problems(right, {"private_key": "keiner"}) == {"private_key"}
