"""The portal's administrators give other applications keys and secrets, see what they were told, and send it again."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone
from wagtail.models import GroupSitePermission, ModelLogEntry

from wagtail_epayment.flows.connect import client_of_key
from wagtail_epayment.keys import read_key
from wagtail_epayment.models import ApiClient, EventKind, OutboxEvent, WebhookDelivery, WebhookEndpoint
from wagtail_epayment.roles import ROLE_PERMISSIONS

pytestmark = pytest.mark.django_db

APPLICATIONS = "/admin/epayment_applications/"
WEBHOOKS = "/admin/epayment_webhooks/"
DELIVERIES = "/admin/epayment_deliveries/"


@pytest.fixture
def staff(client):
    def log_in(site, role="portal_admin"):
        group = Group.objects.create(name=f"{site.site_name}: {role}")
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        for name in ROLE_PERMISSIONS[role]:
            permission = Permission.objects.get(content_type__app_label="wagtail_epayment", codename=name.split(".")[1])
            GroupSitePermission.objects.create(group=group, site=site, permission=permission)
        user = User.objects.create_user(f"{role}-{site.pk}")
        user.groups.add(group)
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def delivery(order, endpoint):
    event = OutboxEvent.objects.create(order=order, kind=EventKind.ORDER_PAID, key="k")
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        event=event,
        payload={"type": "order.paid"},
        given_up_at=timezone.now(),
        last_error="HTTP 500",
    )


def shown(answer):
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return re.search(r'id="id_secret"[^>]* value="([^"]+)"', answer.content.decode())[1]


def everywhere(client, row):
    """Every page of the admin that shows the row."""
    for base in (APPLICATIONS, WEBHOOKS):
        for address in ("", f"edit/{row.pk}/", f"history/{row.pk}/", f"edit/{row.pk}/renew/"):
            yield client.get(base + address).content.decode()


def test_a_new_application_gets_a_key_that_works_and_is_never_shown_again(staff, site):
    client = staff(site)
    form = {"site": site.pk, "name": "Fachverfahren", "return_hosts": "antrag.example", "is_active": "on"}
    key = shown(client.post(APPLICATIONS + "new/", form))
    row = ApiClient.objects.get()
    assert client_of_key(key) == row
    assert (row.site, row.return_hosts) == (site, "antrag.example")
    assert not any(read_key(key).secret in page for page in everywhere(client, row))
    assert key not in str(list(ModelLogEntry.objects.values()))


def test_a_new_key_ends_the_old_one(staff, site, application):
    client = staff(site)
    address = f"{APPLICATIONS}edit/{application.row.pk}/renew/"
    assert "renew/" in client.get(f"{APPLICATIONS}edit/{application.row.pk}/").content.decode()
    assert client.get(address).status_code == 200
    assert client_of_key(application.key), "asking changes nothing"
    key = shown(client.post(address))
    assert client_of_key(application.key) is None
    assert client_of_key(key) == application.row


def test_changing_an_application_leaves_its_key_alone(staff, site, application):
    form = {"site": site.pk, "name": "Anders", "return_hosts": ""}
    staff(site).post(f"{APPLICATIONS}edit/{application.row.pk}/", form)
    application.row.refresh_from_db()
    assert (application.row.name, application.row.is_active) == ("Anders", False)
    assert ApiClient.objects.get().key_hash == application.row.key_hash


def test_a_new_webhook_gets_a_secret_that_is_never_shown_again(staff, site):
    client = staff(site)
    form = {"site": site.pk, "name": "Fachverfahren", "url": "https://fach.example/hook", "is_active": "on"}
    secret = shown(client.post(WEBHOOKS + "new/", form))
    row = WebhookEndpoint.objects.get()
    assert row.secret == secret
    assert not any(secret in page for page in everywhere(client, row))
    other = shown(client.post(f"{WEBHOOKS}edit/{row.pk}/renew/"))
    row.refresh_from_db()
    assert row.secret == other != secret


@pytest.mark.parametrize("url", ["http://fach.example/", "https://a:b@fach.example/", "ftp://fach.example/"])
def test_only_encrypted_addresses_are_taken(staff, site, url):
    form = {"site": site.pk, "name": "Fachverfahren", "url": url, "is_active": "on"}
    assert staff(site).post(WEBHOOKS + "new/", form).status_code == 200
    assert not WebhookEndpoint.objects.exists()


def test_what_was_given_up_is_seen_and_sent_again(staff, site, delivery):
    client = staff(site)
    assert "HTTP 500" in client.get(DELIVERIES).content.decode()
    page = client.get(f"{DELIVERIES}inspect/{delivery.pk}/").content.decode()
    assert "order.paid" in page
    assert 'action="resend/"' in page
    assert client.get(f"{DELIVERIES}inspect/{delivery.pk}/resend/").status_code == 405
    assert client.post(f"{DELIVERIES}inspect/{delivery.pk}/resend/").status_code == 302
    delivery.refresh_from_db()
    assert (delivery.given_up_at, delivery.next_try_at is not None) == (None, True)


def test_the_neighbouring_town_sees_and_changes_nothing(staff, site, other_site, application, delivery):
    client = staff(other_site)
    for base in (APPLICATIONS, WEBHOOKS, DELIVERIES):
        assert "Fachverfahren" not in client.get(base).content.decode()
    for address in (
        f"{APPLICATIONS}edit/{application.row.pk}/renew/",
        f"{WEBHOOKS}edit/{delivery.endpoint_id}/renew/",
        f"{DELIVERIES}inspect/{delivery.pk}/resend/",
    ):
        assert client.post(address).status_code == 404
    assert client_of_key(application.key)
    delivery.refresh_from_db()
    assert delivery.given_up_at


def test_who_may_only_see_payments_gets_no_keys(staff, site, application, delivery):
    client = staff(site, "certifier")
    for address in (APPLICATIONS, APPLICATIONS + "new/", f"{APPLICATIONS}edit/{application.row.pk}/renew/", DELIVERIES):
        assert client.get(address).status_code in (302, 403, 404)
    assert client.post(f"{DELIVERIES}inspect/{delivery.pk}/resend/").status_code in (302, 403, 404)
    delivery.refresh_from_db()
    assert delivery.given_up_at


def test_lists_need_a_constant_number_of_queries(staff, site, endpoint, order, django_assert_max_num_queries):
    client = staff(site)
    for number in range(12):
        event = OutboxEvent.objects.create(order=order, kind=EventKind.ORDER_PAID, key=f"k{number}")
        WebhookDelivery.objects.create(endpoint=endpoint, event=event)
    client.get(DELIVERIES)
    with django_assert_max_num_queries(25):
        client.get(DELIVERIES)
