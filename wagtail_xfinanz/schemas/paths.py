"""How a place in a message is named, so that it can be stored and shared.

``/{ns}root/{ns}child/code`` and ``/…/@listURI``; ``name[2]`` is the second place for that name in one content model,
``name~{ns}Type`` an element written with xsi:type, ``#1`` the first group of elements that may occur several times.
"""

from __future__ import annotations

import re

_NAME = r"(?:\{[^{}]*\})?[^/{}\[\]~@#]+"
_STEP = re.compile(rf"/(#\d+|@{_NAME}|{_NAME}(?:\[\d+\])?(?:~{_NAME})?)")
_NAMESPACE = re.compile(r"\{[^{}]*\}")
_GROUP = re.compile(r"/#\d+")


def steps(path: str) -> tuple[str, ...]:
    """The steps of a path. Raises ValueError if it is none."""
    found = tuple(_STEP.findall(path))
    if "".join(f"/{step}" for step in found) != path or not found:
        raise ValueError(f"{path!r} is no path")
    return found


def parent(path: str) -> str:
    """The path one step up, empty for the root."""
    return "".join(f"/{step}" for step in steps(path)[:-1])


def above(path: str) -> list[str]:
    """The path and everything over it, the root first."""
    found = steps(path)
    return ["".join(f"/{step}" for step in found[: length + 1]) for length in range(len(found))]


def is_within(path: str, ancestor: str) -> bool:
    return path == ancestor or path.startswith(f"{ancestor}/")


def readable(path: str) -> str:
    """The path without namespaces and numbers of groups, for people."""
    return _GROUP.sub("", _NAMESPACE.sub("", path)).lstrip("/").replace("/", " › ")
