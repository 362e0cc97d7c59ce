"""What somebody has changed in the editor's table, told apart from what the page showed them.

Two people may have the same mapping open, or one person in two windows. So a page carries along what it showed, and
only what differs from that is saved; what others have saved meanwhile stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..mapping import Entry, Mapping, Repeat
from .mapping_choices import CONSTANT, choice_of, source_of, text_of
from .mapping_rows import Row

SHOWN = "shown"
"""The field that carries what a page showed."""


@dataclass(frozen=True, slots=True)
class State:
    """What the fields of a place say."""

    choice: str = ""
    text: str = ""
    repeat: str = ""


def shown_state(rows: Iterable[Row]) -> str:
    """For the hidden field: what the fields of these rows say, those that say nothing left out."""
    states = {row.path: [row.choice, row.text, row.repeat] for row in rows}
    return json.dumps({path: state for path, state in states.items() if any(state)}, ensure_ascii=False)


def changes(mapping: Mapping, data: Any) -> Iterator[Entry]:
    """Entries that the form says differently. What goes with the old source is forgotten with it."""
    known = {entry.path: entry for entry in mapping.entries}
    shown = _shown(data.get(SHOWN, ""))
    names = (name.partition("|") for name in data)
    for path in dict.fromkeys(path for kind, _bar, path in names if kind in ("source", "repeat")):
        old = known.get(path) or Entry(path)
        before = _state(old) if shown is None else shown.get(path, State())
        entry = _resourced(old, before, data, path)
        repeat = data.get(f"repeat|{path}", before.repeat)
        if repeat != before.repeat:
            entry = replace(entry, repeat=Repeat(repeat) if repeat in Repeat.values else None)
        if entry != old:
            yield entry


def _resourced(old: Entry, before: State, data: Any, path: str) -> Entry:
    """The entry with the source that was chosen, or with the text that was typed, as a fixed one."""
    choice, text = data.get(f"source|{path}"), printable(data.get(f"text|{path}", ""))
    if choice is None or (choice, text) == (before.choice, before.text):
        return old
    if text and choice == before.choice:  # typed without choosing
        choice = CONSTANT
    source = source_of(choice, text=text)
    if choice_of(source) == choice_of(old.source):
        return replace(old, source=source)
    return replace(Entry(path, source), repeat=old.repeat, condition=old.condition, code_list=old.code_list)


def _state(entry: Entry) -> State:
    return State(choice_of(entry.source), text_of(entry.source), entry.repeat or "")


def _shown(text: str) -> dict[str, State] | None:
    """What the page showed; None if it does not say so, then what is stored counts."""
    try:
        return {path: State(*map(str, state)) for path, state in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


def printable(text: str) -> str:
    """Without the control characters that are pasted along unseen; XML does not know them."""
    return "".join(character for character in text if character >= " " or character in "\t\n")
