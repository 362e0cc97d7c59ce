"""The whole chain once, without a browser: from the service page to the validated booking file.

A fresh database, a real server, and people who only know links and buttons. Says one line per stage and ends with
the path of the booking file; the exit status tells whether everything held.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import requests
from lxml import etree

from example_site import server
from example_site.browser import Browser, NotThere
from example_site.content.towns import PASSWORD

FOLDER = server.ROOT / "var" / "journey"
SCHEMA = server.ROOT / "wagtail_xfinanz" / "formats" / "kassenbuch" / "kassenbuch-1.xsd"
TOWN = "musterstadt"
NEIGHBOUR = "neustadt"
TOTAL = "50,50 €"
ITEMS = {"gegenstaende": ["sofa", "schrank"], "stueck": "3", "art": "express"}
PLACE = {
    "adresse-street": "Am Sägewerk",
    "adresse-house_number": "3 b",
    "adresse-postal_code": "58999",
    "adresse-city": "Musterstadt",
}
PERSON = {"vorname": "Łukasz", "nachname": "O’Brien", "email": "lukasz@example.org"}


class JourneyError(Exception):
    """A stage did not end as it must; the message says what was seen instead."""


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    port = server.free_port()
    try:
        server.build(FOLDER, port)
        _say("Site", f"Kreis Musterland with two towns in a fresh SQLite file, {FOLDER / 'demo.sqlite3'}")
        with server.running(FOLDER, port):
            case = _order(port)
            _pay(case)
            number = _number(case)
            _clerk(port, number)
            path = _cash_office(port)
        _validate(path)
    except (
        JourneyError,
        NotThere,
        server.ServerError,
        subprocess.CalledProcessError,
        requests.RequestException,
    ) as error:
        _say("FAILED", str(error))
        return 1
    return 0


def _order(port: int) -> Browser:
    """Order the collection of bulky waste; ends on the status page of the case."""
    citizen = Browser(f"http://{TOWN}.localhost:{port}/").open("/")
    _say("Start page", citizen.heading)
    citizen.follow("Sperrgutabfuhr")
    _expect(citizen, "8,50 €", "Jetzt online beginnen")
    _say("Service page", f"{citizen.heading}: 8,50 € a piece, 25,00 € for express")
    citizen.follow("Jetzt online beginnen").press("Beginnen")
    for heading, answers in (
        ("Was sollen wir abholen?", ITEMS),
        ("Wo steht das Sperrgut?", PLACE),
        ("Ihre Angaben", PERSON),
    ):
        _expect(citizen, heading)
        citizen.press("Weiter", answers)
    _say("Assistant", f"three steps answered, now: {citizen.heading}")
    _expect(citizen, "Am Sägewerk 3 b", "Łukasz", TOTAL)
    citizen.press("Kostenpflichtig bestellen")
    _expect(citizen, "wartet auf Zahlung")
    _say("Case", f"{_number(citizen)} waits for {TOTAL}")
    return citizen


def _pay(citizen: Browser) -> None:
    """Cancel once, then pay; keep the receipt; end on the status page of the case again."""
    citizen.follow("Jetzt bezahlen").press("jetzt bezahlen").press("abbrechen")
    _expect(citizen, "Die Zahlung wurde abgebrochen")
    _say("Cancelled", citizen.heading)
    citizen.press("jetzt bezahlen").press("Bezahlen")
    _expect(citizen, "Ihre Zahlung ist eingegangen")
    _say("Paid", citizen.heading)
    page = citizen.url
    citizen.follow("Quittung")
    receipt = FOLDER / "quittung.pdf"
    receipt.write_bytes(citizen.response.content)
    if not citizen.response.content.startswith(b"%PDF-"):
        raise JourneyError(f"{citizen.url} is no PDF.")
    _say("Receipt", f"{receipt}, {receipt.stat().st_size} bytes")
    citizen.open(page).follow("Zurück zu Ihrem Anliegen")
    _expect(citizen, "ist bezahlt")
    _say("Status page", f"{_number(citizen)}: the fee is paid")


def _clerk(port: int, number: str) -> None:
    """The department of the town takes the case over; the same department next door does not see it."""
    clerk = _staff(port, f"{TOWN}-abfallwirtschaft").open("/admin/cases/")
    _expect(clerk, number)
    inspect = next(link for link in clerk.links if "/cases/inspect/" in link)
    clerk.open(inspect)
    _expect(clerk, number, "Am Sägewerk 3 b")
    clerk.press("bernehmen")
    _say("Clerk", f"{number} is taken over by the department Abfallwirtschaft")
    stranger = _staff(port, f"{NEIGHBOUR}-abfallwirtschaft").open("/admin/cases/")
    if number in stranger.text:
        raise JourneyError(f"The clerk of {NEIGHBOUR} sees {number} in the list.")
    if stranger.status(inspect) != 404:
        raise JourneyError(f"The clerk of {NEIGHBOUR} can open {number}.")
    _say("Neighbour", "the same department of the other town sees nothing of it")


def _cash_office(port: int) -> Path:
    """One person collects and certifies, another releases and downloads both files."""
    first = _staff(port, f"{TOWN}-kasse1").open("/admin/xfinanz_batches/collect/")
    _expect(first, TOTAL)
    first.press("Sammeln")
    _say("Collected", first.heading)
    first.open(next(link for link in first.links if "/inspect/" in link))
    batch = first.url
    first.follow("Feststellen").press("Feststellen")
    _expect(first, "festgestellt")
    _say("Certified", f"by {TOWN}-kasse1")
    second = _staff(port, f"{TOWN}-kasse2").open(batch)
    second.follow("Freigeben").press("Freigeben")
    _say("Released", f"by {TOWN}-kasse2: {second.heading}")
    second.send(second.actions("/export/")[0])
    book = _keep(second, "kassendatei.xml")
    again = next(link for link in second.open(batch).links if link.endswith("/files/csv/"))
    second.open(again)
    _keep(second, "kassendatei.csv")
    return book


def _keep(browser: Browser, name: str) -> Path:
    path = FOLDER / name
    path.write_bytes(browser.response.content)
    _say("File", f"{path}, {path.stat().st_size} bytes")
    return path


def _validate(path: Path) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    if not schema.validate(etree.parse(path)):
        raise JourneyError(f"{path} is not valid: {schema.error_log}")
    _say("Valid", f"{path} against {SCHEMA.name}")


def _staff(port: int, name: str) -> Browser:
    browser = Browser(f"http://kreis.localhost:{port}/").open("/admin/login/")
    return browser.press("nmelden", {"username": name, "password": PASSWORD})


def _number(browser: Browser) -> str:
    found = re.search(r"[A-Z]{3}-\d{4}-\d{6}", browser.text)
    if found is None:
        raise JourneyError(f"No case number on {browser.url}: {browser.heading}")
    return found[0]


def _expect(browser: Browser, *texts: str) -> None:
    for text in texts:
        if text not in browser.text:
            raise JourneyError(f"{browser.url} does not say “{text}” but “{browser.heading}”.")


def _say(stage: str, what: str) -> None:
    print(f"{stage:13} {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
