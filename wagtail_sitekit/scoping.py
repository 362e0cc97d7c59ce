"""Who may see what of which commune in the Wagtail admin.

Rights are Wagtail's own GroupSitePermission rows: this group may do this with this model on this site. The policy
answers for any model that hangs on a site, directly or through relations; the viewsets put every one of their
views behind it, so that another commune's rows are neither listed, counted, chosen nor opened.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, Q, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest
from django.shortcuts import get_list_or_404
from django.utils.functional import cached_property, classproperty
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Site
from wagtail.permission_policies.base import BaseDjangoAuthPermissionPolicy
from wagtail.permission_policies.sites import SitePermissionPolicy
from wagtail.permissions import policy_registry
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.models import get_snippet_models
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

VIEW_ACTIONS = ("view", "change", "delete")


class SitePolicy(SitePermissionPolicy):
    """Permissions per site for ``model``; ``site_lookup`` may span relations ("order__site").

    With ``shared`` a row without site belongs to all communes: whoever may see the model on any site sees it, but
    only a global permission lets somebody change it.
    """

    def __init__(self, model: type[Model], *, site_lookup: str = "site", shared: bool = False) -> None:
        BaseDjangoAuthPermissionPolicy.__init__(self, model)
        self.site_field_name = site_lookup
        self.shared = shared

    def site_of(self, instance: Model) -> Site | None:
        """The site ``instance`` hangs on, None if it is shared by all."""
        value: Any = instance
        for part in self.site_field_name.split("__"):
            value = getattr(value, part)
        return value

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        site = instance if isinstance(instance, Site) else self.site_of(instance)
        if site is not None:
            return self._has_on_site(user, actions, site.pk)
        if set(actions) & {"view", "choose"} and self.shared:
            return self.user_has_any_permission(user, VIEW_ACTIONS)
        return self._has_globally(user, actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Any]:
        if self._has_globally(user, actions):
            return self.model._default_manager.all()
        sites = self.sites_user_has_any_permission_for(user, actions)
        condition = Q(**{f"{self.site_field_name}__in": sites})
        if self._sees_shared(user, actions):
            condition |= Q(**{f"{self.site_field_name}__isnull": True})
        return self.model._default_manager.filter(condition)

    def users_with_any_permission_for_instance(self, actions: Any, instance: Any) -> QuerySet[Any]:
        site = instance if isinstance(instance, Site) else self.site_of(instance)
        if site is None:
            return self.users_with_any_permission(actions)
        return super().users_with_any_permission_for_instance(actions, site)

    def _sees_shared(self, user: Any, actions: Any) -> bool:
        return self.shared and "view" in actions and self.user_has_any_permission(user, VIEW_ACTIONS)

    def _has_globally(self, user: Any, actions: Any) -> bool:
        if not (user.is_authenticated and user.is_active):
            return False
        return user.is_superuser or self._user_has_global_permission(user, actions)

    def _has_on_site(self, user: Any, actions: Any, site_id: int) -> bool:
        if self._has_globally(user, actions):
            return True
        if not (user.is_authenticated and user.is_active):
            return False
        codenames = self._get_permission_codenames(actions)
        return any(
            row.site_id == site_id
            and row.permission.content_type_id == self._content_type.pk
            and row.permission.codename in codenames
            for row in self.get_cached_permissions_for_user(user)
        )


def visible(user: Any, model: type[Model], action: str = "view") -> QuerySet[Any]:
    """The rows of ``model`` this user may ``action``; whoever may change or delete a row may also see it."""
    policy = policy_registry.get_by_type(model)
    actions = VIEW_ACTIONS if action == "view" else (action,)
    return policy.instances_user_has_any_permission_for(user, actions)


def only_visible(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Those of ``rows`` this user may see.

    Where it can be, the conditions are put together into one query: asking for each key whether it is among the
    visible ones takes a database longer the more there are.
    """
    seen = visible(user, rows.model)
    if seen.model is not rows.model or any(each.query.distinct or each.query.combinator for each in (rows, seen)):
        return rows.filter(pk__in=seen.values("pk"))
    return rows & seen


def sites_for(user: Any, model: type[Model], actions: tuple[str, ...] = ("add", "change")) -> QuerySet[Site]:
    """The sites on which this user may add or change rows of ``model``."""
    policy = policy_registry.get_by_type(model)
    return policy.sites_user_has_any_permission_for(user, actions)


class ScopedViewMixin:
    """Put in front of every view of a scoped viewset: rows outside the user's reach do not exist for it."""

    request: HttpRequest
    model: type[Model]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Refuses before Wagtail's own set-up, which would already tell "forbidden" from "not there"."""
        model = getattr(self, "model", None) or self.model_class  # type: ignore[attr-defined]
        pk = kwargs.get("pk", args[0] if args else None)
        if pk is not None and not _is_visible(request.user, model, pk):
            raise Http404
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        if pk is not None:
            self._refuse_unless_allowed_for(model, pk)

    def _refuse_unless_allowed_for(self, model: type[Model], pk: Any) -> None:
        """Wagtail's views ask whether somebody may change such rows at all; here it must be this very row.

        Copying makes a row of one's own, so seeing is enough. Raises PermissionDenied.
        """
        action = getattr(self, "permission_required", None)
        if not action or action in ("add", "view"):
            return
        policy, user = policy_registry.get_by_type(model), self.request.user
        instance = visible(user, model).get(pk=unquote(str(pk)))
        if policy.user_has_permission_for_instance(user, action, instance):
            return
        task = getattr(instance, "current_workflow_task", None)
        if task is None or not task.user_can_access_editor(instance, user):
            raise PermissionDenied

    def get_base_queryset(self) -> QuerySet[Any]:
        rows = super().get_base_queryset()  # type: ignore[misc]
        if rows.model is not self.model:
            return rows
        return only_visible(rows, self.request.user)

    def get_object_list(self) -> QuerySet[Any]:
        rows = super().get_object_list()  # type: ignore[misc]
        return only_visible(rows, self.request.user)

    def get_objects(self, pks: Any) -> QuerySet[Any]:
        rows = super().get_objects(pks)  # type: ignore[misc]
        return only_visible(rows, self.request.user)

    def get_form(self, *args: Any, **kwargs: Any) -> BaseForm:
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]
        limit_sites(form, self.request.user, self.model)
        limit_choices(form, self.request.user)
        return form

    @cached_property
    def filters(self) -> Any:
        """The list's filters, offering only what the user may see."""
        filters = super().filters  # type: ignore[misc]
        if filters is not None:
            limit_sites(filters.form, self.request.user, self.model, actions=VIEW_ACTIONS)
            limit_choices(filters.form, self.request.user)
        return filters


def limit_choices(form: BaseForm, user: Any) -> None:
    """Offer of every scoped model only the rows the user may see, and the one that is already chosen."""
    for name, field in form.fields.items():
        rows = getattr(field, "queryset", None)
        if rows is None or not isinstance(policy_registry.get_by_type(rows.model, fallback=False), SitePolicy):
            continue
        chosen = Q(pk=getattr(getattr(form, "instance", None), f"{name}_id", None))
        field.queryset = rows.filter(Q(pk__in=visible(user, rows.model).values("pk")) | chosen)  # type: ignore[attr-defined]


def limit_sites(form: BaseForm, user: Any, model: type[Model], *, actions: tuple[str, ...] = ("add", "change")) -> None:
    """Offer only the sites the user works for; with a single one it is already chosen."""
    field: Any = form.fields.get("site")
    if not hasattr(field, "queryset"):
        return
    field.queryset = sites_for(user, model, actions)
    if actions == VIEW_ACTIONS:
        return
    policy = policy_registry.get_by_type(model)
    if getattr(policy, "shared", False) and not policy._has_globally(user, ("add", "change")):
        field.required = True
    sites = list(field.queryset[:2])
    if len(sites) == 1 and not field.initial:
        field.initial = sites[0].pk


def _is_visible(user: Any, model: type[Model], pk: Any) -> bool:
    try:
        return visible(user, model).filter(pk=unquote(str(pk))).exists()
    except (ValueError, TypeError, ValidationError):
        return False


class _ScopedViews:
    """Builds every view of a viewset, whichever hook it comes from, with the mixin in front."""

    def construct_view(self, view_class: type[Any], **kwargs: Any) -> Any:
        scoped = type(f"Scoped{view_class.__name__}", (ScopedViewMixin, view_class), {})
        return super().construct_view(scoped, **kwargs)  # type: ignore[misc]


class SiteScopedViewSet(_ScopedViews, ModelViewSet):
    """A ModelViewSet behind the model's SitePolicy."""


class SiteScopedChooserViewSet(_ScopedViews, SnippetChooserViewSet):
    """Offers only rows the user may see."""


class SiteScopedSnippetViewSet(_ScopedViews, SnippetViewSet):
    """A SnippetViewSet behind the model's SitePolicy, its chooser and usage views included."""

    chooser_viewset_class = SiteScopedChooserViewSet


@hooks.register("register_bulk_action", order=100)
class ScopedDelete(DeleteBulkAction):
    """Deleting several snippets at once: Wagtail's own page would name the rows the user may not touch.

    Registered after Wagtail's, so it takes its place for models with a SitePolicy.
    """

    @classproperty
    def models(cls) -> list[type[Model]]:
        return [
            model
            for model in get_snippet_models()
            if isinstance(policy_registry.get_by_type(model, fallback=False), SitePolicy)
        ]

    def get_queryset(self, model: type[Model], object_ids: Any) -> list[Any]:
        return get_list_or_404(visible(self.request.user, model), pk__in=object_ids)
