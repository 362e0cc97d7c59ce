"""What makes any page type a service, an office or a list of services: put a mixin in front of your page class.

    class OurServicePage(ServicePageMixin, OurBasePage):
        content_panels = OurBasePage.content_panels + ServicePageMixin.service_panels

The fields are the essential FIM modules (text modules of ``urn:de:xzufi:codeliste:leistungstextmodulleika``); each is
optional, because the state's editors fill some of them for all communes. Fee labels inside texts are not translated.
"""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

import swapper
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, PageChooserPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField
from wagtail.search import index

from .listing import ServiceList, list_services, office_of
from .richtext import FEATURES, RichSource, expand_all
from .sections import Section

LEIKA_KEY = RegexValidator(r"^99\d{12}$", _("A LeiKa key has 14 digits and begins with 99."))


def _module(label: Any, help_text: Any = "") -> RichTextField:
    return RichTextField(label, blank=True, features=FEATURES, help_text=help_text)


class ServicePageMixin(models.Model):
    """A service (Leistung) as citizens read it."""

    leika_key = models.CharField(_("LeiKa key"), max_length=14, blank=True, validators=[LEIKA_KEY])
    teaser = models.CharField(
        _("short text"), max_length=300, blank=True, help_text=_("One or two sentences, shown in lists.")
    )
    search_terms = models.CharField(
        _("search terms"), max_length=250, blank=True, help_text=_("Other words people use, e.g. bulky waste, junk.")
    )
    full_text = _module(_("description"))
    requirements = _module(_("requirements"))
    documents_needed = _module(_("documents needed"))
    costs = _module(_("costs"), _("The fee stands at the form by itself; explain here what it depends on."))
    deadline = _module(_("deadlines"))
    processing_time = models.CharField(_("processing time"), max_length=120, blank=True)
    procedure = _module(_("procedure"))
    legal_basis = _module(_("legal basis"))
    hints = _module(_("notes"))
    office = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("responsible office"),
        help_text=_("A page of an office."),
    )
    review_on = models.DateField(_("review on"), null=True, blank=True, help_text=_("The day to read it again."))

    #: (field, heading) in the order people need them; ``sections()`` gives the filled ones.
    service_sections: ClassVar[tuple[tuple[str, Any], ...]] = (
        ("full_text", _("What it is about")),
        ("requirements", _("Requirements")),
        ("documents_needed", _("Documents you need")),
        ("procedure", _("How it works")),
        ("costs", _("Costs")),
        ("deadline", _("Deadlines")),
        ("processing_time", _("How long it takes")),
        ("hints", _("Good to know")),
        ("legal_basis", _("Legal basis")),
    )
    service_panels: ClassVar[list[Any]] = [
        MultiFieldPanel(
            [
                FieldPanel("teaser"),
                FieldRowPanel([FieldPanel("leika_key"), FieldPanel("processing_time")]),
                FieldPanel("search_terms"),
                PageChooserPanel("office"),
                FieldPanel("review_on"),
            ],
            heading=_("Service"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in (
                    "full_text",
                    "requirements",
                    "documents_needed",
                    "procedure",
                    "costs",
                    "deadline",
                    "hints",
                    "legal_basis",
                )
            ],
            heading=_("Description"),
        ),
    ]
    service_search_fields: ClassVar[list[Any]] = [
        index.SearchField("teaser", boost=2),
        index.SearchField("search_terms", boost=2),
        index.SearchField("full_text"),
        index.SearchField("leika_key"),
    ]
    api_fields: ClassVar[list[APIField]] = [
        APIField(name)
        for name in (
            "leika_key",
            "teaser",
            *(name for name, _heading in service_sections),
            "review_on",
        )
    ]

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        office = self.office
        if office is not None and not issubclass(office.specific_class or type(office), OfficeMixin):
            raise ValidationError({"office": _("Please choose a page of an office.")})

    def sections(self) -> list[Section]:
        """The filled modules with their headings, links in rich text made to addresses."""
        filled = {name: getattr(self, name) for name, _heading in self.service_sections if getattr(self, name)}
        rich = {name for name in filled if isinstance(self._meta.get_field(name), RichTextField)}
        texts = expand_all({name: RichSource(value) if name in rich else value for name, value in filled.items()})
        return [
            Section(key=name, heading=str(heading), text=texts[name], is_rich=name in rich)
            for name, heading in self.service_sections
            if name in filled
        ]

    def needs_review(self, on: datetime.date | None = None) -> bool:
        """Whether the day to read the page again has come."""
        return self.review_on is not None and self.review_on <= (on or timezone.localdate())

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        context["office"] = office_of(self.office_id)
        return context


class OfficeMixin(models.Model):
    """An office (zuständige Stelle): where it is, when it is open, how to reach it and how to get in."""

    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postal_code = models.CharField(
        _("postal code"), max_length=5, blank=True, validators=[RegexValidator(r"^\d{5}$", _("Five digits."))]
    )
    city = models.CharField(_("town"), max_length=80, blank=True)
    room = models.CharField(_("room"), max_length=80, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    opening_hours = _module(_("opening hours"))
    building_access = _module(
        _("access without barriers"), _("Lift, ramp, toilet, parking, induction loop, and what is missing.")
    )

    office_panels: ClassVar[list[Any]] = [
        MultiFieldPanel(
            [
                FieldPanel("street"),
                FieldRowPanel([FieldPanel("postal_code"), FieldPanel("city")]),
                FieldPanel("room"),
            ],
            heading=_("Address"),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]), FieldPanel("opening_hours")],
            heading=_("Contact"),
        ),
        FieldPanel("building_access"),
    ]
    office_search_fields: ClassVar[list[Any]] = [index.SearchField("street"), index.SearchField("city")]
    api_fields: ClassVar[list[APIField]] = [
        APIField(name)
        for name in (
            "street",
            "postal_code",
            "city",
            "room",
            "phone",
            "email",
            "opening_hours",
            "building_access",
        )
    ]

    class Meta:
        abstract = True


class ServiceIndexMixin(models.Model):
    """All services below a page, from A to Z and searchable."""

    intro = _module(_("introduction"))

    index_panels: ClassVar[list[Any]] = [FieldPanel("intro")]
    api_fields: ClassVar[list[APIField]] = [APIField("intro")]

    class Meta:
        abstract = True

    def get_services(self, request: HttpRequest) -> ServiceList:
        """The services to show for the address' ``suche`` and ``buchstabe``; override to list others."""
        return list_services(self, query=request.GET.get("suche", ""), letter=request.GET.get("buchstabe", ""))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        return {**context, "found": self.get_services(request)}
