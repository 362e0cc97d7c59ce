from __future__ import annotations

import pytest

from wagtail_buergerportal.assistants.flows import drafts
from wagtail_buergerportal.assistants.models import Draft
from wagtail_buergerportal.identity import sessions
from wagtail_buergerportal.identity.models import Citizen

from .conftest import PERSON

pytestmark = pytest.mark.django_db

PROFILE = {
    "first_name": "Zoë",
    "last_name": "Beispiel",
    "email": "zoe@example.org",
    "street": "Hauptstraße",
    "house_number": "5",
    "postal_code": "47798",
    "city": "Musterstadt",
}


@pytest.fixture
def citizen(db):
    return Citizen.objects.create(provider="mock", subject="zoe", profile=PROFILE)


@pytest.fixture
def log_in(monkeypatch):
    """Somebody is logged in; how that comes about is tested elsewhere."""

    def become(citizen, level=3, verified=frozenset({"first_name", "last_name"})):
        found = sessions.CurrentCitizen(citizen, level, dict(citizen.profile), verified) if citizen else None
        for module in ("web.views", "web.opening", "web.steps"):
            monkeypatch.setattr(f"wagtail_buergerportal.assistants.{module}.current_citizen", lambda request: found)

    return become


@pytest.fixture
def guarded(placement):
    placement.min_level = 3
    placement.save()
    return placement


def test_who_is_not_logged_in_is_sent_to_the_login_and_back(wizard, guarded):
    text = wizard.client.get(wizard.start_url).content.decode()
    assert "/portal/konto/?next=%2Fportal%2Fformular%2Fsperrgut%2F" in text
    page = wizard.client.post(wizard.start_url)
    assert page.status_code == 403
    assert not Draft.objects.exists()


def test_a_weak_login_does_not_do_and_is_told_so(wizard, guarded, citizen, log_in):
    log_in(citizen, level=1)
    assert wizard.client.post(wizard.start_url).status_code == 403
    assert not Draft.objects.exists()


def test_name_and_address_come_from_the_account_and_say_so(wizard, guarded, citizen, log_in):
    log_in(citizen)
    wizard.starts()
    wizard.fills("gegenstaende", anzahl="1", art="normal")
    text = wizard.page.content.decode()
    assert 'value="Beispiel"' in text
    assert 'value="Hauptstraße"' in text
    assert text.count("durch Ihre Anmeldung bestätigt") == 2
    wizard.fills("person", **PERSON)
    text = wizard.opens("person").content.decode()
    assert text.count("durch Ihre Anmeldung bestätigt") == 1


def test_a_login_that_ends_on_the_way_keeps_the_draft_and_shows_nothing(wizard, guarded, citizen, log_in, cases):
    log_in(citizen)
    wizard.gets_to_review()
    log_in(None)
    page = wizard.client.get(f"{wizard.base}person/")
    assert page.status_code == 403
    assert "Mustermann" not in page.content.decode()
    assert "next=" in page.content.decode()
    assert wizard.client.post(f"{wizard.base}absenden/", {"seen": ""}).status_code == 403
    assert not cases.exists()
    log_in(citizen)
    wizard.sends()
    assert cases.get().citizen == citizen


def test_somebody_else_at_the_same_browser_cannot_open_it(wizard, citizen, log_in):
    log_in(citizen)
    wizard.gets_to_review()
    log_in(Citizen.objects.create(provider="mock", subject="other", profile={}))
    assert wizard.client.get(f"{wizard.base}person/").status_code == 403


def test_the_flow_itself_refuses_whatever_the_view_does(guarded):
    with pytest.raises(drafts.LoginNeeded):
        drafts.begin(placement=guarded, citizen=None)
