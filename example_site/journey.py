"""The whole chain once, without a browser: from the service page to the validated booking file.

A fresh database, a real server, and people who only know links and buttons. Says one line per stage and ends with
the path of the booking file; the exit status tells whether everything held.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from lxml import etree

from example_site.browser import Browser, NotThere
from example_site.content.towns import PASSWORD

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "journey"
TOWN = "musterstadt"


class JourneyError(Exception):
    """A stage did not end as it must; the message says what was seen instead."""


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    port = _free_port()
    env = {**os.environ, "VAR_DIR": str(FOLDER), "PORT": str(port), "DJANGO_SETTINGS_MODULE": "example_site.settings"}
    env.pop("DATABASE_URL", None)
    try:
        _manage(env, "migrate", "--verbosity", "0")
        _manage(env, "demo_content", "--port", str(port))
        _say("Site", f"Kreis Musterland with two towns, fresh SQLite file in {FOLDER}")
        with _server(env, port):
            number = _citizen(port)
            _clerk(port, number)
            path = _cash_office(port)
        _validate(path)
    except (JourneyError, NotThere, subprocess.CalledProcessError, requests.RequestException) as error:
        _say("FAILED", str(error))
        return 1
    return 0


def _citizen(port: int) -> str:
    """Order a bulky-waste pickup, cancel the payment once, then pay. Returns the case's number."""
    browser = Browser(f"http://{TOWN}.localhost:{port}/")
    browser.open("/leistungen/").follow("Sperrgutabfuhr")
    _say("Service page", browser.heading)
    browser.follow("starten") if "starten" in browser.text else browser.follow("Jetzt")
    browser.press("tarten")
    browser.press("Weiter", gegenstaende=["sofa", "schrank"], stueck="3", art="express")
    _expect(browser, "Wo steht das Sperrgut?")
    address = {"strasse": "Am Sägewerk"}
    fields = {name: value for name, value in _address(browser).items()}
    browser.press("Weiter", **fields)
    _expect(browser, "Ihre Angaben")
    browser.press("Weiter", vorname="Łukasz", nachname="O’Brien", email="lukasz@example.org")
    _say("Assistant", f"{len(address) and 3} steps filled in, now: {browser.heading}")
    if "50,50" not in browser.text:
        raise JourneyError("3 × 8,50 € and 25,00 € are 50,50 €, but the page does not say so.")
    browser.press("bestellen")
    number = re.search(r"MUS-\d{4}-\d{6}", browser.text)
    if number is None:
        raise JourneyError(f"No case number on “{browser.heading}”.")
    _say("Case", f"{number[0]} waits for 50,50 €")
    browser.follow("Jetzt bezahlen").press("jetzt bezahlen").press("Abbrechen")
    _say("Payment", browser.heading)
    browser.press("jetzt bezahlen").press("Bezahlen")
    _say("Payment", browser.heading)
    if "Ihre Zahlung ist eingegangen" not in browser.text:
        raise JourneyError(f"After paying the page says “{browser.heading}”.")
    status = browser.url
    browser.follow("Quittung")
    receipt = FOLDER / "quittung.pdf"
    receipt.write_bytes(browser.response.content)
    _say("Receipt", f"{receipt} ({len(browser.response.content)} bytes, PDF/UA-1)")
    browser.open(status).follow("Zurück zu Ihrem Anliegen")
    _expect(browser, "Sperrgut abholen lassen")
    return number[0]


def _address(browser: Browser) -> dict[str, str]:
    """The address fields of the step, whatever they are called, by what their labels say."""
    values = {"Straße": "Am Sägewerk", "Hausnummer": "3 b", "Postleitzahl": "58999", "Ort": "Musterstadt"}
    found = {}
    for label in browser.html.iter("label"):
        text = " ".join(label.text_content().split())
        for start, value in values.items():
            if text.startswith(start):
                control = browser.html.get_element_by_id(label.get("for"))
                found[control.get("name").replace(".", "__")] = value
    return found


def _clerk(port: int, number: str) -> None:
    browser = _staff(port, f"{TOWN}-abfallwirtschaft")
    browser.open("/admin/cases/")
    if number not in browser.text:
        raise JourneyError(f"The clerk does not see {number}.")
    browser.follow(number).press("übernehmen")
    _say("Clerk", f"{number} taken over by the department Abfallwirtschaft")
    stranger = _staff(port, "neustadt-abfallwirtschaft").open("/admin/cases/")
    if number in stranger.text:
        raise JourneyError("A clerk of the neighbouring town sees the case.")
    _say("Neighbour", "the clerk of Neustadt a. d. Probe sees nothing of it")


def _cash_office(port: int) -> Path:
    """Collect and certify by one person, release by another, download."""
    first = _staff(port, f"{TOWN}-kasse1").open("/admin/xfinanz_batches/collect/")
    first.press("bholen" if "bholen" in first.text else "inziehen" if "inziehen" in first.text else "ammeln")
    batch = next(link.get("href") for link in first.html.iter("a") if "/xfinanz_batches/inspect/" in link.get("href", ""))
    first.open(batch).follow("eststellen").press("eststellen")
    _say("Certified", first.heading)
    second = _staff(port, f"{TOWN}-kasse2").open(batch)
    second.follow("reigeben").press("reigeben")
    _say("Released", second.heading)
    files = {}
    for link in list(second.html.iter("a")):
        href = link.get("href", "")
        if "/download/" in href or "/file/" in href:
            files[href.rstrip("/").rsplit("/", 1)[-1]] = href
    if not files:
        raise JourneyError("The released batch has no files.")
    page = second.url
    for name, href in files.items():
        second.url = page
        second.open(href)
        suffix = "csv" if "csv" in name else "xml"
        (FOLDER / f"kassendatei.{suffix}").write_bytes(second.response.content)
        _say("File", f"{FOLDER / f'kassendatei.{suffix}'} ({len(second.response.content)} bytes)")
    return FOLDER / "kassendatei.xml"


def _validate(path: Path) -> None:
    folder = ROOT / "wagtail_xfinanz" / "formats" / "kassenbuch"
    schema = etree.XMLSchema(etree.parse(str(next(folder.rglob("*.xsd")))))
    document = etree.parse(str(path))
    if not schema.validate(document):
        raise JourneyError(f"{path} is not valid: {schema.error_log}")
    _say("Validated", f"{path} against {next(folder.rglob('*.xsd')).name}: valid")


def _staff(port: int, name: str) -> Browser:
    browser = Browser(f"http://kreis.localhost:{port}/").open("/admin/login/")
    return browser.press("nmelden", username=name, password=PASSWORD)


def _expect(browser: Browser, heading: str) -> None:
    if heading not in browser.text:
        raise JourneyError(f"Expected “{heading}”, but {browser.url} says “{browser.heading}”.")


def _say(stage: str, what: str) -> None:
    print(f"{stage:13} {what}", flush=True)


def _manage(env: dict[str, str], *args: str) -> None:
    subprocess.run([sys.executable, "manage.py", *args], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _server(env: dict[str, str], port: int) -> Iterator[None]:
    log = (FOLDER / "server.log").open("w", encoding="utf-8")
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        _wait_for(port, server)
        yield
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _second in range(60):
        if server.poll() is not None:
            raise JourneyError(f"The server ended at once; see {FOLDER / 'server.log'}.")
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        except requests.RequestException:
            time.sleep(1)
        else:
            return
    raise JourneyError("The server did not answer within a minute.")


if __name__ == "__main__":
    sys.exit(main())
