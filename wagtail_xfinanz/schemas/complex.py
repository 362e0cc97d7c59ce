"""Complex types: content, attributes and text, with everything inherited by extension and restriction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .components import Components, Item, is_abstract
from .names import XS, clark
from .particles import EMPTY, Group, Particle, Wildcard, particle, simplified
from .simple import SimpleType, builtin, from_item, narrowed, simple_type

_GROUPS = ("group", "sequence", "choice", "all")


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute an element may have."""

    name: str
    type: SimpleType
    required: bool
    fixed: str | None
    default: str | None
    documentation: str


@dataclass(frozen=True, slots=True, eq=False)
class ComplexType:
    """``text`` is set for simple content. ``content`` is never an Element alone, so that it can be walked."""

    name: str
    abstract: bool
    mixed: bool
    text: SimpleType | None
    content: Particle
    attributes: tuple[Attribute, ...]
    documentation: str


ANY = ComplexType(f"{XS}anyType", False, True, None, Wildcard(0, None), (), "")


class Types:
    """Reads types on demand and remembers them."""

    def __init__(self, components: Components) -> None:
        self._components = components
        self._known: dict[str, ComplexType | SimpleType] = {}

    def of_element(self, item: Item) -> ComplexType | SimpleType:
        """The type of an element declaration; without one it is that of its substitution group's head."""
        if inner := item.child("simpleType"):
            return from_item(self._components, inner)
        if inner := item.child("complexType"):
            return self._complex(inner, "")
        if name := item.refers("type"):
            return self.named(name)
        if head := item.refers("substitutionGroup"):
            return self.of_element(self._components.need("element", head))
        return ANY

    def named(self, name: str) -> ComplexType | SimpleType:
        if name == ANY.name:
            return ANY
        if name not in self._known:
            item = self._components.find("complexType", name)
            self._known[name] = self._complex(item, name) if item else simple_type(self._components, name)
        return self._known[name]

    def _complex(self, item: Item, name: str) -> ComplexType:
        outer = item.child("complexContent", "simpleContent")
        derivation = outer.child("extension", "restriction") if outer else None
        if outer is None or derivation is None:
            found = self._plain(item)
        elif outer.tag == "simpleContent":
            found = self._simple_content(derivation)
        else:
            found = self._derived(derivation)
        mixed = found.mixed or "true" in (item.get("mixed"), outer.get("mixed") if outer else "")
        said = item.documentation or found.documentation
        return replace(found, name=name, abstract=is_abstract(item), mixed=mixed, documentation=said)

    def _plain(self, item: Item) -> ComplexType:
        return ComplexType("", False, False, None, self._content(item), self._attributes(item, ()), "")

    def _derived(self, derivation: Item) -> ComplexType:
        base = self.named(derivation.refers("base"))
        if not isinstance(base, ComplexType):
            return self._plain(derivation)
        own = self._content(derivation)
        if derivation.tag == "extension":
            own = simplified(Group("sequence", 1, 1, (base.content, own)))
        inherited = () if base is ANY else base.attributes
        mixed = base.mixed and base is not ANY
        attributes = self._attributes(derivation, inherited)
        return ComplexType("", False, mixed, None, own, attributes, base.documentation)

    def _simple_content(self, derivation: Item) -> ComplexType:
        base = self.named(derivation.refers("base"))
        text = base.text if isinstance(base, ComplexType) else base
        if inner := derivation.child("simpleType"):
            text = from_item(self._components, inner)
        text = text or builtin("string")
        if derivation.tag == "restriction":
            text = narrowed(self._components, text, derivation, text.name)
        inherited = base.attributes if isinstance(base, ComplexType) else ()
        return ComplexType("", False, False, text, EMPTY, self._attributes(derivation, inherited), base.documentation)

    def _content(self, item: Item) -> Particle:
        body = item.child(*_GROUPS)
        return particle(self._components, body) if body else EMPTY

    def _attributes(self, item: Item, inherited: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
        found = {attribute.name: attribute for attribute in inherited}
        for use in item.children("attribute", "attributeGroup"):
            if use.tag == "attributeGroup":
                group = self._components.need("attributeGroup", use.refers("ref"))
                found.update({attribute.name: attribute for attribute in self._attributes(group, ())})
                continue
            attribute = self._attribute(use)
            if use.get("use") == "prohibited":
                found.pop(attribute.name, None)
            else:
                found[attribute.name] = attribute
        return tuple(found.values())

    def _attribute(self, use: Item) -> Attribute:
        declared = self._components.find("attribute", use.refers("ref")) if use.get("ref") else use
        if declared is None:  # only xml:lang and its like need no declaration in the package
            declared = use
        name = use.refers("ref") or self._attribute_name(use)
        inner, named = declared.child("simpleType"), declared.refers("type")
        if inner:
            kind = from_item(self._components, inner)
        else:
            kind = simple_type(self._components, named) if named else builtin("string")
        return Attribute(
            name=name,
            type=kind,
            required=use.get("use") == "required",
            fixed=use.node.get("fixed", declared.node.get("fixed")),
            default=use.node.get("default", declared.node.get("default")),
            documentation=use.documentation or declared.documentation,
        )

    def _attribute_name(self, use: Item) -> str:
        form = use.get("form") or ("qualified" if use.place.attributes_qualified else "unqualified")
        return clark(use.place.namespace if form == "qualified" else "", use.get("name"))
