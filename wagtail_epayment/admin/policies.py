"""Money's records are read, never edited: not even by a superuser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from wagtail_sitekit.scoping import SitePolicy


class ReadOnlyPolicy(SitePolicy):
    """A SitePolicy under which the only thing anybody may do is look."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self.user_has_any_permission(user, [action])

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return "view" in actions and super().user_has_any_permission(user, ["view"])

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_any_permission_for_instance(user, [action], instance)

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        return "view" in actions and super().user_has_any_permission_for_instance(user, ["view"], instance)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Any]:
        if "view" not in actions:
            return self.model._default_manager.none()
        return super().instances_user_has_any_permission_for(user, ["view"])
