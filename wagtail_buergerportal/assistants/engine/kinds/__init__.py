"""Every kind of question, by the name a definition uses."""

from __future__ import annotations

from .address import Address
from .base import Kind, Raw
from .choices import Choice, MultiChoice, YesNo, options_of
from .files import File
from .numbers import Day, Number
from .texts import Email, LongText, Phone, Text

KINDS: dict[str, Kind] = {
    kind.name: kind() for kind in (Text, LongText, Email, Phone, Number, Day, Choice, MultiChoice, YesNo, Address, File)
}

__all__ = ["KINDS", "Kind", "Raw", "options_of"]
