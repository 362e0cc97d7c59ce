"""XFinanz is schema-driven and its schema is not free to ship: without one installed, no file is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...errors import FormatNotReady
from ..base import BaseFormat, Control, Header, Line
from ..registry import formats


@formats.register("xfinanz")
class XFinanzFormat(BaseFormat):
    """Refuses until an official schema package can be installed. Never writes into an xFinanz namespace by guess."""

    label = gettext_lazy("XFinanz (needs the official schema)")
    extension = "xml"
    content_type = "application/xml"

    def not_ready(self) -> str:
        return _(
            "No XFinanz schema is installed. Obtain the official package from XRepository "
            "(urn:xoev-de:agxfinanz:standard:xfinanz); until it is installed, use “Kassenbuch” or CSV."
        )

    def write(self, out: BinaryIO, *, header: Header, lines: Iterable[Line]) -> Control:
        raise FormatNotReady(self.not_ready())

    def validate(self, source: BinaryIO) -> None:
        raise FormatNotReady(self.not_ready())
