"""XML of strangers: no DTD, no entities, no network, bounded; elements by local name, so versions do not matter."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from django.utils.translation import gettext as _
from lxml import etree

from ..errors import NotUnderstood

#: A day of a large town is below one megabyte; whatever is larger is no statement.
MAX_BYTES = 20 * 1024 * 1024
_MAX_FILES = 400


def documents(data: bytes) -> Iterator[tuple[str, etree._Element]]:
    """Name and root of every document in an XML file, or in a zip of them as banks hand them out (EBICS C53, C54).

    Raises NotUnderstood.
    """
    if not data.startswith(b"PK\x03\x04"):
        yield "", root_of(data)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [info for info in archive.infolist() if info.filename.lower().endswith(".xml")]
            if len(members) > _MAX_FILES or sum(info.file_size for info in members) > MAX_BYTES:
                raise NotUnderstood(_("The archive is too large."))
            if not members:
                raise NotUnderstood(_("There is no XML file in the archive."))
            for info in members:
                with archive.open(info) as member:
                    yield info.filename, root_of(member.read(MAX_BYTES + 1))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotUnderstood(_("The archive cannot be read.")) from error


def root_of(data: bytes) -> etree._Element:
    """The root of a document. Raises NotUnderstood naming the line."""
    if len(data) > MAX_BYTES:
        raise NotUnderstood(_("The file is too large."))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise NotUnderstood(_("Line %(line)s: this is not well-formed XML.") % {"line": line}) from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None:
        raise NotUnderstood(_("The file has a document type definition; bank statements have none."))
    return root


def name_of(element: etree._Element) -> str:
    """The name without namespace; empty for what is no element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: etree._Element | None, path: str) -> list[etree._Element]:
    """All elements at ``path``, e.g. "NtryDtls/TxDtls"."""
    found = [] if element is None else [element]
    for step in path.split("/"):
        found = [child for parent in found for child in parent if name_of(child) == step]
    return found


def child(element: etree._Element | None, path: str) -> etree._Element | None:
    found = children(element, path)
    return found[0] if found else None


def text(element: etree._Element | None, path: str = "") -> str:
    """The text of the first element at ``path`` with everything below it, empty if there is none."""
    found = child(element, path) if path else element
    return "" if found is None else "".join(str(part) for part in found.itertext()).strip()
