"""The citizen's page of a case, and everybody else who tries to open it."""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from wagtail_buergerportal.cases.document import case_pdf
from wagtail_buergerportal.cases.flows import add_note, change_state
from wagtail_buergerportal.cases.models import Case, CaseState
from wagtail_buergerportal.cases.web import access

from .conftest import FEE, PDF, open_page

FIND = "/portal/vorgang/suchen/"


def path(case, rest=""):
    return f"/portal/vorgang/{case.number}/{rest}"


def test_number_and_secret_open_the_case(hand_in, client):
    page = open_page(client, hand_in(confirmation="Wir melden uns.", uploads=(PDF,)))
    assert page.status_code == 200
    assert "Kim Muster" in page.text
    assert "Lageplan Straße.pdf" in page.text
    assert "Wir melden uns." in page.text
    assert "bauhof@musterstadt.example" in page.text


@pytest.mark.parametrize("spoil", [str.lower, lambda secret: secret.replace("-", " "), lambda secret: f" {secret} "])
def test_the_secret_may_be_typed_as_people_type(hand_in, client, spoil):
    submitted = hand_in()
    answer = client.post(FIND, {"number": submitted.case.number.lower(), "secret": spoil(submitted.secret)})
    assert answer.status_code == 302


def test_the_number_alone_opens_nothing(hand_in, client):
    case = hand_in(uploads=(PDF,)).case
    upload = case.uploads.get()
    for rest in ("", "notiert/"):
        answer = client.post(path(case, rest)) if rest else client.get(path(case))
        assert answer.headers["Location"] == FIND
    for rest in ("antrag.pdf", f"datei/{upload.pk}/"):
        assert client.get(path(case, rest)).status_code == 404


def test_a_guessed_number_and_a_real_one_cannot_be_told_apart(hand_in, client):
    case = hand_in().case
    real = client.get(path(case))
    guessed = client.get("/portal/vorgang/MUS-2026-777777/")
    assert (real.status_code, real.headers["Location"]) == (guessed.status_code, guessed.headers["Location"])
    wrong = client.post(FIND, {"number": case.number, "secret": "AAAA-BBBB-CCCC-DDDD"})
    none = client.post(FIND, {"number": "MUS-2026-777777", "secret": "AAAA-BBBB-CCCC-DDDD"})
    neutral = [re.sub(r'value="[^"]*"', "", answer.text.partition("<main")[2]) for answer in (wrong, none)]
    assert neutral[0] == neutral[1]
    assert wrong.status_code == none.status_code == 422
    assert (
        client.get(path(case, "antrag.pdf")).status_code
        == client.get("/portal/vorgang/MUS-2026-777777/antrag.pdf").status_code
    )


def test_the_secret_is_compared_even_if_the_number_does_not_exist(hand_in, client, monkeypatch):
    calls = []
    monkeypatch.setattr(access, "is_right", lambda number, secret, hashed: calls.append(number) or False)
    client.post(FIND, {"number": hand_in().case.number, "secret": "x"})
    client.post(FIND, {"number": "MUS-1-1", "secret": "x"})
    assert len(calls) == 2


def test_guessing_secrets_is_slowed_down_and_logged(hand_in, client, settings, caplog):
    settings.WAGTAIL_BUERGERPORTAL = settings.WAGTAIL_BUERGERPORTAL | {"THROTTLE_TRIES": 3}
    submitted = hand_in()
    for __ in range(3):
        assert client.post(FIND, {"number": submitted.case.number, "secret": "falsch"}).status_code == 422
    answer = Client().post(FIND, {"number": submitted.case.number, "secret": submitted.secret})
    assert answer.status_code == 429
    assert "Viertelstunde" in answer.text
    assert "Wrong number or secret" in caplog.text
    assert "falsch" not in caplog.text


def test_a_secret_of_one_case_does_not_open_another(hand_in, client):
    one, two = hand_in(), hand_in()
    assert client.post(FIND, {"number": one.case.number, "secret": two.secret}).status_code == 422


def test_a_case_of_another_town_is_not_here(elsewhere, hand_in, neighbour, client):
    submitted = hand_in(site=neighbour, department=neighbour.departments.get())
    assert client.post(FIND, {"number": submitted.case.number, "secret": submitted.secret}).status_code == 422
    session = client.session
    session["buergerportal_cases"] = [str(submitted.case.pk)]
    session.save()
    assert client.get(path(submitted.case)).status_code == 302
    assert client.get(path(submitted.case), headers={"host": "neustadt.test"}).status_code == 200


def test_the_owner_opens_a_case_by_login_and_nobody_else_does(hand_in, client, erika):
    case = hand_in(citizen=erika, uploads=(PDF,)).case
    client.post("/portal/konto/test/", {"person": "lukasz"})
    assert client.get(path(case)).status_code == 302
    assert case.number not in client.get("/portal/vorgang/").text
    assert client.get(path(case, f"datei/{case.uploads.get().pk}/")).status_code == 404
    client.post("/portal/konto/test/", {"person": "erika"})
    assert client.get(path(case)).status_code == 200
    assert case.number in client.get("/portal/vorgang/").text


def test_a_login_of_another_town_shows_nothing_here(hand_in, neighbour, client, erika):
    hand_in(citizen=erika)
    client.post("/portal/konto/test/", {"person": "erika"}, headers={"host": "neustadt.test"})
    assert client.get("/portal/vorgang/").status_code == 302


def test_an_account_with_the_same_unproven_address_opens_nothing(hand_in, client, mailoutbox):
    """The application names an address; who registers it, or has it, is not the applicant for that."""
    case = hand_in().case
    data = {"first_name": "X", "last_name": "Y", "email": "kim@example.org", "password": "ein-Passwort-4711"}
    client.post("/portal/konto/lokal/registrieren/", data)
    link = re.search(r"http://testserver(/\S+)", mailoutbox[-1].body)[1]
    client.post(link, {"password": data["password"]})
    assert client.get("/portal/vorgang/").status_code == 200
    assert case.number not in client.get("/portal/vorgang/").text
    assert client.get(path(case)).status_code == 302


def test_my_requests_in_a_fixed_number_of_queries(hand_in, client, erika, django_assert_max_num_queries):
    for __ in range(12):
        hand_in(citizen=erika)
    client.post("/portal/konto/test/", {"person": "erika"})
    with django_assert_max_num_queries(10):
        assert client.get("/portal/vorgang/").text.count("MUS-") >= 12


def test_the_secret_is_shown_until_noted_and_never_in_an_address(hand_in, client, rf):
    submitted = hand_in()
    session = client.session
    request = rf.get("/")
    request.session = session
    access.grant(request, submitted.case, secret=submitted.secret)
    session.save()
    client.cookies["sessionid"] = session.session_key
    page = client.get(path(submitted.case))
    assert submitted.secret in page.text
    assert submitted.secret not in str(dict(client.session))  # the session table opens no case
    assert not re.search(rf'(href|action)="[^"]*{submitted.secret}', page.text)
    answer = client.post(path(submitted.case, "notiert/"))
    assert answer.headers["Location"] == path(submitted.case)
    assert submitted.secret not in client.get(path(submitted.case)).text


def test_the_secret_is_not_shown_after_an_hour(hand_in, client, rf, monkeypatch):
    submitted = hand_in()
    request = rf.get("/")
    request.session = client.session
    access.grant(request, submitted.case, secret=submitted.secret)
    assert access.secret_to_show(request, submitted.case) == submitted.secret
    later = timezone.now() + datetime.timedelta(minutes=61)
    monkeypatch.setattr(access.timezone, "now", lambda: later)
    assert access.secret_to_show(request, submitted.case) is None


def test_logging_out_closes_what_this_browser_had_open(hand_in, client):
    submitted = hand_in()
    open_page(client, submitted)
    client.post("/portal/konto/abmelden/")
    assert client.get(path(submitted.case)).status_code == 302


def test_pages_and_files_of_a_case_are_never_stored(hand_in, client):
    submitted = hand_in(uploads=(PDF,))
    open_page(client, submitted)
    for rest in ("", "antrag.pdf", f"datei/{submitted.case.uploads.get().pk}/"):
        assert "no-store" in client.get(path(submitted.case, rest)).headers["Cache-Control"]


def test_a_file_comes_back_to_be_saved_whatever_it_is(hand_in, client):
    from wagtail_buergerportal.cases.submission import UploadedPart

    evil = UploadedPart("x", 'böse".html', "text/html", b"<script>alert(1)</script>")
    submitted = hand_in(uploads=(evil,))
    open_page(client, submitted)
    answer = client.get(path(submitted.case, f"datei/{submitted.case.uploads.get().pk}/"))
    assert answer.content == evil.data
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_file_of_another_case_is_not_reached_through_ones_own(hand_in, client):
    mine, other = hand_in(), hand_in(uploads=(PDF,)).case
    open_page(client, mine)
    assert client.get(path(mine.case, f"datei/{other.uploads.get().pk}/")).status_code == 404


def test_what_was_typed_never_becomes_markup(hand_in, client):
    evil = "<script>alert(1)</script>"
    summary = [{"title": evil, "rows": [{"label": evil, "value": f"{evil}\n‮RTL 👩‍👩‍👧"}]}]
    page = open_page(client, hand_in(summary=summary, title="<b>x</b>"))
    assert "<script>alert" not in page.text
    assert "<b>x</b>" not in page.text


def test_the_pdf_holds_all_that_was_sent(hand_in, tmp_path):
    case = hand_in(uploads=(PDF,), fee_lines=FEE, payment_policy="required").case
    file = tmp_path / "case.pdf"
    file.write_bytes(case_pdf(Case.objects.get(pk=case.pk)))
    reader = PdfReader(file)
    text = "\n".join(page.extract_text() for page in reader.pages)
    for wanted in (case.number, "Kim Muster", "Lageplan", "Musterstadt", "25,00"):
        assert wanted in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert str(reader.trailer["/Root"]["/Lang"]).startswith("de")


def test_internal_notes_stay_internal(hand_in, client, clerk):
    submitted = hand_in()
    add_note(submitted.case, text="Kunde ist schwierig", by=clerk.user, is_public=False)
    add_note(submitted.case, text="Bitte Foto nachreichen", by=clerk.user, is_public=True)
    page = open_page(client, submitted).text
    assert "schwierig" not in page
    assert "Bitte Foto nachreichen" in page
    assert clerk.user.get_username() not in page


def test_a_rejection_is_no_success(hand_in, client, clerk):
    submitted = hand_in()
    change_state(submitted.case, to=CaseState.REJECTED, by=clerk.user, message="Kein Sperrgut")
    page = open_page(client, submitted).text
    assert "kern-alert--success" not in page
    assert "Kein Sperrgut" in page


def test_errors_stand_on_top_and_at_the_field(hand_in, client):
    page = client.post(FIND, {"number": "", "secret": ""}).text
    assert page.partition("<title>")[2].startswith("Fehler:")
    assert 'role="alert"' in page
    assert 'href="#id_number"' in page
    assert 'aria-describedby="id_number_hint id_number_error" aria-invalid="true"' in page


def test_english_pages_speak_english(hand_in, client):
    submitted = hand_in(language="en")
    client.post("/en/portal/vorgang/suchen/", {"number": submitted.case.number, "secret": submitted.secret})
    page = client.get(f"/en/portal/vorgang/{submitted.case.number}/")
    assert "What has happened" in page.text
