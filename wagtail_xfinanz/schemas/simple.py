"""Simple types: what the text of an element or attribute may be."""

from __future__ import annotations

from dataclasses import dataclass

from .components import Components, Item
from .names import XS, clark, local

Facets = tuple[tuple[str, str], ...]
_VALUES = frozenset({"enumeration", "pattern"})


@dataclass(frozen=True, slots=True)
class SimpleType:
    """A built-in type narrowed in steps, from the outermost base on.

    ``opaque`` marks lists and unions, whose parts are not looked at. ``labels`` holds what the schema says about
    enumerated values.
    """

    name: str
    builtin: str
    steps: tuple[Facets, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    opaque: bool = False
    documentation: str = ""

    def facet(self, name: str) -> str:
        """The innermost value of a facet, empty if there is none."""
        return next((value for step in reversed(self.steps) for key, value in step if key == name), "")

    @property
    def values(self) -> tuple[str, ...]:
        """The enumerated values, empty if any value will do."""
        for step in reversed(self.steps):
            if found := tuple(value for key, value in step if key == "enumeration"):
                return found
        return ()

    @property
    def patterns(self) -> tuple[str, ...]:
        return tuple(value for step in self.steps for key, value in step if key == "pattern")

    @property
    def facets(self) -> dict[str, str]:
        """Lengths, bounds and digits, the innermost of each."""
        return {key: value for step in self.steps for key, value in step if key not in _VALUES}


def builtin(name: str) -> SimpleType:
    return SimpleType(f"{XS}{name}", "string" if name in ("anySimpleType", "anyAtomicType") else name)


def simple_type(components: Components, name: str) -> SimpleType:
    """A named simple type. Raises KeyError if the name is none."""
    if name.startswith(XS):
        return builtin(local(name))
    return from_item(components, components.need("simpleType", name))


def from_item(components: Components, item: Item) -> SimpleType:
    """What an xs:simpleType says."""
    name = clark(item.place.namespace, item.get("name")) if item.get("name") else ""
    restriction = item.child("restriction")
    if restriction is None:
        return SimpleType(name, "string", opaque=True, documentation=item.documentation)
    return narrowed(components, _base(components, restriction), restriction, name, item.documentation)


def narrowed(
    components: Components, base: SimpleType, restriction: Item, name: str, documentation: str = ""
) -> SimpleType:
    """``base`` with the facets of one xs:restriction."""
    facets, labels = [], []
    for facet in restriction.children(
        "enumeration", "pattern", "length", "minLength", "maxLength", "minInclusive", "maxInclusive", "minExclusive",
        "maxExclusive", "totalDigits", "fractionDigits", "whiteSpace",
    ):  # fmt: skip
        facets.append((facet.tag, facet.get("value")))
        if facet.tag == "enumeration" and facet.documentation:
            labels.append((facet.get("value"), facet.documentation))
    return SimpleType(
        name=name,
        builtin=base.builtin,
        steps=(*base.steps, tuple(facets)) if facets else base.steps,
        labels=tuple(labels) or base.labels,
        opaque=base.opaque,
        documentation=documentation or base.documentation,
    )


def _base(components: Components, restriction: Item) -> SimpleType:
    if inner := restriction.child("simpleType"):
        return from_item(components, inner)
    return simple_type(components, restriction.refers("base"))
