"""Working on a mapping: the table of places, one place in full, suggestions, dry run, export."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_sitekit.scoping import VIEW_ACTIONS, sites_for

from .. import flows
from ..errors import BookkeepingError
from ..flows.dry_run import dry_run
from ..mapping import Entry, Repeat, ready, to_json
from ..mapping.plan import Finding, Plan
from ..mapping.suggest import suggest
from ..models import Batch, MappingVersion
from ..schemas.names import split
from ..schemas.paths import parent, readable, steps
from ..schemas.tree import Branch, Node
from .mapping_base import OfMappingView
from .mapping_changes import changes, shown_state
from .mapping_forms import EntryForm, NewMappingForm
from .mapping_places import About, about_place, is_place
from .mapping_rows import Table, level_at, make_table, repeats_for
from .mapping_steps import possible
from .outline import crumbs
from .trail import BelowIndex


class MapView(OfMappingView, TemplateView):
    """Tree beside sources. Works without JavaScript: one form for what is shown, one page more for details."""

    template_name = "wagtail_xfinanz/admin/mapping.html"
    page_title = gettext_lazy("Mapping")
    header_icon = "link"

    @cached_property
    def node(self) -> Node:
        where = self.request.GET.get("at") or f"/{self.row.mapping.message}"
        found = self.tree.find(where)
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mapping, plan = self.row.mapping, flows.plan_of(self.row)
        found = suggest(self.tree.root(mapping.message), mapping) if self.is_editable else {}
        table = make_table(self.node, mapping, plan, found, level=level_at(mapping, self.node.path))
        problems, told = len(plan.problems), [*plan.problems, *self._unseen_notes(plan, table)]
        return {
            **super().get_context_data(**kwargs),
            "table": table,
            "shown": shown_state(table.rows),
            "crumbs": crumbs(self.node.path),
            "here": readable(f"/{steps(self.node.path)[-1]}"),
            "at": self.node.path,
            "problems": problems,
            "notes": len(plan.findings) - problems,
            "suggestions": len(found),
            "is_published_head": split(mapping.message)[0] in ready.NAMESPACES,
            "told": [(readable(found.path or "/"), self._way_to(found.path, table), found.message) for found in told],
            "steps": possible(self.request.user, self.row),
        }

    def _unseen_notes(self, plan: Plan, table: Table) -> list[Finding]:
        return [found for found in plan.findings if not found.is_problem and found.path not in table.places]

    def _way_to(self, path: str, table: Table) -> str:
        """A link to the row a finding is told at, or to a page around the nearest element above; empty if none is."""
        if place := table.places.get(path):
            return f"#{quote(place, safe='')}"
        while path and self.tree.find(path) is None:
            path = parent(path)
        return f"?{urlencode({'at': parent(path) or path})}" if path else ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mapping = self.row.mapping
        if "accept_all" in request.POST or "accept" in request.POST:
            found = suggest(self.tree.root(mapping.message), mapping)
            wanted = set(request.POST.getlist("accept")) if "accept_all" not in request.POST else set(found)
            accepted = [entry for path, entry in found.items() if path in wanted]
        else:
            accepted = []
        typed = [entry for entry in changes(mapping, request.POST) if is_place(self.tree, entry.path)]
        changed = {entry.path: entry for entry in (*accepted, *typed)}  # what was typed is preferred
        try:
            self.save(changed.values())
        except BookkeepingError as error:
            messages.error(request, str(error))
        else:
            told = ngettext("%(count)s place is saved.", "%(count)s places are saved.", len(changed))
            messages.success(request, told % {"count": len(changed)})
        first = "" if accepted else next(iter(changed), "")
        return redirect(self.address(request.GET.get("at", ""), place=first))


class EntryView(OfMappingView, FormView[Any]):
    """Everything that can be said about one place."""

    form_class = EntryForm
    template_name = "wagtail_xfinanz/admin/mapping_entry.html"
    page_title = gettext_lazy("One place of the message")
    header_icon = "link"

    @cached_property
    def path(self) -> str:
        path = self.request.GET.get("path", "")
        if not is_place(self.tree, path):
            raise Http404
        return path

    @property
    def entry(self) -> Entry:
        return self.row.mapping.at(self.path) or Entry(self.path)

    def get_form_kwargs(self) -> dict[str, Any]:
        level = level_at(self.row.mapping, self.path)
        part: Node | Branch | None = self.tree.find(self.path)
        if part is None and "/@" not in self.path:
            part = self.tree.find_branch(self.path)
        own = self.entry.repeat
        inner = level if own is None else Repeat.POSTINGS if own is Repeat.ITEMS else own
        repeats = repeats_for(part, level) if part else []
        return {**super().get_form_kwargs(), "entry": self.entry, "level": inner, "repeats": repeats}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        findings = [found for found in flows.plan_of(self.row).findings if found.path == self.path]
        shown = {"place": readable(self.path), "about": self.about, "findings": findings, "back": self.back}
        return {**super().get_context_data(**kwargs), **shown}

    def get_page_subtitle(self) -> str:
        return readable(f"/{steps(self.path)[-1]}") or super().get_page_subtitle()

    @property
    def back(self) -> str:
        """The row one came from."""
        return self.address(self.request.GET.get("at", ""), place=self.path)

    @property
    def about(self) -> About | None:
        return about_place(self.tree, self.path)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            row = self.save([form.entry()])
        except BookkeepingError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        if any(found.path == self.path for found in flows.plan_of(row).findings):
            messages.warning(self.request, _("Saved. What is still to be done here stands above."))
            return redirect(self.request.get_full_path())
        messages.success(self.request, _("Saved; nothing to object to at this place."))
        return redirect(self.back)


class DryRunView(OfMappingView, TemplateView):
    """Whoever maps need not see what citizens pay: without the right to see batches, the postings are made up."""

    template_name = "wagtail_xfinanz/admin/dry_run.html"
    page_title = gettext_lazy("Dry run")
    header_icon = "view"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sees_postings = sites_for(self.request.user, Batch, VIEW_ACTIONS).filter(pk=self.row.tenant.site_id).exists()
        result = dry_run(self.row, by=self.request.user, of_examples=not sees_postings)
        shown = {"result": result, "sees_postings": sees_postings, "back": self.address()}
        return {**super().get_context_data(**kwargs), **shown}


class ExportMappingView(OfMappingView, View):
    """The mapping as a file for other towns: paths and sources, nothing of anybody's data."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        content = json.dumps(to_json(self.row.mapping), ensure_ascii=False, indent=2)
        name = slugify(self.row.name) or "mapping"
        headers = {"Content-Disposition": f'attachment; filename="{name}-{self.row.number}.json"'}
        return HttpResponse(content, content_type="application/json", headers=headers)


class NewMappingView(BelowIndex, PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView[Any]):
    model = MappingVersion
    permission_required = "add"
    index_url_name: str | None = None
    map_url_name: str | None = None
    form_class = NewMappingForm
    template_name = "wagtail_xfinanz/admin/new_mapping.html"
    page_title = gettext_lazy("New mapping")
    header_icon = "link"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        return {"message": self.request.GET.get("message", "")}

    def form_valid(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        try:
            row = flows.create_mapping(
                data["tenant"],
                package=data["package"],
                mapping=data["mapping"],
                name=data["name"],
                by=self.request.user,
            )
        except BookkeepingError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return redirect(reverse(str(self.map_url_name), args=[row.pk]))
