"""A key is shown once, kept as a hash, and opens one commune."""

from __future__ import annotations

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from wagtail_epayment.flows.connect import client_of_key, issue_key
from wagtail_epayment.keys import read_key
from wagtail_epayment.models import ApiClient, PaymentOrder

pytestmark = pytest.mark.django_db


def test_the_key_itself_is_nowhere_in_the_database(application):
    secret = read_key(application.key).secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM wagtail_epayment_apiclient")
        assert secret not in str(cursor.fetchall())
    assert application.row.key_hash not in application.key


@pytest.mark.parametrize(
    "key", ["", "x", "epay_", "epay__", "epay_abc", "epay_{prefix}_", "epay_{prefix}_wrong", "{key}x"]
)
def test_a_wrong_key_opens_nothing(application, key):
    application.key = key.format(prefix=application.row.prefix, key=application.key)
    answer = application.orders()
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert not PaymentOrder.objects.exists()


def test_without_a_key_no_order_is_made(client):
    answer = client.post("/api/epayment/v1/orders/", {}, content_type="application/json")
    assert answer.status_code == 401


def test_a_key_that_was_switched_off_opens_nothing(application):
    ApiClient.objects.update(is_active=False)
    assert application.orders().status_code == 401


def test_a_new_key_ends_the_old_one(application):
    old = application.key
    application.key = issue_key(application.row)
    assert client_of_key(old) is None
    assert application.orders().status_code == 201


def test_a_key_of_the_neighbouring_town_is_refused_here_and_works_there(neighbour, other_site):
    answer = neighbour.orders()
    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"
    assert neighbour.orders(headers={"HTTP_HOST": other_site.hostname}).status_code == 201
    assert PaymentOrder.objects.get().site == other_site


def test_the_last_use_is_noted_and_not_written_at_every_call(application, django_assert_num_queries):
    assert application.row.last_used_at is None
    application.orders()
    application.row.refresh_from_db()
    assert timezone.now() - application.row.last_used_at < datetime.timedelta(minutes=1)
    with django_assert_num_queries(1):
        client_of_key(application.key)


def test_who_calls_too_often_has_to_wait(application, settings):
    settings.WAGTAIL_EPAYMENT = settings.WAGTAIL_EPAYMENT | {"API_RATE": "2/min"}
    assert [application.orders().status_code for _ in range(3)] == [201, 201, 429]
    answer = application.orders()
    assert int(answer["Retry-After"]) > 0
    assert answer.json()["code"] == "throttled"


def test_the_command_gives_a_key_and_replaces_it(site):
    def run(*args):
        out = io.StringIO()
        call_command("epayment_client", *args, stdout=out, stderr=io.StringIO())
        return out.getvalue().strip()

    first = run("testserver", "Fachverfahren", "--return-host", "antrag.example")
    assert client_of_key(first).may_return_to("https://antrag.example/4711")
    second = run("testserver", "Fachverfahren")
    assert client_of_key(first) is None
    assert client_of_key(second).return_hosts == "antrag.example"
    with pytest.raises(CommandError, match="Known: testserver"):
        run("nowhere.example", "x")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://antrag.example/4711?x=1", True),
        ("https://local.example:8443/", True),
        ("https://local.example/", False),
        ("http://antrag.example/", False),
        ("https://evil.example/", False),
        ("https://antrag.example.evil.example/", False),
        ("https://antrag.example@evil.example/", False),
        ("https://evil.example/\\@antrag.example/", False),
        ("https:\\\\evil.example", False),
        ("//antrag.example/", False),
        ("/zahlung/", False),
        ("javascript:alert(1)//antrag.example", False),
    ],
)
def test_people_are_only_sent_to_hosts_the_commune_allows(application, url, allowed):
    assert application.row.may_return_to(url) is allowed
