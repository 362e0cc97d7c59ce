"""A definition as JSON Schema of the answers, and as hints for drawing it."""

from __future__ import annotations

from typing import Any

from ..definition import Definition, Field, Rule
from ..engine import KINDS, options_of
from ..sentences import rule_sentence

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def represent(definition: Definition) -> dict[str, Any]:
    """``json_schema`` and ``ui`` of a definition."""
    return {"json_schema": schema_of(definition), "ui": ui_of(definition)}


def schema_of(definition: Definition) -> dict[str, Any]:
    """What the answers look like. Only questions that are always asked are required by the schema: which others are
    follows from the conditions, and the server judges them."""
    questions = list(definition.questions())
    return {
        "$schema": DIALECT,
        "title": definition.title,
        "type": "object",
        "properties": {
            field.key: {**KINDS[field.kind].schema(field), "title": field.label} for _step, field in questions
        },
        "required": [
            field.key for step, field in questions if field.presence == "required" and not (field.rules or step.rules)
        ],
        "additionalProperties": False,
    }


def ui_of(definition: Definition) -> dict[str, Any]:
    return {
        "steps": [
            {
                "key": step.key,
                "title": step.title,
                "intro": step.intro,
                **_shown_if(step.rules, definition),
                "fields": [_field(field, definition) for field in step.fields],
            }
            for step in definition.steps
        ],
        "fees": [
            {
                "key": fee.key,
                "label": fee.label,
                "quantity": fee.quantity,
                "quantity_field": fee.quantity_field,
                **_shown_if(fee.rules, definition),
            }
            for fee in definition.fees
        ],
        "submit_label": definition.submit_label,
    }


def _field(field: Field, definition: Definition) -> dict[str, Any]:
    shown = _shown_if(field.rules, definition)
    if not field.is_question:
        return {"kind": "content", "html": field.html, "group": field.group, **shown}
    hints = {
        "options": [{"key": option.key, "label": option.label} for option in options_of(field)],
        "prefill": field.prefill,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "decimals": field.places,
        "unit": field.unit,
        "earliest_days": field.earliest_days,
        "latest_days": field.latest_days,
        "accept": list(field.accept),
        "max_bytes": field.max_bytes,
    }
    basics = {"kind": field.kind, "key": field.key, "label": field.label, "help": field.help}
    given = {name: value for name, value in hints.items() if value not in ("", None, [], 0)}
    return {**basics, "presence": field.presence, "group": field.group, **shown, **given}


def _shown_if(rules: tuple[Rule, ...], definition: Definition) -> dict[str, Any]:
    """Conditions for a machine (all groups must hold) and as a sentence."""
    if not rules:
        return {}
    groups = [
        {
            "mode": rule.mode,
            "conditions": [
                {"field": item.field, "operator": item.operator, "value": item.value} for item in rule.conditions
            ],
        }
        for rule in rules
    ]
    return {"shown_if": {"rules": groups, "sentence": rule_sentence(rules, definition)}}
