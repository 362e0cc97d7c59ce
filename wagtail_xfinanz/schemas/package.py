"""A schema package that was found safe and complete, with its validator."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from .archive import DEFAULT, Limits, read_archive
from .compile import compile_schema
from .documents import Document, parse_document
from .known import completed
from .links import Edges, entry_files, follow_links, refuse_rival_copies
from .refusal import PackageRefused

__all__ = ["Package", "PackageRefused", "load_package", "open_package"]


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """The files that are really read, from the entry files on, and what was made of them."""

    files: Mapping[str, bytes]
    documents: Mapping[str, Document]
    edges: Edges
    entries: tuple[str, ...]
    schema: Any

    @property
    def namespace(self) -> str:
        """The namespace of the first entry file; the package may use others besides."""
        return self.documents[self.entries[0]].namespace

    @property
    def version(self) -> str:
        """What the entry files call their version, empty if they say nothing."""
        return next((self.documents[path].version for path in self.entries if self.documents[path].version), "")


def open_package(source: BinaryIO, *, name: str = "", main: str = "", limits: Limits = DEFAULT) -> Package:
    """Read a zip file, or a single schema if ``name`` says so (.xsd).

    ``main`` names the file to begin with, if the package leaves a choice. Raises PackageRefused.
    """
    return load_package(read_archive(source, name=name, limits=limits), main=main)


def load_package(files: Mapping[str, bytes], *, main: str = "") -> Package:
    """Parse, link and compile the files of a package. Raises PackageRefused."""
    files, documents = completed(files, {path: parse_document(path, data) for path, data in sorted(files.items())})
    edges = follow_links(documents, start=(_find(main, documents),) if main else tuple(documents))
    entries = (_find(main, documents),) if main else entry_files(edges)
    same = {path: hashlib.sha256(files[path]).hexdigest() for path in edges}
    refuse_rival_copies(edges, same=same)
    schema = compile_schema(documents, edges, entries)
    read = sorted(edges)
    return Package(
        {path: files[path] for path in read}, {path: documents[path] for path in read}, edges, entries, schema
    )


def _find(main: str, documents: Mapping[str, Document]) -> str:
    found = [path for path in documents if main in (path, posixpath.basename(path))]
    if len(found) != 1:
        told = _("“%(path)s” is not the name of exactly one file of the package.")
        raise PackageRefused(told % {"path": main})
    return found[0]
