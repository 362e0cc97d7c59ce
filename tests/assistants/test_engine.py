from __future__ import annotations

import datetime
import json

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wagtail_buergerportal.assistants.definition import (
    Condition,
    Definition,
    DefinitionError,
    FeeRule,
    Field,
    Option,
    Rule,
    Step,
    from_json,
)
from wagtail_buergerportal.assistants.engine import KINDS, check_field, evaluate, recheck, summary, validate

TODAY = datetime.date(2026, 11, 25)
EXPRESS = (Rule((Condition("art", "is", "express"),)),)
OPTIONS = (Option("normal", "Normal"), Option("express", "Express"))

DEFINITION = Definition(
    "Sperrgut",
    (
        Step(
            "eins",
            "Was?",
            fields=(
                Field("number", "anzahl", "Anzahl", minimum="1", maximum="10"),
                Field("choice", "art", "Art", options=OPTIONS),
                Field("yes_no", "tuer", "Tür?", rules=EXPRESS),
                Field("content", "-3", html="<p>Hinweis</p>"),
                Field("multi_choice", "dinge", "Dinge", presence="optional", options=OPTIONS),
            ),
        ),
        Step("zwei", "Wann?", rules=EXPRESS, fields=(Field("date", "termin", "Termin", earliest_days=1),)),
        Step(
            "drei",
            "Wer?",
            fields=(
                Field("text", "name", "Name", max_length=20),
                Field("long_text", "text", "Text", presence="optional"),
                Field("email", "mail", "E-Mail", presence="optional"),
                Field("phone", "tel", "Telefon", presence="optional"),
                Field("address", "adresse", "Adresse", presence="optional"),
                Field("file", "bild", "Bild", presence="optional", accept=("png",), max_bytes=10),
                Field("text", "spaet", "Spät", rules=(Rule((Condition("termin", "filled"),)),)),
            ),
        ),
    ),
    fees=(FeeRule("stueck", quantity_field="anzahl"), FeeRule("express", rules=EXPRESS)),
)

GOOD = {"anzahl": "2", "art": "express", "tuer": "yes", "termin": "2026-12-01", "name": "Zoë", "spaet": "ja"}

KEYS = [field.key for _step, field in DEFINITION.questions()]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PLAUSIBLE = st.sampled_from(
    [
        "1",
        "99",
        "express",
        "normal",
        "yes",
        "2026-12-01",
        "2020-02-30",
        ["normal"],
        ["express", "normal"],
        "x" * 30,
        "a@b.de",
    ]
)
ANSWERS = st.dictionaries(st.sampled_from(KEYS), JSON | PLAUSIBLE) | JSON
NAMES = [f"{key}{part}" for key in KEYS for part in ("", "-day", "-month", "-year", "-street", "-city", "-postal_code")]
RAW = st.dictionaries(st.sampled_from(NAMES), JSON | PLAUSIBLE | st.lists(st.text(max_size=10), max_size=2)) | JSON
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def clean(field, given):
    return check_field(field, given, today=TODAY)


def test_a_definition_survives_json_and_keeps_its_hash():
    again = from_json(json.loads(json.dumps(DEFINITION.to_json())))
    assert again == DEFINITION
    assert again.content_hash() == DEFINITION.content_hash()


def test_a_strange_definition_is_refused():
    for strange in ({}, {"format": 99}, {"format": 1, "title": "x", "steps": [{"nonsense": 1}]}):
        with pytest.raises(DefinitionError):
            from_json(strange)


def test_steps_questions_and_fees_follow_the_answers():
    short = evaluate(DEFINITION, {"anzahl": "2", "art": "normal"})
    assert [step.key for step in short.steps] == ["eins", "drei"]
    assert [fee.key for fee in short.fees] == ["stueck"]
    long = evaluate(DEFINITION, GOOD)
    assert [step.key for step in long.steps] == ["eins", "zwei", "drei"]
    assert long.is_complete
    assert [(fee.key, fee.quantity) for fee in long.fees] == [("stueck", 2), ("express", 1)]
    assert long.next_step("eins").key == "zwei"
    assert long.previous_step("zwei").key == "eins"
    assert long.previous_step("eins") is None
    assert long.next_step("drei") is None


def test_a_hidden_question_steers_nothing():
    found = evaluate(DEFINITION, GOOD | {"art": "normal"})
    assert "termin" not in found.answers
    assert "spaet" not in found.answers
    assert found.step("drei").field("spaet") is None


@pytest.mark.parametrize(
    ("operator", "value", "answers", "holds"),
    [
        ("greater", "5", {"n": "10"}, True),
        ("greater", "10", {"n": "9"}, False),
        ("less", "10", {"n": "9"}, True),
        ("is", "3,0", {"n": "3"}, True),
        ("is", "3", {}, False),
        ("is_not", "3", {}, True),
        ("empty", "", {}, True),
        ("filled", "", {"n": "1"}, True),
        ("greater", "2026-01-01", {"d": "2026-02-01"}, True),
        ("less", "2026-01-01", {"d": "2026-02-01"}, False),
        ("contains", "GE", {"t": "Garage"}, True),
        ("greater", "abc", {"t": "Garage"}, False),
    ],
)
def test_conditions(operator, value, answers, holds):
    key = next(iter(answers), "n")
    fields = (Field("number", "n", "N"), Field("date", "d", "D"), Field("text", "t", "T"))
    rule = (Rule((Condition(key, operator, value),)),)
    definition = Definition("x", (Step("s", "S", fields=(*fields, Field("text", "z", "Z", rules=rule))),))
    assert (evaluate(definition, answers).step("s").field("z") is not None) is holds


def test_any_and_all():
    both = (Condition("a", "is", "1"), Condition("b", "is", "1"))
    for mode, answers, holds in (
        ("all", {"a": "1"}, False),
        ("any", {"a": "1"}, True),
        ("all", {"a": "1", "b": "1"}, True),
    ):
        fields = (
            Field("number", "a", "A"),
            Field("number", "b", "B"),
            Field("text", "z", "Z", rules=(Rule(both, mode),)),
        )
        found = evaluate(Definition("x", (Step("s", "S", fields=fields),)), answers)
        assert (found.step("s").field("z") is not None) is holds


@QUICK
@given(ANSWERS)
def test_no_answer_ever_breaks_the_engine(answers):
    found = evaluate(DEFINITION, answers)
    recheck(found, today=TODAY)
    summary(found, blank=True)


@QUICK
@given(ANSWERS)
def test_pruning_twice_is_pruning_once(answers):
    once = evaluate(DEFINITION, answers)
    assert evaluate(DEFINITION, once.answers) == once


@QUICK
@given(ANSWERS)
def test_nothing_hidden_leaks(answers):
    found = evaluate(DEFINITION, answers)
    shown = {field.key for step in found.steps for field in step.fields}
    assert set(found.answers) <= shown
    if found.answers.get("art") != "express":
        assert not {"termin", "tuer", "spaet"} & set(found.answers)
        assert "express" not in {fee.key for fee in found.fees}


@QUICK
@given(ANSWERS)
def test_the_summary_is_what_is_submitted(answers):
    found = evaluate(DEFINITION, answers)
    assert {row.field.key for section in summary(found) for row in section.rows} == set(found.answers)


@QUICK
@given(st.sampled_from(["eins", "zwei", "drei", "vier"]), ANSWERS, RAW)
def test_no_input_ever_breaks_a_step(step, answers, raw):
    checked = validate(DEFINITION, answers, step, raw, today=TODAY)
    json.dumps(dict(checked.values))
    for key, value in checked.values.items():
        field = next(field for _step, field in DEFINITION.questions() if field.key == key)
        assert KINDS[field.kind].accepts(field, value)


@QUICK
@given(st.sampled_from(["eins", "drei"]), RAW)
def test_what_was_accepted_is_accepted_again(step, raw):
    """Shown again and sent again unchanged, an answer stays what it is."""
    checked = validate(DEFINITION, GOOD, step, raw, today=TODAY)
    for key, value in checked.values.items():
        field = next(field for _step, field in DEFINITION.questions() if field.key == key)
        again = check_field(field, KINDS[field.kind].give(field, value), today=TODAY)
        assert again.value == value


def test_posted_answers_to_unknown_and_hidden_questions_are_ignored():
    raw = {"anzahl": "1", "art": "normal", "tuer": "yes", "preis": "0", "name": "x"}
    checked = validate(DEFINITION, {}, "eins", raw, today=TODAY)
    assert checked.is_valid
    assert set(checked.values) == {"anzahl", "art"}


def test_a_question_that_appears_is_named_and_is_no_error():
    checked = validate(DEFINITION, {"art": "normal"}, "eins", {"anzahl": "1", "art": "express"}, today=TODAY)
    assert checked.is_valid
    assert checked.appeared == {"tuer"}


def test_a_step_that_is_not_on_the_way_takes_nothing():
    assert not validate(DEFINITION, {"art": "normal"}, "zwei", {"termin": "2026-12-24"}, today=TODAY).values


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("Mu\u0308ller", "Müller"),
        ("Mül\u200bler\u200d", "Müller"),
        ("\u202eabc\u202c", "abc"),
        ("\ufeff  Anna \t Maria ", "Anna Maria"),
        ("O’Neill-Łukasz Đỗ", "O’Neill-Łukasz Đỗ"),
        ("Zeile\r\nzwei", "Zeile zwei"),
    ],
)
def test_names_are_tidied(raw, kept):
    assert clean(Field("text", "n", "Name"), raw).value == kept


@pytest.mark.parametrize(
    "raw",
    ["Anna 😀", "👩‍🚒", "🇩🇪", "☃", "1️⃣", "a\x00b", "a\x1bb", "\ud800", "e" + "\u0301" * 9 + "x", "y" * 201, "z" * 10**6],
)
def test_names_that_will_not_do_are_answered_with_a_sentence(raw):
    found = clean(Field("text", "n", "Name"), raw)
    assert found.value is None
    assert len(found.errors[""]) > 20


def test_emoji_are_fine_in_a_long_text():
    assert clean(Field("long_text", "n", "Text"), "Danke 😀\n\nZoë").value == "Danke 😀\n\nZoë"


def test_only_invisible_characters_are_no_answer():
    assert "" in clean(Field("text", "n", "Name"), "\u200b\u200b").errors


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("3", "3"),
        (" 3 ", "3"),
        ("+3", "3"),
        ("3,5", None),
        ("1.000", None),
        ("drei", None),
        ("٣", None),
        ("1e3", None),
        ("0", None),
        ("11", None),
    ],
)
def test_whole_numbers(raw, kept):
    assert clean(Field("number", "n", "Anzahl", minimum="1", maximum="10"), raw).value == kept


@pytest.mark.parametrize(
    ("raw", "kept"), [("2,50", "2.5"), ("2.5", "2.5"), ("1.000,5", None), ("1,234", None), ("-1", "-1")]
)
def test_decimal_numbers(raw, kept):
    with translation.override("de"):
        assert clean(Field("number", "n", "Länge", places=2), raw).value == kept


@pytest.mark.parametrize(
    ("day", "month", "year", "kept"),
    [
        ("1", "12", "2026", "2026-12-01"),
        ("01.", " 12", "2026", "2026-12-01"),
        ("30", "2", "2027", None),
        ("1", "", "2026", None),
        ("1", "12", "26", None),
        ("a", "12", "2026", None),
        ("25", "11", "2026", None),
    ],
)
def test_days(day, month, year, kept):
    field = Field("date", "d", "Termin", earliest_days=1)
    found = clean(field, {"day": day, "month": month, "year": year})
    assert found.value == kept
    assert bool(found.errors) is (kept is None)


def test_a_day_may_come_in_one_text():
    kind, field = KINDS["date"], Field("date", "d", "Termin")
    for text in ("2026-12-24", "24.12.2026", "24. 12. 2026"):
        assert clean(field, kind.read(field, {"d": text})).value == "2026-12-24"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("02151 123456", "+49 2151 123456"),
        ("0031 20 123 4567", "+31 20 123 4567"),
        ("+1 (212) 555-0100", "+1 212-555-0100"),
        ("12", None),
        ("keine", None),
        ("+999 1", None),
    ],
)
def test_telephone_numbers(raw, kept):
    assert clean(Field("phone", "t", "Telefon"), raw).value == kept


@pytest.mark.parametrize(
    ("raw", "good"),
    [
        ("a@b.de", True),
        ("ä.ö@müller.de", True),
        ("a@b", False),
        ("a b@c.de", False),
        ("a@b..de", False),
        ("<a@b.de>", False),
    ],
)
def test_mail_addresses(raw, good):
    assert (clean(Field("email", "m", "E-Mail"), raw).value is not None) is good


def test_addresses_here_and_abroad():
    field = Field("address", "a", "Adresse")
    here = {"street": "Weg", "house_number": "1a", "postal_code": "4779", "city": "Ort", "country": ""}
    assert set(clean(field, here).errors) == {"postal_code"}
    assert clean(field, here | {"country": "Niederlande", "postal_code": "1012 AB"}).value["postal_code"] == "1012 AB"
    assert set(clean(field, here | {"street": " ", "city": "😀"}).errors) == {"street", "postal_code", "city"}


def test_yesterdays_answer_may_no_longer_do():
    found = evaluate(DEFINITION, GOOD)
    assert not recheck(found, today=TODAY)
    late = recheck(found, today=datetime.date(2026, 12, 5))
    assert set(late) == {"zwei"}
    assert set(late["zwei"]) == {"termin"}
