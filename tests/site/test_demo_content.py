"""The demo says what a municipality says, in two towns, two languages and every role; twice is as good as once."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import Page

from example_site.content.build import staff_of
from example_site.content.towns import PASSWORD, TOWNS
from example_site.management.commands.demo_content import Command
from wagtail_buergerportal.assistants.models import AssistantPlacement, AssistantRelease
from wagtail_buergerportal.services.models import Fee


@pytest.fixture
def demo(home):
    call_command(Command(), port=8000)


def _counts():
    models = (Page, AssistantPlacement, AssistantRelease, Fee, Group, get_user_model())
    return {model.__name__: model.objects.count() for model in models}


def test_second_run_adds_nothing(demo, capsys):
    before = _counts()
    call_command(Command(), port=8000)
    assert _counts() == before
    said = capsys.readouterr().out
    assert "http://musterstadt.localhost:8000/" in said
    assert PASSWORD in said


def test_everybody_printed_can_log_in(demo):
    for town in TOWNS:
        for name, __, ___ in staff_of(town):
            assert authenticate(username=name, password=PASSWORD), name
    assert authenticate(username="kreis-admin", password=PASSWORD).is_superuser


def test_both_towns_offer_six_services_and_share_one_assistant(demo):
    placements = AssistantPlacement.objects.all()
    assert placements.count() == 12
    assert len({placement.assistant_id for placement in placements.filter(slug="sperrgut")}) == 1
    amounts = Fee.objects.filter(key="sperrgut.piece").values_list("amount_cents", flat=True)
    assert sorted(amounts) == [850, 1200]


def test_bulky_waste_is_there_in_english(demo):
    titles = Page.objects.filter(locale__language_code="en", slug="sperrgut").values_list("title", flat=True)
    assert list(titles) == ["Bulky waste collection"] * 2
