"""How the engine says that an answer will not do."""

from __future__ import annotations


class Invalid(Exception):
    """An answer that cannot be taken. ``parts`` maps the part of a field ("" = all of it) to a helpful sentence."""

    def __init__(self, sentence: str = "", *, parts: dict[str, str] | None = None) -> None:
        self.parts: dict[str, str] = parts if parts is not None else {"": sentence}
        super().__init__(next(iter(self.parts.values()), ""))
