"""What is publicly known of XFinanz: the head of the Kassenanordnung, complexType ``AO`` of version 3.1.0.

Source: the beginning of ``xfinanz-baukasten.xsd`` as SAKD has published it (targetNamespace ``xFinanz310``,
https://projekte.sakd.de/attachments/82). Nothing else of XFinanz is known without the official package, so nothing else
stands here; whether the rest is needed is for the installed schema to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..schemas.names import local, split
from ..schemas.tree import Node
from .model import Entry, Repeat, Source, SourceKind

NAMESPACES = ("xFinanz310",)
TYPE = "AO"
_DAY = Source(SourceKind.BATCH, "released_at")
_CLERK = Source(SourceKind.BATCH, "certified_by")
_TOTAL, _COUNT = Source(SourceKind.SUM), Source(SourceKind.COUNT)
HEAD: dict[str, tuple[Source, Source]] = {
    "anordnungsDatum": (_DAY, _DAY),
    "anordnungsNummerExtern": (Source(SourceKind.POSTING, "entry"), Source(SourceKind.BATCH, "name")),
    "anzahlPositionen": (_COUNT, _COUNT),
    "bearbeiter": (_CLERK, _CLERK),
    "gesamtbetrag": (_TOTAL, _TOTAL),
}
"""By element: the source if there is one AO for each payment, and if there is one for the whole batch."""


def is_head(node: Node) -> bool:
    """Whether the element is of the published type."""
    namespace, name = split(node.type.name)
    return namespace in NAMESPACES and name == TYPE


def head_entries(node: Node) -> Iterator[Entry]:
    """Entries for the published part of an AO, as far as the installed schema has these elements."""
    per_payment = node.is_repeatable
    if per_payment:
        yield Entry(node.path, repeat=Repeat.PAYMENTS)
    for child in node.content.nodes():
        found = HEAD.get(local(child.name))
        if found and split(child.name)[0] in NAMESPACES:
            yield Entry(child.path, found[0] if per_payment else found[1])
