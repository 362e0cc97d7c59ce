"""Accessible documents: a Typst template and plain data become a tagged PDF/UA-1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst


def render_pdf(template: Path, data: dict[str, Any]) -> bytes:
    """Compile ``template`` to PDF/UA-1 (ISO 14289-1).

    The template reads its data by ``json(bytes(sys.inputs.data))``; values never become Typst source, so
    what a citizen typed cannot run as markup. Raises typst.TypstError if the result would not be accessible.
    """
    return typst.compile(
        template,
        root=template.parent,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
