from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from ..errors import Tampered
from ..models import SchemaPackage
from ..schemas import Package, load_package
from ..schemas.tree import Tree


@dataclass(frozen=True, slots=True, eq=False)
class LoadedSchema:
    """A package ready for use: the validator and the element tree."""

    package: Package
    tree: Tree


def load_schema(row: SchemaPackage) -> LoadedSchema:
    """Read an installed package back; a process keeps the last few. Raises Tampered."""
    return _loaded(row.pk, row.sha256, row.main)


@lru_cache(maxsize=32)
def _loaded(pk: int, sha256: str, main: str) -> LoadedSchema:
    files = {}
    for row in SchemaPackage.objects.get(pk=pk).files.all():
        files[row.path] = bytes(row.content)
        if hashlib.sha256(files[row.path]).hexdigest() != row.sha256:
            raise Tampered(_("The schema file “%(path)s” is not what was installed.") % {"path": row.path})
    package = load_package(files, main=main)
    return LoadedSchema(package, Tree(package))
