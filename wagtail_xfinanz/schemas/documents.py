"""One schema file: parsed without DTD, entities and network, and what it says of the files it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from .doctype import without_doctype
from .names import XS
from .refusal import PackageRefused


@dataclass(frozen=True, slots=True)
class Link:
    """An xs:include or xs:import."""

    is_import: bool
    namespace: str
    location: str


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed schema file of a package; ``data`` is what was parsed, the file without its document type."""

    path: str
    data: bytes
    root: Any
    links: tuple[Link, ...]

    def link_nodes(self) -> Iterator[Any]:
        """Where the links are written, in their order."""
        return self.root.iterchildren(f"{XS}include", f"{XS}import")

    @property
    def namespace(self) -> str:
        return self.root.get("targetNamespace", "")

    @property
    def version(self) -> str:
        return self.root.get("version", "")


def safe_parser() -> Any:
    """A parser that reads no DTD, expands no entity and opens nothing."""
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


def parse_document(path: str, data: bytes) -> Document:
    """Raises PackageRefused for broken XML, an entity, or anything that is no schema."""
    data = without_doctype(data)
    try:
        root = etree.fromstring(data, safe_parser())
    except etree.XMLSyntaxError as error:
        raise PackageRefused(_("“%(path)s” is no XML: %(error)s") % {"path": path, "error": error}) from error
    if root.getroottree().docinfo.doctype:
        raise PackageRefused(
            _("“%(path)s” has a document type (DTD) with entities. That is never allowed.") % {"path": path}
        )
    if root.tag != f"{XS}schema":
        told = _("“%(path)s” begins with “%(tag)s” and is no schema.")
        raise PackageRefused(told % {"path": path, "tag": etree.QName(root).localname})
    if next(root.iterchildren(f"{XS}redefine"), None) is not None:
        raise PackageRefused(_("“%(path)s” uses xs:redefine, which is not supported.") % {"path": path})
    if root.xpath("//@xml:base"):  # would lead the validator elsewhere than to the files that are shown
        raise PackageRefused(_("“%(path)s” uses xml:base, which is not supported.") % {"path": path})
    bare = Document(path, data, root, ())
    return replace(bare, links=tuple(map(_link, bare.link_nodes())))


def _link(node: Any) -> Link:
    location = node.get("schemaLocation", "").strip().replace("\\", "/")  # as some write it on Windows
    return Link(node.tag == f"{XS}import", node.get("namespace", ""), location)
