from __future__ import annotations

import pytest
from django.utils import timezone

from tests.races import at_once
from wagtail_buergerportal.assistants.errors import DraftSubmitted, UploadRefused
from wagtail_buergerportal.assistants.flows import drafts
from wagtail_buergerportal.assistants.flows.submit import submit
from wagtail_buergerportal.assistants.flows.uploads import keep
from wagtail_buergerportal.assistants.models import DraftUpload
from wagtail_buergerportal.cases.models import Case

from .conftest import PERSON

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = {"gegenstaende": {"anzahl": "2", "art": "normal"}, "person": PERSON, "foto": {"bemerkung": ""}}


@pytest.fixture
def filled(placement):
    draft = drafts.begin(placement=placement, citizen=None)
    for key, raw in STEPS.items():
        draft = drafts.save_step(draft, key, drafts.check_step(draft, key, raw, today=timezone.localdate()))
    return draft


def test_sending_at_once_from_many_tabs_makes_one_case(filled, placement):
    def send(_number):
        return submit(placement=placement, draft_id=filled.row.pk, token=filled.token, citizen=None).case.number

    answers = at_once(5, send, expected=DraftSubmitted)
    assert Case.objects.count() == 1
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert {type(answer).__name__ for answer in answers} == {"str", "DraftSubmitted"}


def test_saving_different_steps_at_once_keeps_all_of_them(filled, placement):
    raws = [("gegenstaende", {"anzahl": "7", "art": "normal"}), ("person", PERSON | {"vorname": "Zweiter"})]

    def save(number):
        key, raw = raws[number]
        drafts.save_step(filled, key, drafts.check_step(filled, key, raw, today=timezone.localdate()))

    at_once(2, save)
    again = drafts.open_draft(placement=placement, draft_id=filled.row.pk, token=filled.token, citizen=None)
    assert (again.answers["anzahl"], again.answers["vorname"]) == ("7", "Zweiter")


def test_uploads_at_once_do_not_exceed_the_limit(filled, png):
    field = filled.evaluation.step("foto").field("bild")
    answers = at_once(5, lambda number: keep(filled, field, png(f"{number}.png")), expected=UploadRefused)
    assert DraftUpload.objects.count() == field.max_files
    assert sum(isinstance(answer, UploadRefused) for answer in answers) == 3
