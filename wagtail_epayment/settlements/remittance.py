"""Finding payment references in what payers write: with blanks and line breaks inside, glued to other words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TOKEN = re.compile(r"[/_-]*[A-Za-z0-9][A-Za-z0-9/_-]*")
_DIGITS = re.compile(r"[0-9]{4,}")
#: People break a number into so many groups at most.
_MOST_GROUPS = 8
_LONGEST = 40


def candidates(text: str, *, is_plausible: Callable[[str], bool]) -> set[str]:
    """Everything in ``text`` that may be a reference; which of them exist, the caller looks up.

    >>> sorted(candidates("KZ 2601 0100-0042 5", is_plausible=lambda text: len(text) == 13))
    ['2601010000425']
    """
    tokens = _TOKEN.findall(text[:2000])
    return {found for found in _spellings(tokens) if len(found) <= _LONGEST and is_plausible(found)}


def _spellings(tokens: list[str]) -> Iterator[str]:
    for start in range(len(tokens)):
        joined = ""
        for token in tokens[start : start + _MOST_GROUPS]:
            joined += token
            if len(joined) > 2 * _LONGEST:
                break
            yield from _forms(joined)


def _forms(joined: str) -> Iterator[str]:
    yield joined
    bare = re.sub(r"[/_-]", "", joined)
    if bare != joined:
        yield bare
    if not bare.isdigit():
        yield from _DIGITS.findall(bare)
