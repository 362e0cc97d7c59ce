"""Make the groups of a commune and give them their rights. Safe to run again: nothing is taken away."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, GroupSitePermission, Site

from ..models import CommuneSettings, Department
from ..roles import ROLE_NAMES

_PAGE_RIGHTS = {
    "portal_admin": ["add_page", "change_page", "publish_page", "lock_page", "unlock_page"],
    "editor": ["add_page", "change_page", "publish_page"],
}
_COLLECTION_RIGHTS = {
    "wagtailimages": ["add_image", "change_image", "choose_image"],
    "wagtaildocs": ["add_document", "change_document", "choose_document"],
}


def permissions_by_role() -> dict[str, set[str]]:
    """Role key → "app_label.codename", collected from ``roles.py`` of every installed app."""
    collected: dict[str, set[str]] = defaultdict(set)
    for app in apps.get_app_configs():
        if app.name.startswith("wagtail_") and find_spec(f"{app.name}.roles"):
            for role, names in import_module(f"{app.name}.roles").ROLE_PERMISSIONS.items():
                collected[role].update(names)
    return collected


@transaction.atomic
def setup_roles(site: Site) -> dict[str, Group]:
    """The commune's groups by role key ("clerk:<department>" for clerks), with all their rights."""
    wanted = permissions_by_role()
    groups = {role: _group(site, role, wanted[role]) for role in ROLE_NAMES if role != "clerk"}
    for role, codenames in _PAGE_RIGHTS.items():
        _give_pages(groups[role], site, codenames)
        _give_files(groups[role], site)
    for department in Department.objects.filter(site=site):
        group = _group(site, "clerk", wanted["clerk"], department=department.name)
        department.groups.add(group)
        groups[f"clerk:{department.name}"] = group
    return groups


def _group(site: Site, role: str, names: set[str], *, department: str = "") -> Group:
    town = CommuneSettings.for_site(site).name or site.site_name or site.hostname
    title = _(ROLE_NAMES[role]) % {"department": department} if department else _(ROLE_NAMES[role])
    group, __ = Group.objects.get_or_create(name=f"{town}: {title}"[:150])
    group.permissions.add(*_permissions({"wagtailadmin.access_admin"}))
    for permission in _permissions(names):
        GroupSitePermission.objects.get_or_create(group=group, site=site, permission=permission)
    return group


def _permissions(names: set[str]) -> list[Permission]:
    found = Permission.objects.select_related("content_type").filter(codename__in=[name.split(".")[1] for name in names])
    return [row for row in found if f"{row.content_type.app_label}.{row.codename}" in names]


def _give_pages(group: Group, site: Site, codenames: list[str]) -> None:
    for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames):
        GroupPagePermission.objects.get_or_create(group=group, page=site.root_page, permission=permission)


def _give_files(group: Group, site: Site) -> None:
    collection = _collection(site)
    for app_label, codenames in _COLLECTION_RIGHTS.items():
        for permission in Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames):
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=collection, permission=permission
            )


def _collection(site: Site) -> Collection:
    name = site.site_name or site.hostname
    root = Collection.get_first_root_node()
    return root.get_children().filter(name=name).first() or root.add_child(name=name)
