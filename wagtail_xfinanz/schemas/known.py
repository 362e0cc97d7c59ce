"""Files nearly every standard imports, for packages that leave them out: those of XÖV as published, and xml:lang."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .documents import Document, parse_document
from .names import XML_NAMESPACE

_HERE = Path(__file__).resolve().parent
_VENDORED = _HERE.parent / "vendored"
_XOEV = "xoev.de/"
KNOWN = {
    "http://xoev.de/schemata/code/1_0": (_XOEV, _VENDORED / "xoev-code.xsd"),
    "http://xoev.de/latinchars/1_1/datatypes": (_XOEV, _VENDORED / "latinchars.xsd"),
    "urn:xoev-de:kosit:xoev:datentyp:din-91379_2022-08": (_XOEV, _VENDORED / "din-norm-91379-datatypes.xsd"),
    XML_NAMESPACE: ("w3.org/", _HERE / "xml.xsd"),
}
"""By namespace: the folder in which the file is put into a package, and the file."""


def known_path(namespace: str) -> str:
    """Where the known file of a namespace stands in a package that did not bring its own; empty if there is none."""
    if namespace not in KNOWN:
        return ""
    folder, file = KNOWN[namespace]
    return folder + file.name


def missing_files(documents: Mapping[str, Document]) -> dict[str, bytes]:
    """The known files whose namespaces are imported, but in none of the package's own files."""
    links = (link for document in documents.values() for link in document.links)
    wanted = {link.namespace for link in links if link.is_import} - {found.namespace for found in documents.values()}
    return {known_path(name): KNOWN[name][1].read_bytes() for name in sorted(wanted & KNOWN.keys())}


def completed(
    files: Mapping[str, bytes], documents: Mapping[str, Document]
) -> tuple[Mapping[str, bytes], Mapping[str, Document]]:
    """Files and documents with the missing known ones."""
    more = missing_files(documents)
    parsed = {path: parse_document(path, data) for path, data in more.items()}
    return {**files, **more}, {**documents, **parsed}
