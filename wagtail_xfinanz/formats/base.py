from __future__ import annotations

import abc
import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ..errors import FormatInvalid
from ..posting import Posting


@dataclass(frozen=True, slots=True)
class Header:
    """What is said once about a batch. ``previous_hash`` is empty for the tenant's first batch of all."""

    tenant_number: str
    tenant_name: str
    budget_year: int
    number: int
    created_at: datetime.datetime
    certified_by: str
    certified_at: datetime.datetime
    released_by: str
    released_at: datetime.datetime
    previous_hash: str
    currency: str = "EUR"
    count: int = 0
    payments: int = 0
    total_cents: int = 0
    sums: tuple[tuple[str, int], ...] = ()
    """What the batch says of its postings; the lines have to agree with it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A posting and its place in the batch, counted from 1."""

    sequence: int
    posting: Posting


@dataclass(slots=True)
class Control:
    """Counts what really went into the file."""

    count: int = 0
    total_cents: int = 0
    sums: Counter[str] = field(default_factory=Counter)

    def counting(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Pass the lines on and add them up. Raises FormatInvalid if their numbers have a gap."""
        for line in lines:
            self.count += 1
            if line.sequence != self.count:
                raise FormatInvalid(_("Posting number %(number)s is missing.") % {"number": self.count})
            self.total_cents += line.posting.amount_cents
            self.sums[line.posting.kind] += line.posting.amount_cents
            yield line

    def by_kind(self) -> dict[str, int]:
        return dict(sorted(self.sums.items()))


class BaseFormat(abc.ABC):
    """Contract of a format. Must not touch the database; writes as it reads, so memory does not grow."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    extension: ClassVar[str]
    content_type: ClassVar[str]
    per_tenant: ClassVar[bool] = False
    """Whether it needs something that a tenant sets up; then only ``flows.equip`` makes it ready."""

    def not_ready(self) -> str:
        """Why no file can be written now and what to do; empty if all is well."""
        return ""

    @abc.abstractmethod
    def write(self, out: BinaryIO, *, header: Header, lines: Iterable[Line]) -> Control:
        """Write the whole file. Equal input gives equal bytes. Raises FormatInvalid or TextNotWritable."""

    @abc.abstractmethod
    def validate(self, source: BinaryIO) -> None:
        """Read what was written against the format's own rules. Raises FormatInvalid."""

    def settings(self) -> dict[str, Any] | None:
        """What else decided how the file looks, as JSON; kept beside it. None if there is nothing."""
        return None

    def filename(self, header: Header) -> str:
        return f"{self.name}-{header.tenant_number}-{header.budget_year}-{header.number:06d}.{self.extension}"


def amount(cents: int) -> str:
    """Cents as a decimal with a point and exactly two places: -5 → "-0.05"."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"
