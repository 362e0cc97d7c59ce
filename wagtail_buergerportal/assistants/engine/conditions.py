"""Whether a question, step or fee applies, judged by the answers that count."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ..definition import Condition, Field, Rule
from .kinds import KINDS
from .kinds.numbers import parse_day

Known = Mapping[str, tuple[Field, Any]]


def holds(rules: tuple[Rule, ...], known: Known) -> bool:
    """Whether all ``rules`` hold; ``known`` has the answers given so far on the way, with their questions.

    A condition on a question without answer, or one that is not on the way, compares with nothing.
    """
    return all(_rule_holds(rule, known) for rule in rules)


def _rule_holds(rule: Rule, known: Known) -> bool:
    if not rule.conditions:
        return True
    results = (_condition_holds(condition, known) for condition in rule.conditions)
    return any(results) if rule.mode == "any" else all(results)


def _condition_holds(condition: Condition, known: Known) -> bool:
    texts: tuple[str, ...] = ()
    if condition.field in known:
        field, value = known[condition.field]
        texts = KINDS[field.kind].comparable(field, value)
    wanted = condition.value.strip()
    match condition.operator:
        case "is":
            return any(_same(text, wanted) for text in texts)
        case "is_not":
            return not any(_same(text, wanted) for text in texts)
        case "filled":
            return bool(texts)
        case "empty":
            return not texts
        case "contains":
            return any(wanted.casefold() in text.casefold() for text in texts)
        case "greater":
            return any(_order(text, wanted) == 1 for text in texts)
        case "less":
            return any(_order(text, wanted) == -1 for text in texts)
    return False


def _same(text: str, wanted: str) -> bool:
    return text.casefold() == wanted.casefold() or _order(text, wanted) == 0


def _order(text: str, wanted: str) -> int | None:
    """-1, 0 or 1 between two numbers or two days; None if they are neither."""
    left, right = _number(text), _number(wanted)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    day, other = parse_day(text), parse_day(wanted)
    if day is not None and other is not None:
        return (day > other) - (day < other)
    return None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
