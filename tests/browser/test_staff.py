"""The people behind the counter, in Wagtail's admin: the clerk, the neighbour's clerk and the cash office."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from example_site.server import ROOT
from tests.browser.steps import follow, order, pay, press

SCHEMA = ROOT / "wagtail_xfinanz" / "formats" / "kassenbuch" / "kassenbuch-1.xsd"


@pytest.fixture
def case(open_window):
    """The number of a case that is paid."""
    page = open_window()
    number = order(page)
    pay(page)
    return number


def test_only_the_department_of_the_town_sees_the_case(case, staff, picture):
    clerk = staff("musterstadt-abfallwirtschaft")
    clerk.goto("/admin/cases/")
    assert case in clerk.content()
    picture(clerk, "inbox")
    clerk.goto(clerk.locator("a[href*='/cases/inspect/']").first.get_attribute("href"))
    assert "Am Sägewerk" in clerk.content()
    picture(clerk, "case")
    where = clerk.url
    for name in ("musterstadt-steuern", "neustadt-abfallwirtschaft", "neustadt-admin"):
        stranger = staff(name)
        stranger.goto("/admin/cases/")
        assert case not in stranger.content(), name
        assert stranger.goto(where).status in {403, 404}, name


def test_cash_office_releases_with_four_eyes_and_downloads_a_valid_file(case, staff, picture):
    first = staff("musterstadt-kasse1")
    first.goto("/admin/xfinanz_batches/collect/")
    press(first, "Sammeln")
    first.goto(first.locator("a[href*='/xfinanz_batches/inspect/']").first.get_attribute("href"))
    batch = first.url
    picture(first, "draft")
    follow(first, "Feststellen")
    press(first, "Feststellen")
    assert first.get_by_role("link", name="Freigeben").count() == 0  # not by the same person
    second = staff("musterstadt-kasse2")
    second.goto(batch)
    follow(second, "Freigeben")
    press(second, "Freigeben")
    picture(second, "released")
    with second.expect_download() as download:
        second.get_by_role("button", name=re.compile("Herunterladen")).first.click()
    document = etree.parse(download.value.path())
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    assert staff("neustadt-kasse2").goto(batch).status in {403, 404}
