"""Which rows of a commune a clerk works on: those of the departments whose groups they are in."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet

from wagtail_sitekit.scoping import SitePolicy

from .models import Department

_CACHE = "_buergerportal_departments_cache"


class DepartmentPolicy(SitePolicy):
    """SitePolicy for rows that hang on a department.

    A right that comes by a group of a department reaches only that department's rows; a right by any other group
    (portal administration, audit) reaches every row of the site.
    """

    def __init__(self, model: type[Model], *, site_lookup: str = "site", department_lookup: str = "department") -> None:
        super().__init__(model, site_lookup=site_lookup)
        self.department_lookup = department_lookup

    def department_of(self, instance: Model) -> Department | None:
        value: Any = instance
        for part in self.department_lookup.split("__"):
            value = getattr(value, part)
        return value

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        if not isinstance(instance, self.model) or self._has_globally(user, actions):
            return super().user_has_any_permission_for_instance(user, actions, instance)
        sites, departments = self._reach(user, actions)
        site, department = self.site_of(instance), self.department_of(instance)
        return (site is not None and site.pk in sites) or (department is not None and department.pk in departments)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Any]:
        rows = self.model._default_manager
        if self._has_globally(user, actions):
            return rows.all()
        sites, departments = self._reach(user, actions)
        by_site = Q(**{f"{self.site_field_name}__in": sites})
        return rows.filter(by_site | Q(**{f"{self.department_lookup}__in": departments}))

    def departments_for(self, user: Any, actions: Any) -> QuerySet[Department]:
        """The departments on whose rows this user may do any of ``actions``."""
        if self._has_globally(user, actions):
            return Department.objects.all()
        sites, departments = self._reach(user, actions)
        return Department.objects.filter(Q(site__in=sites) | Q(pk__in=departments))

    def _reach(self, user: Any, actions: Any) -> tuple[set[int], set[int]]:
        """Ids of the sites and of the departments the user's groups open."""
        if not (user.is_authenticated and user.is_active):
            return set(), set()
        granted = self._granted(user, actions)
        memberships = _memberships(user)
        clerks = {group for group, _department, _site in memberships}
        sites = {site for group, site in granted if group not in clerks}
        departments = {department for group, department, site in memberships if (group, site) in granted}
        return sites, departments

    def _granted(self, user: Any, actions: Any) -> set[tuple[int, int]]:
        codenames = self._get_permission_codenames(actions)
        return {
            (row.group_id, row.site_id)
            for row in self.get_cached_permissions_for_user(user)
            if row.permission.content_type_id == self._content_type.pk and row.permission.codename in codenames
        }


def _memberships(user: Any) -> list[tuple[int, int, int]]:
    """(group, department, site) for each department group of the user; asked once per user object, so per request."""
    if not hasattr(user, _CACHE):
        through = Department.groups.through
        rows = through._default_manager.filter(group__user=user)
        setattr(user, _CACHE, list(rows.values_list("group_id", "department_id", "department__site_id")))
    return getattr(user, _CACHE)
