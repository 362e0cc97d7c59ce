"""Lists of the cash office take as many queries for many rows as for few."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.xfinanz.factories import account
from tests.xfinanz.mapping.pages import MAPPINGS, installed
from tests.xfinanz.mapping.samples import ORDERS
from tests.xfinanz.schemas.zips import schema, zipped
from wagtail_xfinanz.flows import create_mapping, install_schema
from wagtail_xfinanz.models import CsvProfile, DeliveryChannel, SchemaPackage

pytestmark = pytest.mark.django_db
SNIPPETS = "/admin/snippets/wagtail_xfinanz/"


def add_account(tenant, number, by):
    account(tenant, f"key{number}")


def add_channel(tenant, number, by):
    DeliveryChannel.objects.create(tenant=tenant, kind="directory", label=str(number), is_active=False)


def add_profile(tenant, number, by):
    CsvProfile.objects.create(tenant=tenant, name=str(number), is_active=False)


def add_package(tenant, number, by):
    one = schema(f'<xs:element name="r{number}" type="xs:string"/>')
    install_schema(zipped({"a.xsd": one}), name="a.zip", site=tenant.site, by=by)


def add_mapping(tenant, number, by):
    package = SchemaPackage.objects.first() or installed()
    create_mapping(tenant, package=package, mapping=ORDERS, name=str(number), by=by)


@pytest.mark.parametrize(
    ("address", "add"),
    [
        (f"{SNIPPETS}postingaccount/", add_account),
        (f"{SNIPPETS}deliverychannel/", add_channel),
        (f"{SNIPPETS}csvprofile/", add_profile),
        ("/admin/xfinanz_schemas/", add_package),
        (MAPPINGS, add_mapping),
    ],
)
def test_queries_do_not_grow_with_the_rows(log_in, tenant, anna, address, add):
    client = log_in(anna, "portal_admin")

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    for number in range(2):
        add(tenant, number, anna)
    queries()
    few = queries()
    for number in range(2, 12):
        add(tenant, number, anna)
    assert queries() <= few
