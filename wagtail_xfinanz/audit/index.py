"""``index.xml``: the record description of a package, valid against ``audit-1.xsd``."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from .. import conf
from .period import Period
from .table import Column, Table

NAMESPACE = "urn:wagtail-xfinanz:audit:1"
SCHEMA = Path(__file__).parent / "audit-1.xsd"


@dataclass(frozen=True, slots=True)
class Written:
    """A table as it stands in the package."""

    table: Table
    file: str
    rows: int
    sha256: str


def describe(period: Period, written: Sequence[Written], *, at: datetime.datetime, by: str) -> bytes:
    """The record description. Raises etree.DocumentInvalid if it breaks its own schema."""
    root = etree.Element(_name("audit-export"), nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    root.attrib.update({"version": "1", "created-at": at.astimezone(datetime.UTC).isoformat(), "created-by": by})
    etree.SubElement(root, _name("tenant"), number=period.tenant.number, name=period.tenant.name)
    days = {"first": period.first.isoformat(), "last": period.last.isoformat(), "time-zone": conf.get().TIME_ZONE}
    etree.SubElement(root, _name("period"), days)
    dialect = {"encoding": "UTF-8", "separator": ";", "quote": '"', "line-end": "CRLF", "header-rows": "1"}
    etree.SubElement(root, _name("dialect"), dialect)
    for each in written:
        _describe(root, each)
    schema().assertValid(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def _describe(root: etree._Element, written: Written) -> None:
    attributes = {
        "name": written.table.name,
        "file": written.file,
        "key": written.table.key,
        "rows": str(written.rows),
        "sha256": written.sha256,
    }
    element = etree.SubElement(root, _name("table"), attributes)
    etree.SubElement(element, _name("description")).text = str(written.table.description)
    for column in written.table.columns:
        etree.SubElement(element, _name("column"), _attributes(column)).text = str(column.description)


def _attributes(column: Column) -> dict[str, str]:
    attributes = {"name": column.name, "type": column.kind.value}
    return attributes | ({"refers-to": column.refers_to} if column.refers_to else {})


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
