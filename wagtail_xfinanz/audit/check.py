"""Is a package still what was exported, and does it fit together? Needs nothing but the file."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO

from django.utils.translation import gettext as _
from lxml import etree

from .index import NAMESPACE, schema
from .package import SUMS

_CHUNK = 1024 * 1024
_LARGEST_INDEX = 4 * 1024 * 1024
_CHAINED = {"batches": ("previous_hash", "content_hash"), "closings": ("previous_hash", "content_hash")}


def check_package(source: BinaryIO) -> Iterator[str]:
    """Every contradiction in words: members and hashes, record description, rows, references, files, hash chain."""
    try:
        package = zipfile.ZipFile(source)
        sums = dict(_sums(package))
    except (zipfile.BadZipFile, KeyError, ValueError, UnicodeDecodeError) as error:
        yield _("This is no package of an audit export: %(error)s") % {"error": error}
        return
    try:
        yield from _members(package, sums)
        yield from _described(package)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        yield _("The package is damaged: %(error)s") % {"error": error}


def _sums(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    for line in package.read(SUMS).decode().splitlines():
        digest, name = line.split("  ", 1)
        yield name, digest


def _members(package: zipfile.ZipFile, sums: dict[str, str]) -> Iterator[str]:
    names = [info.filename for info in package.infolist()]
    for name in sorted({name for name in names if names.count(name) > 1} | (set(names) - set(sums) - {SUMS})):
        yield _("“%(name)s” is not in the list of hashes, or there twice.") % {"name": name}
    for name, digest in sums.items():
        if name not in names:
            yield _("“%(name)s” is missing.") % {"name": name}
        elif _digest(package, name) != digest:
            yield _("“%(name)s” is not what was exported.") % {"name": name}


def _digest(package: zipfile.ZipFile, name: str) -> str:
    found = hashlib.sha256()
    with package.open(name) as member:
        while data := member.read(_CHUNK):
            found.update(data)
    return found.hexdigest()


def _described(package: zipfile.ZipFile) -> Iterator[str]:
    try:
        index = _index(package)
    except (KeyError, ValueError, etree.LxmlError) as error:
        yield _("The record description cannot be read: %(error)s") % {"error": error}
        return
    keys: dict[str, set[str]] = {}
    tables = {table.get("name", ""): table for table in index.iterchildren(f"{{{NAMESPACE}}}table")}
    wanted = {column.get("refers-to") for table in tables.values() for column in _columns(table)} - {None}
    for name, table in tables.items():
        yield from _rows(package, name, table, keys=keys, wanted={str(each) for each in wanted})
    for name, table in tables.items():
        yield from _references(package, name, table, keys)
    yield from _files(package)
    for name, fields in _CHAINED.items():
        if name in tables:
            yield from _chain(package, name, *fields)


def _index(package: zipfile.ZipFile) -> etree._Element:
    """Safely: nothing is loaded from anywhere, no entity is resolved, and its size is limited."""
    if package.getinfo("index.xml").file_size > _LARGEST_INDEX:
        raise ValueError(_("it is too large"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(package.read("index.xml"), parser)
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise ValueError(_("it has a document type"))
    schema().assertValid(root)
    return root


def _columns(table: etree._Element) -> Iterator[etree._Element]:
    yield from table.iterchildren(f"{{{NAMESPACE}}}column")


def _rows(
    package: zipfile.ZipFile, name: str, table: etree._Element, *, keys: dict[str, set[str]], wanted: set[str]
) -> Iterator[str]:
    """Counts the rows and remembers keys others refer to. Needs memory for those keys alone."""
    head = [column.get("name", "") for column in _columns(table)]
    key, count = table.get("key", ""), 0
    known = keys.setdefault(f"{name}.{key}", set()) if f"{name}.{key}" in wanted else None
    reader = _table(package, name)
    if reader.fieldnames is None or list(reader.fieldnames) != head:
        yield _("The table “%(name)s” has other columns than described.") % {"name": name}
        return
    for row in reader:
        count += 1
        if known is not None:
            known.add(row[key])
    if str(count) != table.get("rows"):
        yield _("The table “%(name)s” has %(count)s rows, described are %(said)s.") % {
            "name": name,
            "count": count,
            "said": table.get("rows"),
        }


def _references(package: zipfile.ZipFile, name: str, table: etree._Element, keys: dict[str, set[str]]) -> Iterator[str]:
    refers = {column.get("name", ""): str(column.get("refers-to")) for column in _columns(table)}
    refers = {column: target for column, target in refers.items() if target in keys}
    if not refers:
        return
    for row in _table(package, name):
        for column, target in refers.items():
            if row.get(column) and row[column] not in keys[target]:
                yield _("“%(name)s” names %(value)s, which “%(target)s” does not have.") % {
                    "name": name,
                    "value": row[column],
                    "target": target,
                }


def _files(package: zipfile.ZipFile) -> Iterator[str]:
    for row in _table(package, "batch_files"):
        if row["path"] not in package.namelist() or _digest(package, row["path"]) != row["sha256"]:
            yield _("“%(name)s” is not the file that was released.") % {"name": row["path"]}


def _chain(package: zipfile.ZipFile, name: str, previous: str, own: str) -> Iterator[str]:
    """Each row that follows directly on the one before names its hash; a period may leave out rows between."""
    last: dict[str, str] | None = None
    for row in _table(package, name):
        if last and row[own] and _follows(name, last, row) and row[previous] != last[own]:
            yield _("The hash chain of “%(name)s” is broken.") % {"name": name}
        last = row


def _follows(name: str, last: dict[str, str], row: dict[str, str]) -> bool:
    return name != "batches" or int(row["chain_position"]) == int(last["chain_position"]) + 1


def _table(package: zipfile.ZipFile, name: str) -> csv.DictReader[str]:
    member: IO[bytes] = package.open(f"tables/{name}.csv")
    return csv.DictReader(io.TextIOWrapper(member, "utf-8", newline=""), delimiter=";")
