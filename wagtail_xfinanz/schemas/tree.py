"""The elements of a message as a tree. Branches are worked out when looked at, so types may contain themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .complex import Attribute, ComplexType, Types
from .components import Components, Item, is_abstract
from .names import clark, local
from .package import Package
from .particles import Element, Group, Kind, Particle, Wildcard
from .paths import above, steps
from .simple import SimpleType

MAX_DEPTH = 40
MAX_STEPS = 4 * MAX_DEPTH
"""Groups are steps of a path, but no levels; a path of more steps than this leads nowhere."""


class Node:
    """An element at its place in the message."""

    def __init__(self, tree: Tree, path: str, name: str, item: Item, occurs: tuple[int, int | None], xsi: str) -> None:
        self._tree = tree
        self.path, self.name, self.item = path, name, item
        self.minimum, self.maximum = occurs
        self.xsi_type = xsi

    @cached_property
    def type(self) -> ComplexType | SimpleType:
        return self._tree.types.named(self.xsi_type) if self.xsi_type else self._tree.types.of_element(self.item)

    @cached_property
    def text(self) -> SimpleType | None:
        """What may stand between the tags, None if only elements may."""
        return self.type.text if isinstance(self.type, ComplexType) else self.type

    @cached_property
    def content(self) -> Branch:
        if isinstance(self.type, SimpleType) or len(steps(self.path)) >= MAX_DEPTH:
            return Branch("sequence", 1, 1, self.path, ())
        return self._tree.branch(self.type.content, self.path)

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        return self.type.attributes if isinstance(self.type, ComplexType) else ()

    @property
    def fixed(self) -> str | None:
        return self.item.node.get("fixed")

    @property
    def default(self) -> str | None:
        return self.item.node.get("default")

    @property
    def nillable(self) -> bool:
        return self.item.get("nillable") in ("true", "1")

    @property
    def documentation(self) -> str:
        return self.item.documentation or self.type.documentation

    @property
    def label(self) -> str:
        return local(self.name)

    @property
    def code(self) -> Node | None:
        """The child that takes the code, if the type is an XÖV code type (namespace …/schemata/code/1_0)."""
        if not any(local(attribute.name) in ("listURI", "listVersionID") for attribute in self.attributes):
            return None
        return next((child for child in self.content.nodes() if child.label == "code"), None)

    def attribute(self, name: str) -> Attribute | None:
        return next((attribute for attribute in self.attributes if attribute.name == name), None)

    @property
    def is_repeatable(self) -> bool:
        return self.maximum is None or self.maximum > 1


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """Nodes and groups in the order the schema wants. ``path`` is that of the element around, or of the group."""

    kind: Kind
    minimum: int
    maximum: int | None
    path: str
    parts: tuple[Node | Branch | Wildcard, ...]

    def nodes(self) -> Iterator[Node]:
        """All elements, groups opened."""
        for part in self.parts:
            if isinstance(part, Node):
                yield part
            elif isinstance(part, Branch):
                yield from part.nodes()

    def branches(self) -> Iterator[Branch]:
        for part in self.parts:
            if isinstance(part, Branch):
                yield part
                yield from part.branches()

    @property
    def is_repeatable(self) -> bool:
        return self.maximum is None or self.maximum > 1


class Tree:
    """The messages of a package."""

    def __init__(self, package: Package) -> None:
        self.components = Components(package)
        self.types = Types(self.components)

    @cached_property
    def messages(self) -> list[str]:
        """Names of the elements a file is meant to begin with: they have parts, and no other element holds them.

        A file may begin with any global element; if each is held by another, all are named.
        """
        held = self.components.referred_elements()
        alone = [name for name in self.elements if name not in held and self.root(name).text is None]
        return alone or self.elements

    @cached_property
    def elements(self) -> list[str]:
        """Names of all global elements that may stand in a file."""
        names = [name for name in self.components.names("element") if not self._is_abstract(name)]
        return sorted(names, key=lambda name: local(name).casefold())

    def _is_abstract(self, name: str) -> bool:
        return is_abstract(self.components.need("element", name))

    def root(self, name: str) -> Node:
        """Raises KeyError if the package has no such message."""
        return Node(self, f"/{name}", name, self.components.need("element", name), (1, 1), "")

    def find(self, path: str) -> Node | None:
        """The element at this path; None if the schema has none there. Attributes belong to their element."""
        try:
            *ancestors, last = above(path)
        except ValueError:
            return None
        if len(ancestors) > MAX_STEPS:
            return None
        node = self.root(path[1:]) if not ancestors and self._has(path[1:]) else None
        if node or not ancestors:
            return node
        above_it = self.find(next(found for found in reversed(ancestors) if "#" not in steps(found)[-1]))
        return next((child for child in above_it.content.nodes() if child.path == last), None) if above_it else None

    def find_branch(self, path: str) -> Branch | None:
        """The repeatable group at this path, None if there is none."""
        if not path.rpartition("/")[2].startswith("#"):
            return None
        try:
            ancestors = above(path)[:-1]
        except ValueError:
            return None
        outer = next((found for found in reversed(ancestors) if "#" not in steps(found)[-1]), "")
        node = self.find(outer) if outer else None
        return next((found for found in node.content.branches() if found.path == path), None) if node else None

    def _has(self, name: str) -> bool:
        return self.components.find("element", name) is not None and not self._is_abstract(name)

    def branch(self, content: Particle, path: str) -> Branch:
        """The content model below ``path``."""
        group = content if isinstance(content, Group) else Group("sequence", 1, 1, (content,))
        return _Builder(self, Counter(), Counter()).branch(group, path, inside=path)


@dataclass(slots=True)
class _Builder:
    """Numbers the names and groups of one content model as it goes."""

    tree: Tree
    names: Counter[str]
    groups: Counter[str]

    def branch(self, group: Group, path: str, *, inside: str) -> Branch:
        if group.maximum != 1:
            self.groups[inside] += 1
            path = inside = f"{inside}/#{self.groups[inside]}"
        parts = tuple(self._part(part, inside) for part in group.parts)
        return Branch(group.kind, group.minimum, group.maximum, path, parts)

    def _part(self, part: Particle, inside: str) -> Node | Branch | Wildcard:
        match part:
            case Group():
                return self.branch(part, inside, inside=inside)
            case Element():
                return self._element(part, inside)
        return part

    def _element(self, part: Element, inside: str) -> Node | Branch:
        """One node, or a choice if others may take its place: substitutes, or types derived from an abstract one."""
        components, item = self.tree.components, part.item
        name = element_name(item)
        candidates: list[tuple[str, Item, str]] = []
        if not is_abstract(item):
            candidates += self._typed(name, item)
        for other in components.all_substitutes(name) if item.is_global else ():
            candidates += self._typed(other, components.need("element", other))
        if len(candidates) == 1:
            return self._node(*candidates[0], (part.minimum, part.maximum), inside)
        # If it may come several times, all of them have to be of one kind here; a mapping never needs more.
        occurs = (max(part.minimum, 1), part.maximum)
        nodes = tuple(self._node(*found, occurs, inside) for found in candidates)
        return Branch("choice", min(part.minimum, 1), 1, inside, nodes)

    def _typed(self, name: str, item: Item) -> list[tuple[str, Item, str]]:
        kind = self.tree.types.of_element(item)
        if isinstance(kind, ComplexType) and kind.abstract:
            return [(name, item, derived) for derived in self.tree.components.all_derived(kind.name)]
        return [(name, item, "")]

    def _node(self, name: str, item: Item, xsi: str, occurs: tuple[int, int | None], inside: str) -> Node:
        step = f"{name}~{xsi}" if xsi else name
        self.names[step] += 1
        numbered = f"{name}[{self.names[step]}]" if self.names[step] > 1 else name
        return Node(self.tree, f"{inside}/{numbered}" + (f"~{xsi}" if xsi else ""), name, item, occurs, xsi)


def element_name(item: Item) -> str:
    """The name an element has in a file, by its form and that of its file."""
    if item.is_global:
        return clark(item.place.namespace, item.get("name"))
    form = item.get("form") or ("qualified" if item.place.elements_qualified else "unqualified")
    return clark(item.place.namespace if form == "qualified" else "", item.get("name"))
