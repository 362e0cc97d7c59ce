"""What applies: which steps are on the way, which questions are shown, which answers count, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..definition import Definition, FeeRule, Field, Step
from .conditions import holds
from .kinds import KINDS

MAX_QUANTITY = 1_000_000


@dataclass(frozen=True, slots=True)
class ActiveStep:
    """A step on the way, with the fields shown on it and the keys of required questions without an answer."""

    step: Step
    fields: tuple[Field, ...]
    missing: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.step.key

    def field(self, key: str) -> Field | None:
        return next((field for field in self.fields if field.key == key), None)


@dataclass(frozen=True, slots=True)
class FeeQuantity:
    """How often a fee is due."""

    key: str
    label: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The definition under certain answers. ``answers`` has only those that count."""

    definition: Definition
    steps: tuple[ActiveStep, ...]
    answers: Mapping[str, Any]
    fees: tuple[FeeQuantity, ...]

    @property
    def is_complete(self) -> bool:
        return not any(step.missing for step in self.steps)

    def step(self, key: str) -> ActiveStep | None:
        return next((step for step in self.steps if step.key == key), None)

    def next_step(self, key: str) -> ActiveStep | None:
        """The step after ``key`` on the way; None at the end."""
        place = self._place(key)
        return self.steps[place + 1] if place is not None and place + 1 < len(self.steps) else None

    def previous_step(self, key: str) -> ActiveStep | None:
        place = self._place(key)
        return self.steps[place - 1] if place else None

    def first_open(self, done: frozenset[str]) -> ActiveStep | None:
        """The first step on the way that was not filled in or lacks an answer; None if all are."""
        return next((step for step in self.steps if step.missing or step.key not in done), None)

    def may_open(self, key: str, done: frozenset[str]) -> bool:
        """Whether everything before ``key`` is filled in: nobody skips a step by its address."""
        place, first = self._place(key), self.first_open(done)
        if place is None:
            return False
        return first is None or place <= (self._place(first.key) or 0)

    def _place(self, key: str) -> int | None:
        return next((place for place, step in enumerate(self.steps) if step.key == key), None)


def evaluate(definition: Definition, answers: Any) -> Evaluation:
    """Judge ``answers`` (any JSON) by ``definition``, front to back.

    Rules see only answers that count and stand before them, so a hidden question never steers anything, and the
    result does not depend on how often it is computed. Never raises for bad answers.
    """
    given = answers if isinstance(answers, Mapping) else {}
    known: dict[str, tuple[Field, Any]] = {}
    steps: list[ActiveStep] = []
    for step in definition.steps:
        if holds(step.rules, known):
            steps.append(_enter(step, given, known))
    counted = {key: value for key, (_field, value) in known.items()}
    fees = tuple(found for rule in definition.fees if (found := _fee(rule, known)))
    return Evaluation(definition, tuple(steps), counted, fees)


def _enter(step: Step, given: Mapping[Any, Any], known: dict[str, tuple[Field, Any]]) -> ActiveStep:
    shown: list[Field] = []
    missing: list[str] = []
    for field in step.fields:
        if not holds(field.rules, known):
            continue
        shown.append(field)
        kind = KINDS.get(field.kind)
        if kind is None:
            continue
        if field.key in given and kind.accepts(field, given[field.key]):
            known[field.key] = (field, given[field.key])
        elif field.presence == "required":
            missing.append(field.key)
    return ActiveStep(step, tuple(shown), tuple(missing))


def _fee(rule: FeeRule, known: dict[str, tuple[Field, Any]]) -> FeeQuantity | None:
    if not holds(rule.rules, known):
        return None
    quantity = rule.quantity
    if rule.quantity_field:
        if rule.quantity_field not in known or known[rule.quantity_field][0].kind != "number":
            return None
        quantity = int(Decimal(known[rule.quantity_field][1].replace(",", ".")))
    if not 0 < quantity <= MAX_QUANTITY:
        return None
    return FeeQuantity(rule.key, rule.label, quantity)
