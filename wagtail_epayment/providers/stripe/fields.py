"""Reading Stripe's objects without trust in their shape. Every function raises OddAnswer."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

Said = Mapping[str, Any]


class OddAnswer(ValueError):
    """An object of Stripe lacks a field or has another kind of value in it than documented."""


def text(said: Said, name: str, *, longest: int = 120) -> str:
    """A short printable text; empty if absent."""
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise OddAnswer(f'Stripe\'s "{name}" is not a short text.')
    return value


def must(said: Said, name: str, *, longest: int = 120) -> str:
    value = text(said, name, longest=longest)
    if not value:
        raise OddAnswer(f'Stripe\'s answer lacks "{name}".')
    return value


def whole(said: Said, name: str) -> int:
    """An integer; amounts are in the currency's smallest unit."""
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise OddAnswer(f'Stripe\'s "{name}" is not a whole number.')
    return value


def currency(said: Said) -> str:
    return must(said, "currency", longest=3).upper()


def instant(said: Said, name: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromtimestamp(whole(said, name), datetime.UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise OddAnswer(f'Stripe\'s "{name}" is no time.') from error


def part(said: Said, name: str) -> Said:
    """An object in the object; empty if absent or not expanded."""
    value = said.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(said: Said, name: str) -> list[Said]:
    value = said.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def id_of(said: Said, name: str) -> str:
    """The id of an object that may be expanded; empty if there is none."""
    inner = part(said, name)
    return must(inner, "id") if inner else text(said, name)
