"""Lay a mapping over the element tree: the result says what is written in which order, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ..schemas.complex import Attribute
from ..schemas.names import local
from ..schemas.paths import above, parent
from ..schemas.tree import Branch, Node, Tree
from .model import Entry, Mapping, Repeat, SourceKind
from .plan import Finding, Plan, PlanAttribute, PlanElement, PlanGroup, Value
from .prefixes import prefixes_for
from .reading import Level, Reader, condition_of
from .whole import Whole

LIST_ATTRIBUTES = ("listURI", "listVersionID")


def make_plan(mapping: Mapping, tree: Tree) -> Plan:
    """Never fails: what is wrong stands among the findings."""
    planner = Planner(mapping, tree)
    root = tree.find(f"/{mapping.message}")
    if root is None:
        told = _("The package has no message “%(name)s”.") % {"name": local(mapping.message)}
        return Plan(PlanElement(mapping.message, f"/{mapping.message}", True), {}, [Finding("", told)])
    element = planner.element(root, None, required=True, above_it=frozenset())
    planner.finish(element)
    plan = Plan(element, prefixes_for(element, tree.components.prefixes), planner.findings)
    plan.stream = next(iter(planner.whole.streams), None)
    plan.writes_items = planner.writes_items
    return plan


class Planner:
    """Walks the tree once, from the root on, into everything that is mapped or mandatory."""

    def __init__(self, mapping: Mapping, tree: Tree) -> None:
        self.findings: list[Finding] = []
        self.whole = Whole()
        self.writes_items = False
        self._tree = tree
        self._entries = {entry.path: entry for entry in mapping.entries}
        self._mapped = {path for entry in mapping.entries for path in above(entry.path)}
        self._seen: set[str] = set()

    def problem(self, path: str, message: str) -> None:
        self.findings.append(Finding(path, message))

    def element(self, node: Node, level: Level, *, required: bool, above_it: frozenset[str]) -> PlanElement:
        """``above_it`` names the types around that nobody has mapped, so that mandatory recursion ends."""
        entry = self._entry(node.path)
        plan = PlanElement(node.name, node.path, required, xsi_type=node.xsi_type, nillable=node.nillable)
        level = self._repeat(plan, entry, level, node.maximum)
        self._condition(plan, entry, level)
        if node.minimum > 1 and plan.repeat is None and required:
            self.problem(node.path, _("This has to come at least %(count)s times.") % {"count": node.minimum})
        plan.attributes = list(self._attributes(node, entry, level))
        if node.code and entry.source:
            plan.parts = [self._code(node.code, entry, level)]
        else:
            plan.text = self._text(node, entry, level, required=required)
            plan.parts = self._parts(node.content, level, above_it)
        values = [plan.text, *(attribute.value for attribute in plan.attributes)]
        plan.data = [value.read for value in values if value and value.is_dynamic]
        plan.is_dynamic = bool(plan.data) or _any_dynamic(plan)
        plan.is_leaf = plan.text is not None and not (plan.attributes or plan.parts or plan.xsi_type)
        self._mark_stream(plan)
        return plan

    def finish(self, root: PlanElement) -> None:
        """What can only be said about the whole."""
        for path in sorted(set(self._entries) - self._seen):
            self.problem(path, _("The schema has nothing at this place."))
        self.findings += self.whole.findings(root, self._entries.values())

    def _entry(self, path: str) -> Entry:
        self._seen.add(path)
        return self._entries.get(path) or Entry(path)

    def _repeat(self, plan: PlanElement | PlanGroup, entry: Entry, level: Level, maximum: int | None) -> Level:
        repeat = plan.repeat = entry.repeat
        if repeat is None:
            return level
        if maximum is not None:
            told = _("The schema lets this come at most %(count)s times, so it cannot be repeated.")
            self.problem(plan.path, told % {"count": maximum})
        if repeat is Repeat.ITEMS:
            if level is not Repeat.PAYMENTS:
                told = _("Postings of a payment: an element above has to be repeated for each payment.")
                self.problem(plan.path, told)
            self.writes_items = True
            return Repeat.POSTINGS
        if level is not None:
            self.problem(plan.path, _("An element above is already repeated."))
        else:
            self.whole.streams.append(plan)
            plan.is_stream = True
        return repeat

    def _condition(self, plan: PlanElement | PlanGroup, entry: Entry, level: Level) -> None:
        if entry.condition is None:
            return
        plan.condition = condition_of(entry.condition, lambda message: self.problem(plan.path, message), level=level)
        if plan.required and plan.repeat is None:
            self.problem(plan.path, _("This is mandatory here, so it cannot depend on a condition."))
        elif plan.required:
            told = _("If no posting of a payment meets the condition, no file can be made.")
            self.findings.append(Finding(plan.path, told, is_problem=False))

    def _attributes(self, node: Node, entry: Entry, level: Level) -> Iterator[PlanAttribute]:
        for attribute in node.attributes:
            path = f"{node.path}/@{attribute.name}"
            own = self._entry(path)
            if own.repeat or own.condition:
                self.problem(path, _("An attribute can neither be repeated nor depend on a condition."))
            if value := self._attribute_value(node, attribute, entry, own, level):
                yield PlanAttribute(attribute.name, value, attribute.required)
            elif attribute.required:
                told = _("The attribute “%(name)s” is mandatory and not mapped.")
                self.problem(path, told % {"name": local(attribute.name)})

    def _attribute_value(
        self, node: Node, attribute: Attribute, element: Entry, own: Entry, level: Level
    ) -> Value | None:
        reader = Reader(own.path, attribute.type, level)
        name = local(attribute.name)
        said = self._list_value(element, name) if node.code else ""
        value = None
        if attribute.fixed is not None:
            if own.source and (own.source.kind, own.source.value) != (SourceKind.CONSTANT, attribute.fixed):
                reader.problem(_("This is always “%(value)s”.") % {"value": attribute.fixed})
            if said and said != attribute.fixed:
                reader.problem(_("The schema names another code list: “%(value)s”.") % {"value": attribute.fixed})
            if attribute.required or own.source or (node.code and name in LIST_ATTRIBUTES):
                value = reader.constant(attribute.fixed)
        elif own.source:
            value = reader.value(own, required=attribute.required)
            self._note_amount(own, level)
        elif said:
            value = reader.constant(said)
        self.findings += reader.findings
        return value

    def _list_value(self, entry: Entry, attribute: str) -> str:
        if entry.code_list is None or attribute not in LIST_ATTRIBUTES:
            return ""
        return entry.code_list.uri if attribute == "listURI" else entry.code_list.version

    def _code(self, node: Node, entry: Entry, level: Level) -> PlanElement:
        """The child of a code type, with the value said at the element itself."""
        plan = PlanElement(node.name, node.path, required=True)
        if node.path in self._mapped:
            self.problem(node.path, _("The code is already said one level above."))
            self._seen.add(node.path)
        plan.text = self._text(node, entry, level, required=True)
        plan.data = [plan.text.read] if plan.text and plan.text.is_dynamic else []
        plan.is_dynamic = bool(plan.data)
        plan.is_leaf = plan.text is not None
        return plan

    def _text(self, node: Node, entry: Entry, level: Level, *, required: bool) -> Value | None:
        source = entry.source
        if node.text is None:
            if source and source.kind is not SourceKind.PRESENT:
                self.problem(node.path, _("This element has parts and takes no text of its own."))
            return None
        reader = Reader(entry.path, node.text, level)
        given = node.fixed if node.fixed is not None else node.default
        if node.fixed is not None and source and (source.kind, source.value) != (SourceKind.CONSTANT, node.fixed):
            reader.problem(_("This is always “%(value)s”.") % {"value": node.fixed})
        if source and source.kind is SourceKind.PRESENT:
            reader.problem(_("This element needs a text."))
        value = reader.value(entry, required=required)
        if value is None and given is not None:
            value = reader.constant(given)
        if value is None and not reader.findings:
            reader.problem(_("“%(name)s” is mandatory and not mapped.") % {"name": node.label})
        self._note_amount(entry, level)
        self.findings += reader.findings
        return value

    def _note_amount(self, entry: Entry, level: Level) -> None:
        if entry.source and level is not None:
            whole = (SourceKind.SUM, "") if level is Repeat.PAYMENTS else (SourceKind.POSTING, "amount")
            if (entry.source.kind, entry.source.value) == whole:
                self.whole.amounts.append(entry)

    def _parts(self, branch: Branch, level: Level, above_it: frozenset[str]) -> list[PlanElement | PlanGroup]:
        """The content of an element. A choice or optional group right below it stays together as a group."""
        if branch.kind == "choice" or branch.minimum == 0 or branch.maximum != 1:
            group = self._group(branch, level, above_it)
            return [group] if group else []
        return list(self._sequence(branch, level, above_it))

    def _sequence(self, branch: Branch, level: Level, above_it: frozenset[str]) -> Iterator[PlanElement | PlanGroup]:
        for part in branch.parts:
            if isinstance(part, Node):
                if found := self._child(part, level, above_it):
                    yield found
            elif isinstance(part, Branch):
                if group := self._group(part, level, above_it):
                    yield group
            elif part.minimum:
                self.problem(parent_element(branch.path), _("The schema wants an element here that it does not name."))

    def _child(self, node: Node, level: Level, above_it: frozenset[str]) -> PlanElement | None:
        if node.maximum is None and (node.text is None or node.attributes):
            self.whole.offer(node.path, node.label, required=node.minimum > 0)
        if node.path in self._mapped:
            return self.element(node, level, required=node.minimum > 0, above_it=frozenset())
        if node.minimum == 0:
            return None
        if node.type.name and node.type.name in above_it:
            self.problem(node.path, _("“%(name)s” is mandatory and not mapped.") % {"name": node.label})
            return None
        return self.element(node, level, required=True, above_it=above_it | {node.type.name})

    def _group(self, branch: Branch, level: Level, above_it: frozenset[str]) -> PlanGroup | None:
        is_mapped = branch.path in self._mapped if branch.maximum != 1 else self._is_mapped(branch)
        if not is_mapped and (branch.minimum == 0 or not branch.parts):
            return None
        plan = PlanGroup(branch.path, branch.kind == "choice", branch.minimum > 0, [])
        if branch.maximum != 1:
            if branch.maximum is None:
                names = " / ".join(node.label for node in branch.nodes())
                self.whole.offer(branch.path, names, required=branch.minimum > 0)
            entry = self._entry(branch.path)
            level = self._repeat(plan, entry, level, branch.maximum)
            self._condition(plan, entry, level)
            if branch.minimum > 1 and plan.repeat is None:
                self.problem(branch.path, _("This has to come at least %(count)s times.") % {"count": branch.minimum})
        if plan.is_choice:
            plan.parts = self._alternatives(branch, level)
        else:
            plan.parts = list(self._sequence(branch, level, above_it))
        plan.is_dynamic = _any_dynamic(plan)
        self._mark_stream(plan)
        return plan

    def _alternatives(self, branch: Branch, level: Level) -> list[PlanElement | PlanGroup]:
        """What is mapped of a choice; nothing unmapped is ever chosen by itself."""
        chosen: list[PlanElement | PlanGroup] = []
        mapped = [part for part in branch.parts if not hasattr(part, "path") or self._is_mapped(part)]
        nodes = [part for part in mapped if isinstance(part, Node | Branch)]
        for part in nodes:
            found: PlanElement | PlanGroup | None
            alone = len(nodes) == 1 and branch.minimum > 0 and part.minimum > 0
            if isinstance(part, Node):
                found = self.element(part, level, required=alone, above_it=frozenset())
            else:
                found = self._group(part, level, frozenset())
                if found:
                    found.required = alone
            chosen += [found] if found else []
        if not chosen and branch.minimum and all(part.minimum for part in branch.parts):
            names = ", ".join(dict.fromkeys(node.label for node in branch.nodes()))
            self.problem(parent_element(branch.path), _("One of these is mandatory: %(names)s.") % {"names": names})
        if len(chosen) > 1:
            self._check_rivals(chosen)
        return chosen

    def _is_mapped(self, part: Node | Branch | object) -> bool:
        if isinstance(part, Node):
            return part.path in self._mapped
        if isinstance(part, Branch):
            return any(self._is_mapped(inner) for inner in part.parts)
        return False

    def _check_rivals(self, chosen: list[PlanElement | PlanGroup]) -> None:
        always = next((part for part in chosen if part.is_stream or _is_always_written(part)), None)
        if always:
            told = _("This is always written, so none of the other mapped alternatives can be: set a condition.")
            self.problem(always.path if isinstance(always, PlanElement) else parent_element(always.path), told)

    def _mark_stream(self, plan: PlanElement | PlanGroup) -> None:
        plan.is_stream = plan.is_stream or any(part.is_stream for part in plan.parts)
        if plan.is_stream and plan.condition:
            self.problem(plan.path, _("A condition here would leave postings out of the file."))


def parent_element(path: str) -> str:
    """The element a group belongs to; of an element itself."""
    while path.rpartition("/")[2].startswith("#"):
        path = parent(path)
    return path


def _any_dynamic(plan: PlanElement | PlanGroup) -> bool:
    return any(part.is_dynamic or part.repeat for part in plan.parts)


def _is_always_written(plan: PlanElement | PlanGroup) -> bool:
    """Whether nothing in the data can keep it out."""
    if plan.condition:
        return False
    if not plan.is_dynamic or (isinstance(plan, PlanElement) and plan.text and plan.text.fallback):
        return True
    return any(_is_sure(part) for part in plan.walk())


def _is_sure(part: PlanElement | PlanGroup) -> bool:
    if isinstance(part, PlanGroup):
        return False
    values = [part.text, *(attribute.value for attribute in part.attributes)]
    return part.condition is None and any(value and value.is_sure for value in values)
