"""From files to a validator, through a resolver that knows the package and nothing else.

A resolver of lxml that returns None would let libxml2 read from disk, whatever the parser forbids; so this one
raises for everything it does not know.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote
from xml.sax.saxutils import quoteattr

from django.utils.translation import gettext as _
from lxml import etree

from .documents import Document, safe_parser
from .links import Edges
from .names import XS_NAMESPACE
from .refusal import PackageRefused

_BASE = "package:///"
_DRIVER = "package-driver:///"
_LOCATION = "schemaLocation"


def compile_schema(documents: Mapping[str, Document], edges: Edges, entries: tuple[str, ...]) -> etree.XMLSchema:
    """One validator for all that the entry files declare. Raises PackageRefused with libxml2's reason."""
    files = {path: _addressed(document) for path, document in documents.items()}
    drivers = _drivers(documents, entries)
    resolver = _ClosedResolver(files, drivers, _aliases(edges))
    parser = safe_parser()
    parser.resolvers.add(resolver)
    if len(entries) == 1:
        root = etree.fromstring(files[entries[0]], parser, base_url=_address(entries[0]))
    else:
        root = etree.fromstring(drivers[_DRIVER], parser, base_url=_DRIVER)
    try:
        return etree.XMLSchema(root)
    except etree.XMLSchemaParseError as error:
        raise PackageRefused(_reason(error, resolver)) from error


class _ClosedResolver(etree.Resolver):
    def __init__(self, files: Mapping[str, bytes], drivers: Mapping[str, bytes], aliases: Mapping[str, str]) -> None:
        self._files, self._drivers, self._aliases = files, drivers, aliases
        self.refused = ""

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        if system_url in self._drivers:
            return self.resolve_string(self._drivers[system_url], context, base_url=system_url)
        path = self._aliases.get(system_url) or unquote(system_url.removeprefix(_BASE))
        if path not in self._files:
            self.refused = system_url
            raise LookupError(f"{system_url} is not in the package")
        return self.resolve_string(self._files[path], context, base_url=_address(path))


def _address(path: str) -> str:
    return _BASE + quote(path)


def _addressed(document: Document) -> bytes:
    """The file with addresses libxml2 can read: it knows none with blanks, umlauts or backslashes (RFC 3986)."""
    if all(_quoted(node.get(_LOCATION, "")) == node.get(_LOCATION, "") for node in document.link_nodes()):
        return document.data
    tree = deepcopy(document.root.getroottree())
    for node in replace(document, root=tree.getroot()).link_nodes():
        node.set(_LOCATION, _quoted(node.get(_LOCATION, "")))
    return etree.tostring(tree)


def _quoted(location: str) -> str:
    return quote(location.strip().replace("\\", "/"), safe="%/:?#[]@!$&'()*+,;=~")


def _aliases(edges: Edges) -> dict[str, str]:
    """Addresses by which libxml2 asks for files that stand elsewhere in the package: on the web, or left out there."""
    found = {}
    for path, links in edges.items():
        for link, target in links:
            if link.location.startswith(("http://", "https://")):
                found[_quoted(link.location)] = target
            elif target:
                asked = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(link.location)))
                found[_address(asked)] = target
    return found


def _drivers(documents: Mapping[str, Document], entries: tuple[str, ...]) -> dict[str, bytes]:
    """Schemas of our own that read several entry files: one for each namespace, and one that imports these."""
    by_namespace: dict[str, list[str]] = defaultdict(list)
    for path in entries:
        by_namespace[documents[path].namespace].append(path)
    drivers, imports = {}, []
    for number, (namespace, paths) in enumerate(by_namespace.items()):
        url = f"{_DRIVER}{number}"
        includes = [f"<xs:include schemaLocation={quoteattr(_address(path))}/>" for path in paths]
        drivers[url] = _schema(includes, namespace)
        named = f" namespace={quoteattr(namespace)}" if namespace else ""
        imports.append(f"<xs:import{named} schemaLocation={quoteattr(url)}/>")
    drivers[_DRIVER] = _schema(imports, "urn:wagtail-xfinanz:driver")
    return drivers


def _schema(body: list[str], namespace: str) -> bytes:
    target = f" targetNamespace={quoteattr(namespace)}" if namespace else ""
    return f'<xs:schema xmlns:xs="{XS_NAMESPACE}"{target}>{"".join(body)}</xs:schema>'.encode()


def _reason(error: etree.XMLSchemaParseError, resolver: _ClosedResolver) -> str:
    if resolver.refused:
        return _("The package wants to read “%(location)s”, which is not in it.") % {"location": resolver.refused}
    places = [f"{entry.filename.removeprefix(_BASE)}:{entry.line}: {entry.message}" for entry in error.error_log]
    return _("The schema cannot be used (XSD 1.0 is needed): %(reason)s") % {
        "reason": " ".join(places[:3]) or str(error)
    }
