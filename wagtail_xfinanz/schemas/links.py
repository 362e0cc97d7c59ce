"""How the files of a package hang together, and the proof that nothing outside it is needed."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from .documents import Document, Link
from .known import known_path
from .names import XML_NAMESPACE
from .refusal import PackageRefused

Edges = Mapping[str, tuple[tuple[Link, str], ...]]
"""By path: each link with the path it leads to, empty if it names no location."""
_SHOWN = 12


def follow_links(documents: Mapping[str, Document], *, start: Iterable[str]) -> Edges:
    """Resolve every include and import from the files in ``start`` on.

    Raises PackageRefused if one leads out of the package, and names all that are missing at once.
    """
    edges: dict[str, tuple[tuple[Link, str], ...]] = {}
    missing: dict[str, str] = {}
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path not in edges:
            document = documents[path]
            found = [(link, _target(document, link, documents)) for link in document.links]
            missing |= {link.location: path for link, target in found if target is None}
            edges[path] = tuple((link, target or "") for link, target in found)
            waiting.extend(target for _link, target in edges[path] if target)
    if missing:
        raise PackageRefused(_missing(missing))
    return edges


def _missing(wanted: Mapping[str, str]) -> str:
    shown = [_("“%(location)s” for “%(path)s”") % {"location": at, "path": by} for at, by in sorted(wanted.items())]
    told = _(
        "The package lacks files it needs: %(files)s. Add them and install it again; "
        "nothing is fetched from the network."
    )
    return told % {"files": ", ".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")}


def _target(document: Document, link: Link, documents: Mapping[str, Document]) -> str | None:
    """Where a link leads: empty if it names no location, None if the file is missing. Raises PackageRefused."""
    if not link.location:
        return ""
    try:
        address = urlsplit(link.location)
    except ValueError as error:
        raise PackageRefused(_outside(document, link)) from error
    if address.scheme in ("http", "https"):
        return _by_namespace(document, link, documents)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), unquote(address.path)))
    if address.scheme or address.netloc or address.path.startswith("/"):
        raise PackageRefused(_outside(document, link))
    if path in documents:
        _check_namespace(document, link, documents[path])
        return path
    if known_path(link.namespace) in documents:
        return known_path(link.namespace)
    if path.startswith(".."):
        raise PackageRefused(_outside(document, link))
    return None


def _outside(document: Document, link: Link) -> str:
    told = _("“%(path)s” wants to read “%(location)s” outside the package.")
    return told % {"path": document.path, "location": link.location}


def _by_namespace(document: Document, link: Link, documents: Mapping[str, Document]) -> str | None:
    """A web address is never opened; the package has to bring the file of that namespace along, at any place."""
    namespace = link.namespace if link.is_import else document.namespace
    name = posixpath.basename(urlsplit(link.location).path)
    found = [path for path, other in documents.items() if other.namespace == namespace]
    if len(found) > 1:
        found = _nearest([path for path in found if posixpath.basename(path) == name], document.path)
    return found[0] if len(found) == 1 else None


def _nearest(paths: list[str], to: str) -> list[str]:
    """Those that share the longest part of their folders with ``to``."""
    shared = {path: len(posixpath.commonpath((f"/{path}", f"/{to}"))) for path in paths}
    return [path for path in paths if shared[path] == max(shared.values())]


def _check_namespace(document: Document, link: Link, target: Document) -> None:
    expected = {link.namespace} if link.is_import else {document.namespace, ""}
    if target.namespace not in expected:
        told = _("“%(path)s” expects another namespace in “%(target)s” than stands there.")
        raise PackageRefused(told % {"path": document.path, "target": target.path})


def refuse_rival_copies(edges: Edges, *, same: Mapping[str, str]) -> None:
    """The same namespace imported from two files that do not include each other: only the first would be read.

    ``same`` has a fingerprint of each file; equal copies do no harm. Raises PackageRefused.
    """
    imported: dict[str, set[str]] = defaultdict(set)
    for links in edges.values():
        for link, target in links:
            if link.is_import and target and link.namespace != XML_NAMESPACE:
                imported[link.namespace].add(target)
    groups = _included_together(edges)
    for namespace, paths in imported.items():
        if len({groups[path] for path in paths}) > 1 and len({same[path] for path in paths}) > 1:
            told = _(
                "The namespace “%(namespace)s” stands in different files: %(paths)s. "
                "Keep one of them, or name the main file if the package holds several versions."
            )
            raise PackageRefused(told % {"namespace": namespace, "paths": ", ".join(sorted(paths))})


def _included_together(edges: Edges) -> dict[str, str]:
    """By path: a name for all files that are connected by includes."""
    group = {path: path for path in edges}

    def root(path: str) -> str:
        while group[path] != path:
            path = group[path]
        return path

    for path, links in edges.items():
        for link, target in links:
            if target and not link.is_import:
                group[root(path)] = root(target)
    return {path: root(path) for path in edges}


def entry_files(edges: Edges) -> tuple[str, ...]:
    """The files to begin with, so that every file is read; the one that needs most of the others comes first."""
    needed = {target for path, links in edges.items() for _link, target in links if target != path}
    entries = sorted(set(edges) - needed)
    read = reachable(entries, edges)
    for path in sorted(edges):
        if path not in read:
            entries.append(path)
            read |= reachable([path], edges)
    return tuple(sorted(entries, key=lambda path: (-len(reachable([path], edges)), path)))


def reachable(start: Iterable[str], edges: Edges) -> set[str]:
    """Every file that is read when beginning with ``start``."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(target for _link, target in edges[path] if target)
    return found
