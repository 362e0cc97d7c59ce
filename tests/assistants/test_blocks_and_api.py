from __future__ import annotations

import jsonschema
import pytest
from django.template import Context, Template
from django.test import RequestFactory

from wagtail_buergerportal.assistants.blocks import ExternalAssistantBlock, FormAssistantBlock, StepsBlock
from wagtail_buergerportal.assistants.blocks.fields import QUESTIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def block_value(placement):
    block = FormAssistantBlock()
    return block, block.to_python({"placement": placement.pk, "heading": "", "button": "Los"})


def render(block, value, host="testserver"):
    request = RequestFactory().get("/", headers={"host": host})
    template = Template("{% load wagtailcore_tags %}{% include_block value %}")
    return template.render(Context({"value": block.bind(value), "request": request}))


def test_a_page_says_beforehand_what_is_needed_what_it_costs_and_how_long(block_value, django_assert_max_num_queries):
    block, value = block_value
    with django_assert_max_num_queries(4):
        text = render(block, value)
    for words in ("Maße", "12,50", "etwa 5 Minuten", "/portal/formular/sperrgut/", "Los"):
        assert words in text


def test_the_placement_of_another_town_is_not_offered(block_value, other_site):
    assert "/portal/formular/" not in render(*block_value, host="neustadt.test")


def test_a_switched_off_placement_says_so(block_value, placement):
    placement.is_active = False
    placement.save()
    block = FormAssistantBlock()
    text = render(block, block.to_python({"placement": placement.pk}))
    assert "zurzeit nicht verfügbar" in text
    assert "/portal/formular/" not in text


def test_an_external_assistant_is_announced_as_such():
    block = ExternalAssistantBlock()
    text = render(block, block.to_python(block.meta.preview_value))
    assert "Sie verlassen diese Website" in text
    assert "Mietvertrag" in text


def test_every_question_can_be_previewed_and_described():
    for name, block in QUESTIONS:
        assert block().meta.description, name
        assert block().get_preview_value(), name


def test_a_front_end_gets_schema_and_hints(client, placement, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        data = client.get("/api/portal/v1/assistants/sperrgut/").json()
    jsonschema.Draft202012Validator.check_schema(data["json_schema"])
    good = {"anzahl": "3", "art": "normal", "vorname": "A", "nachname": "B", "email": "a@b.de"}
    good["adresse"] = {"street": "W", "house_number": "1", "postal_code": "47798", "city": "M"}
    jsonschema.validate(good, data["json_schema"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(good | {"art": "gratis"}, data["json_schema"])
    assert data["fees"][0] == {"key": "sperrgut.piece", "label": "Abholung je Teil", "amount_cents": 1250}
    assert data["ui"]["steps"][1]["shown_if"]["rules"][0]["conditions"][0]["field"] == "art"


def test_the_api_knows_only_what_is_offered_here(client, placement, other_site):
    url = "/api/portal/v1/assistants/sperrgut/"
    assert client.get(url, headers={"host": "neustadt.test"}).status_code == 404
    placement.is_active = False
    placement.save()
    assert client.get(url).status_code == 404


def test_the_definition_is_documented(client, site):
    text = client.get("/api/schema/").content.decode()
    assert "assistant_definition" in text


def test_translators_see_words_and_no_keys(assistant):
    segments = pytest.importorskip("wagtail_localize.segments.extract")
    field = assistant._meta.get_field("steps")
    stored = field.stream_block.to_python(field.stream_block.get_prep_value(fully_read(assistant.steps)))
    found = segments.StreamFieldSegmentExtractor(field).handle_stream_block(stored)
    texts = {segment.string.data for segment in found if hasattr(segment, "string")}
    assert {"Art der Abfuhr", "Express", "Wer sind Sie?"} <= texts
    assert not {"art", "express", "anzahl", "gegenstaende"} & texts
    assert StepsBlock().name == ""


def fully_read(value):
    """As the editor's form leaves it: every inner block read once, so that each has its id."""
    value.stream_block.get_api_representation(value)
    return value
