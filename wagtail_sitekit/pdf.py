"""Accessible documents: a Typst template and plain data become a tagged PDF/UA-1."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import typst

_ROUNDS = 10
_WITHOUT_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def render_pdf(template: Path, data: dict[str, Any]) -> bytes:
    """Compile ``template`` to PDF/UA-1 (ISO 14289-1).

    The template reads its data by ``json(bytes(sys.inputs.data))``; values never become Typst source, so
    what a citizen typed cannot run as markup. A character no font has (an emoji, say) would make the document
    inaccessible: it is printed as its code, e.g. "[U+1F6CB]", so that nothing is lost. Raises typst.TypstError if
    the result would not be accessible for another reason.
    """
    for _ in range(_ROUNDS):
        try:
            return _compile(template, data)
        except typst.TypstError as error:
            missing = _without_glyph(error)
            if not missing:
                raise
            data = _spelt_out(data, missing)
    return _compile(template, data)


def _compile(template: Path, data: dict[str, Any]) -> bytes:
    return typst.compile(
        template,
        root=template.parent,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


def _without_glyph(error: typst.TypstError) -> dict[int, str]:
    """The characters Typst complains of, with what to print instead."""
    texts = _WITHOUT_GLYPH.findall(str(getattr(error, "diagnostic", "") or error))
    plain = (_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) for text in texts)
    return {ord(character): f"[U+{ord(character):04X}]" for text in plain for character in text}


def _spelt_out(value: Any, replacements: dict[int, str]) -> Any:
    match value:
        case str():
            return value.translate(replacements)
        case dict():
            return {key: _spelt_out(item, replacements) for key, item in value.items()}
        case list() | tuple():
            return [_spelt_out(item, replacements) for item in value]
    return value
