"""Rows that belong to a department of a commune."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet
from wagtail.models import GroupSitePermission

from wagtail_sitekit.scoping import SitePolicy

from .models import Department


class DepartmentPolicy(SitePolicy):
    """A right that comes from a department's group reaches only that department's rows.

    A right from any other group (portal administration, audit) reaches the whole commune.
    """

    def __init__(self, model: type[Model], *, site_lookup: str = "site", department_lookup: str = "department") -> None:
        super().__init__(model, site_lookup=site_lookup)
        self.department_lookup = department_lookup

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Any]:
        rows = super().instances_user_has_any_permission_for(user, actions)
        if self._has_globally(user, actions) or not user.is_authenticated:
            return rows
        grants = self._grants(user, actions)
        through_department = Department.objects.filter(groups__site_permissions__in=grants, groups__user=user)
        commune_wide = grants.exclude(group__departments__isnull=False).values("site")
        return rows.filter(
            Q(**{f"{self.department_lookup}__in": through_department.values("pk")})
            | Q(**{f"{self.site_field_name}__in": commune_wide})
        )

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        if not super().user_has_any_permission_for_instance(user, actions, instance):
            return False
        if not isinstance(instance, self.model):
            return True
        return self.instances_user_has_any_permission_for(user, actions).filter(pk=instance.pk).exists()

    def _grants(self, user: Any, actions: Any) -> QuerySet[GroupSitePermission]:
        permissions = self._get_permission_objects_for_actions(actions)
        return GroupSitePermission.objects.filter(group__user=user, permission__in=permissions)
