"""What a citizen does, in a citizen's words."""

from __future__ import annotations

import re

PLACE = {"Straße": "Am Sägewerk", "Hausnummer": "3 b", "Postleitzahl": "58999", "Ort": "Musterstadt"}
PERSON = {"Vorname": "Łukasz", "Nachname": "O’Brien", "E-Mail-Adresse": "lukasz@example.org"}


def heading(page):
    return page.locator("h1").inner_text()


def text(page):
    """What the page says, with plain spaces."""
    return " ".join(page.locator("main").inner_text().split())


def press(page, name):
    """Press a button that sends a form, and wait for the answer: it may have the same address as the form."""
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile(name)).last.click()


def follow(page, name):
    """Follow a link to another page, and wait for that page."""
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile(name)).first.click()


def fill(page, values):
    for label, value in values.items():
        page.get_by_label(re.compile(rf"^\s*{label}")).first.fill(value)


def begin(page):
    page.goto("/leistungen/sperrgut/")
    follow(page, "Jetzt online beginnen")
    press(page, "Beginnen")


def say_what(page, *, kind="Express"):
    page.get_by_label("Sofa oder Sessel").check()
    fill(page, {"Wie viele Stücke": "3"})
    page.get_by_label(re.compile(f"^\\s*{kind}")).check()
    press(page, "Weiter")


def say_where(page):
    fill(page, PLACE)
    press(page, "Weiter")


def say_who(page):
    fill(page, PERSON)
    press(page, "Weiter")


def order(page):
    """From the service page to the case that waits for its fee; returns the case's number."""
    begin(page)
    say_what(page)
    say_where(page)
    say_who(page)
    press(page, "Kostenpflichtig bestellen")
    return number(page)


def number(page):
    return re.search(r"[A-Z]{3}-\d{4}-\d{6}", page.url)[0]


def pay(page):
    """From the status page of a case to the page that says the money is here."""
    follow(page, "Jetzt bezahlen")
    press(page, "jetzt bezahlen")
    press(page, "^Bezahlen")


def reach(page, text):
    """Press Tab until the focus is on what says ``text``; the focus must be seen."""
    for _stop in range(60):
        page.keyboard.press("Tab")
        says = page.evaluate(
            "(() => { const e = document.activeElement; if (!e) return '';"
            " return (e.labels && e.labels[0] ? e.labels[0].innerText : '') + ' ' + e.innerText; })()"
        )
        if re.search(text, says or ""):
            return
    raise AssertionError(f"“{text}” cannot be reached by Tab on {page.url}")
