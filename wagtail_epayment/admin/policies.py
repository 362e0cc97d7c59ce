"""Money's records are read, never edited: not even by a superuser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet

from wagtail_sitekit.scoping import SitePolicy

from ..models import Decision


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


class ReconcilePolicy(SitePolicy):
    """Reports, their lines and decisions under the two rights on decisions: to see them, and to reconcile."""

    def __init__(self, model: type[Model], *, site_lookup: str = "site") -> None:
        super().__init__(model, site_lookup=site_lookup)
        self._auth_model_or_name = Decision

    def _get_permission_codenames(self, actions: Iterable[str]) -> set[str]:
        names = set()
        if "reconcile" in actions:
            names.add("reconcile")
        if "view" in actions:
            names |= {"reconcile", "view_decision"}
        return names

    def _user_has_global_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return any(user.has_perm(f"wagtail_epayment.{name}") for name in self._get_permission_codenames(actions))


class RefundPolicy(SitePolicy):
    """Refunds are seen, asked for and approved; never edited. Who may only ask sees what they asked for themselves."""

    rights = frozenset({"view", "request", "approve"})

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        asked = self.rights & set(actions)
        # Whoever asks for or approves refunds has to see some.
        return bool(asked) and super().user_has_any_permission(user, self.rights if "view" in asked else asked)

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        asked = self.rights & set(actions)
        may = super().user_has_any_permission_for_instance
        has = {right for right in self.rights if may(user, [right], instance)}
        if "view" in asked and ("approve" in has or ("request" in has and instance.requested_by_id == user.pk)):
            return True
        return bool(asked & has)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Any]:
        asked = self.rights & set(actions)
        if not asked:
            return self.model._default_manager.none()
        if "view" not in asked:
            return super().instances_user_has_any_permission_for(user, asked)
        own = super().instances_user_has_any_permission_for(user, ["request"]).filter(requested_by=user)
        return super().instances_user_has_any_permission_for(user, ["view", "approve"]) | own
