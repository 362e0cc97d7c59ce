"""The messages of packages as people are shown them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..errors import BookkeepingError
from ..flows import load_schema
from ..models import SchemaPackage
from ..schemas.names import local, split


def message_choices(package: SchemaPackage, wanted: str) -> Iterator[tuple[str, str]]:
    """The messages of a package, and the element of it somebody asked for (``number|name``) even if it is none.

    None of a package that cannot be read any more; its own page tells why.
    """
    try:
        tree = load_schema(package).tree
    except BookkeepingError:
        return
    _number, _bar, asked = wanted.partition("|")
    names = list(tree.messages)
    if wanted == f"{package.pk}|{asked}" and asked not in names and tree.find(f"/{asked}"):
        names.append(asked)
    for name, label in labelled(names):
        yield f"{package.pk}|{name}", label


def labelled(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name with a label without namespace, unless others have the same."""
    listed = list(names)
    often = Counter(map(local, listed))
    for name in listed:
        label, namespace = local(name), split(name)[0]
        yield name, f"{label} ({namespace})" if often[label] > 1 else label
