"""Who watches payments gets numbers: a monitoring system in sum, staff of their own commune, nobody else."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from wagtail.models import GroupSitePermission

from wagtail_epayment.flows import NewItem, create_order
from wagtail_epayment.models import (
    ContractBreaker,
    OutboxEvent,
    PaymentAttempt,
    PaymentContract,
    ProviderMessage,
    Refund,
    WebhookDelivery,
)
from wagtail_epayment.operations.figures import MEASURES

pytestmark = pytest.mark.django_db

HEALTH = "/api/epayment/v1/health/"
METRICS = "/api/epayment/v1/metrics/"
TOKEN = {"HTTP_AUTHORIZATION": "Bearer watch-token"}


@pytest.fixture(autouse=True)
def _monitoring(settings):
    settings.WAGTAIL_EPAYMENT = settings.WAGTAIL_EPAYMENT | {"METRICS_TOKEN": "watch-token"}


def staff_of(site, *codenames):
    group = Group.objects.create(name=site.hostname)
    for codename in codenames:
        permission = Permission.objects.get(content_type__app_label="wagtail_epayment", codename=codename)
        GroupSitePermission.objects.create(group=group, site=site, permission=permission)
    user = User.objects.create_user(site.hostname)
    user.groups.add(group)
    return user


def report(client, **headers):
    answer = client.get(HEALTH, **(headers or TOKEN))
    assert answer.status_code == 200, answer.content
    return answer.json()


def scraped(client, **headers):
    answer = client.get(METRICS, **(headers or TOKEN))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_all_is_well(world, client):
    told = report(client)
    assert (told["status"], told["attention"], told["sites"]) == ("ok", [], {})
    assert told["figures"]["payments_last_day"] == {"EUR": 1}
    assert told["figures"]["payments_last_day_cents"] == {"EUR": 5750}
    assert set(told["figures"]) == {measure.name for measure in MEASURES}


def soon_forgotten(world):
    return PaymentAttempt.objects.create(
        order=world.order, contract=world.contract, provider="sandbox", merchant_tx_id="late", amount_cents=1,
        currency="EUR", state="pending", next_poll_at=timezone.now() + datetime.timedelta(hours=1),
    )  # fmt: skip


LONG_AGO = datetime.timedelta(hours=3)
TROUBLES = {
    "attempts_late": lambda w: PaymentAttempt.objects.filter(pk=soon_forgotten(w).pk).update(
        created_at=timezone.now() - LONG_AGO
    ),
    "poll_overdue_seconds": lambda w: PaymentAttempt.objects.filter(pk=soon_forgotten(w).pk).update(
        next_poll_at=timezone.now() - LONG_AGO
    ),
    "messages_unprocessed": lambda w: ProviderMessage.objects.update(
        processed_at=None, is_verified=False, received_at=timezone.now() - LONG_AGO
    ),
    "messages_discrepant": lambda w: ProviderMessage.objects.update(discrepancy="It says something else."),
    "settlement_lines_open": lambda w: type(w.line).objects.update(why="not_found", match="unknown", entry=None),
    "outbox_failing": lambda w: OutboxEvent.objects.update(delivered_at=None, attempts=1),
    "webhooks_given_up": lambda w: WebhookDelivery.objects.update(given_up_at=timezone.now()),
    "refunds_unknown": lambda w: Refund.objects.update(state="unknown"),
    "breakers_open": lambda w: ContractBreaker.objects.create(
        contract=w.contract, open_until=timezone.now() + datetime.timedelta(minutes=1)
    ),
}


def test_every_alarm_has_a_trouble_that_raises_it():
    assert set(TROUBLES) == {measure.name for measure in MEASURES if measure.alarm_above is not None}


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_asks_for_attention(name, world, client):
    TROUBLES[name](world)
    told = report(client)
    assert (told["status"], told["attention"]) == ("attention", [name])
    assert any(sample[0] == f"epayment_{name}" and value > 0 for sample, value in scraped(client).items())


def test_a_discrepancy_somebody_decided_about_is_no_alarm(world, client):
    ProviderMessage.objects.update(discrepancy="It says something else.")
    world.message.decisions.create(
        site=world.site, kind="accept", reason="agreed", decided_by=User.objects.create_user("kasse")
    )
    assert report(client)["attention"] == []


def test_prometheus_reads_sums_without_names_of_communes(world, client):
    TROUBLES["attempts_late"](world)
    samples = scraped(client)
    assert samples["epayment_attempts", (("state", "pending"),)] == 1
    assert samples["epayment_attempts_late", ()] == 1
    assert samples["epayment_payments_last_day_cents", (("currency", "EUR"),)] == 5750
    assert not any("site" in dict(labels) for __, labels in samples)


def test_openmetrics_is_spoken_too(world, client):
    answer = client.get(METRICS, **TOKEN, HTTP_ACCEPT="application/openmetrics-text; version=1.0.0")
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    assert answer.content.endswith(b"# EOF\n")


def test_staff_see_their_own_commune_and_no_other(world, client, site, other_site):
    PaymentContract.objects.create(site=other_site, provider="sandbox", label="N")
    create_order(site=other_site, purpose="P", items=[NewItem(label="x", unit_cents=1)])
    client.force_login(staff_of(site, "view_paymentorder"))
    told = report(client, HTTP_ACCEPT="application/json")
    assert list(told["sites"]) == [site.hostname]
    assert told["sites"][site.hostname]["figures"]["payments_last_day"] == {"EUR": 1}
    assert {dict(labels)["site"] for __, labels in scraped(client, HTTP_ACCEPT="text/plain")} == {site.hostname}
    client.force_login(staff_of(other_site, "view_paymentorder"))
    told = report(client, HTTP_ACCEPT="application/json")
    assert list(told["sites"]) == [other_site.hostname]
    assert told["figures"]["payments_last_day"] == {}


@pytest.mark.parametrize("address", [HEALTH, METRICS])
def test_nobody_else_sees_anything(address, world, client, site, settings):
    assert client.get(address).status_code == 401
    assert client.get(address, HTTP_AUTHORIZATION="Bearer wrong").status_code == 401
    client.force_login(staff_of(site, "view_paymentcontract"))
    assert client.get(address).status_code == 403
    settings.WAGTAIL_EPAYMENT = settings.WAGTAIL_EPAYMENT | {"METRICS_TOKEN": ""}
    assert client.get(address, HTTP_AUTHORIZATION="Bearer ").status_code == 401
    assert client.get(address, **TOKEN).status_code == 401


def test_watching_costs_the_same_for_any_number_of_rows_and_sites(
    world, client, home, django_assert_max_num_queries, django_assert_num_queries
):
    from wagtail.models import Site

    client.get(HEALTH, **TOKEN)
    with django_assert_max_num_queries(len(MEASURES) + 3) as first:
        client.get(HEALTH, **TOKEN)
    for number in range(8):
        town = Site.objects.create(hostname=f"town{number}.test", root_page=home)
        create_order(site=town, purpose="P", items=[NewItem(label="x", unit_cents=1)])
        soon_forgotten(world) if not number else None
    with django_assert_num_queries(len(first)):
        client.get(HEALTH, **TOKEN)


def test_money_that_is_on_its_way_is_not_late(world, client):
    attempts = PaymentAttempt.objects.filter(pk=soon_forgotten(world).pk)
    days_ago = timezone.now() - datetime.timedelta(days=5)
    attempts.update(created_at=days_ago, payer_done_at=days_ago)
    assert report(client)["attention"] == []


def test_a_message_that_waits_for_its_payment_is_said_once(world, client):
    ProviderMessage.objects.update(
        processed_at=None, is_verified=True, received_at=timezone.now() - LONG_AGO, discrepancy="It speaks of a payment"
    )
    assert report(client)["attention"] == ["messages_discrepant"]
