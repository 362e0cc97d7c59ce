"""Tenants, accounts and money for the tests of bookkeeping."""

from __future__ import annotations

import datetime
import uuid

from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupSitePermission

from wagtail_epayment.models import EntryKind, LedgerEntry, PaymentAttempt, PaymentContract
from wagtail_xfinanz.flows import certify, collect, release
from wagtail_xfinanz.models import FinanceTenant, KassenzeichenRange, PostingAccount
from wagtail_xfinanz.roles import ROLE_PERMISSIONS

NOVEMBER = datetime.datetime(2026, 11, 24, 10, tzinfo=datetime.UTC)


def tenant_of(site, *, number="1", name="Stadt Musterstadt"):
    return FinanceTenant.objects.create(site=site, name=name, number=number)


def account(tenant, key, **fields):
    defaults = {"label": key, "product": "537010", "account": "432100", "tax_account": "379100"}
    return PostingAccount.objects.create(tenant=tenant, key=key, **defaults | fields)


def number_range(tenant, **fields):
    defaults = {"prefix": "26", "counter_maximum": 99_999, "total_length": 8}
    return KassenzeichenRange.objects.create(tenant=tenant, **defaults | fields)


def pay(order, cents, *, at=NOVEMBER, kind=EntryKind.PAYMENT):
    """A ledger entry as the payment app writes it."""
    contract, _ = PaymentContract.objects.get_or_create(site=order.site, provider="sandbox", label="Test")
    attempt = PaymentAttempt.objects.create(
        order=order,
        contract=contract,
        provider="sandbox",
        merchant_tx_id=uuid.uuid4().hex,
        amount_cents=order.amount_cents,
        currency="EUR",
    )
    return LedgerEntry.objects.create(
        order=order,
        attempt=attempt,
        kind=kind,
        amount_cents=cents,
        currency="EUR",
        provider_ref=uuid.uuid4().hex[:12],
        method="card",
        occurred_at=at,
    )


def released(tenant, anna, bernd, *, cut_off):
    """Collect, certify and release all that is open; the batches of it."""
    batches = collect(tenant, by=anna, cut_off=cut_off).batches
    return [release(certify(batch, by=anna), by=bernd) for batch in batches]


def join_role(user, role, site):
    """Give the user the rights of a role on one site, as the groups of a commune do."""
    group, _ = Group.objects.get_or_create(name=f"{site.site_name}: {role}")
    for name in ROLE_PERMISSIONS[role]:
        app, codename = name.split(".")
        permission = Permission.objects.get(codename=codename, content_type__app_label=app)
        GroupSitePermission.objects.get_or_create(group=group, site=site, permission=permission)
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    user.groups.add(group)
    return user
