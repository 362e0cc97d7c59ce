"""All global declarations of a package by name, each with the rules of the file it stands in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .names import XS, clark, resolve
from .package import Package

_KINDS = ("element", "complexType", "simpleType", "group", "attribute", "attributeGroup")


@dataclass(frozen=True, slots=True)
class Place:
    """The rules a file lays down for its declarations; ``chameleon`` is the including file's namespace."""

    namespace: str
    elements_qualified: bool
    attributes_qualified: bool
    chameleon: str


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A node of a schema, with the rules of its file."""

    node: Any
    place: Place

    def get(self, attribute: str, default: str = "") -> str:
        return self.node.get(attribute, default)

    def refers(self, attribute: str) -> str:
        """The Clark name in this attribute, empty if it is missing."""
        value = self.node.get(attribute)
        return resolve(self.node, value, chameleon=self.place.chameleon) if value else ""

    def resolve(self, value: str) -> str:
        return resolve(self.node, value, chameleon=self.place.chameleon)

    def children(self, *tags: str) -> Iterator[Item]:
        for node in self.node.iterchildren(*(f"{XS}{tag}" for tag in tags)):
            yield Item(node, self.place)

    def child(self, *tags: str) -> Item | None:
        return next(self.children(*tags), None)

    @property
    def tag(self) -> str:
        return self.node.tag.removeprefix(XS)

    @property
    def documentation(self) -> str:
        """What the schema's authors say about it, on one line."""
        texts = ("".join(found.itertext()) for found in self.node.iterfind(f"{XS}annotation/{XS}documentation"))
        return " ".join(" ".join(texts).split())

    @property
    def is_global(self) -> bool:
        return self.node.getparent().tag == f"{XS}schema"


class Components:
    """The declarations of a package, looked up by kind and Clark name."""

    def __init__(self, package: Package) -> None:
        self._found: dict[str, dict[str, Item]] = {kind: {} for kind in _KINDS}
        self.substitutes: dict[str, list[str]] = defaultdict(list)
        self.derived: dict[str, list[str]] = defaultdict(list)
        self.prefixes: dict[str, str] = {}
        self._read(package)
        self._relate()

    def find(self, kind: str, name: str) -> Item | None:
        return self._found[kind].get(name)

    def need(self, kind: str, name: str) -> Item:
        """Raises KeyError; the validator has compiled the schema, so every reference leads somewhere."""
        return self._found[kind][name]

    def names(self, kind: str) -> list[str]:
        return sorted(self._found[kind])

    def _read(self, package: Package) -> None:
        waiting = [(path, package.documents[path].namespace) for path in package.entries]
        seen: set[tuple[str, str]] = set()
        while waiting:
            path, namespace = waiting.pop()
            if (path, namespace) in seen:
                continue
            seen.add((path, namespace))
            document = package.documents[path]
            self._take(document.root, namespace, own=document.namespace)
            for link, target in package.edges[path]:
                if target:
                    waiting.append((target, package.documents[target].namespace if link.is_import else namespace))

    def _take(self, root: Any, namespace: str, *, own: str) -> None:
        place = Place(
            namespace=namespace,
            elements_qualified=root.get("elementFormDefault") == "qualified",
            attributes_qualified=root.get("attributeFormDefault") == "qualified",
            chameleon="" if own == namespace else namespace,
        )
        for prefix, bound in root.nsmap.items():
            if prefix:
                self.prefixes.setdefault(bound, prefix)
        for kind in _KINDS:
            for node in root.iterchildren(f"{XS}{kind}"):
                self._found[kind].setdefault(clark(namespace, node.get("name")), Item(node, place))

    def _relate(self) -> None:
        for name, item in self._found["element"].items():
            if head := item.refers("substitutionGroup"):
                self.substitutes[head].append(name)
        for name, item in self._found["complexType"].items():
            content = item.child("complexContent", "simpleContent")
            derivation = content.child("extension", "restriction") if content else None
            if derivation:
                self.derived[derivation.refers("base")].append(name)

    def referred_elements(self) -> set[str]:
        """Global elements that some content model refers to, and those that may take their place."""
        referred: set[str] = set()
        files = {item.node.getparent(): item.place for found in self._found.values() for item in found.values()}
        for root, place in files.items():
            for reference in root.iterfind(f".//{XS}element[@ref]"):
                referred.add(Item(reference, place).refers("ref"))
        return referred.union(*(_closure(self.substitutes, name) for name in referred))

    def all_substitutes(self, head: str) -> list[str]:
        """The members of a substitution group that may really stand in a file, over several steps."""
        return [name for name in _closure(self.substitutes, head) if not is_abstract(self.need("element", name))]

    def all_derived(self, base: str) -> list[str]:
        """The types derived from ``base`` that may really stand in a file."""
        return [name for name in _closure(self.derived, base) if not is_abstract(self.need("complexType", name))]


def is_abstract(item: Item) -> bool:
    return item.get("abstract") in ("true", "1")


def _closure(edges: dict[str, list[str]], start: str) -> list[str]:
    found: dict[str, None] = {}
    waiting = list(edges.get(start, ()))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting.extend(edges.get(name, ()))
    return list(found)
