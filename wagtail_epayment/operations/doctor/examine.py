from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.db.models import Q, QuerySet
from wagtail.models import Site

from .base import Diagnosis, Found, Here, invariants

_EXAMPLES = 20


def examine(site: Site | None = None) -> Iterator[Diagnosis]:
    """Every broken rule, of one site or of all.

    At most two queries a rule and a handful of labels in memory, however many rows there are. Changes nothing.
    """
    here = _everywhere if site is None else _only(site)
    for rule in invariants.values():
        examples, count = _look(rule.find(here))
        if count:
            yield Diagnosis(rule, count, examples)


def _everywhere(lookup: str) -> Q:
    return Q()


def _only(site: Site) -> Here:
    return lambda lookup: Q(**{lookup: site.pk})


def _look(found: Found) -> tuple[tuple[str, ...], int]:
    if not isinstance(found, QuerySet):
        labels = [str(label) for label in found]
        return tuple(labels[:_EXAMPLES]), len(labels)
    rows = found.order_by()
    examples = tuple(_label(row) for row in islice(rows[: _EXAMPLES + 1], _EXAMPLES + 1))
    if len(examples) <= _EXAMPLES:
        return examples, len(examples)
    return examples[:_EXAMPLES], rows.count()


def _label(row: object) -> str:
    return " ".join(str(part) for part in row) if isinstance(row, tuple) else str(row)
