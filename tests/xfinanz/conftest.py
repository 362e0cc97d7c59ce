from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.xfinanz.factories import account, join_role, pay, tenant_of
from wagtail_epayment.flows import NewItem, create_order


@pytest.fixture
def tenant(site):
    tenant = tenant_of(site, number="4711")
    for key in ("sperrgut", "sperrgut.express", "verwahrung"):
        account(tenant, key)
    return tenant


@pytest.fixture
def other_tenant(other_site):
    tenant = tenant_of(other_site, number="0815", name="Stadt Neustadt")
    account(tenant, "sperrgut")
    return tenant


def _user(name, first, last):
    return get_user_model().objects.create_user(name, password="x", first_name=first, last_name=last)


@pytest.fixture
def anna(db):
    """Certifies."""
    return _user("anna", "Anna", "Müller")


@pytest.fixture
def bernd(db):
    """Releases."""
    return _user("bernd", "Bernd", "Özgür")


@pytest.fixture
def log_in(client, site):
    """Log somebody in who has this role, besides those they have already."""

    def as_role(user, role, at=site):
        client.force_login(join_role(user, role, at))
        return client

    return as_role


@pytest.fixture
def order(site, tenant):
    return create_order(
        site=site,
        purpose="Sperrgutabfuhr – „Express“",
        items=[
            NewItem(label="Abholung je Stück", unit_cents=1250, quantity=3, posting_key="sperrgut"),
            NewItem(label="Expresszuschlag", unit_cents=2000, posting_key="sperrgut.express"),
        ],
        payer={"first_name": "Zoë", "last_name": "O’Brien"},
    )


@pytest.fixture
def paid(order):
    """The order, paid in full on a day in November."""
    pay(order, 5750, at=datetime.datetime(2026, 11, 24, 10, tzinfo=datetime.UTC))
    return order


@pytest.fixture
def later():
    """Any cut-off after the payments of a test."""
    return timezone.now() + datetime.timedelta(days=800)
