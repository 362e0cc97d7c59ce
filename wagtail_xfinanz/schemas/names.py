"""Names with a namespace in Clark notation: ``{namespace}local``."""

from __future__ import annotations

from typing import Any

XS_NAMESPACE = "http://www.w3.org/2001/XMLSchema"
XSI_NAMESPACE = "http://www.w3.org/2001/XMLSchema-instance"
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
XS = f"{{{XS_NAMESPACE}}}"
XSI_TYPE = f"{{{XSI_NAMESPACE}}}type"
XSI_NIL = f"{{{XSI_NAMESPACE}}}nil"


def clark(namespace: str, local: str) -> str:
    return f"{{{namespace}}}{local}" if namespace else local


def split(name: str) -> tuple[str, str]:
    """Namespace and local name."""
    if name.startswith("{"):
        namespace, _brace, local = name[1:].partition("}")
        return namespace, local
    return "", name


def local(name: str) -> str:
    return split(name)[1]


def resolve(node: Any, value: str, *, chameleon: str = "") -> str:
    """A QName written in a schema as Clark name; ``chameleon`` takes the place of no namespace."""
    prefix, colon, name = value.strip().rpartition(":")
    if prefix == "xml":  # bound without being declared
        return clark(XML_NAMESPACE, name)
    namespace = node.nsmap.get(prefix if colon else None) or chameleon
    return clark(namespace, name)
