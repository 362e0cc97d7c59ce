"""The service page as it is in life: a form with fees, a logo, links in every text, two languages."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Locale

from tests.assistants.builders import make
from wagtail_buergerportal.assistants.models import AssistantPlacement
from wagtail_buergerportal.communes.models import CommuneSettings, Department
from wagtail_buergerportal.pages.models import ServicePage

from .conftest import body

pytestmark = pytest.mark.django_db
TEXTS = ("full_text", "requirements", "documents_needed", "procedure", "costs", "deadline", "hints", "legal_basis")


@pytest.fixture
def rich_page(town, services, office, schedule, settings):
    Locale.objects.get_or_create(language_code="en")
    logo = get_image_model().objects.create(title="Wappen", file=get_test_image_file())
    CommuneSettings.objects.filter(site=town).update(logo=logo)
    schedule(town, "2020-01-01", 1250)
    placement = AssistantPlacement.objects.create(
        site=town, slug="sperrgut", assistant=make(), department=Department.objects.get(site=town)
    )
    links = f'<p><a linktype="page" id="{services.pk}">A</a> <a linktype="page" id="{office.pk}">B</a></p>'
    return services.add_child(
        instance=ServicePage(
            title="Sperrgut",
            slug="sperrgut-voll",
            office=office,
            body=body(
                ("assistant", {"placement": placement.pk, "heading": "Jetzt beantragen", "button": ""}),
                ("text", "<p>Weiteres.</p>"),
            ),
            **dict.fromkeys(TEXTS, links),
        )
    )


def test_the_page_offers_the_form_with_its_fee(client, rich_page):
    html = client.get(rich_page.url).content.decode()
    assert 'href="/portal/formular/sperrgut/"' in html
    assert "12,50\N{NO-BREAK SPACE}€" in html
    assert html.count('<a href="/bauhof/">B</a>') == len(TEXTS)


def queries(client, page):
    client.get(page.url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(page.url).status_code == 200
    return [query["sql"][:150] for query in seen.captured_queries]


def test_a_full_service_page_asks_the_database_at_most_fifteen_times(client, rich_page):
    ServicePage.objects.filter(pk=rich_page.pk).update(**dict.fromkeys(TEXTS, "<p>Text</p>"))
    found = queries(client, rich_page)
    assert len(found) <= 15, "\n".join(found)


def test_any_number_of_links_between_pages_costs_one_question_more(client, rich_page):
    with_links = len(queries(client, rich_page))
    ServicePage.objects.filter(pk=rich_page.pk).update(**dict.fromkeys(TEXTS, "<p>Text</p>"))
    assert with_links == len(queries(client, rich_page)) + 1


def test_front_ends_get_the_form_with_the_service(client, rich_page):
    service = client.get(f"/api/portal/v1/services/{rich_page.pk}/").json()
    assert service["body"][0]["value"]["placement"] == "sperrgut"
    assert service["body"][0]["value"]["definition_url"].startswith("/api/portal/v1/")


def test_downloads_name_format_and_size(client, services):
    from wagtail.documents import get_document_model

    file = ContentFile(b"x" * 2048, name="merkblatt.pdf")
    document = get_document_model().objects.create(title="Merkblatt", file=file, file_size=2048)
    page = services.add_child(
        instance=ServicePage(
            title="M",
            slug="m",
            body=body(("downloads", {"heading": "Dateien", "documents": [{"document": document.pk, "title": ""}]})),
        )
    )
    assert "Merkblatt (PDF, 2,0\N{NO-BREAK SPACE}KB)" in client.get(page.url).content.decode()


def test_a_card_to_a_page_that_is_gone_is_left_out(client, town, services, office):
    home = town.root_page.specific
    home.body = body(
        (
            "life_situations",
            {
                "heading": "Lebenslagen",
                "cards": [
                    {"page": services.pk, "title": "Umzug", "text": "Ummelden"},
                    {"page": office.pk, "title": "Amt", "text": ""},
                ],
            },
        ),
        ("top_tasks", {"heading": "Häufig", "cards": [{"page": services.pk, "title": "", "text": ""}]}),
    )
    home.save()
    office.unpublish()
    html = client.get("/").content.decode()
    assert f'href="{services.url}">Umzug' in html
    assert ">Amt<" not in html
