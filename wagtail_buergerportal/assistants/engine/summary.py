"""What was answered, for people: on check-your-answers, in the case, on paper."""

from __future__ import annotations

from dataclasses import dataclass

from ..definition import Field
from .evaluate import Evaluation
from .kinds import KINDS


@dataclass(frozen=True, slots=True)
class Row:
    field: Field
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    step_key: str
    title: str
    rows: tuple[Row, ...]


def summary(evaluation: Evaluation, *, blank: bool = False) -> tuple[Section, ...]:
    """One section a step with every answer that counts; ``blank`` adds shown questions without an answer."""
    return tuple(
        Section(active.key, active.step.title, rows)
        for active in evaluation.steps
        if (rows := tuple(_rows(evaluation, active.fields, blank)))
    )


def _rows(evaluation: Evaluation, fields: tuple[Field, ...], blank: bool) -> list[Row]:
    rows = []
    for field in fields:
        if field.key in evaluation.answers:
            shown = KINDS[field.kind].show(field, evaluation.answers[field.key])
            rows.append(Row(field, field.label, shown))
        elif blank and field.is_question:
            rows.append(Row(field, field.label, ""))
    return rows
