"""Ready-made page types made of the mixins in ``services``. Optional: a site may mix its own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.blocks import Block
from wagtail.fields import StreamField
from wagtail.models import Page

from wagtail_buergerportal.assistants.blocks.placement import ExternalAssistantBlock, FormAssistantBlock
from wagtail_buergerportal.services.blocks import content_blocks, home_blocks
from wagtail_buergerportal.services.mixins import OfficeMixin, ServiceIndexMixin, ServicePageMixin


class PortalHomePage(Page):
    """A start page with search, top tasks and life situations, for sites that have none yet."""

    intro = models.CharField(_("introduction"), max_length=250, blank=True)
    body = StreamField(home_blocks(), blank=True, verbose_name=_("content"))

    template = "buergerportal/pages/home.html"
    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
    api_fields = [APIField("intro"), APIField("body")]

    class Meta:
        verbose_name = _("portal home page")
        verbose_name_plural = _("portal home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["services_page"] = ServiceIndexPage.objects.descendant_of(self).live().first()
        return context


class ServiceIndexPage(ServiceIndexMixin, Page):  # type: ignore[django-manager-missing]
    """Services from A to Z with search."""

    template = "buergerportal/pages/service_index.html"
    content_panels = [*Page.content_panels, *ServiceIndexMixin.index_panels]

    class Meta:
        verbose_name = _("list of services")
        verbose_name_plural = _("lists of services")


def service_blocks() -> list[tuple[str, Block]]:
    """A form assistant first, then content."""
    return [
        ("assistant", FormAssistantBlock()),
        ("external_assistant", ExternalAssistantBlock()),
        *content_blocks(),
    ]


class ServicePage(ServicePageMixin, Page):  # type: ignore[django-manager-missing]
    """A service with its description, its form assistant and whom to ask."""

    body = StreamField(service_blocks(), blank=True, verbose_name=_("form and further content"))

    template = "buergerportal/pages/service.html"
    content_panels = [*Page.content_panels, *ServicePageMixin.service_panels, FieldPanel("body")]
    search_fields = [*Page.search_fields, *ServicePageMixin.service_search_fields]
    api_fields = [*ServicePageMixin.api_fields, APIField("body")]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")


class OfficePage(OfficeMixin, Page):  # type: ignore[django-manager-missing]
    """An office with address, opening hours and how to get in."""

    body = StreamField(content_blocks(), blank=True, verbose_name=_("further content"))

    template = "buergerportal/pages/office.html"
    content_panels = [*Page.content_panels, *OfficeMixin.office_panels, FieldPanel("body")]
    search_fields = [*Page.search_fields, *OfficeMixin.office_search_fields]
    api_fields = [*OfficeMixin.api_fields, APIField("body")]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
