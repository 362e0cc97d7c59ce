from __future__ import annotations

import hashlib
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Site

from ..errors import WrongState
from ..models import SchemaFile, SchemaPackage
from ..schemas import Limits, Package, PackageRefused, open_package
from ..schemas.tree import Tree

_PATH_LENGTH = _NAMESPACE_LENGTH = 300
_PORTION = 64 * 1024


def install_schema(
    source: BinaryIO, *, name: str, site: Site | None, by: Any, main: str = "", limits: Limits | None = None
) -> SchemaPackage:
    """Check, compile and keep a package; for ``site`` None every commune may use it.

    Nothing is written before all is checked, and then in one transaction. Raises PackageRefused.
    """
    package = open_package(source, name=name, main=main, limits=limits or Limits())
    _read_types(package)
    if len(package.namespace) > _NAMESPACE_LENGTH:
        raise PackageRefused(_("The namespace “%(name)s…” is too long.") % {"name": package.namespace[:60]})
    if too_long := next((path for path in package.files if len(path) > _PATH_LENGTH), ""):
        raise PackageRefused(_("The path “%(path)s…” is too long.") % {"path": too_long[:60]})
    row = SchemaPackage(
        site=site,
        name=name[-200:],
        namespace=package.namespace,
        version=package.version[:60],
        main=package.entries[0] if main else "",
        sha256=_digest(source),
        size=source.tell(),
        installed_by=by,
    )
    already = SchemaPackage.objects.filter(site=site, sha256=row.sha256, main=row.main)
    if already.exists():
        raise PackageRefused(_already(already.get()))
    try:
        return _keep(row, package, by=by)
    except IntegrityError as error:  # somebody else was faster
        raise PackageRefused(_already(already.get())) from error


@transaction.atomic
def remove_schema(row: SchemaPackage, *, by: Any) -> None:
    """Take a package away that no mapping uses. Raises WrongState."""
    log(instance=row, action="wagtail_xfinanz.remove_schema", user=by, deleted=True)
    try:
        row.delete()
    except ProtectedError as error:
        raise WrongState(_("Mappings use this package. It has to stay.")) from error


@transaction.atomic
def _keep(row: SchemaPackage, package: Package, *, by: Any) -> SchemaPackage:
    row.save()
    SchemaFile.objects.bulk_create(
        SchemaFile(package=row, path=path, sha256=hashlib.sha256(data).hexdigest(), content=data)
        for path, data in package.files.items()
    )
    log(instance=row, action="wagtail_xfinanz.install_schema", user=by)
    return row


def _read_types(package: Package) -> None:
    """What could not be shown later is refused now. Raises PackageRefused."""
    tree = Tree(package)
    try:
        for name in tree.components.names("complexType"):
            tree.types.named(name)
    except RecursionError as error:
        raise PackageRefused(_("The types of this schema build upon each other too often to be read.")) from error


def _already(row: SchemaPackage) -> str:
    return _("This very package is installed already: %(package)s.") % {"package": row}


def _digest(source: BinaryIO) -> str:
    source.seek(0)
    digest = hashlib.sha256()
    while data := source.read(_PORTION):
        digest.update(data)
    return digest.hexdigest()
