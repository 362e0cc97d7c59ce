"""Who may do what with money, and where an administrator sees it."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from wagtail_epayment.models import ContractBreaker
from wagtail_epayment.roles import ROLE_PERMISSIONS

pytestmark = pytest.mark.django_db

RIGHTS = {"refund": "request_refund", "approve": "approve_refund", "reconcile": "reconcile"}


def has(role, codename):
    return f"wagtail_epayment.{codename}" in ROLE_PERMISSIONS[role]


@pytest.mark.parametrize(
    ("right", "roles"),
    [
        ("request_refund", {"clerk", "certifier"}),
        ("approve_refund", {"releaser"}),
        ("reconcile", {"certifier", "releaser"}),
        ("change_paymentcontract", {"portal_admin"}),
        ("view_ledgerentry", {"certifier", "releaser", "auditor"}),
    ],
)
def test_each_right_is_with_the_roles_the_documentation_names(right, roles):
    assert {role for role in ROLE_PERMISSIONS if has(role, right)} == roles


def test_an_auditor_may_only_look():
    assert all(name.split(".")[1].startswith("view_") for name in ROLE_PERMISSIONS["auditor"])


def test_no_role_asks_for_and_approves_refunds():
    assert not [role for role in ROLE_PERMISSIONS if has(role, "request_refund") and has(role, "approve_refund")]


def test_the_rights_are_on_the_page_of_a_group_and_none_to_write_what_only_flows_write(admin_client):
    offered = {
        int(value)
        for group in admin_client.get("/admin/groups/new/").context["form"].fields["permissions"].choices
        for value in [getattr(group[0], "value", group[0])]
    }
    codenames = set(Permission.objects.filter(pk__in=offered).values_list("codename", flat=True))
    assert set(RIGHTS.values()) | {"change_paymentcontract", "view_ledgerentry", "view_decision"} <= codenames
    assert not codenames & {
        f"{verb}_{model}"
        for verb in ("add", "change", "delete")
        for model in ("ledgerentry", "paymentorder", "paymentattempt", "providermessage", "refund", "decision")
    }


def test_who_configures_is_told_of_a_payment_service_that_does_not_answer(contract, site, other_site, staff):
    breaker = ContractBreaker.objects.create(contract=contract, open_until=timezone.now() + datetime.timedelta(hours=1))
    listed = 'href="/admin/snippets/wagtail_epayment/paymentcontract/"'
    shown = "epayment-waiting"
    page = staff(site, "portal_admin").get("/admin/").content.decode()
    assert shown in page
    assert listed in page
    assert shown not in staff(other_site, "portal_admin").get("/admin/").content.decode()
    breaker.open_until = timezone.now()
    breaker.save()
    assert shown not in staff(site, "portal_admin").get("/admin/").content.decode()
