from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone, translation
from wagtail.models import Locale

from wagtail_buergerportal import conf
from wagtail_buergerportal.assistants.compile import compile_assistant
from wagtail_buergerportal.assistants.errors import ReleaseRefused
from wagtail_buergerportal.assistants.flows.placement import problems_of
from wagtail_buergerportal.assistants.flows.release import release
from wagtail_buergerportal.assistants.models import AssistantRelease, Draft
from wagtail_buergerportal.assistants.releases import current_release
from wagtail_buergerportal.assistants.sentences import rule_sentence

from .builders import EXPRESS, fee, make, options, question, step

pytestmark = pytest.mark.django_db


def problems(site, steps, fees=()):
    assistant = make(steps=steps, fees=list(fees), publish=False)
    return [problem.sentence for problem in compile_assistant(assistant).errors]


def test_publishing_makes_a_release_and_the_same_content_no_second(assistant):
    first = assistant.releases.get()
    assert first.number == 1
    assistant.save_revision().publish()
    assert release(assistant) == first
    assistant.title = "Sperrgut"
    assistant.save_revision().publish()
    assert [row.number for row in AssistantRelease.objects.all()] == [2, 1]


def test_an_incomplete_assistant_may_be_saved_but_not_published(site):
    draft = make(steps=[step("Leer", "leer")], publish=False)
    revision = draft.save_revision()
    with pytest.raises(ReleaseRefused):
        revision.publish()
    assert not AssistantRelease.objects.exists()


@pytest.mark.parametrize(
    ("steps", "fees", "words"),
    [
        ([], [], "noch keinen Schritt"),
        ([step("A", "a")], [], "ist leer"),
        ([step("A", "a", question("text", "X", "x"), question("text", "Y", "x"))], [], "Zwei Fragen"),
        ([step("A", "a", question("text", "X", "x")), step("B", "a", question("text", "Y", "y"))], [], "Zwei Schritte"),
        ([step("A", "a", question("choice", "X", "x", options=[]))], [], "keine Antworten"),
        ([step("A", "a", question("text", "X", "x", rule=EXPRESS))], [], "keine Frage hat diesen"),
        (
            [
                step(
                    "A",
                    "a",
                    question("text", "X", "x", rule=EXPRESS),
                    question("choice", "Art", "art", options=options(("express", "E"))),
                )
            ],
            [],
            "zurückblicken",
        ),
        (
            [
                step(
                    "A",
                    "a",
                    question("choice", "Art", "art", options=options(("b", "B"))),
                    question("text", "X", "x", rule=EXPRESS),
                )
            ],
            [],
            "ist keine Antwort",
        ),
        ([step("A", "a", question("text", "X", "x"))], [fee("Sperr Gut")], "nicht der Schlüssel einer Gebühr"),
        ([step("A", "a", question("text", "X", "x"))], [fee("a.b", quantity_field="x")], "keine ganze Zahl"),
        ([step("A", "a", question("text", "X", "x"))], [fee("a.b", quantity_field="y")], "keine Frage hat diesen"),
        ([step("A", "pruefen", question("text", "X", "x"))], [], "kann nicht verwendet werden"),
        ([step("A", "a", question("number", "X", "x", minimum="5", maximum="1"))], [], "über der größten"),
    ],
)
def test_the_preflight_names_what_is_wrong_in_plain_words(site, steps, fees, words):
    assert any(words in sentence for sentence in problems(site, steps, fees))


def test_a_good_assistant_has_no_problems(assistant):
    assert compile_assistant(assistant).problems == ()


def test_missing_keys_are_made_from_labels(site):
    assistant = make(
        steps=[step("Größe & Maß", "", question("text", "Straße", ""), question("text", "Straße", ""))], fees=[]
    )
    definition = compile_assistant(assistant).definition
    assert definition.steps[0].key == "groesse_mass"
    assert [field.key for field in definition.steps[0].fields] == ["strasse", "strasse_2"]


def test_conditions_may_name_an_answer_by_its_words(site):
    rule = {"mode": "all", "conditions": [{"field": "ok", "operator": "is", "value": "Ja"}]}
    assistant = make(
        steps=[step("A", "a", question("yes_no", "Okay?", "ok"), question("text", "X", "x", rule=rule))], fees=[]
    )
    assert compile_assistant(assistant).definition.steps[0].fields[1].rules[0].conditions[0].value == "yes"


def test_conditions_read_as_sentences(assistant):
    definition = compile_assistant(assistant).definition
    assert rule_sentence(definition.steps[1].rules, definition) == "Zeige nur, wenn „Art der Abfuhr“ „Express“ ist."


def test_groups_pass_their_condition_on(site):
    inner = [{"type": "text", "value": {"label": "X", "key": "x", "presence": "required"}}]
    group = {"type": "group", "value": {"label": "Zusammen", "fields": inner, "rule": EXPRESS}}
    choice = question("choice", "Art", "art", options=options(("express", "E"), ("n", "N")))
    definition = compile_assistant(make(steps=[step("A", "a", choice, group)], fees=[])).definition
    assert definition.steps[0].fields[1].group == "Zusammen"
    assert definition.steps[0].fields[1].rules


def test_people_meet_the_release_of_their_language(placement, assistant):
    english, _new = Locale.objects.get_or_create(language_code="en")
    translated = assistant.copy_for_translation(english)
    translated.title = "Bulky waste"
    translated.save()
    assert current_release(placement, "en").language == "de"
    translated.save_revision().publish()
    assert current_release(placement, "en").definition["title"] == "Bulky waste"
    assert current_release(placement, "de").definition["title"] == "Sperrgutabfuhr"
    with translation.override("en-gb"):
        assert current_release(placement).language == "en"


def test_the_english_wizard_speaks_english(client, placement, assistant):
    english, _new = Locale.objects.get_or_create(language_code="en")
    translated = assistant.copy_for_translation(english)
    translated.title = "Bulky waste"
    translated.save()
    translated.save_revision().publish()
    text = client.get("/en/portal/formular/sperrgut/").content.decode()
    assert "Bulky waste" in text
    assert "What you need" in text


def test_a_placement_needs_a_published_assistant_known_fees_and_its_own_department(
    placement, assistant, fees, other_site
):
    good = {"site": placement.site, "assistant": assistant, "department": placement.department, "is_active": True}
    assert not list(problems_of(good))
    assert dict(problems_of({**good, "site": other_site})).keys() >= {"department", "is_active"}
    fees.fees.filter(key="sperrgut.express").delete()
    assert "sperrgut.express" in dict(problems_of(good))["is_active"]
    assert not list(problems_of({**good, "payment_policy": "none"}))
    assert "is_active" in dict(problems_of({**good, "assistant": make(publish=False)}))


def test_old_drafts_are_purged(wizard):
    wizard.starts()
    call_command("assistants_purge_drafts")
    assert Draft.objects.count() == 1
    Draft.objects.update(updated_at=timezone.now() - datetime.timedelta(days=conf.get().DRAFT_DAYS + 1))
    assert wizard.client.get(f"{wizard.base}gegenstaende/").status_code == 410
    call_command("assistants_purge_drafts", "--dry-run")
    assert Draft.objects.count() == 1
    call_command("assistants_purge_drafts")
    assert not Draft.objects.exists()


def test_hostile_texts_of_editors_are_shown_as_text(client, department):
    from wagtail_buergerportal.assistants.models import AssistantPlacement

    evil = '<script>alert("x")</script>'
    steps = [
        step(
            evil,
            "a",
            question("text", evil, "x", help=evil),
            question("choice", evil, "y", options=options(("a", evil))),
            {"type": "content", "value": {"text": f"<p>{evil}</p><img src=x onerror=alert(1)>"}},
        )
    ]
    assistant = make(evil, steps=steps, fees=[], intro=evil)
    AssistantPlacement.objects.create(
        site=department.site, slug="evil", assistant=assistant, department=department, needed=evil
    )
    pages = [client.get("/portal/formular/evil/"), client.post("/portal/formular/evil/", follow=True)]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
        assert "onerror" not in page.content.decode()
