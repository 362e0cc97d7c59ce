"""Rules as sentences for editors: Zeige nur, wenn „Art der Abfuhr“ „Express“ ist."""

from __future__ import annotations

from django.utils.translation import gettext as _

from .definition import Condition, Definition, Field, Rule
from .engine import options_of


def rule_sentence(rules: tuple[Rule, ...], definition: Definition) -> str:
    """When something is shown, or "" if always."""
    questions = {field.key: field for _step, field in definition.questions()}
    parts = [_one(rule, questions) for rule in rules if rule.conditions]
    if not parts:
        return ""
    return _("Shown only if %(conditions)s.") % {"conditions": _(" and ").join(parts)}


def _one(rule: Rule, questions: dict[str, Field]) -> str:
    joint = _(" or ") if rule.mode == "any" else _(" and ")
    return joint.join(_condition(item, questions) for item in rule.conditions)


def _condition(item: Condition, questions: dict[str, Field]) -> str:
    field = questions.get(item.field)
    names = {"question": field.label if field else item.field, "value": _shown(field, item.value)}
    patterns = {
        "is": _("“%(question)s” is “%(value)s”"),
        "is_not": _("“%(question)s” is not “%(value)s”"),
        "filled": _("“%(question)s” has been answered"),
        "empty": _("“%(question)s” has not been answered"),
        "greater": _("“%(question)s” is greater than %(value)s"),
        "less": _("“%(question)s” is less than %(value)s"),
        "contains": _("“%(question)s” contains “%(value)s”"),
    }
    return patterns[item.operator] % names


def _shown(field: Field | None, value: str) -> str:
    if field is None:
        return value
    return next((option.label for option in options_of(field) if option.key == value), value)
