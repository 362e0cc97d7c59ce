"""Lay a mapping over the element tree: the result says what is written in which order, and what does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ..schemas.names import local
from ..schemas.paths import parent
from ..schemas.tree import Branch, Node, Tree
from .filling import Filling
from .model import Entry, Mapping, Repeat
from .plan import Finding, Plan, PlanElement, PlanGroup, any_dynamic
from .prefixes import prefixes_for
from .presence import is_always_written
from .reading import Level, condition_of
from .said import Said


def make_plan(mapping: Mapping, tree: Tree) -> Plan:
    """Never fails: what is wrong stands among the findings."""
    root = tree.find(f"/{mapping.message}")
    if root is None:
        told = _("The package has no message “%(name)s”.") % {"name": local(mapping.message)}
        return Plan(PlanElement(mapping.message, f"/{mapping.message}", True), {}, [Finding("", told)])
    said = Said(mapping)
    planner = Planner(said)
    element = planner.element(root, None, required=True, above_it=frozenset())
    for path in said.unasked:
        said.problem(path, _("The schema has nothing at this place."))
    findings = [*said.findings, *said.whole.findings(element, said.entries)]
    plan = Plan(element, prefixes_for(element, tree.components.prefixes), findings)
    plan.stream = next(iter(said.whole.streams), None)
    plan.writes_items = planner.writes_items
    return plan


class Planner:
    """Walks the tree once, from the root on, into everything that is mapped or mandatory."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self._filling = Filling(said)
        self.writes_items = False

    def element(self, node: Node, level: Level, *, required: bool, above_it: frozenset[str]) -> PlanElement:
        """``above_it`` names the types around that nobody has mapped, so that mandatory recursion ends."""
        entry = self._said.entry(node.path)
        plan = PlanElement(node.name, node.path, required, xsi_type=node.xsi_type, nillable=node.nillable)
        level = self._repeat(plan, entry, level, node)
        self._condition(plan, entry, level)
        self._filling.fill(plan, node, entry, level)
        if not (node.code and entry.source):
            plan.parts = self._parts(node.content, level, above_it)
        plan.settle()
        self._mark_stream(plan)
        return plan

    def _repeat(self, plan: PlanElement | PlanGroup, entry: Entry, level: Level, part: Node | Branch) -> Level:
        """Note how often the part comes; gives the repetition that holds inside it."""
        repeat = plan.repeat = entry.repeat
        if repeat is None:
            if part.minimum > 1 and plan.required:
                told = _("This has to come at least %(count)s times.")
                self._said.problem(plan.path, told % {"count": part.minimum})
            return level
        self._check_maximum(plan.path, part.maximum)
        if repeat is Repeat.ITEMS:
            if level is not Repeat.PAYMENTS:
                told = _("Postings of a payment: an element above has to be repeated for each payment.")
                self._said.problem(plan.path, told)
            self.writes_items = True
            return Repeat.POSTINGS
        if level is not None:
            self._said.problem(plan.path, _("An element above is already repeated."))
        else:
            self._said.whole.streams.append(plan)
            plan.is_stream = True
        return repeat

    def _check_maximum(self, path: str, maximum: int | None) -> None:
        if maximum == 1:
            self._said.problem(path, _("The schema lets this come once, so it cannot be repeated."))
        elif maximum is not None:
            told = _("The schema lets this come at most %(count)s times. If there is more, no file can be made.")
            self._said.note(path, told % {"count": maximum})

    def _condition(self, plan: PlanElement | PlanGroup, entry: Entry, level: Level) -> None:
        if entry.condition is None:
            return
        plan.condition = condition_of(
            entry.condition, lambda message: self._said.problem(plan.path, message), level=level
        )
        if plan.required and plan.repeat is None:
            self._said.problem(plan.path, _("This is mandatory here, so it cannot depend on a condition."))
        elif plan.required:
            self._said.note(plan.path, _("If no posting of a payment meets the condition, no file can be made."))

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
                told = _("The schema wants an element here that it does not name.")
                self._said.problem(parent_element(branch.path), told)

    def _child(self, node: Node, level: Level, above_it: frozenset[str]) -> PlanElement | None:
        self._said.whole.offer(node)
        if self._said.is_mapped(node.path):
            return self.element(node, level, required=node.minimum > 0, above_it=frozenset())
        if node.minimum == 0:
            return None
        if node.type.name and node.type.name in above_it:
            self._said.problem(node.path, _("“%(name)s” is mandatory and not mapped.") % {"name": node.label})
            return None
        return self.element(node, level, required=True, above_it=above_it | {node.type.name})

    def _group(self, branch: Branch, level: Level, above_it: frozenset[str]) -> PlanGroup | None:
        if not self._said.is_part_mapped(branch) and (branch.minimum == 0 or not branch.parts):
            return None
        plan = PlanGroup(branch.path, branch.kind == "choice", branch.minimum > 0, [])
        if branch.maximum != 1:
            self._said.whole.offer(branch)
            entry = self._said.entry(branch.path)
            level = self._repeat(plan, entry, level, branch)
            self._condition(plan, entry, level)
        if plan.is_choice:
            plan.parts = self._alternatives(branch, level)
        else:
            plan.parts = list(self._sequence(branch, level, above_it))
        plan.is_dynamic = any_dynamic(plan.parts)
        self._mark_stream(plan)
        return plan

    def _alternatives(self, branch: Branch, level: Level) -> list[PlanElement | PlanGroup]:
        """What is mapped of a choice; nothing unmapped is ever chosen by itself."""
        parts = [part for part in branch.parts if isinstance(part, Node | Branch)]
        for part in parts:
            self._said.whole.offer(part)
        mapped = [part for part in parts if self._said.is_part_mapped(part)]
        is_alone = len(mapped) == 1 and branch.minimum > 0
        found = (self._alternative(part, level, required=is_alone and part.minimum > 0) for part in mapped)
        chosen = [plan for plan in found if plan]
        if not chosen and branch.minimum and all(part.minimum for part in branch.parts):
            names = ", ".join(dict.fromkeys(node.label for node in branch.nodes()))
            told = _("One of these is mandatory: %(names)s.")
            self._said.problem(parent_element(branch.path), told % {"names": names})
        if len(chosen) > 1:
            self._check_rivals(chosen)
        return chosen

    def _alternative(self, part: Node | Branch, level: Level, *, required: bool) -> PlanElement | PlanGroup | None:
        if isinstance(part, Node):
            return self.element(part, level, required=required, above_it=frozenset())
        if group := self._group(part, level, frozenset()):
            group.required = required
        return group

    def _check_rivals(self, chosen: list[PlanElement | PlanGroup]) -> None:
        always = next((part for part in chosen if part.is_stream or is_always_written(part)), None)
        if always:
            told = _("This is always written, so none of the other mapped alternatives can be: set a condition.")
            self._said.problem(parent_element(always.path), told)

    def _mark_stream(self, plan: PlanElement | PlanGroup) -> None:
        plan.is_stream = plan.is_stream or any(part.is_stream for part in plan.parts)
        if plan.is_stream and plan.condition:
            self._said.problem(plan.path, _("A condition here would leave postings out of the file."))


def parent_element(path: str) -> str:
    """The element a group belongs to; of an element itself."""
    while path.rpartition("/")[2].startswith("#"):
        path = parent(path)
    return path
