"""Which ways in a commune offers, what a login is worth and how long."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone

from wagtail_buergerportal.identity import sessions
from wagtail_buergerportal.identity.errors import LoginNotOffered
from wagtail_buergerportal.identity.flows import arrive
from wagtail_buergerportal.identity.levels import satisfies
from wagtail_buergerportal.identity.models import AssuranceLevel, Citizen, LoginPolicy
from wagtail_buergerportal.identity.providers import BaseLoginProvider, Identity
from wagtail_buergerportal.identity.providers.registry import LoginProviders, UnknownProvider

MOCK = "/portal/konto/test/"


@pytest.fixture
def as_erika(site, client, allow_mock):
    client.post(MOCK, {"person": "erika"})
    return client


def current(client):
    """Who is logged in, as a view of the portal would see it."""
    from django.test import RequestFactory

    request = RequestFactory().get("/", headers={"host": "testserver"})
    request.session = client.session
    return sessions.current_citizen(request)


def test_a_test_person_is_known_substantially_with_vouched_data(as_erika):
    who = current(as_erika)
    assert who.level == AssuranceLevel.SUBSTANTIAL
    assert who.profile["street"] == "Heidestraße"
    assert {"first_name", "last_name", "street", "birth_date"} <= who.verified


def test_the_mock_login_is_not_there_in_production(site, client):
    assert client.get(MOCK).status_code == 404
    assert client.post(MOCK, {"person": "erika"}).status_code == 404
    assert "Test" not in client.get("/portal/konto/").text
    assert not Citizen.objects.exists()


def test_allowing_the_mock_login_in_production_is_warned_of(allow_mock):
    ids = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "buergerportal.W201" in ids


def test_own_test_persons(site, client, settings):
    settings.WAGTAIL_BUERGERPORTAL = {
        "ALLOW_MOCK_LOGIN": True,
        "MOCK_PERSONS": {"ada": {"first_name": "Ada", "last_name": "Probe"}},
    }
    assert "Ada Probe" in client.get(MOCK).text
    client.post(MOCK, {"person": "erika"})
    assert not Citizen.objects.exists()


@pytest.mark.parametrize(
    ("local", "state", "offers"),
    [
        (True, True, ["E-Mail und Passwort", "Servicekonto"]),
        (False, True, ["Servicekonto"]),
        (True, False, ["E-Mail und Passwort"]),
        (False, False, []),
    ],
)
def test_a_commune_offers_what_its_policy_says(policy, allow_mock, client, local, state, offers):
    policy.local_allowed, policy.state_account_allowed = local, state
    policy.save()
    page = client.get("/portal/konto/").text
    assert ("/lokal/anmelden/" in page) is ("E-Mail und Passwort" in offers)
    assert (MOCK in page) is ("Servicekonto" in offers)
    for path in ("anmelden", "registrieren", "passwort"):
        assert client.get(f"/portal/konto/lokal/{path}/").status_code == (200 if local else 404)
    assert client.get("/portal/konto/lokal/passwort/x/").status_code == (410 if local else 404)
    assert client.get("/portal/konto/lokal/bestaetigen/x/").status_code == (200 if local else 404)
    assert client.get(MOCK).status_code == (200 if state else 404)


def test_the_flow_itself_refuses_what_the_commune_does_not_offer(policy):
    policy.local_allowed = False
    with pytest.raises(LoginNotOffered):
        arrive(Identity("local", "x", AssuranceLevel.BASIC), policy=policy)


def test_looking_at_the_login_page_writes_no_policy(site, client):
    client.get("/portal/konto/")
    assert not LoginPolicy.objects.exists()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "\t//x.de",
    ],
)
def test_after_logging_in_nobody_is_sent_elsewhere(site, client, allow_mock, target):
    for path in (MOCK, "/portal/konto/lokal/anmelden/", "/portal/konto/"):
        main = client.get(path, {"next": target}).text.partition("<main")[2]
        assert "evil.example" not in main
        assert "javascript:" not in main
    answer = client.post(MOCK, {"person": "erika", "next": target})
    assert answer.headers["Location"] == "/portal/vorgang/"


def test_after_logging_in_one_is_back_where_one_was(site, client, allow_mock):
    answer = client.post(MOCK, {"person": "erika", "next": "/portal/formular/sperrgut/"})
    assert answer.headers["Location"] == "/portal/formular/sperrgut/"


def test_a_planted_session_is_worth_nothing(site, client, allow_mock):
    client.get(MOCK)
    session = client.session
    session["planted"] = 1
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    client.post(MOCK, {"person": "erika"})
    assert client.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/portal/konto/profil/").status_code == 302


def test_staff_and_citizen_share_a_browser_without_touching_each_other(site, client, allow_mock):
    staff = get_user_model().objects.create_superuser("chef", "chef@example.org", "x")
    client.force_login(staff)
    client.post(MOCK, {"person": "erika"})
    assert client.get("/admin/").status_code == 200
    client.post("/portal/konto/abmelden/")
    assert client.get("/admin/").status_code == 200
    assert client.get("/portal/konto/profil/").status_code == 302


def test_logging_out_needs_a_post(as_erika):
    assert as_erika.get("/portal/konto/abmelden/").status_code == 405
    assert current(as_erika)


@pytest.mark.parametrize(
    ("level", "key", "minutes", "still_in"),
    [
        (AssuranceLevel.BASIC, "seen", 59, True),
        (AssuranceLevel.BASIC, "seen", 61, False),
        (AssuranceLevel.SUBSTANTIAL, "seen", 29, True),
        (AssuranceLevel.SUBSTANTIAL, "seen", 31, False),
        (AssuranceLevel.SUBSTANTIAL, "since", 121, False),
        (AssuranceLevel.HIGH, "seen", 6, False),
        (AssuranceLevel.HIGH, "since", 31, False),
    ],
)
def test_a_login_ends_the_sooner_the_surer_it_is(as_erika, level, key, minutes, still_in):
    session = as_erika.session
    past = (timezone.now() - datetime.timedelta(minutes=minutes)).isoformat()
    session["buergerportal_citizen"] = {**session["buergerportal_citizen"], "level": int(level), key: past}
    session.save()
    assert (as_erika.get("/portal/konto/profil/").status_code == 200) is still_in


def test_a_login_counts_only_on_the_commune_it_was_made_on(as_erika, other_site):
    assert as_erika.get("/portal/konto/profil/").status_code == 200
    assert as_erika.get("/portal/konto/profil/", headers={"host": "neustadt.test"}).status_code == 302


def test_vouched_data_cannot_be_changed_and_other_data_can(as_erika):
    citizen = Citizen.objects.get()
    citizen.profile = {key: value for key, value in citizen.profile.items() if key != "street"}
    citizen.save()
    page = as_erika.get("/portal/konto/profil/").text
    assert page.count("disabled") == 5  # all but the street, which nobody vouches for now
    as_erika.post("/portal/konto/profil/", {"first_name": "Mallory", "last_name": "X", "street": "Neue Gasse"})
    who = current(as_erika)
    assert who.profile["first_name"] == "Erika"
    assert who.profile["street"] == "Neue Gasse"
    assert "street" not in who.verified
    assert "first_name" in who.verified


def test_a_changed_value_is_no_longer_marked_as_vouched_for(as_erika):
    citizen = Citizen.objects.get()
    citizen.profile = {**citizen.profile, "last_name": "Geändert"}
    citizen.save()
    assert "last_name" not in current(as_erika).verified


def test_a_later_login_brings_the_providers_present_data(as_erika):
    Citizen.objects.update(profile={"last_name": "Alt", "note": "bleibt"})
    as_erika.post(MOCK, {"person": "erika"})
    assert Citizen.objects.get().profile["last_name"] == "Mustermann"
    assert Citizen.objects.get().profile["note"] == "bleibt"


def test_levels_are_ordered_and_unknown_ones_are_worth_nothing():
    assert satisfies(3, 3)
    assert satisfies(4, 1)
    assert not satisfies(1, 3)
    assert not satisfies(99, 1)
    assert not satisfies(3, 99)


def test_the_profile_page_asks_to_log_in_first(site, client):
    answer = client.get("/portal/konto/profil/")
    assert answer.headers["Location"] == "/portal/konto/?next=/portal/konto/profil/"


def test_pages_of_the_account_are_never_cached(as_erika):
    for path in ("", "profil/", "lokal/anmelden/", "test/"):
        assert "no-store" in as_erika.get(f"/portal/konto/{path}").headers["Cache-Control"]


def test_a_provider_name_can_be_taken_once():
    registry = LoginProviders()

    class Nothing(BaseLoginProvider):
        label = description = button = "x"
        level = AssuranceLevel.LOW

        def is_usable(self):
            return True

        def start_url(self):
            return "/"

    registry.register("x")(Nothing)
    assert [provider.slug for provider in registry] == ["x"]
    with pytest.raises(ValueError, match="already"):
        registry.register("x")(Nothing)
    with pytest.raises(ValueError, match="40"):
        registry.register("y" * 41)(Nothing)
    with pytest.raises(UnknownProvider, match="Registered: x"):
        registry.get("saml")


def test_sessions_in_readable_cookies_are_refused(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    assert "buergerportal.E202" in {message.id for message in run_checks()}
