"""Holds what is asked of Stripe, and what our Stripe answers, against Stripe's published OpenAPI description."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator

_SPEC: dict[str, Any] = json.loads(Path(__file__).with_name("stripe_openapi.json").read_text())
_NAME = re.compile(r"[^\[\]]+")


class BadRequest(Exception):
    """The description does not allow this; ``param`` names the field."""

    def __init__(self, message: str, param: str = "") -> None:
        super().__init__(message)
        self.param = param


def parse(operation: str, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters as one object, numbers as numbers. Raises BadRequest if the description does not allow them."""
    nested: dict[str, Any] = {}
    for name, value in pairs:
        _put(nested, _NAME.findall(name), value)
    schema = _SPEC["requests"][operation]
    found = _typed(_listed(nested), schema)
    for error in _validator(json.dumps(schema)).iter_errors(found):
        raise BadRequest(error.message, ".".join(map(str, error.absolute_path)))
    _check_amounts(found)
    return found


def check_answer(operation: str, said: Any) -> None:
    """Raises AssertionError: our Stripe says something the real one does not."""
    _check(_SPEC["answers"][operation], said)


def check_object(name: str, said: Any) -> None:
    _check({"$ref": f"#/components/schemas/{name}"}, said)


def _check(schema: Any, said: Any) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in _validator(json.dumps(schema)).iter_errors(said)]
    assert not errors, errors


@functools.cache
def _validator(schema: str) -> OAS30Validator:
    return OAS30Validator({**json.loads(schema), "components": _SPEC["components"]})


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        into = into.setdefault(name, {})
    if path[-1] in into:
        raise BadRequest("Sent twice.", path[-1])
    into[path[-1]] = value


def _listed(node: Any) -> Any:
    """``line_items[0][quantity]`` is a list."""
    if not isinstance(node, dict):
        return node
    values = {name: _listed(value) for name, value in node.items()}
    if values and sorted(values) == sorted(map(str, range(len(values)))):
        return [values[str(place)] for place in range(len(values))]
    return values


def _typed(value: Any, schema: dict[str, Any]) -> Any:
    """Forms know text only; the description says what is meant as a number."""
    for choice in schema.get("anyOf", []):
        if isinstance(value, dict) == (choice.get("type") == "object"):
            return _typed(value, choice)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return {name: _typed(each, known.get(name, {})) for name, each in value.items()}
    if isinstance(value, list):
        return [_typed(each, schema.get("items", {})) for each in value]
    if schema.get("type") == "integer" and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    return value


def _check_amounts(found: dict[str, Any]) -> None:
    """The description takes negative amounts; Stripe does not."""
    for place, line in enumerate(found.get("line_items", [])):
        if line.get("price_data", {}).get("unit_amount", 0) < 0:
            raise BadRequest("Amounts are not negative.", f"line_items.{place}.price_data.unit_amount")
        if line.get("quantity", 1) < 1:
            raise BadRequest("Nothing of something.", f"line_items.{place}.quantity")
    if found.get("amount", 1) < 1:
        raise BadRequest("Amounts are positive.", "amount")
