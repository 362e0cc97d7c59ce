"""Schema packages: install, look at the messages, remove."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import Site
from wagtail.permissions import policy_registry

from wagtail_sitekit.scoping import SiteScopedViewSet, sites_for

from .. import flows
from ..errors import BookkeepingError
from ..models import MappingVersion, SchemaPackage
from ..schemas.paths import steps
from ..schemas.tree import Node
from .outline import crumbs, outline
from .schema_messages import labelled
from .trail import BelowIndex

_KEPT = {"index", "index_results", "inspect", "history", "history_results"}
NEW_MAPPING = "xfinanz_mappings:new"


class PackageIndexView(IndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("site", "installed_by")

    @property
    def header_buttons(self) -> list[Any]:
        if not self.user_has_permission("add"):
            return []
        return [HeaderButton(_("Install a package"), url="install/", icon_name="upload")]


class PackageHistoryView(HistoryView):
    any_permission_required = ("view",)


class PackageInspectView(InspectView):
    template_name = "wagtail_xfinanz/admin/schema.html"
    page_title = _("Schema package")

    def get_fields_context(self) -> list[Any]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        package: SchemaPackage = self.object
        return {
            **super().get_context_data(**kwargs),
            **self._elements(package),
            "package": package,
            "files": package.files.defer("content"),
            "may_remove": _may(self.request.user, "delete", package),
        }

    def _elements(self, package: SchemaPackage) -> dict[str, Any]:
        """What can be mapped of it, or why it cannot be read any more."""
        try:
            tree = flows.load_schema(package).tree
        except BookkeepingError as error:
            return {"unreadable": str(error)}
        messages = set(tree.messages)
        others = labelled(name for name in tree.elements if name not in messages)
        return {"found": list(labelled(tree.messages)), "others": list(others)}


class InstallForm(forms.Form):
    package = forms.FileField(
        label=_("Package (zip)"),
        help_text=_(
            "As published, e.g. by XRepository. It has to hold every schema file it needs. "
            "A schema that is one file can be installed as it is (.xsd)."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,.xsd"}),
    )
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Commune"), required=False)
    main = forms.CharField(
        label=_("Main file"),
        required=False,
        max_length=300,
        help_text=_("Only if the package holds several versions: the name of the file to begin with."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["site"]
        field.queryset = sites_for(user, SchemaPackage, ("add",))
        field.empty_label = _("All communes")
        if not user.has_perm("wagtail_xfinanz.add_schemapackage"):
            field.required, field.empty_label = True, None


class InstallView(BelowIndex, PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView[Any]):
    """Upload; a package that is refused is told why and leaves nothing behind."""

    model = SchemaPackage
    permission_required = "add"
    index_url_name: str | None = None
    inspect_url_name: str | None = None
    form_class = InstallForm
    template_name = "wagtail_xfinanz/admin/install_schema.html"
    page_title = _("Install a schema package")
    header_icon = "upload"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        upload = form.cleaned_data["package"]
        where = {"site": form.cleaned_data["site"], "main": form.cleaned_data["main"].strip()}
        try:
            row = flows.install_schema(upload.file, name=upload.name, by=self.request.user, **where)
        except BookkeepingError as error:
            form.add_error("package", str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("The package is installed. Now map one of its messages."))
        return redirect(reverse(str(self.inspect_url_name), args=[row.pk]))


class TreeView(BelowIndex, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One element and two levels below; deeper ones by links, so that no page grows without end."""

    model = SchemaPackage
    any_permission_required = ["view"]
    index_url_name: str | None = None
    inspect_url_name: str | None = None
    template_name = "wagtail_xfinanz/admin/schema_tree.html"
    page_title = _("Elements of a message")
    header_icon = "list-ul"

    @cached_property
    def package(self) -> SchemaPackage:
        return get_object_or_404(SchemaPackage, pk=self.kwargs["pk"])

    @cached_property
    def node(self) -> Node:
        try:
            found = flows.load_schema(self.package).tree.find(self.request.GET.get("path", ""))
        except BookkeepingError as error:  # told on the page of the package
            raise Http404 from error
        if found is None:
            raise Http404
        return found

    def get_page_subtitle(self) -> str:
        return self.node.label

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        *above, here = super().get_breadcrumbs_items()
        package = {"url": reverse(str(self.inspect_url_name), args=[self.package.pk]), "label": str(self.package)}
        return [*above, package, here]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = {"package": self.package, "row": outline(self.node), "crumbs": crumbs(self.node.path)}
        return {**super().get_context_data(**kwargs), **shown, "mapping": self._mapping()}

    def _mapping(self) -> str:
        """Where a mapping of this message begins; empty if it is only a part of one, or the user may not."""
        may = policy_registry.get_by_type(MappingVersion).user_has_permission(self.request.user, "add")
        if not may or len(steps(self.node.path)) > 1:
            return ""
        return f"{reverse(NEW_MAPPING)}?{urlencode({'message': f'{self.package.pk}|{self.node.name}'})}"


class RemoveView(BelowIndex, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    model = SchemaPackage
    permission_required = "delete"
    index_url_name: str | None = None
    inspect_url_name: str | None = None
    template_name = "wagtail_xfinanz/admin/remove_schema.html"
    page_title = _("Remove a schema package")
    header_icon = "bin"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "package": self._package()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        package = self._package()
        if not _may(request.user, "delete", package):
            raise PermissionDenied
        try:
            flows.remove_schema(package, by=request.user)
        except BookkeepingError as error:
            messages.error(request, str(error))
            return redirect(reverse(str(self.inspect_url_name), args=[package.pk]))
        messages.success(request, _("The package is removed."))
        return redirect(reverse(str(self.index_url_name)))

    def _package(self) -> SchemaPackage:
        return get_object_or_404(SchemaPackage, pk=self.kwargs["pk"])


def _commune(package: SchemaPackage) -> str:
    return str(package.site or _("All communes"))


def _may(user: Any, action: str, package: SchemaPackage) -> bool:
    return policy_registry.get_by_type(SchemaPackage).user_has_permission_for_instance(user, action, package)


class SchemaPackageViewSet(SiteScopedViewSet):
    """There is nothing to edit: a package is what its publisher made."""

    model = SchemaPackage
    icon = "doc-full-inverse"
    menu_label = _("Schema packages")
    add_to_reference_index = False
    inspect_view_enabled = True
    copy_view_enabled = False
    form_fields: list[str] = []
    index_view_class = PackageIndexView
    inspect_view_class = PackageInspectView
    history_view_class = PackageHistoryView
    list_display = [
        TitleColumn("__str__", label=_("Schema package"), url_name="xfinanz_schemas:inspect"),
        "name",
        Column("site", label=_("Commune"), accessor=_commune),
        "installed_at",
        "installed_by",
    ]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        gone = ("add", "edit", "delete", "usage")
        return super().get_common_view_kwargs(**{f"{name}_url_name": None for name in gone}, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        kept = [pattern for pattern in super().get_urlpatterns() if pattern.name in _KEPT]
        return [
            *kept,
            path("install/", self.construct_view(InstallView), name="install"),
            path("<int:pk>/tree/", self.construct_view(TreeView), name="tree"),
            path("<int:pk>/remove/", self.construct_view(RemoveView), name="remove"),
        ]
