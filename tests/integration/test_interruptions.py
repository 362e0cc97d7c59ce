"""The server dies, the session ends, somebody goes back: nothing is lost, and nothing is paid twice."""

from __future__ import annotations

import re

import pytest

from example_site import server
from example_site.browser import Browser
from example_site.journey import ITEMS, PERSON, PLACE


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the demo's database, and the port it is to answer on."""
    folder, port = tmp_path_factory.mktemp("demo"), server.free_port()
    server.build(folder, port)
    return folder, port


@pytest.fixture
def citizen(place):
    return Browser(f"http://musterstadt.localhost:{place[1]}/")


def test_a_new_server_between_the_stages_loses_nothing(place, citizen):
    with server.running(*place):
        citizen.open("/portal/formular/sperrgut/").press("Beginnen").press("Weiter", ITEMS)
    with server.running(*place):
        citizen.press("Weiter", PLACE).press("Weiter", PERSON).press("Kostenpflichtig bestellen")
        citizen.follow("Jetzt bezahlen").press("jetzt bezahlen")
    with server.running(*place):
        citizen.press("Bezahlen")
        assert citizen.heading == "Ihre Zahlung ist eingegangen"
        citizen.follow("Zurück zu Ihrem Anliegen")
        assert "50,50 € ist bezahlt" in citizen.text


def test_back_buttons_lost_sessions_and_detours(place, citizen):
    with server.running(*place):
        _order(citizen)
        review = citizen.url
        citizen.press("Kostenpflichtig bestellen")
        case = re.search(r"MUS-\d{4}-\d{6}", citizen.text)[0]

        citizen.open(review)  # back button after sending
        assert case in citizen.text

        stranger = Browser(citizen.base)  # the session is gone, or the link was passed on
        assert stranger.status(review) in {403, 404, 410}
        stranger.open(f"/portal/vorgang/{case}/")
        assert "Am Sägewerk" not in stranger.text
        assert "Geheimwort" in stranger.text  # the way back for who has it

        citizen.open("/portal/formular/sperrgut/").press("Beginnen").press("Weiter", ITEMS)
        step = citizen.url
        citizen.open("/leistungen/").open(step).press("Weiter", PLACE)
        assert citizen.heading == "Ihre Angaben"


def _order(citizen):
    citizen.open("/portal/formular/sperrgut/").press("Beginnen")
    for answers in (ITEMS, PLACE, PERSON):
        citizen.press("Weiter", answers)
