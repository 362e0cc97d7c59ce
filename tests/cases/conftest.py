from __future__ import annotations

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client

from wagtail_buergerportal.cases.flows import submit
from wagtail_buergerportal.cases.submission import FeeLine, Submission, UploadedPart
from wagtail_buergerportal.communes.flows.roles import setup_roles
from wagtail_buergerportal.communes.models import CommuneSettings, Department
from wagtail_buergerportal.identity.models import Citizen
from wagtail_epayment import outbox
from wagtail_epayment.flows import start_payment
from wagtail_epayment.models import PaymentContract
from wagtail_epayment.providers.base import Redirect, ReturnUrls
from wagtail_epayment.providers.sandbox.adapter import SandboxProvider
from wagtail_epayment.providers.sandbox.models import SandboxMerchant

from ..epayment.conftest import SECRET, said, signed

SUMMARY = [{"title": "Ihre Angaben", "rows": [{"label": "Name", "value": "Kim Muster"}]}]
FEE = (FeeLine("Abholung je Stück", 2, 1250, 0, "sperrgut"),)
PDF = UploadedPart("plan", "Lageplan Straße.pdf", "application/pdf", b"%PDF-1.7 geheim")


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    cache.clear()
    settings.WAGTAIL_BUERGERPORTAL = {"PRIVATE_ROOT": str(tmp_path / "private"), "ALLOW_MOCK_LOGIN": True}


@pytest.fixture
def town(site):
    """Musterstadt with its settings and two departments."""
    CommuneSettings.objects.create(site=site, name="Musterstadt", case_prefix="MUS")
    Department.objects.create(site=site, name="Ordnungsamt")
    return site


@pytest.fixture
def bauhof(town):
    return Department.objects.create(site=town, name="Bauhof", email="bauhof@musterstadt.example")


@pytest.fixture
def neighbour(other_site):
    CommuneSettings.objects.create(site=other_site, name="Neustadt", case_prefix="NEU")
    Department.objects.create(site=other_site, name="Bauhof")
    return other_site


@pytest.fixture
def hand_in(bauhof):
    """Hands something in at the Bauhof of Musterstadt, or elsewhere."""

    def hand_in(**changes):
        values = {
            "submission_key": uuid.uuid4(),
            "site": bauhof.site,
            "department": bauhof,
            "title": "Sperrgutabfuhr",
            "service_key": "sperrgut",
            "language": "de",
            "answers": {"name": "Kim Muster"},
            "summary": SUMMARY,
            "payer": {"last_name": "Muster", "email": "kim@example.org"},
        } | changes
        return submit(submission=Submission(**values))

    return hand_in


@pytest.fixture
def owing(hand_in):
    """A case that waits for its fee of 25 euros."""
    return hand_in(fee_lines=FEE, payment_policy="required").case


@pytest.fixture
def elsewhere(hand_in, neighbour):
    """A case of the other town."""
    return hand_in(site=neighbour, department=neighbour.departments.get()).case


@pytest.fixture
def erika(db):
    return Citizen.objects.create(provider="mock", subject="erika", profile={})


def open_page(client, submitted):
    """Opens a case as its sender does: by number and secret."""
    client.post("/portal/vorgang/suchen/", {"number": submitted.case.number, "secret": submitted.secret})
    return client.get(f"/portal/vorgang/{submitted.case.number}/")


@pytest.fixture
def bank(town, monkeypatch):
    """Lets somebody try to pay a case's fee; the bank says how it ended."""
    SandboxMerchant.objects.create(merchant_id="m", secret=SECRET)
    contract = PaymentContract.objects.create(
        site=town,
        provider="sandbox",
        label="Testzahlung",
        credentials={"merchant_id": "m", "secret": SECRET},
        options={"base_url": "http://127.0.0.1:9/sandbox-bank/"},
    )
    refs = iter(f"sbx_{number}" for number in range(100))
    monkeypatch.setattr(
        SandboxProvider, "start", lambda self, attempt, urls: Redirect(next(refs), "http://testserver/pay/x/")
    )

    class Bank:
        def takes(self, order):
            start_payment(order=order, contract=contract, urls=lambda attempt: ReturnUrls(back="b", notify="n"))
            return order.attempts.latest("created_at")

        def says(self, attempt, state):
            attempt.refresh_from_db()
            message = signed(said(attempt, state, ref=attempt.provider_ref))
            answer = Client().post(
                f"/zahlung/melden/sandbox/{contract.pk}/",
                message.body,
                content_type="application/json",
                headers=message.headers,
            )
            assert answer.status_code == 200
            outbox.deliver_due()

        def pays(self, order):
            self.says(self.takes(order), "succeeded")

    return Bank()


class Staff:
    """Somebody of the administration with a browser."""

    def __init__(self, user):
        self.user, self.client = user, Client()
        self.client.force_login(user)

    def page(self, case):
        return self.client.get(f"/admin/cases/inspect/{case.pk}/")

    def inbox(self, **query):
        return self.client.get("/admin/cases/", query)

    def does(self, case, action, **data):
        return self.client.post(f"/admin/case-work/{case.pk}/", {"action": action, **data}, follow=True)


@pytest.fixture
def staff(town, bauhof, neighbour):
    """Makes staff: of a department of Musterstadt, or in a role of a town."""
    groups = {"MUS": setup_roles(town), "NEU": setup_roles(neighbour)}

    def make(role, *, town="MUS", name=None):
        user = get_user_model().objects.create_user(name or f"{town}-{role}", password="x")
        group = groups[town][role]
        assert isinstance(group, Group)
        user.groups.add(group)
        return Staff(user)

    return make


@pytest.fixture
def clerk(staff):
    return staff("clerk:Bauhof", name="sachbearbeiterin-bea")
