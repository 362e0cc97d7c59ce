"""Answers taken over from a citizen's account, and who pays taken out of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from wagtail_buergerportal.identity.sessions import CurrentCitizen

from .definition import Definition, Field
from .engine import check_field

_ADDRESS = ("street", "house_number", "postal_code", "city")


def prefilled(definition: Definition, citizen: CurrentCitizen | None) -> dict[str, Any]:
    """Answers from the profile for the questions that ask for it; what would not pass as an answer is left out."""
    if citizen is None:
        return {}
    found = {}
    for _step, field in definition.questions():
        given = _given(field, citizen.profile)
        if given and (isinstance(given, str) or any(given.values())):
            value = check_field(field, given, today=timezone.localdate()).value
            if value is not None:
                found[field.key] = value
    return found


def verified_keys(definition: Definition, answers: Mapping[str, Any], citizen: CurrentCitizen | None) -> frozenset[str]:
    """The questions whose answer still is what the login provider vouches for."""
    if citizen is None:
        return frozenset()
    taken = prefilled(definition, citizen)
    return frozenset(
        field.key
        for _step, field in definition.questions()
        if field.prefill
        and field.key in taken
        and answers.get(field.key) == taken[field.key]
        and set(_parts(field)) <= citizen.verified
    )


def payer_of(definition: Definition, answers: Mapping[str, Any]) -> dict[str, str]:
    """Name, e-mail and address of the person who pays, from the answers marked as such."""
    payer: dict[str, str] = {}
    for _step, field in definition.questions():
        value = answers.get(field.key)
        if not value:
            continue
        if field.prefill == "address" and isinstance(value, Mapping):
            payer.update({part: text for part, text in value.items() if text})
        elif field.prefill and field.prefill != "address" and isinstance(value, str):
            payer.setdefault(field.prefill, value)
        elif field.kind == "email" and isinstance(value, str):
            payer.setdefault("email", value)
    return payer


def _parts(field: Field) -> tuple[str, ...]:
    return _ADDRESS if field.prefill == "address" else (field.prefill,)


def _given(field: Field, profile: Mapping[str, str]) -> Any:
    if field.prefill == "address" and field.kind == "address":
        return {"country": "", **{part: profile.get(part, "") for part in _ADDRESS}}
    text = profile.get(field.prefill, "") if field.prefill else ""
    if field.kind == "date" and text.count("-") == 2:
        year, month, day = text.split("-")
        return {"day": day, "month": month, "year": year}
    return text if field.kind in ("text", "email", "phone") else ""
