"""Whether a part of the message is written for a record. Conditions decide; without one, mandatory parts, constants and
what has data are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .model import Repeat
from .plan import PlanElement, PlanGroup, Scope

IsThere = Callable[[Scope], object]
"""Truth is enough: often it is the text itself."""


def presence(part: PlanElement | PlanGroup) -> IsThere | None:
    """The function that tells whether the part is there, None if it always is."""
    if part.is_stream:
        return None
    if part.condition is not None:
        return part.condition
    if part.required or not part.is_dynamic or (isinstance(part, PlanElement) and part.text and part.text.fallback):
        return None
    return _any_of(list(_data(part)))


def is_always_written(part: PlanElement | PlanGroup) -> bool:
    """Whether nothing in the data can keep it out."""
    if part.condition:
        return False
    if not part.is_dynamic or (isinstance(part, PlanElement) and part.text and part.text.fallback):
        return True
    return any(_is_sure(inner) for inner in part.walk())


def _is_sure(part: PlanElement | PlanGroup) -> bool:
    if isinstance(part, PlanGroup):
        return False
    values = [part.text, *(attribute.value for attribute in part.attributes)]
    return part.condition is None and any(value and value.is_sure for value in values)


def _data(part: PlanElement | PlanGroup) -> Iterator[IsThere]:
    """Everything below that can tell of a text in this scope, or in that of one of its postings."""
    condition = part.condition
    if part.repeat is Repeat.ITEMS:
        yield (lambda scope: any(map(condition, scope.single()))) if condition else lambda _scope: True
        return
    below: list[IsThere] = [*part.data] if isinstance(part, PlanElement) else []
    for inner in part.parts:
        below += _data(inner)
    if condition is None:
        yield from below
    else:
        yield _both(condition, _any_of(below))


def _both(one: IsThere, other: IsThere) -> IsThere:
    return lambda scope: one(scope) and other(scope)


def _any_of(several: list[IsThere]) -> IsThere:
    if len(several) == 1:
        return several[0]

    def any_of(scope: Scope) -> bool:
        for is_there in several:  # noqa: SIM110  runs for each record: a generator would cost more than it does
            if is_there(scope):
                return True
        return False

    return any_of
