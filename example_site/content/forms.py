"""Short ways to write what an editor would click together."""

from __future__ import annotations

from typing import Any


def when(field: str, operator: str, value: str = "") -> dict[str, Any]:
    """“Show only if field operator value”."""
    return {"conditions": [{"field": field, "operator": operator, "value": value}], "mode": "all"}


def question(kind: str, key: str, label: str, **more: Any) -> dict[str, Any]:
    """One question; ``optional=True`` lets it stay empty."""
    presence = "optional" if more.pop("optional", False) else "required"
    rule = more.pop("rule", {"conditions": [], "mode": "all"})
    options = [{"key": value, "label": text} for value, text in more.pop("options", ())]
    value = {"key": key, "label": label, "help": more.pop("help", ""), "presence": presence, "rule": rule, **more}
    return {"type": kind, "value": {**value, "options": options} if options else value}


def text(html: str) -> dict[str, Any]:
    return {"type": "content", "value": {"text": html, "rule": {"conditions": [], "mode": "all"}}}


def step(key: str, title: str, *fields: dict[str, Any], intro: str = "") -> dict[str, Any]:
    rule: dict[str, Any] = {"conditions": [], "mode": "all"}
    return {"type": "step", "value": {"key": key, "title": title, "intro": intro, "fields": list(fields), "rule": rule}}


def fee(key: str, *, times: str = "", rule: dict[str, Any] | None = None) -> dict[str, Any]:
    """A fee by its key in the fee schedule; ``times`` names a number question."""
    return {
        "type": "fee",
        "value": {
            "key": key,
            "label": "",
            "quantity": 1,
            "quantity_field": times,
            "rule": rule or {"conditions": [], "mode": "all"},
        },
    }


def person(intro: str = "") -> dict[str, Any]:
    """Who somebody is and how to reach them, filled in from the account where there is one."""
    return step(
        "person",
        "Ihre Angaben",
        question("text", "vorname", "Vorname", prefill="first_name", max_length=100),
        question("text", "nachname", "Nachname", prefill="last_name", max_length=100),
        question("email", "email", "E-Mail-Adresse", help="Für die Bestätigung.", prefill="email"),
        question("phone", "telefon", "Telefon", help="Nur für Rückfragen.", optional=True),
        intro=intro,
    )
