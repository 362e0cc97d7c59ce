"""Which prefix stands for which namespace. There is never a default namespace: it would catch the unqualified names."""

from __future__ import annotations

from itertools import count

from ..schemas.names import XML_NAMESPACE, XSI_NAMESPACE, local, split
from .plan import PlanElement


def prefixes_for(root: PlanElement, known: dict[str, str]) -> dict[str, str]:
    """Prefix by namespace for everything below ``root``, as the schema's authors write it where possible."""
    taken: dict[str, str] = {}
    for namespace in _namespaces(root):
        wanted = "xsi" if namespace == XSI_NAMESPACE else known.get(namespace, "")
        if not wanted or wanted in taken.values() or wanted == "xml":
            wanted = next(free for number in count(1) if (free := f"n{number}") not in taken.values())
        taken[namespace] = wanted
    return taken


def _namespaces(root: PlanElement) -> dict[str, None]:
    found: dict[str, None] = {}
    for part in root.walk():
        if isinstance(part, PlanElement):
            names = [part.name, *(attribute.name for attribute in part.attributes), part.xsi_type]
            found.update(dict.fromkeys(split(name)[0] for name in names))
            if part.xsi_type or part.nillable:
                found[XSI_NAMESPACE] = None
    return {namespace: None for namespace in found if namespace not in ("", XML_NAMESPACE)}


def qualified(name: str, prefixes: dict[str, str]) -> str:
    """A Clark name as a QName in a text, as xsi:type has it."""
    namespace = split(name)[0]
    return f"{prefixes[namespace]}:{local(name)}" if namespace else local(name)
