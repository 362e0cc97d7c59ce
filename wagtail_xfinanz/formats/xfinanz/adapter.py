"""XML after an installed schema: XFinanz, or any other interface of a finance system that comes as XSD.

The official schema is not free to ship, so this format writes nothing until a tenant has installed a package and
released a mapping. Nothing is ever written into a namespace by guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...errors import FormatNotReady
from ..base import BaseFormat, Control, Header, Line
from ..registry import formats
from .validation import validate_stream


@dataclass(frozen=True, slots=True, eq=False)
class Equipment:
    """What a tenant has set up: ``write`` carries out its active mapping, ``schema`` judges the result.

    ``root`` and ``records`` are the names of the message and of the elements that come once for each record.
    """

    schema: Any
    root: str
    records: tuple[str, ...]
    write: Callable[[BinaryIO, Header, Iterable[Line]], Control]


@formats.register("xfinanz")
class XFinanzFormat(BaseFormat):
    """Refuses without the equipment of a tenant, see ``flows.equip``."""

    label = gettext_lazy("XFinanz and other XML by an installed schema")
    extension = "xml"
    content_type = "application/xml"
    per_tenant = True

    def __init__(self, equipment: Equipment | None = None) -> None:
        self._equipment = equipment

    def not_ready(self) -> str:
        if self._equipment:
            return ""
        return _(
            "There is no active mapping. Obtain the official package from XRepository "
            "(urn:xoev-de:agxfinanz:standard:xfinanz), install it under “Schema packages”, map a message under "
            "“Mappings” and have it released by a second person; until then, use “Kassenbuch” or CSV."
        )

    def write(self, out: BinaryIO, *, header: Header, lines: Iterable[Line]) -> Control:
        return self._ready().write(out, header, lines)

    def validate(self, source: BinaryIO) -> None:
        equipment = self._ready()
        validate_stream(source, schema=equipment.schema, root=equipment.root, records=equipment.records)

    def filename(self, header: Header) -> str:
        """Named after the message: what is no XFinanz is not called so."""
        local = self._ready().root.rpartition("}")[2]
        name = re.sub(r"[^A-Za-z0-9._-]", "_", local)
        return f"{name}-{header.tenant_number}-{header.budget_year}-{header.number:06d}.{self.extension}"

    def _ready(self) -> Equipment:
        if self._equipment is None:
            raise FormatNotReady(self.not_ready())
        return self._equipment
