from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable, PreviewableMixin

from ..formats.csv.profile import (
    OPTIONS,
    Align,
    Column,
    DateFormat,
    Decimal,
    Encoding,
    Layout,
    LineEnd,
    Profile,
    Quoting,
    Separator,
    Sign,
)
from ..formats.csv.sources import SOURCES
from .tenant import FinanceTenant

LONGEST = 500


class CsvProfile(PreviewableMixin, ClusterableModel):
    """How the finance system of a tenant wants its text file. The active one is used from the next release on."""

    tenant = models.ForeignKey(
        FinanceTenant, on_delete=models.PROTECT, related_name="csv_profiles", verbose_name=_("finance tenant")
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("E.g. the finance system that reads the file."))
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Without an active profile the standard one is used.")
    )
    layout = models.CharField(_("columns are"), max_length=10, choices=Layout.choices, default=Layout.DELIMITED)
    extension = models.CharField(_("ending of the file name"), max_length=5, default="csv")
    encoding = models.CharField(_("encoding"), max_length=12, choices=Encoding.choices, default=Encoding.UTF8_BOM)
    line_end = models.CharField(_("line ends"), max_length=4, choices=LineEnd.choices, default=LineEnd.CRLF)
    separator = models.CharField(_("separator"), max_length=10, choices=Separator.choices, default=Separator.SEMICOLON)
    quoting = models.CharField(_("quotes"), max_length=6, choices=Quoting.choices, default=Quoting.NEEDED)
    has_titles = models.BooleanField(_("a row of titles before the postings"), default=False)
    guards_formulas = models.BooleanField(
        _("keep spreadsheets from running texts as formulas"),
        default=False,
        help_text=_("Puts an apostrophe in front of texts that begin with = + - or @. Only if people open the file."),
    )
    decimal = models.CharField(_("amounts"), max_length=5, choices=Decimal.choices, default=Decimal.COMMA)
    sign = models.CharField(_("sign"), max_length=8, choices=Sign.choices, default=Sign.LEADING)
    positive = models.CharField(_("sign of income"), max_length=3, default="+", help_text=_("E.g. H or +."))
    negative = models.CharField(_("sign of expense"), max_length=3, default="-", help_text=_("E.g. S or -."))
    date_format = models.CharField(_("dates"), max_length=10, choices=DateFormat.choices, default=DateFormat.GERMAN)
    kind_codes = models.JSONField(_("codes for kinds"), default=dict, blank=True)

    class Meta:
        verbose_name = _("CSV profile")
        verbose_name_plural = _("CSV profiles")
        ordering = ["tenant", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(is_active=True), name="xfinanz_one_active_csv_profile_per_tenant"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def profile(self) -> Profile:
        """As plain data, with the columns as they are now, saved or not."""
        columns: dict[str, list[Column]] = {record: [] for record in RecordKind.values}
        for row in sorted(self.columns.all(), key=lambda row: row.sort_order or 0):
            columns[row.record].append(row.column)
        options = {name: getattr(self, name) for name in OPTIONS}
        return Profile(
            **{**options, "kind_codes": tuple(self.kind_codes.items())},
            header=tuple(columns["header"]),
            postings=tuple(columns["posting"]),
            trailer=tuple(columns["trailer"]),
        )

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "wagtail_xfinanz/admin/csv_preview.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        from ..csv_preview import preview

        return preview(self, user=request.user)


class RecordKind(models.TextChoices):
    HEADER = "header", _("header, once at the beginning")
    POSTING = "posting", _("posting, once for each")
    TRAILER = "trailer", _("trailer, once at the end")


def source_choices() -> list[tuple[str, str]]:
    return [(name, str(source.label)) for name, source in SOURCES.items()]


class CsvProfileColumn(Orderable):
    """A column of one of the profile's records, in the order of the file."""

    profile = ParentalKey(CsvProfile, on_delete=models.CASCADE, related_name="columns")
    record = models.CharField(_("kind of record"), max_length=8, choices=RecordKind.choices, default=RecordKind.POSTING)
    source = models.CharField(_("content"), max_length=40, choices=source_choices)
    text = models.CharField(
        _("text"),
        max_length=100,
        blank=True,
        help_text=_("Of a constant, e.g. the code of the record; or the name of the further dimension."),
    )
    title = models.CharField(_("title"), max_length=60, blank=True, help_text=_("Empty: the usual one."))
    width = models.PositiveSmallIntegerField(
        _("width"),
        default=0,
        validators=[MaxValueValidator(LONGEST)],
        help_text=_("With separators: the most characters there may be, 0 for any number."),
    )
    align = models.CharField(_("aligned"), max_length=5, choices=Align.choices, default=Align.LEFT)
    fill = models.CharField(
        _("filled up with"), max_length=5, choices=[("blank", _("blanks")), ("zero", "0")], default="blank"
    )
    is_cut = models.BooleanField(
        _("cut texts that are too long"),
        default=False,
        help_text=_("Each text that was cut is listed with its batch. Otherwise such a payment is not collected."),
    )

    class Meta(Orderable.Meta):
        verbose_name = _("column")
        verbose_name_plural = _("columns")
        default_permissions = ()

    def __str__(self) -> str:
        return self.column.name

    @property
    def column(self) -> Column:
        return Column(
            source=self.source,
            title=self.title,
            text=self.text,
            width=self.width,
            align=self.align,
            fill=FILLS[self.fill],
            is_cut=self.is_cut,
        )


FILLS = {"blank": " ", "zero": "0"}
