"""The life of a mapping: draft, submitted, active, retired. Each verb locks the tenant first, then the version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from ..errors import MappingIncomplete, MappingInvalid, SamePerson, WrongState
from ..mapping import Entry, Mapping, from_json, to_json
from ..mapping.plan import Plan
from ..mapping.planning import make_plan
from ..models import FinanceTenant, MappingState, MappingVersion, SchemaPackage
from ..schemas.names import clark, local, split
from .load_schema import load_schema


@transaction.atomic
def create_mapping(
    tenant: FinanceTenant, *, package: SchemaPackage, mapping: Mapping, name: str, by: Any
) -> MappingVersion:
    """A new draft, or the one that has just been begun in the same way: two clicks make one.

    Raises MappingInvalid if the package has no such message or belongs to another commune.
    """
    tenant = FinanceTenant.objects.select_for_update().get(pk=tenant.pk)
    if package.site_id not in (None, tenant.site_id):
        raise MappingInvalid(_("This package belongs to another commune."))
    if load_schema(package).tree.find(f"/{mapping.message}") is None:
        raise MappingInvalid(_("The package has no message “%(name)s”.") % {"name": local(mapping.message)})
    same = {"tenant": tenant, "package": package, "name": name[:120], "definition": to_json(mapping)}
    if begun := MappingVersion.objects.filter(state=MappingState.DRAFT, editors=by, **same).first():
        return begun
    last = MappingVersion.objects.filter(tenant=tenant).aggregate(last=Max("number"))["last"] or 0
    row = MappingVersion.objects.create(number=last + 1, **same)
    row.editors.add(by)
    log(instance=row, action="wagtail_xfinanz.create_mapping", user=by)
    return row


def copy_mapping(row: MappingVersion, *, by: Any, package: SchemaPackage | None = None) -> MappingVersion:
    """A draft that begins with what ``row`` says, if wanted for another package, e.g. the schema's next version."""
    package = package or row.package
    mapping = moved(row.mapping, package) if package.pk != row.package_id else row.mapping
    return create_mapping(row.tenant, package=package, mapping=mapping, name=row.name, by=by)


def moved(mapping: Mapping, package: SchemaPackage) -> Mapping:
    """The mapping in the namespace of another version of its schema, if only that differs."""
    tree = load_schema(package).tree
    old, name = split(mapping.message)
    same = [found for found in tree.elements if local(found) == name]
    if mapping.message in same or not old or len(same) != 1:
        return mapping
    before, after = clark(old, ""), clark(split(same[0])[0], "")
    entries = (replace(entry, path=entry.path.replace(before, after)) for entry in mapping.entries)
    return replace(mapping, message=same[0], entries=tuple(entries))


@transaction.atomic
def change_mapping(row: MappingVersion, *, entries: Iterable[Entry], by: Any) -> MappingVersion:
    """Put entries into a draft, in place of those at the same paths.

    Raises WrongState, or MappingInvalid for what could not be read back.
    """
    row = _locked(row, MappingState.DRAFT)
    row.definition = to_json(row.mapping.having(entries))
    from_json(row.definition)
    row.save(update_fields=["definition", "changed_at"])
    row.editors.add(by)
    return row


@transaction.atomic
def submit_mapping(row: MappingVersion, *, by: Any) -> MappingVersion:
    """Say that a draft is ready for the second person. Raises WrongState or MappingIncomplete."""
    row = _locked(row, MappingState.DRAFT)
    _must_fit(row)
    row.state, row.submitted_by, row.submitted_at = MappingState.SUBMITTED, by, timezone.now()
    row.save()
    row.editors.add(by)
    log(instance=row, action="wagtail_xfinanz.submit_mapping", user=by)
    return row


@transaction.atomic
def return_mapping(row: MappingVersion, *, by: Any) -> MappingVersion:
    """Make a submitted mapping a draft again. Raises WrongState."""
    row = _locked(row, MappingState.SUBMITTED)
    row.state, row.submitted_by_id, row.submitted_at = MappingState.DRAFT, None, None
    row.save()
    log(instance=row, action="wagtail_xfinanz.return_mapping", user=by)
    return row


@transaction.atomic
def release_mapping(row: MappingVersion, *, by: Any) -> MappingVersion:
    """Person B makes a mapping the one all files are written by; the one before retires.

    Raises WrongState, SamePerson for everybody who worked on it, or MappingIncomplete.
    """
    row = _locked(row, MappingState.SUBMITTED)
    if row.submitted_by_id == by.pk or row.editors.filter(pk=by.pk).exists():
        raise SamePerson(_("You worked on this mapping yourself. Another person has to release it."))
    _must_fit(row)
    MappingVersion.objects.filter(tenant=row.tenant_id, state=MappingState.ACTIVE).update(state=MappingState.RETIRED)
    row.state, row.released_by, row.released_at = MappingState.ACTIVE, by, timezone.now()
    row.save()
    log(instance=row, action="wagtail_xfinanz.release_mapping", user=by)
    return row


@transaction.atomic
def discard_mapping(row: MappingVersion, *, by: Any) -> None:
    """Throw a draft away. Raises WrongState."""
    row = _locked(row, MappingState.DRAFT)
    log(instance=row, action="wagtail_xfinanz.discard_mapping", user=by, deleted=True)
    row.delete()


def plan_of(row: MappingVersion) -> Plan:
    """The mapping laid over its schema, with all that does not fit."""
    return make_plan(row.mapping, load_schema(row.package).tree)


def _locked(row: MappingVersion, state: MappingState) -> MappingVersion:
    FinanceTenant.objects.select_for_update().get(pk=row.tenant_id)
    found = MappingVersion.objects.select_for_update(of=("self",)).select_related("package").filter(pk=row.pk).first()
    if found is None or found.state != state:
        told = _("This needs a mapping in the state “%(state)s”; perhaps somebody else was faster.")
        raise WrongState(told % {"state": state.label})
    return found


def _must_fit(row: MappingVersion) -> None:
    if problems := plan_of(row).problems:
        told = _("The mapping has %(count)s problems; each is shown at its element. The first: %(first)s")
        raise MappingIncomplete(told % {"count": len(problems), "first": problems[0].message})
