from __future__ import annotations

import re

import pytest
from django.test import Client

from wagtail_buergerportal.assistants.models import Draft, DraftUpload
from wagtail_buergerportal.services.models import Fee

from .conftest import PERSON, Wizard, heading

pytestmark = pytest.mark.django_db


def test_the_start_page_says_what_is_needed_and_what_it_costs(client, placement):
    page = client.get("/portal/formular/sperrgut/")
    text = page.content.decode()
    assert "Adresse" in text
    assert "12,50" in text
    assert "no-store" in page["Cache-Control"]


def test_a_whole_errand_makes_one_case_with_the_fee_of_the_town(wizard, cases):
    wizard.gets_to_review(art="express")
    text = wizard.page.content.decode()
    assert "57,50" in text
    assert "Kostenpflichtig bestellen" in text
    page = wizard.sends()
    case = cases.get()
    assert page.redirect_chain[-1][0] == f"/portal/vorgang/{case.number}/"
    assert case.fee_cents == 5750
    assert case.answers["art"] == "express"
    assert case.answers["telefon"] == "+31 20 123 4567"
    assert {"label": "Art der Abfuhr", "value": "Express"} in case.summary[0]["rows"]


def test_what_was_written_is_gone_from_the_draft_after_sending(wizard, png):
    wizard.gets_to_review()
    wizard.fills("foto", bild=png(), bemerkung="")
    assert DraftUpload.objects.count() == 1
    wizard.sends()
    draft = Draft.objects.get()
    assert draft.submitted_at
    assert b"Mustermann" not in bytes(draft.sealed)
    assert not DraftUpload.objects.exists()


def test_errors_are_told_at_the_field_and_on_top_and_keep_what_was_typed(wizard):
    wizard.starts()
    page = wizard.fills("gegenstaende", anzahl="99", art="", hinweise="Achtung, Stufe")
    text = page.content.decode()
    assert page.status_code == 422
    assert re.search(r"<title>\s*Fehler: ", text)
    assert [target for target, _sentence in wizard.errors] == ["f-anzahl", "f-art"]
    assert 'value="99"' in text
    assert "Achtung, Stufe" in text
    assert re.search(r'aria-describedby="f-anzahl-hint f-anzahl-error"', text)


def test_a_question_that_appears_is_asked_before_going_on_and_is_no_error(wizard):
    wizard.starts()
    page = wizard.fills("gegenstaende", anzahl="1", art="express")
    assert page.status_code == 200
    assert "Kommt jemand an die Tür?" in page.content.decode()
    assert not wizard.errors
    wizard.fills("gegenstaende", anzahl="1", art="express", tuer="no")
    assert wizard.heading == "Wann bei Express?"


def test_going_back_finds_everything_as_it_was(wizard):
    wizard.gets_to_review()
    page = wizard.opens("person")
    assert 'value="Mustermann"' in page.content.decode()


def test_changing_from_the_review_returns_to_it(wizard):
    wizard.gets_to_review()
    wizard.fills("person", **PERSON | {"nachname": "Neumann"}, _from="pruefen")
    assert wizard.heading == "Prüfen Sie Ihre Angaben"
    assert "Neumann" in wizard.page.content.decode()


def test_a_changed_mind_hides_answers_but_does_not_forget_them(wizard, cases):
    wizard.gets_to_review(art="express")
    wizard.fills("gegenstaende", anzahl="3", art="normal")
    assert "Kommt jemand" not in wizard.client.get(f"{wizard.base}pruefen/").content.decode()
    wizard.fills("gegenstaende", anzahl="3", art="express")
    page = wizard.opens("express")
    assert re.search(r'name="termin-day" type="text" size="4" value="\d+"', page.content.decode())
    wizard.fills("gegenstaende", anzahl="3", art="normal")
    wizard.sends()
    case = cases.get()
    assert "termin" not in case.answers
    assert "tuer" not in case.answers
    assert case.fee_cents == 3750


def test_nobody_skips_a_step_by_its_address(wizard):
    wizard.starts()
    wizard.opens("foto")
    assert wizard.heading == "Was soll abgeholt werden?"
    wizard.opens("pruefen")
    assert wizard.heading == "Was soll abgeholt werden?"


def test_sending_by_address_without_answers_sends_nothing(wizard, cases):
    wizard.starts()
    wizard.client.post(f"{wizard.base}absenden/", {"seen": ""})
    assert not cases.exists()


def test_posted_answers_to_hidden_questions_and_prices_do_not_count(wizard, cases):
    wizard.starts()
    wizard.fills("gegenstaende", anzahl="1", art="normal", tuer="yes", preis="0", termin="2020-01-01")
    wizard.fills("express", **{"termin-day": "1", "termin-month": "1", "termin-year": "2020"})
    wizard.fills("person", **PERSON)
    wizard.fills("foto", bemerkung="")
    wizard.sends()
    assert set(cases.get().answers) == {"anzahl", "art", "vorname", "nachname", "email", "telefon", "adresse"}


def test_pressing_send_twice_makes_one_case(wizard, cases):
    wizard.gets_to_review()
    wizard.sends()
    number = cases.get().number
    again = wizard.client.post(f"{wizard.base}absenden/", {"seen": "x"}, follow=True)
    assert cases.count() == 1
    assert again.redirect_chain[-1][0] == f"/portal/vorgang/{number}/"


def test_the_back_button_after_sending_leads_to_the_case(wizard, cases):
    wizard.gets_to_review()
    wizard.sends()
    for key in ("person", "pruefen", "absenden"):
        assert wizard.opens(key).redirect_chain[-1][0] == f"/portal/vorgang/{cases.get().number}/"


def test_whoever_lost_the_session_but_kept_the_cookie_finds_case_and_secret(wizard, cases):
    wizard.gets_to_review()
    wizard.sends()
    other = Client()
    for name, morsel in wizard.client.cookies.items():
        if name.startswith("bp_draft_"):
            other.cookies[name] = morsel.value
    page = other.get(f"{wizard.base}pruefen/", follow=True)
    assert page.redirect_chain[-1][0] == f"/portal/vorgang/{cases.get().number}/"
    assert page.status_code == 200


def test_two_tabs_do_not_undo_each_other(wizard):
    wizard.gets_to_review()
    wizard.fills("gegenstaende", anzahl="7", art="normal")
    wizard.fills("person", **PERSON | {"vorname": "Zweiter Tab"})
    text = wizard.client.get(f"{wizard.base}pruefen/").content.decode()
    assert "Zweiter Tab" in text
    assert "87,50" in text


def test_what_changed_since_it_was_shown_is_shown_again_before_it_is_sent(wizard, cases, fees):
    wizard.gets_to_review()
    seen = re.search(r'name="seen" value="([^"]+)"', wizard.page.content.decode())[1]
    Fee.objects.filter(key="sperrgut.piece").update(amount_cents=9900)
    page = wizard.client.post(f"{wizard.base}absenden/", {"seen": seen})
    assert page.status_code == 409
    assert "297,00" in page.content.decode()
    assert not cases.exists()


def test_a_missing_fee_sends_nothing_and_says_so(wizard, cases, fees):
    wizard.gets_to_review()
    fees.fees.all().delete()
    page = wizard.client.get(f"{wizard.base}pruefen/")
    assert page.status_code == 503
    assert not cases.exists()


def test_without_the_cookie_the_page_says_what_happened_and_how_to_go_on(wizard):
    wizard.gets_to_review()
    page = Client().get(f"{wizard.base}person/")
    assert page.status_code == 410
    assert heading(page) == "Ihre Eingaben lassen sich nicht öffnen"
    assert 'href="/portal/formular/sperrgut/"' in page.content.decode()


def test_the_cookie_is_out_of_reach_of_scripts_and_other_pages(wizard):
    wizard.starts()
    cookie = next(morsel for name, morsel in wizard.client.cookies.items() if name.startswith("bp_draft_"))
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    paths = {morsel["path"] for name, morsel in wizard.client.cookies.items() if name.startswith("bp_draft_")}
    assert paths == {"/portal/formular/sperrgut/", "/en/portal/formular/sperrgut/"}


def test_switching_the_language_on_the_way_keeps_the_draft(wizard):
    wizard.gets_to_review()
    page = wizard.client.get(f"/en{wizard.base}person/")
    assert page.status_code == 200
    assert 'value="Mustermann"' in page.content.decode()
    assert "Continue" in page.content.decode()


def test_the_database_alone_does_not_tell_what_was_written(wizard):
    wizard.gets_to_review()
    assert b"Mustermann" not in bytes(Draft.objects.get().sealed)


def test_the_start_page_offers_to_go_on(wizard):
    wizard.starts()
    wizard.fills("gegenstaende", anzahl="1", art="normal")
    assert f"{wizard.base}person/" in wizard.client.get(wizard.start_url).content.decode()


def test_discarding_deletes_everything_at_once(wizard):
    wizard.gets_to_review()
    assert "Ja, verwerfen" in wizard.opens("verwerfen").content.decode()
    wizard.client.post(f"{wizard.base}verwerfen/")
    assert not Draft.objects.exists()


def test_a_switched_off_assistant_says_so(wizard, placement):
    wizard.gets_to_review()
    placement.is_active = False
    placement.save()
    for page in (wizard.client.get(wizard.start_url), wizard.client.get(f"{wizard.base}person/")):
        assert page.status_code == 410
        assert heading(page) == "Dieses Formular ist zurzeit nicht verfügbar"


def test_another_town_does_not_know_the_address(client, placement, other_site):
    assert client.get("/portal/formular/sperrgut/", headers={"host": "neustadt.test"}).status_code == 404


def test_other_methods_are_refused(wizard):
    wizard.starts()
    assert wizard.client.put(f"{wizard.base}person/").status_code == 405
    assert wizard.client.delete(f"{wizard.base}absenden/").status_code == 405


def test_forged_forms_are_refused(wizard):
    wizard.starts()
    strict = Client(enforce_csrf_checks=True)
    for name, morsel in wizard.client.cookies.items():
        strict.cookies[name] = morsel.value
    assert strict.post(f"{wizard.base}gegenstaende/", {"anzahl": "1", "art": "normal"}).status_code == 403


def test_a_step_needs_few_queries(wizard, django_assert_max_num_queries):
    wizard.gets_to_review()
    for key in ("gegenstaende", "person", "foto", "pruefen"):
        with django_assert_max_num_queries(12):
            wizard.client.get(f"{wizard.base}{key}/")
    with django_assert_max_num_queries(12):
        wizard.client.post(f"{wizard.base}person/", PERSON)


def test_a_release_published_meanwhile_does_not_change_what_was_begun(wizard, assistant):
    wizard.starts()
    assistant.steps[0].value["title"] = "Neuer Titel"
    assistant.save_revision().publish()
    wizard.opens("gegenstaende")
    assert wizard.heading == "Was soll abgeholt werden?"
    fresh = Wizard(Client(), wizard_placement(wizard))
    fresh.starts()
    assert fresh.heading == "Neuer Titel"


def wizard_placement(wizard):
    return Draft.objects.first().placement
