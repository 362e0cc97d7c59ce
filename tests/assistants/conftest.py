from __future__ import annotations

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from wagtail_buergerportal.assistants.models import AssistantPlacement, Draft
from wagtail_buergerportal.cases.models import Case
from wagtail_buergerportal.communes.models import CommuneSettings, Department
from wagtail_buergerportal.services.models import Fee, FeeSchedule

from .builders import make

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def german():
    """Pages in other languages leave theirs behind."""
    with translation.override("de"):
        yield


@pytest.fixture
def department(site):
    CommuneSettings.objects.create(site=site, name="Musterstadt", case_prefix="MUS")
    return Department.objects.create(site=site, name="Bauhof")


@pytest.fixture
def fees(site):
    schedule = FeeSchedule.objects.create(
        site=site, name="Abfall", by_law="Abfallsatzung", valid_from=datetime.date(2020, 1, 1)
    )
    Fee.objects.create(schedule=schedule, key="sperrgut.piece", label="Abholung je Teil", amount_cents=1250)
    Fee.objects.create(schedule=schedule, key="sperrgut.express", label="Expresszuschlag", amount_cents=2000)
    return schedule


@pytest.fixture
def assistant(site):
    return make()


@pytest.fixture
def placement(site, assistant, department, fees):
    return AssistantPlacement.objects.create(
        site=site, slug="sperrgut", assistant=assistant, department=department, needed="Maße\nAdresse"
    )


class Wizard:
    """Somebody at a browser without JavaScript."""

    def __init__(self, client, placement):
        self.client = client
        self.start_url = f"/portal/formular/{placement.slug}/"
        self.page = None

    def starts(self):
        self.page = self.client.post(self.start_url, follow=True)
        return self.page

    @property
    def url(self):
        return self.page.redirect_chain[-1][0] if getattr(self.page, "redirect_chain", None) else self.last

    @property
    def base(self):
        return f"{self.start_url}{Draft.objects.order_by('-created_at').first().pk}/"

    def opens(self, key):
        self.page = self.client.get(f"{self.base}{key}/", follow=True)
        return self.page

    def fills(self, key, **data):
        self.page = self.client.post(f"{self.base}{key}/", data, follow=True)
        return self.page

    @property
    def heading(self):
        return heading(self.page)

    @property
    def errors(self):
        text = self.page.content.decode()
        found = re.search(r'role="alert".*?</ul>', text, re.S)
        return re.findall(r'<a class="kern-link" href="#([^"]+)">(.*?)</a>', found[0]) if found else []

    def gets_to_review(self, art="normal"):
        self.starts()
        extra = {"tuer": "yes"} if art == "express" else {}
        self.fills("gegenstaende", anzahl="3", art=art, **extra)
        if art == "express":
            day = timezone.localdate() + datetime.timedelta(days=3)
            self.fills("express", **date_parts("termin", day))
        self.fills("person", **PERSON)
        return self.fills("foto", bemerkung="")

    def sends(self):
        review = self.client.get(f"{self.base}pruefen/")
        seen = re.search(r'name="seen" value="([^"]+)"', review.content.decode())[1]
        self.page = self.client.post(f"{self.base}absenden/", {"seen": seen}, follow=True)
        return self.page


PERSON = {
    "vorname": "Zoë",
    "nachname": "Mustermann",
    "email": "zoe@example.org",
    "telefon": "+31 20 1234567",
    "adresse-street": "Marktplatz",
    "adresse-house_number": "1a",
    "adresse-postal_code": "47798",
    "adresse-city": "Musterstadt",
    "adresse-country": "",
}


def date_parts(key, day):
    return {f"{key}-day": str(day.day), f"{key}-month": str(day.month), f"{key}-year": str(day.year)}


def heading(page):
    return re.search(r"<h1[^>]*>(.*?)</h1>", page.content.decode(), re.S)[1].strip()


@pytest.fixture
def wizard(client, placement):
    return Wizard(client, placement)


@pytest.fixture
def png():
    return lambda name="foto.png": SimpleUploadedFile(name, PNG, content_type="image/png")


@pytest.fixture
def cases():
    return Case.objects
