from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
URL = "/api/portal/v1/services/"


def test_services_come_with_their_content_office_and_html(client, sperrgut):
    data = client.get(URL).json()
    assert data["count"] == 1
    service = data["results"][0]
    assert service["title"] == "Sperrgutabfuhr"
    assert service["url"] == "http://testserver/leistungen/sperrgut/"
    assert service["leika_key"] == "99002015017000"
    assert service["office"]["street"] == "Hofweg 1"
    assert [block["type"] for block in service["body"]] == ["text", "faq", "alert", "contact"]
    assert service["body"][1]["value"]["questions"][0]["answer"] == "<p>Möbel.</p>"
    assert client.get(f"{URL}{sperrgut.pk}/").json() == service


def test_links_in_texts_are_addresses(client, services, many):
    many(1)
    service = client.get(URL).json()["results"][0]
    assert service["full_text"] == '<p><a href="/leistungen/">Alle Leistungen</a></p>'
    assert service["body"][0]["value"] == '<p><a href="/leistungen/">Übersicht</a></p>'


def test_a_hundred_services_cost_as_many_queries_as_one(client, many):
    counts = []
    for number in (1, 19, 80):
        many(number, start=len(counts) * 100)
        client.get(URL)
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(URL + "?limit=100").json()
        counts.append(len(seen))
    assert len(answer["results"]) == 100
    assert counts[0] == counts[1] == counts[2], counts
    assert counts[0] <= 15


@pytest.fixture
def many(services):
    from django.core.files.base import ContentFile
    from wagtail.documents import get_document_model

    from wagtail_buergerportal.pages.models import OfficePage, ServicePage

    def add(number, start=0):
        for position in range(start, start + number):
            office = services.add_child(instance=OfficePage(title=f"Amt {position}", slug=f"amt-{position}"))
            document = get_document_model().objects.create(
                title="Merkblatt", file=ContentFile(b"x", name=f"m{position}.pdf")
            )
            services.add_child(
                instance=ServicePage(
                    title=f"Leistung {position:03}",
                    slug=f"leistung-{position}",
                    office=office,
                    full_text=f'<p><a linktype="page" id="{services.pk}">Alle Leistungen</a></p>',
                    body=json.dumps(
                        [
                            {"type": "text", "value": f'<p><a linktype="page" id="{services.pk}">Übersicht</a></p>'},
                            {
                                "type": "downloads",
                                "value": {"heading": "", "documents": [{"document": document.pk, "title": ""}]},
                            },
                        ]
                    ),
                )
            )

    return add


def test_another_towns_services_are_not_there(client, sperrgut, neighbour):
    assert client.get(URL, headers={"host": "neustadt.test"}).json()["count"] == 0
    assert client.get(f"{URL}{sperrgut.pk}/", headers={"host": "neustadt.test"}).status_code == 404


def test_drafts_and_private_pages_are_not_there(client, sperrgut, services):
    from wagtail.models import PageViewRestriction

    PageViewRestriction.objects.create(page=services, restriction_type="login")
    assert client.get(URL).json()["count"] == 0
    PageViewRestriction.objects.all().delete()
    sperrgut.unpublish()
    assert client.get(URL).json()["count"] == 0
    assert client.get(f"{URL}{sperrgut.pk}/").status_code == 404


def test_services_can_be_searched_and_asked_for_by_language(client, sperrgut):
    assert client.get(URL, {"q": "Sperrmüll"}).json()["count"] == 1
    assert client.get(URL, {"q": "Raumschiff"}).json()["count"] == 0
    assert client.get(URL, {"language": "en"}).json()["count"] == 0
    assert client.get(URL, {"language": "de"}).json()["count"] == 1


@pytest.mark.parametrize("wrong", ["-1", "x", "9" * 30, "1.5", "²"])
def test_a_wrong_number_is_named(client, town, wrong):
    answer = client.get(URL, {"limit": wrong})
    assert answer.status_code == 400
    assert "limit" in answer.json()


def test_the_commune_introduces_itself(client, town, neighbour):
    data = client.get("/api/portal/v1/commune/").json()
    assert data["name"] == "Musterstadt"
    assert data["departments"] == [{"name": "Bauhof", "email": "bauhof@testserver", "phone": ""}]
    assert data["contact_url"] == "http://testserver/portal/kontakt/"
    assert data["text_on_colour"] == "#ffffff"
