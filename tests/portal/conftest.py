from __future__ import annotations

import datetime
import json

import pytest
from django.contrib.auth import get_user_model
from wagtail.models import Locale, Page, Site

from wagtail_buergerportal.communes.flows.roles import setup_roles
from wagtail_buergerportal.communes.models import CommuneSettings, Department
from wagtail_buergerportal.pages.models import OfficePage, PortalHomePage, ServiceIndexPage, ServicePage
from wagtail_buergerportal.services.models import Fee, FeeSchedule


@pytest.fixture
def root(db):
    Locale.objects.get_or_create(language_code="de")
    Site.objects.all().delete()
    return Page.get_first_root_node() or Page.add_root(title="Root", slug="root")


def _town(root, hostname, name, prefix, **extra):
    home = root.add_child(instance=PortalHomePage(title=f"Willkommen in {name}", slug=prefix.lower()))
    site = Site.objects.create(hostname=hostname, root_page=home, site_name=name, **extra)
    CommuneSettings.objects.create(
        site=site,
        name=name,
        case_prefix=prefix,
        contact_phone="02000 / 123-0",
        contact_email=f"info@{hostname}",
        imprint="<p>Der Bürgermeister</p>",
    )
    Department.objects.create(site=site, name="Bauhof", email=f"bauhof@{hostname}")
    return site


@pytest.fixture
def town(root):
    """Musterstadt, on the host the test client speaks to."""
    return _town(root, "testserver", "Musterstadt", "MUS", is_default_site=True)


@pytest.fixture
def neighbour(root, town):
    """Neustadt, the other town in the same installation."""
    return _town(root, "neustadt.test", "Neustadt", "NEU")


@pytest.fixture
def services(town):
    return town.root_page.add_child(
        instance=ServiceIndexPage(title="Leistungen", slug="leistungen", show_in_menus=True)
    )


@pytest.fixture
def office(town):
    return town.root_page.add_child(
        instance=OfficePage(
            title="Baubetriebshof",
            slug="bauhof",
            street="Hofweg 1",
            postal_code="12345",
            city="Musterstadt",
            phone="02000 / 123-45",
            opening_hours="<p>Mo–Fr 8–16 Uhr</p>",
            building_access="<p>Stufenlos erreichbar.</p>",
        )
    )


def body(*blocks):
    return json.dumps([{"type": kind, "value": value} for kind, value in blocks])


@pytest.fixture
def sperrgut(services, office):
    return services.add_child(
        instance=ServicePage(
            title="Sperrgutabfuhr",
            slug="sperrgut",
            leika_key="99002015017000",
            teaser="Wir holen ab, was nicht in die Tonne passt.",
            search_terms="Sperrmüll, Möbel",
            full_text="<p>Der Bauhof holt <b>sperrige</b> Dinge ab.</p>",
            costs="<p>Je Stück eine Gebühr.</p>",
            processing_time="zwei Wochen",
            office=office,
            body=body(
                ("text", "<p>Bitte ab 6 Uhr bereitstellen.</p>"),
                ("faq", {"heading": "Fragen", "questions": [{"question": "Was geht?", "answer": "<p>Möbel.</p>"}]}),
                ("alert", {"kind": "warning", "title": "Feiertage", "text": "<p>Verschiebt sich.</p>"}),
                (
                    "contact",
                    {"name": "Kim Muster", "phone": "02000 1", "email": "k@m.example", "role": "", "hours": ""},
                ),
            ),
        )
    )


@pytest.fixture
def many(services):
    """Adds services with links and choosers in their content."""

    def add(number):
        for position in range(number):
            services.add_child(
                instance=ServicePage(
                    title=f"Leistung {position:03}",
                    slug=f"leistung-{position}",
                    full_text=f'<p><a linktype="page" id="{services.pk}">Alle Leistungen</a></p>',
                    body=body(("text", f'<p><a linktype="page" id="{services.pk}">Übersicht</a></p>')),
                )
            )

    return add


@pytest.fixture
def staff():
    """Makes a user of a role of a town, as setup_roles gives it: staff(town, "editor")."""

    def make(site, role):
        user = get_user_model().objects.create_user(f"{role}-{site.pk}", password="x")
        user.groups.add(setup_roles(site)[role])
        return user

    return make


@pytest.fixture
def schedule():
    def make(site, start, amount, *, until=None, key="sperrgut.piece", name="Abfallgebühren"):
        made = FeeSchedule.objects.create(site=site, name=name, by_law="Satzung", valid_from=start, valid_until=until)
        Fee.objects.create(schedule=made, key=key, label="Sperrgut je Stück", amount_cents=amount, posting_key="abfall")
        return made

    return make


@pytest.fixture
def today():
    return datetime.date(2026, 7, 1)
