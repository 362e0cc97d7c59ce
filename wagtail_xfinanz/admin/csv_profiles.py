"""CSV profiles: one form with the columns in their order, checked as a whole, with the file beside it as a preview."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel, ObjectList

from wagtail_sitekit.columns import YesNoColumn

from ..formats.csv.check import Fault, faults
from ..formats.csv.profile import Column, Profile
from ..models import CsvProfile
from ..models.csv_profile import FILLS
from .forms import DimensionsField, OfTenantForm
from .of_tenant import OfTenantViewSet


class CsvProfileForm(OfTenantForm):
    kind_codes = DimensionsField(
        label=_("codes for kinds"),
        required=False,
        help_text=_(
            "What the finance system calls a kind, one a line, e.g. “payment: 01”. Otherwise its English name."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._refuse_second_active(cleaned)
        forms = self._columns()
        if self.errors or not self.formsets["columns"].is_valid():
            return cleaned
        for fault in faults(self._profile(cleaned, forms)):
            self._show(fault, forms)
        return cleaned

    def _refuse_second_active(self, cleaned: dict[str, Any]) -> None:
        others = CsvProfile.objects.filter(tenant=cleaned.get("tenant"), is_active=True).exclude(pk=self.instance.pk)
        if cleaned.get("is_active") and (other := others.first()):
            self.add_error("is_active", gettext("“%(name)s” is active already. Switch it off first.") % {"name": other})

    def _columns(self) -> dict[str, list[Any]]:
        """The forms of the columns that stay, in order, by kind of record."""
        found: dict[str, list[Any]] = {"header": [], "posting": [], "trailer": []}
        formset = self.formsets["columns"]
        if formset.is_valid():
            for form in formset.ordered_forms:
                found[form.cleaned_data["record"]].append(form)
        return found

    def _profile(self, cleaned: dict[str, Any], forms: dict[str, list[Any]]) -> Profile:
        columns = {record: tuple(_column(form.cleaned_data) for form in rows) for record, rows in forms.items()}
        names = Profile.__dataclass_fields__
        options = {name: value for name, value in cleaned.items() if name in names and name != "kind_codes"}
        return Profile(
            **options,
            header=columns["header"],
            postings=columns["posting"],
            trailer=columns["trailer"],
            kind_codes=tuple(cleaned["kind_codes"].items()),
        )

    def _show(self, fault: Fault, forms: dict[str, list[Any]]) -> None:
        if fault.record:
            forms[fault.record][fault.place].add_error(fault.field, fault.message)
        else:
            self.add_error(fault.field or None, fault.message)


def _column(data: dict[str, Any]) -> Column:
    names = ("source", "title", "text", "width", "align", "is_cut")
    return Column(**{name: data[name] for name in names}, fill=FILLS[data["fill"]])


class CsvProfileViewSet(OfTenantViewSet):
    model = CsvProfile
    icon = "table"
    menu_label = _("CSV profiles")
    list_display = ["name", "tenant", "layout", "encoding", YesNoColumn(CsvProfile, "is_active")]
    search_fields = ["name"]
    edit_handler = ObjectList(
        [
            HelpPanel(
                content=_(
                    "For finance systems that read text files. The preview shows the last postings as this profile "
                    "writes them. Files already released stay as they are."
                )
            ),
            FieldPanel("tenant"),
            FieldRowPanel([FieldPanel("name"), FieldPanel("is_active")]),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("layout"), FieldPanel("extension")]),
                    FieldRowPanel([FieldPanel("encoding"), FieldPanel("line_end")]),
                    FieldRowPanel([FieldPanel("separator"), FieldPanel("quoting")]),
                    FieldRowPanel([FieldPanel("has_titles"), FieldPanel("guards_formulas")]),
                ],
                heading=_("File"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("decimal"), FieldPanel("date_format")]),
                    FieldRowPanel([FieldPanel("sign"), FieldPanel("positive"), FieldPanel("negative")]),
                    FieldPanel("kind_codes"),
                ],
                heading=_("Values"),
            ),
            InlinePanel(
                "columns",
                heading=_("Columns of each kind of record, in order"),
                label=_("Column"),
                min_num=1,
                panels=[
                    FieldRowPanel([FieldPanel("record"), FieldPanel("source")]),
                    FieldRowPanel([FieldPanel("title"), FieldPanel("text")]),
                    FieldRowPanel([FieldPanel("width"), FieldPanel("align"), FieldPanel("fill")]),
                    FieldPanel("is_cut"),
                ],
            ),
        ],
        base_form_class=CsvProfileForm,
    )
