"""Keys made from labels: "Straße & Hausnummer" → "strasse_hausnummer"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def key_from(label: str, *, taken: set[str]) -> str:
    """A key for ``label`` that is not ``taken``."""
    text = label.casefold().translate(_GERMAN)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", text).strip("_")[:50]
    if not re.match(r"[a-z]", stem):
        stem = f"k_{stem}".rstrip("_")
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def fill_keys(steps: Any) -> None:
    """Give every step, question and answer of a steps value a key where the editor left it empty.

    Done when an assistant is saved, so that a later change of the label does not change the key.
    """
    _fill([child.value for child in steps], label="title")
    _fill([value for step in steps for value in questions_in(step.value)], label="label")
    for step in steps:
        for value in questions_in(step.value):
            if "options" in value:
                _fill(list(value["options"]), label="label")


def questions_in(step: Any) -> Iterator[Any]:
    """The values of all questions of a step, those in groups included."""
    for child in step.get("fields") or ():
        if child.block_type == "group":
            yield from (inner.value for inner in child.value.get("fields") or () if inner.block_type != "content")
        elif child.block_type != "content":
            yield child.value


def _fill(values: list[Any], *, label: str) -> None:
    taken = {value.get("key") for value in values if value.get("key")}
    for value in values:
        if not value.get("key") and value.get(label):
            value["key"] = key_from(value[label], taken=taken)
            taken.add(value["key"])
