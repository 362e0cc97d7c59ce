"""What speaks against releasing an assistant, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .definition import Condition, Definition, Field, Rule, Step
from .engine import KINDS, options_of
from .engine.kinds.numbers import limit_of

KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
FEE_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
#: Words the wizard's own addresses use.
RESERVED = frozenset({"pruefen", "absenden", "verwerfen"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; errors keep an assistant from being published, warnings do not."""

    sentence: str
    is_error: bool = True

    def __str__(self) -> str:
        return self.sentence


def preflight(definition: Definition) -> Iterator[Problem]:
    """Everything wrong with a definition that can be known without a commune's fees."""
    if not definition.steps:
        yield Problem(_("The assistant has no step yet. Add at least one."))
    yield from _steps(definition)
    yield from _duplicates(definition)
    yield from _conditions(definition)
    yield from _fees(definition)


def _steps(definition: Definition) -> Iterator[Problem]:
    for number, step in enumerate(definition.steps, start=1):
        name = step.title or _("Step %(number)d") % {"number": number}
        if not step.title:
            yield Problem(_("Step %(number)d has no title.") % {"number": number})
        if not KEY.fullmatch(step.key) or step.key in RESERVED:
            yield Problem(_("The key “%(key)s” of “%(name)s” cannot be used.") % {"key": step.key, "name": name})
        if not step.fields:
            yield Problem(_("The step “%(name)s” is empty. Add a question or a text.") % {"name": name})
        for field in step.fields:
            if field.is_question:
                yield from _question(step, field)


def _question(step: Step, field: Field) -> Iterator[Problem]:
    names = {"label": field.label, "step": step.title, "key": field.key}
    if not field.label:
        yield Problem(_("A question in “%(step)s” has no label.") % names)
    if not KEY.fullmatch(field.key):
        yield Problem(_("The key “%(key)s” of the question “%(label)s” cannot be used.") % names)
    if field.kind not in KINDS:
        yield Problem(_("Nothing is known about the kind of the question “%(label)s”.") % names)
    if field.kind in ("choice", "multi_choice"):
        yield from _options(field)
    low, high = limit_of(field.minimum), limit_of(field.maximum)
    if low is not None and high is not None and low > high:
        yield Problem(_("In “%(label)s” the smallest number is above the greatest.") % names)
    if field.earliest_days is not None and field.latest_days is not None and field.earliest_days > field.latest_days:
        yield Problem(_("In “%(label)s” the earliest day is after the latest.") % names)
    if field.kind == "file" and not field.accept:
        yield Problem(_("“%(label)s” allows no type of file.") % names)


def _options(field: Field) -> Iterator[Problem]:
    if not field.options:
        yield Problem(_("The choice “%(label)s” has no answers.") % {"label": field.label})
    keys = [option.key for option in field.options]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Problem(_("The choice “%(label)s” has the key “%(key)s” twice.") % {"label": field.label, "key": key})
    if any(not option.label or not option.key for option in field.options):
        yield Problem(_("An answer of the choice “%(label)s” has no text.") % {"label": field.label})


def _duplicates(definition: Definition) -> Iterator[Problem]:
    steps = [step.key for step in definition.steps]
    for key in sorted({key for key in steps if key and steps.count(key) > 1}):
        yield Problem(_("Two steps have the key “%(key)s”.") % {"key": key})
    questions = [field for _step_, field in definition.questions()]
    keys = [field.key for field in questions]
    for key in sorted({key for key in keys if key and keys.count(key) > 1}):
        labels = " / ".join(field.label for field in questions if field.key == key)
        yield Problem(_("Two questions have the key “%(key)s”: %(labels)s.") % {"key": key, "labels": labels})


def _conditions(definition: Definition) -> Iterator[Problem]:
    """Rules may only look back. That alone makes cycles impossible."""
    everything = {field.key: field for _step_, field in definition.questions()}
    earlier: dict[str, Field] = {}
    for step in definition.steps:
        yield from _rules(step.rules, _("the step “%(label)s”") % {"label": step.title}, earlier, everything)
        for field in step.fields:
            what = _("“%(label)s”") % {"label": field.label or _("an explanation in %(step)s") % {"step": step.title}}
            yield from _rules(field.rules, what, earlier, everything)
            if field.is_question:
                earlier[field.key] = field


def _rules(
    rules: tuple[Rule, ...], what: str, earlier: dict[str, Field], everything: dict[str, Field]
) -> Iterator[Problem]:
    for condition in (condition for rule in rules for condition in rule.conditions):
        names = {"what": what, "key": condition.field}
        if condition.field in earlier:
            yield from _comparison(condition, earlier[condition.field], what)
        elif condition.field in everything:
            sentence = _(
                "The condition at %(what)s asks for “%(key)s”, which is asked only there or later. Conditions may only "
                "look back, otherwise they would go round in circles."
            )
            yield Problem(sentence % names)
        else:
            yield Problem(_("The condition at %(what)s asks for “%(key)s”, but no question has this key.") % names)


def _comparison(condition: Condition, field: Field, what: str) -> Iterator[Problem]:
    names = {"what": what, "label": field.label, "value": condition.value}
    if condition.operator in ("filled", "empty"):
        return
    if not condition.value:
        yield Problem(_("The condition at %(what)s compares “%(label)s” with nothing.") % names)
    elif field.kind in ("choice", "multi_choice", "yes_no") and condition.operator in ("is", "is_not"):
        if condition.value not in {option.key for option in options_of(field)}:
            yield Problem(_("The condition at %(what)s: “%(value)s” is no answer of “%(label)s”.") % names)
    elif condition.operator in ("greater", "less") and field.kind not in ("number", "date"):
        yield Problem(_("The condition at %(what)s: only numbers and days can be greater or less.") % names)


def _fees(definition: Definition) -> Iterator[Problem]:
    questions = {field.key: field for _step_, field in definition.questions()}
    for fee in definition.fees:
        names = {"key": fee.key, "field": fee.quantity_field}
        if not FEE_KEY.fullmatch(fee.key):
            yield Problem(_("“%(key)s” cannot be the key of a fee.") % names)
        if fee.quantity_field and fee.quantity_field not in questions:
            yield Problem(_("The fee “%(key)s” counts by “%(field)s”, but no question has this key.") % names)
        elif fee.quantity_field:
            question = questions[fee.quantity_field]
            if question.kind != "number" or question.places:
                yield Problem(_("The fee “%(key)s” counts by “%(field)s”, which is no whole number.") % names)
        yield from _rules(fee.rules, _("the fee “%(key)s”") % names, questions, questions)
