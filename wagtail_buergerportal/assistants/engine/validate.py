"""What somebody typed on one step: cleaned values, and a sentence for everything that will not do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..definition import Definition, Field
from .errors import Invalid
from .evaluate import ActiveStep, Evaluation, evaluate
from .kinds import KINDS, Raw


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of one step. ``values`` are those that will do, ``given`` what was typed, ``errors`` per field and
    part ("" = the whole field). ``evaluation`` judges all answers together with the new ones."""

    values: Mapping[str, Any]
    given: Mapping[str, Any]
    errors: Mapping[str, Mapping[str, str]]
    evaluation: Evaluation
    appeared: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_valid(self) -> bool:
        return not self.errors


def validate(definition: Definition, answers: Any, step_key: str, raw: Any, *, today: date) -> Checked:
    """Check what was sent for one step in the light of the other answers.

    Questions are read front to back, and only those that are shown under what stands before them: what is sent for
    hidden or unknown ones is ignored. Questions that appear only through what was just answered and were not in the
    form are not errors: they are named in ``appeared``. Never raises for bad input.
    """
    sent: Raw = raw if isinstance(raw, Mapping) else {}
    before = evaluate(definition, answers)
    old = before.step(step_key)
    step = definition.step(step_key)
    if step is None or old is None:
        return Checked({}, {}, {}, before)
    kept = dict(answers) if isinstance(answers, Mapping) else {}
    others = {key: value for key, value in kept.items() if key not in {item.key for item in step.fields}}
    values: dict[str, Any] = {}
    given: dict[str, Any] = {}
    errors: dict[str, dict[str, str]] = {}
    appeared: set[str] = set()
    for item in step.fields:
        active = evaluate(definition, {**others, **values}).step(step_key)
        if active is None or active.field(item.key) is None or item.kind not in KINDS:
            continue
        kind = KINDS[item.kind]
        was_hidden = old.field(item.key) is None and not was_sent(item, sent)
        if was_hidden and kind.accepts(item, kept.get(item.key)):
            values[item.key] = kept[item.key]
            given[item.key] = kind.give(item, kept[item.key])
            continue
        given[item.key] = kind.read(item, sent)
        found = check_field(item, given[item.key], today=today)
        if found.value is not None:
            values[item.key] = found.value
        if found.errors and was_hidden:
            appeared.add(item.key)
        elif found.errors:
            errors[item.key] = found.errors
    return Checked(values, given, errors, evaluate(definition, {**others, **values}), frozenset(appeared))


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    value: Any = None
    errors: dict[str, str] = field(default_factory=dict)


def check_field(item: Field, given: Any, *, today: date) -> FieldOutcome:
    """One question: its value, None if blank, or what is wrong."""
    kind = KINDS[item.kind]
    if not kind.is_blank(given):
        try:
            value = kind.clean(item, given, today=today)
        except Invalid as invalid:
            return FieldOutcome(errors=dict(invalid.parts))
        if kind.accepts(item, value):
            return FieldOutcome(value=value)
    if item.presence == "required":
        return FieldOutcome(errors={"": kind.missing(item)})
    return FieldOutcome()


def recheck(evaluation: Evaluation, *, today: date) -> dict[str, dict[str, dict[str, str]]]:
    """Errors per step and field of answers kept earlier: a day may have passed, a release is pinned, data is sealed."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for active in evaluation.steps:
        for item in active.fields:
            if errors := _recheck_field(active, item, evaluation.answers, today):
                found.setdefault(active.key, {})[item.key] = errors
    return found


def _recheck_field(active: ActiveStep, item: Field, answers: Mapping[str, Any], today: date) -> dict[str, str]:
    kind = KINDS.get(item.kind)
    if kind is None:
        return {}
    if item.key not in answers:
        return {"": kind.missing(item)} if item.key in active.missing else {}
    return check_field(item, kind.give(item, answers[item.key]), today=today).errors


def was_sent(item: Field, sent: Raw) -> bool:
    """Whether the form that was sent had this question."""
    return any((f"{item.key}-{part}" if part else item.key) in sent for part in (*KINDS[item.kind].parts, ""))
