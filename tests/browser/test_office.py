"""Every page the cash office, the auditor and the town's administrator have in Wagtail's admin, with a week in it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from example_site.server import ROOT, environment
from tests.browser import office
from tests.browser.conftest import PHONE
from tests.browser.steps import follow, order, pay, press, reach
from tests.browser.test_accessibility import TAGS
from tests.xfinanz.schemas.zips import package

PEOPLE = ("musterstadt-admin", "musterstadt-kasse1", "musterstadt-pruefung", "musterstadt-kasse2")
PAYMENTS = [
    *(f"epayment_{name}/" for name in ("orders", "attempts", "ledger", "messages", "refunds", "reconciliation")),
    *(f"epayment_{name}/inspect/<id>/" for name in ("orders", "attempts", "ledger", "messages", "refunds")),
    *(f"epayment_{name}/" for name in ("reports", "deliveries", "webhooks", "webhooks/new", "applications")),
    "epayment_applications/new/",
    "epayment_refunds/ask/<id>/",
    "epayment_refunds/chargeback/<id>/",
    *(f"epayment_reconciliation/{name}/<id>/" for name in ("line", "report", "message")),
    "epayment_reconciliation/import/",
    *(f"epayment_reconciliation/import/{name}/" for name in ("csv", "girocockpit", "camt", "bank_csv")),
    *(f"snippets/wagtail_epayment/paymentcontract/{name}" for name in ("", "add/", "edit/<id>/", "checklist/<id>/")),
]
CASH_OFFICE = [
    "xfinanz_batches/",
    *(f"xfinanz_batches/{name}/" for name in ("collect", "coverage", "problems", "handovers", "answers", "rejected")),
    "xfinanz_batches/answers/upload/",
    "xfinanz_batches/inspect/<id>/",
    *(f"xfinanz_batches/<id>/{name}/" for name in ("certify", "discard", "deviations", "trail")),
    "xfinanz_closings/",
    "xfinanz_closings/<id>/<day>/",
    *(f"xfinanz_audit/{name}" for name in ("", "export/", "order/<id>/", "posting/<id>/")),
    *(f"xfinanz_{name}/" for name in ("tenants", "ranges", "ranges/<id>/gaps", "schemas", "mappings")),
    *(f"xfinanz_schemas/{name}/" for name in ("install", "inspect/<id>", "<id>/tree", "<id>/remove")),
    *(f"xfinanz_mappings/{name}/" for name in ("new", "<id>/map", "<id>/place", "<id>/dry-run")),
    *(f"xfinanz_{name}/edit/<id>/" for name in ("tenants", "ranges")),
    *(f"snippets/wagtail_xfinanz/{name}/" for name in ("postingaccount", "deliverychannel", "csvprofile")),
]
#: Wagtail's own bar and its menus are Wagtail's to mend; what stands in them is checked by `office.faults`.
OUR_CONTENT = {"include": [["#main"]], "exclude": [["header.w-slim-header"], [".w-minimap"]]}


@pytest.fixture
def somebody_pays(open_window):
    """Something to collect, whatever other tests have collected before."""

    def pays():
        citizen = open_window()
        order(citizen)
        pay(citizen)

    return pays


@pytest.fixture
def week(demo, demo_folder):
    """A week of payments, once for all tests of the session."""
    done = demo_folder / "week"
    if not done.exists():
        command = [sys.executable, "manage.py", "demo_week"]
        subprocess.run(command, cwd=ROOT, env=environment(demo_folder, demo), check=True, capture_output=True)
        done.touch()


@pytest.fixture
def work(week, staff, somebody_pays):
    """A schema package with a mapping, and the addresses of a released batch and of one in draft."""
    first = staff("musterstadt-kasse1")
    somebody_pays()
    done = released(first, staff("musterstadt-kasse2"))
    somebody_pays()
    draft = collect(first)
    admin = staff("musterstadt-admin")
    admin.goto("/admin/xfinanz_schemas/install/")
    file = {"name": "anordnung.zip", "mimeType": "application/zip", "buffer": package("anordnung").read()}
    admin.set_input_files("input[type=file]", file)
    press(admin, "Installieren")
    admin.goto("/admin/xfinanz_mappings/new/")
    if "anordnung" in admin.content() and not admin.locator("a[href*='/map/']").count():
        admin.locator("select[name=message]").select_option(index=1)
        admin.fill("input[name=name]", "Anordnung")
        with admin.expect_navigation():
            admin.locator("main form button").last.click()
    return {"released batch": done, "draft": draft}


def collect(page):
    """The address of the batch that is collected from what is open now."""
    page.goto("/admin/xfinanz_batches/collect/")
    press(page, "Sammeln")
    page.goto(page.locator("a[href*='/xfinanz_batches/inspect/']").first.get_attribute("href"))
    return page.url


def released(first, second):
    batch = collect(first)
    follow(first, "Feststellen")
    press(first, "Feststellen")
    second.goto(batch)
    follow(second, "Freigeben")
    press(second, "Freigeben")
    return batch


@pytest.fixture
def look():
    """What is wrong with a page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python").Axe()

    def at(page):
        if not page.locator("#main").count():
            return [f"is no page of the admin: {page.title()}"]
        said = office.faults(page)
        # What the bar with the button covers can be scrolled clear; axe only sees where the page stands now.
        page.evaluate("document.querySelectorAll('.xfinanz-save').forEach(bar => { bar.style.position = 'static'; })")
        options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
        found = axe.run(page, context=OUR_CONTENT, options=options).response["violations"]
        said += [f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:2]]}" for each in found]
        said += [f"sticks out of a phone: {html}" for html in page.evaluate(office.CROPPED)[:3]]
        return said

    return at


def test_every_page_can_be_read_and_used_by_everybody(work, staff, look):
    seen, wrong = set(), {}
    for name in PEOPLE:
        page, visited = staff(name), set()
        page.set_viewport_size(PHONE)  # where the least fits and nothing else is missing
        gaps = "/admin/xfinanz_ranges/1/gaps/"  # its link is drawn by Wagtail once a row's menu is opened
        start = {**office.links(page), **office.menu(page), office.pattern(gaps): gaps}
        start |= work if "/admin/xfinanz_batches/" in start else {}
        todo = dict(start)
        while todo := {path: address for path, address in todo.items() if path not in visited}:
            path, address = todo.popitem()
            visited.add(path)
            if path in seen and path not in start:  # looked at with the eyes of somebody before
                continue
            answer = page.goto(address)
            todo.update(office.links(page))
            if answer.status != 200:
                wrong[f"{name}: {path}"] = [f"answers {answer.status}"]
            elif path not in seen and (said := look(page)):
                wrong[f"{name}: {path}"] = said
        seen |= visited
    missing = {f"/admin/{path}" for path in (*PAYMENTS, *CASH_OFFICE)} - seen
    assert not missing
    assert not wrong, "\n".join(f"{where}: {said}" for where, said in wrong.items())


def test_from_collecting_to_the_file_by_keyboard_alone(somebody_pays, staff):
    somebody_pays()
    first = staff("musterstadt-kasse1")
    first.goto("/admin/xfinanz_batches/collect/")
    go(first, r"^\s*Sammeln$")
    first.goto(first.locator("a[href*='/xfinanz_batches/inspect/']").first.get_attribute("href"))
    batch = first.url
    go(first, "Feststellen")
    go(first, "Feststellen", by="button")
    second = staff("musterstadt-kasse2")
    second.goto(batch)
    go(second, "Freigeben")
    go(second, "Freigeben", by="button")
    focus(second, "Herunterladen")
    with second.expect_download() as download:
        second.keyboard.press("Enter")
    assert download.value.path().stat().st_size


def focus(page, words, *, by="a.button, button"):
    """By the keyboard, to a button: Wagtail's header and a table's region may say the same words."""
    reach(page, words)
    while not page.locator(f":is({by}):focus").count():
        reach(page, words)


def go(page, words, *, by="a.button, button"):
    focus(page, words, by=by)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_day_is_closed_without_javascript(week, staff):
    first = staff("musterstadt-kasse1", javascript=False)
    first.goto("/admin/xfinanz_closings/")
    day = first.locator("tr", has=first.locator("strong")).last.locator("a").first  # the oldest open one
    first.goto(day.get_attribute("href"))
    address = first.url
    first.locator("textarea[name=note]").fill("Geprüft und mit dem Zahlungsdienst geklärt.")
    press(first, "Vorbereiten")
    assert first.locator("form[action$='/sign/']").count() == 0  # not by the same person
    second = staff("musterstadt-kasse2", javascript=False)
    second.goto(address)
    with second.expect_navigation():
        second.locator("form[action$='/sign/'] button").click()
    assert second.locator("a[href$='/pdf/']").count() == 1
    assert re.search(r"\d{4}-\d\d-\d\d", second.url)
