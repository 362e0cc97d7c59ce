"""What can only be said about a mapping as a whole: is every posting in the file, once, with its amount?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import gettext as _

from ..schemas.tree import Branch, Node
from .model import Entry
from .plan import Finding, PlanElement, PlanGroup
from .values import UNSIGNED

MAX_NAMED = 8


@dataclass(slots=True)
class Whole:
    """Noted while the tree is walked: what is repeated, what could be, and where whole amounts are written."""

    streams: list[PlanElement | PlanGroup] = field(default_factory=list)
    repeatable: dict[str, tuple[bool, bool, str]] = field(default_factory=dict)
    amounts: list[Entry] = field(default_factory=list)

    def offer(self, part: Node | Branch) -> None:
        """Note that this could be repeated. Likeliest is what may come any number of times, then what has to come."""
        if not part.is_repeatable:
            return
        if isinstance(part, Branch):
            name = " / ".join(node.label for node in part.nodes())
        elif part.text is None or part.attributes:
            name = part.label
        else:
            return
        self.repeatable[part.path] = (part.maximum is not None, part.minimum == 0, name)

    def findings(self, root: PlanElement, entries: Iterable[Entry]) -> Iterator[Finding]:
        if not self.streams:
            yield Finding(root.path, self._nothing_repeated())
        for surplus in self.streams[1:]:
            yield Finding(surplus.path, _("Another element is already repeated for each posting or payment."))
        if self.streams and not self.amounts:
            yield Finding(root.path, _("The amounts of the postings would be nowhere in the file."))
        unsigned = self.amounts and all(entry.format in UNSIGNED for entry in self.amounts)
        if unsigned and not any(map(_tells_kinds, entries)):
            told = _("Amounts are written without sign, and nothing else in the file tells a refund from a payment.")
            yield Finding(self.amounts[0].path, told, is_problem=False)

    def _nothing_repeated(self) -> str:
        told = _("No element is repeated: choose one that comes once for each posting or payment.")
        if not self.repeatable:
            return told
        likely = sorted(self.repeatable.values(), key=lambda found: found[:2])
        names = ", ".join(islice(dict.fromkeys(name for *_unlikely, name in likely), MAX_NAMED))
        return told + " " + _("It can be one of these: %(names)s.") % {"names": names}


def _tells_kinds(entry: Entry) -> bool:
    """Whether what is written here depends on the kind of the posting."""
    by_condition = entry.condition is not None and entry.condition.field in ("kind", "amount")
    return by_condition or (entry.source is not None and entry.source.value == "kind")
