"""Make the groups of a commune and give each the rights its role needs.

Every app of the suite says in its ``roles.py`` what a role may do. Locks no rows; running it again changes only what
differs, and rights given by hand stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import GroupSitePermission, Site

from ..models import CommuneSettings, Department
from ..roles import ROLE_NAMES
from .content_rights import grant_content


class UnknownPermission(Exception):
    """An app's roles.py names a right that no installed model has."""


def permissions_by_role() -> dict[str, set[str]]:
    """Role key → "app_label.codename", collected from ``roles.py`` of every installed app."""
    collected: dict[str, set[str]] = {role: set() for role in ROLE_NAMES}
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.roles") is None:
            continue
        said = getattr(import_module(f"{config.name}.roles"), "ROLE_PERMISSIONS", {})
        for role, permissions in said.items():
            collected[role].update(permissions)
    return collected


@transaction.atomic
def setup_roles(site: Site) -> dict[str, Group]:
    """The commune's groups by role key ("clerk:<department>" for clerks), with all their rights.

    Raises UnknownPermission.
    """
    wanted = permissions_by_role()
    known = _permissions(set().union(*wanted.values()))
    groups = {role: _group(site, role) for role in ROLE_NAMES if role != "clerk"}
    for department in Department.objects.filter(site=site):
        group = _group(site, "clerk", department=department.name)
        department.groups.add(group)
        groups[f"clerk:{department.name}"] = group
    for key, group in groups.items():
        role = key.partition(":")[0]
        _grant(group, site, {known[name] for name in wanted[role]}, known.values())
        grant_content(role, group, site)
    return groups


def _group(site: Site, role: str, *, department: str = "") -> Group:
    town = CommuneSettings.objects.filter(site=site).values_list("name", flat=True).first()
    title = _(ROLE_NAMES[role]) % {"department": department} if department else _(ROLE_NAMES[role])
    group, __ = Group.objects.get_or_create(name=f"{town or site.site_name or site.hostname}: {title}"[:150])
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    return group


def _grant(group: Group, site: Site, wanted: set[Permission], managed: Iterable[Permission]) -> None:
    """Exactly ``wanted`` of the rights that roles manage."""
    rows = GroupSitePermission.objects.filter(group=group, site=site, permission__in=list(managed))
    rows.exclude(permission__in=wanted).delete()
    rights = [GroupSitePermission(group=group, site=site, permission=each) for each in wanted]
    GroupSitePermission.objects.bulk_create(rights, ignore_conflicts=True)


def _permissions(names: set[str]) -> dict[str, Permission]:
    condition = Q(pk__in=[])
    for name in names:
        label, codename = name.split(".")
        condition |= Q(content_type__app_label=label, codename=codename)
    rows = Permission.objects.filter(condition).select_related("content_type")
    found = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    if missing := sorted(names - found.keys()):
        raise UnknownPermission(
            _("No installed model has these rights: %(names)s. Run migrate first, or correct the app's roles.py.")
            % {"names": ", ".join(missing)}
        )
    return found
