from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils import WagtailPageTestCase
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from wagtail_buergerportal.pages.models import ServicePage

from .conftest import body

pytestmark = pytest.mark.django_db
RICH = (
    "full_text",
    "requirements",
    "documents_needed",
    "procedure",
    "costs",
    "deadline",
    "hints",
    "legal_basis",
    "opening_hours",
    "building_access",
)


def text_of(client, url, **extra):
    answer = client.get(url, **extra)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def test_a_service_page_says_all_that_editors_filled_in(client, sperrgut):
    html = text_of(client, sperrgut.url)
    for words in (
        '<h1 class="kern-heading-large">Sperrgutabfuhr</h1>',
        "Wir holen ab, was nicht in die Tonne passt.",
        "<b>sperrige</b>",
        "zwei Wochen",
        "Bitte ab 6 Uhr",
        "Was geht?",
        "Wichtig: Feiertage",
        "Kim Muster",
        "Hofweg 1",
        'href="tel:0200012345"',
        "Mo–Fr 8–16 Uhr",
    ):
        assert words in html, words
    assert "Rechtsgrundlagen" not in html


def test_a_service_page_is_found_from_the_start_page_and_back(client, sperrgut, services, town):
    home = text_of(client, "/")
    assert f'href="{services.url}"' in home
    assert 'aria-label="Hauptmenü"' in home
    html = text_of(client, sperrgut.url)
    assert f'<a href="{services.url}">Leistungen</a>' in html
    assert 'aria-current="page">Sperrgutabfuhr' in html


def test_a_service_page_asks_the_database_at_most_fifteen_times(client, sperrgut, django_assert_max_num_queries):
    client.get(sperrgut.url)
    with django_assert_max_num_queries(15):
        client.get(sperrgut.url)


@pytest.mark.parametrize("number", [1, 20, 100])
def test_the_list_of_services_asks_at_most_ten_times(client, services, many, number, django_assert_max_num_queries):
    many(number)
    client.get(services.url)
    with django_assert_max_num_queries(10):
        html = text_of(client, services.url)
    assert f"{number} Leistung" in html


def test_searching_announces_how_many_were_found(client, services, sperrgut, many):
    many(3)
    html = text_of(client, services.url + "?suche=Sperrmüll")
    assert 'role="status"' in html
    assert "1 Leistung für „Sperrmüll“" in " ".join(html.split())
    assert "Sperrgutabfuhr" in html
    assert "Leistung 001" not in html


def test_a_part_of_a_word_is_enough(client, services, sperrgut):
    assert "Sperrgutabfuhr" in text_of(client, services.url + "?suche=perrgutabf")


def test_nothing_found_is_said_with_a_way_on(client, services, sperrgut):
    html = text_of(client, services.url + "?suche=Raumschiff")
    assert "0 Leistungen" in html
    assert "anderes Wort" in html


def test_letters_lead_to_their_services(client, services, sperrgut, many):
    many(2)
    html = text_of(client, services.url + "?buchstabe=s")
    assert "Sperrgutabfuhr" in html
    assert "Leistung 000" not in html
    assert '<a href="?buchstabe=S" aria-current="true">S</a>' in html
    assert '<span aria-hidden="true">Q</span>' in html


@pytest.mark.parametrize(
    "typed",
    ['"><script>alert(1)</script>', "\x00\x07", "' OR 1=1 --", "NEAR(", '"', "*", "a" * 5000, "\u202etxt", "%", "😀"],
)
def test_hostile_searches_are_answered_and_escaped(client, services, sperrgut, typed):
    html = client.get(services.url, {"suche": typed, "buchstabe": typed})
    assert html.status_code == 200
    assert "<script>alert" not in html.content.decode()


def test_hostile_content_is_escaped(client, services, office):
    bad = "<script>alert(1)</script>"
    page = services.add_child(
        instance=ServicePage(
            title=bad,
            slug="bad",
            teaser=bad,
            processing_time=bad,
            body=body(("contact", {"name": bad, "phone": bad, "email": "", "role": bad, "hours": bad})),
        )
    )
    for url in (page.url, services.url):
        assert "<script>" not in text_of(client, url)


def test_another_towns_page_is_not_there(client, sperrgut, neighbour):
    assert client.get(sperrgut.url, headers={"host": "neustadt.test"}).status_code == 404


def test_a_translated_page_links_to_its_other_language(client, sperrgut, town):
    from wagtail.models import Locale

    english = Locale.objects.create(language_code="en")
    page = sperrgut.copy_for_translation(english, copy_parents=True)
    page.title = "Bulky waste"
    page.save_revision().publish()
    html = text_of(client, sperrgut.url)
    assert f'<a href="{page.url}" lang="en" hreflang="en">English</a>' in html
    english_html = text_of(client, page.url)
    assert '<html lang="en"' in english_html
    assert f'href="{sperrgut.url}" lang="de"' in english_html
    assert "How long it takes" in english_html


def test_the_responsible_office_must_be_an_office(services, town):
    page = ServicePage(title="X", slug="x", office=Page.objects.get(pk=town.root_page_id))
    with pytest.raises(ValidationError) as caught:
        page.clean()
    assert "office" in caught.value.message_dict


@pytest.mark.parametrize("key", ["9900201501700", "88002015017000", "99abc", "990020150170001"])
def test_a_wrong_leika_key_is_refused(services, key):
    with pytest.raises(ValidationError, match="LeiKa"):
        ServicePage(title="X", slug="x", path="00", depth=1, leika_key=key).clean_fields(
            exclude=["path", "depth", "content_type", "locale"]
        )


class PagesInTheAdmin(WagtailPageTestCase):
    """Routable, renderable, editable, previewable: what Wagtail expects of each page type."""

    @pytest.fixture(autouse=True)
    def _pages(self, town, services, office, sperrgut):
        self.pages = [town.root_page.specific, services, office, sperrgut]

    def typed(self, page):
        fields = {"title": page.title, "slug": page.slug, "body": streamfield([]), "intro": rich_text("<p>Hallo</p>")}
        return nested_form_data(fields | {name: rich_text("") for name in RICH})

    def test_pages_work_as_wagtail_expects(self):
        user = self.create_superuser("admin", password="x")
        for page in self.pages:
            with self.subTest(page=page.title):
                self.assertPageIsRoutable(page)
                self.assertPageIsRenderable(page)
                self.assertPageIsPreviewable(page, post_data=self.typed(page), user=user)
                self.client.force_login(user)
                edit = self.client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
                assert edit.status_code == 200


def test_no_page_brings_inline_style_or_script(client, sperrgut, services, office, town):
    for url in (sperrgut.url, services.url, office.url, "/", "/portal/kontakt/", "/portal/impressum/"):
        html = text_of(client, url)
        assert " style=" not in html
        assert "<script" not in html
        assert "<style" not in html
        assert " onclick" not in html
