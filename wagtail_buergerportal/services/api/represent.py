"""Services as plain data. The number of queries is the same for one and for a hundred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Locale, Page

from ..mixins import OfficeMixin
from ..richtext import RichSource, expand_all
from .batching import prefetch_streams


def represent(pages: Sequence[Any], request: HttpRequest) -> list[dict[str, Any]]:
    """Each page's api_fields, its office and its content, rich text as HTML."""
    prefetch_streams(pages)
    offices = _offices(pages)
    languages = dict(Locale.objects.values_list("pk", "language_code"))
    rows = [{**_frame(page, request, languages), "office": None, **_fields(page, request)} for page in pages]
    for row, page in zip(rows, pages, strict=True):
        office = offices.get(page.office_id)
        if office is not None:
            row["office"] = {**_frame(office, request, languages), **_fields(office, request, without_streams=True)}
    return expand_all(rows, request)


def _frame(page: Any, request: HttpRequest, languages: dict[int, str]) -> dict[str, Any]:
    return {
        "id": page.pk,
        "language": languages[page.locale_id],
        "title": page.title,
        "url": page.get_full_url(request),
    }


def _fields(page: Any, request: HttpRequest, *, without_streams: bool = False) -> dict[str, Any]:
    names = [entry.name if isinstance(entry, APIField) else entry for entry in page.api_fields]
    fields = {name: page._meta.get_field(name) for name in names}
    return {
        name: _value(page, field, request)
        for name, field in fields.items()
        if not (without_streams and isinstance(field, StreamField))
    }


def _value(page: Any, field: Any, request: HttpRequest) -> Any:
    value = getattr(page, field.name)
    if isinstance(field, StreamField):
        return field.stream_block.get_api_representation(value, {"request": request, "page": page})
    if isinstance(field, RichTextField):
        return RichSource(value)
    return value


def _offices(pages: Sequence[Any]) -> dict[int, Any]:
    wanted = {page.office_id for page in pages if page.office_id}
    rows = Page.objects.filter(pk__in=wanted).live().specific() if wanted else []
    return {office.pk: office for office in rows if isinstance(office, OfficeMixin)}
