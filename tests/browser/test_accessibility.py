"""No page a citizen can reach breaks WCAG 2.2 A or AA as far as axe can tell, and all of them work by keyboard."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.steps import PERSON, PLACE, begin, follow, heading, press, reach, say_what, say_where, say_who

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SINGLE = [
    "/",
    "/leistungen/",
    "/leistungen/?suche=hund",
    "/leistungen/sperrgut/",
    "/leistungen/meldebescheinigung/",
    "/buergerbuero/",
    "/portal/konto/",
    "/portal/konto/lokal/anmelden/",
    "/portal/konto/lokal/registrieren/",
    "/portal/konto/lokal/passwort/",
    "/portal/konto/test/",
    "/portal/vorgang/",
    "/portal/vorgang/suchen/",
    "/portal/impressum/",
    "/portal/datenschutz/",
    "/portal/barrierefreiheit/",
    "/portal/kontakt/",
    "/portal/formular/sperrgut/",
    "/portal/formular/meldebescheinigung/",
    "/en/leistungen/sperrgut/",
]


@pytest.fixture
def check():
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python").Axe()

    def run(page):
        page.wait_for_load_state("load")  # a button without its style sheet is a small one
        options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
        found = axe.run(page, options=options).response["violations"]
        said = [(each["id"], [node["html"][:150] for node in each["nodes"][:3]]) for each in found]
        assert not said, f"{page.url}: {said}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            f"{page.url} scrolls sideways"
        )

    return run


NOBODY = "00000000-0000-4000-8000-000000000000"
WRONG = {
    "/gibt-es-nicht/": 404,
    "/en/gibt-es-nicht/": 404,
    "/zahlung/unbekannt/": 404,
    "/portal/vorgang/MUS-2026-999999/": 200,  # asks for the secret, whether the case exists or not
    f"/portal/formular/sperrgut/{NOBODY}/abholung/": 410,
}


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_that_say_what_went_wrong(open_window, check, viewport, picture):
    page = open_window(viewport=viewport)
    for path, status in WRONG.items():
        answer = page.goto(path)
        assert answer.status == status, path
        assert page.locator("main a").count(), f"{path} leads nowhere"
        check(page)
    page.goto("/portal/vorgang/suchen/")
    page.context.clear_cookies()
    with page.expect_navigation():
        page.locator("main form button").click()
    assert heading(page) == "Diese Seite war zu lange offen"
    check(page)
    picture(page, "expired")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_that_stand_alone(open_window, check, viewport):
    page = open_window(viewport=viewport)
    for path in SINGLE:
        answer = page.goto(path)
        assert answer.status == 200, path
        check(page)


def test_every_page_of_the_journey(open_window, check):
    page = open_window()
    begin(page)
    check(page)
    press(page, "Weiter")  # the page with the error summary
    check(page)
    say_what(page)
    check(page)
    press(page, "Weiter")
    check(page)
    say_where(page)
    check(page)
    say_who(page)
    check(page)
    follow(page, "verwerfen")
    check(page)
    page.go_back()
    press(page, "Kostenpflichtig bestellen")
    check(page)
    follow(page, "Jetzt bezahlen")
    check(page)
    press(page, "jetzt bezahlen")
    check(page)
    press(page, "abbrechen")
    check(page)
    press(page, "jetzt bezahlen")
    press(page, "^Bezahlen")
    check(page)
    follow(page, "Zurück zu Ihrem Anliegen")
    check(page)
    press(page, "notiert")
    check(page)


def test_by_keyboard_alone(open_window):
    page = open_window(viewport=DESKTOP)
    page.goto("/leistungen/sperrgut/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#")  # the skip link comes first
    reach(page, "Jetzt online beginnen")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/formular/"))
    reach(page, "Beginnen")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/abholung/"))
    reach(page, "Sofa oder Sessel")
    page.keyboard.press("Space")
    reach(page, "Wie viele Stücke")
    page.keyboard.type("3")
    reach(page, "Normal|Express")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # Enter in a form goes on
    page.wait_for_url(re.compile("/ort/"))
    for label, value in PLACE.items():
        reach(page, rf"^\s*{label}")
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/person/"))
    for label, value in PERSON.items():
        reach(page, rf"^\s*{label}")
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/pruefen/"))
    assert heading(page) == "Prüfen Sie Ihre Angaben"
    reach(page, "Kostenpflichtig bestellen")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/vorgang/"))


def test_errors_take_the_focus(open_window):
    page = open_window()
    begin(page)
    press(page, "Weiter")
    page.locator("[role=alert]:focus, [role=alert] :focus").wait_for()  # by selector: the policy forbids eval
