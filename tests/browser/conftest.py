"""The demo as a process of its own, and people in front of Debian's Chromium."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

import pytest

from example_site import server
from example_site.content.towns import PASSWORD

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory):
    """Where the running demo has its database."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def demo(demo_folder):
    """The port of the running demo."""
    folder, port = demo_folder, server.free_port()
    server.build(folder, port)
    with server.running(folder, port, "tests.browser.settings"):
        yield port


@pytest.fixture(scope="module")
def chromium():
    """Ends with the module: Django refuses its database to a thread in which Playwright's loop runs."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("No Chromium: apt-get install chromium, or set CHROMIUM to its path.")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium, demo):
    """``open_window(town, viewport, javascript)`` gives a fresh visitor's page on the town's portal."""
    contexts = []

    def open_(town="musterstadt", viewport=PHONE, javascript=True):
        context = chromium.new_context(
            base_url=f"http://{town}.localhost:{demo}",
            viewport=viewport,
            java_script_enabled=javascript,
            locale="de-DE",
            accept_downloads=True,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(params=["phone", "desktop", "phone-without-javascript"])
def citizen(request, open_window):
    """A citizen's page, on each kind of device."""
    viewport = DESKTOP if request.param == "desktop" else PHONE
    return open_window(viewport=viewport, javascript="without" not in request.param)


@pytest.fixture
def staff(open_window):
    def log_in(name, *, javascript=True):
        page = open_window(town="kreis", viewport=DESKTOP, javascript=javascript)
        page.goto("/admin/login/")
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", PASSWORD)
        page.locator("button[type=submit]").click()
        page.wait_for_url(re.compile(r"/admin/$"))
        return page

    return log_in


@pytest.fixture
def picture(request):
    """Keeps what a page looks like in var/screenshots, for people to look at."""
    error = pytest.importorskip("playwright.sync_api").Error

    def take(page, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        file = SCREENSHOTS / f"{re.sub(r'[^a-z0-9-]+', '-', request.node.name.lower())}-{name}.png"
        with contextlib.suppress(error):  # a by-product: on a very busy machine Chromium may have no picture to give
            page.screenshot(path=file)

    return take
