"""The account of the portal, as its owner, a stranger and a guesser see it."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from wagtail_buergerportal.identity.flows import local
from wagtail_buergerportal.identity.models import Citizen, LocalAccount

from .conftest import link_in


def test_registering_confirming_and_logging_in(kim):
    answer = kim.registers()
    assert "Bitte sehen Sie in Ihr Postfach" in answer.text
    assert not kim.is_in()
    assert kim.logs_in().status_code == 422  # not confirmed yet
    assert "bestätig" in kim.mailbox[0].subject
    assert "bestätigt" in kim.confirms().text
    assert kim.is_in()
    kim.logs_out()
    assert not kim.is_in()
    assert kim.logs_in().status_code == 302
    assert kim.is_in()


def test_a_citizen_is_no_staff_user(member):
    member.logs_in()
    assert not get_user_model().objects.exists()
    assert member.client.get("/admin/").status_code == 302
    assert "_auth_user_id" not in member.client.session


def test_opening_the_link_alone_confirms_nothing(kim):
    kim.registers()
    page = kim.client.get(link_in(kim.mailbox[0]))
    assert 'autocomplete="current-password"' in page.text
    assert not LocalAccount.objects.exclude(confirmed_at=None).exists()


def test_who_registers_a_strangers_address_is_not_let_in_by_the_strangers_click(kim):
    kim.registers(password="passwort-des-Angreifers-99")
    assert kim.confirms(password="was-die-Fremde-sich-dachte-1").status_code == 422
    assert not LocalAccount.objects.exclude(confirmed_at=None).exists()


def test_a_second_registration_replaces_the_unconfirmed_first(kim):
    kim.registers()
    first = link_in(kim.mailbox[0])
    kim.registers(password="ein-anderes-Passwort-1")
    assert Citizen.objects.count() == 1
    assert kim.client.post(first, {"password": kim.password}).status_code == 410
    assert kim.confirms(password="ein-anderes-Passwort-1").status_code == 200


def test_nobody_learns_whether_an_address_has_an_account(member):
    known = member.registers()
    assert member.mailbox[-1].subject == "Sie haben schon ein Konto"
    unknown = member.registers(email="fremd@example.org")
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text
    # The stranger's registration did not touch the account.
    assert member.logs_in().status_code == 302


def test_forgetting_the_password_answers_the_same_for_known_and_unknown(member):
    forgot = "/portal/konto/lokal/passwort/"
    known = member.client.post(forgot, {"email": member.email})
    unknown = member.client.post(forgot, {"email": "fremd@example.org"})
    assert known.text == unknown.text
    assert [mail.to for mail in member.mailbox] == [[member.email], ["fremd@example.org"]]
    assert "passwort" not in member.mailbox[1].body.split("http")[1].partition("/")[2].replace("registrieren", "")


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(member):
    wrong, unknown = member.logs_in(password="falsch-falsch-1"), member.logs_in(email="fremd@example.org")
    assert wrong.status_code == unknown.status_code == 422
    assert "passen nicht zusammen" in wrong.text
    assert "passen nicht zusammen" in unknown.text


def test_an_unknown_address_costs_as_many_hashes_as_a_known_one(member, monkeypatch):
    done = []
    monkeypatch.setattr(local, "make_password", lambda password: done.append("hash") or "x")
    monkeypatch.setattr(local, "check_password", lambda password, encoded: done.append("hash") or False)
    local.check(email=member.email, password="a")
    local.check(email="fremd@example.org", password="a")
    assert done == ["hash", "hash"]


def test_guessing_passwords_is_stopped_and_a_success_does_not_reset_the_count(member, settings):
    settings.WAGTAIL_BUERGERPORTAL = {"THROTTLE_TRIES": 3}
    member.logs_in(password="falsch-1")
    member.logs_in(password="falsch-2")
    assert member.logs_in().status_code == 302
    member.logs_in(password="falsch-3")
    answer = member.logs_in()
    assert answer.status_code == 429
    assert "Viertelstunde" in answer.text


def test_one_address_trying_many_accounts_is_stopped(kim, settings):
    settings.WAGTAIL_BUERGERPORTAL = {"THROTTLE_TRIES": 2}
    answers = [kim.logs_in(email=f"nr{number}@example.org").status_code for number in range(11)]
    assert answers[:10] == [422] * 10
    assert answers[10] == 429


def test_a_forwarded_address_is_believed_only_behind_own_proxies(kim, settings):
    settings.WAGTAIL_BUERGERPORTAL = {"THROTTLE_TRIES": 2}
    for number in range(10):
        kim.client.post(
            "/portal/konto/lokal/anmelden/",
            {"email": f"nr{number}@example.org", "password": "x"},
            headers={"x-forwarded-for": f"10.0.0.{number}"},
        )
    assert kim.logs_in().status_code == 429


def test_nobodys_mailbox_is_flooded(kim):
    for __ in range(6):
        assert kim.client.post("/portal/konto/lokal/passwort/", {"email": kim.email}).status_code == 200
    assert len(kim.mailbox) == 3


def test_resetting_works_once_and_ends_every_other_login(member):
    elsewhere = Client()
    elsewhere.post("/portal/konto/lokal/anmelden/", {"email": member.email, "password": member.password})
    assert elsewhere.get("/portal/konto/profil/").status_code == 200
    member.client.post("/portal/konto/lokal/passwort/", {"email": member.email})
    link = link_in(member.mailbox[-1])
    assert "geändert" in member.client.post(link, {"password": "ein-neues-Passwort-22"}).text
    assert member.client.post(link, {"password": "noch-ein-Passwort-33"}).status_code == 410
    assert elsewhere.get("/portal/konto/profil/").status_code == 302
    assert member.logs_in().status_code == 422
    assert member.logs_in(password="ein-neues-Passwort-22").status_code == 302


@pytest.mark.parametrize(("hours", "works"), [(1.5, False), (0.5, True)])
def test_a_link_for_a_new_password_is_good_for_an_hour(member, hours, works, monkeypatch):
    token = local.reset_token(member.email)[1]
    import time

    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + hours * 3600)
    assert (member.client.get(f"/portal/konto/lokal/passwort/{token}/").status_code == 200) is works


def test_links_point_to_the_commune_whatever_host_the_request_claims(kim):
    kim.client.post("/portal/konto/lokal/passwort/", {"email": kim.email}, headers={"host": "evil.example"})
    assert "evil.example" not in kim.mailbox[0].body
    assert "http://testserver/" in kim.mailbox[0].body


def test_weak_passwords_are_refused_at_the_field(kim, settings):
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
    answer = kim.registers(password="kurz")
    assert answer.status_code == 422
    assert 'aria-describedby="id_password_error"' in answer.text
    assert answer.text.count('id="id_password_error"') == 1
    assert "Fehler:" in answer.text.partition("</title>")[0]
    assert 'value="Muster"' in answer.text  # what was typed stays
    assert not LocalAccount.objects.exists()


def test_addresses_are_stored_encrypted_and_found_whatever_their_capitals(member):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT email, email_hash FROM buergerportal_identity_localaccount")
        assert all("kim" not in value for value in cursor.fetchone())
    assert member.logs_in(email=" KIM@Example.ORG ").status_code == 302


def test_accounts_nobody_confirmed_are_deleted(kim, member):
    kim.registers(email="nie@example.org")
    LocalAccount.objects.update(created_at=timezone.now() - datetime.timedelta(days=3))
    call_command("identity_purge")
    assert [account.email for account in LocalAccount.objects.all()] == [member.email]


def test_an_account_can_be_deleted_by_its_owner(member):
    member.logs_in()
    assert member.client.get("/portal/konto/profil/loeschen/").status_code == 200
    assert Citizen.objects.exists()
    member.client.post("/portal/konto/profil/loeschen/")
    assert not Citizen.objects.exists()
    assert not member.is_in()


def test_password_fields_allow_managers(kim):
    page = kim.client.get("/portal/konto/lokal/anmelden/").text
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="email"' in page
    assert "onpaste" not in page
