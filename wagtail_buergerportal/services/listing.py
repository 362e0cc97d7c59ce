"""Which services there are: below a page, by search, by first letter. The number of queries does not grow with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from wagtail.models import Page, PageViewRestriction

MAX_QUERY = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the A–Z bar; ``is_used`` if at least one service begins with it."""

    name: str
    is_used: bool


@dataclass(frozen=True, slots=True)
class ServiceList:
    """What to show: the services, what was asked for, and the A–Z bar of all there are."""

    services: Sequence[Any]
    query: str
    letter: str
    letters: Sequence[Letter]

    @property
    def count(self) -> int:
        return len(self.services)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query or self.letter)


def service_models() -> list[Any]:
    """The page types of the site that are services, i.e. made with ServicePageMixin."""
    from .mixins import ServicePageMixin

    return [model for model in apps.get_models() if issubclass(model, ServicePageMixin)]


def office_of(pk: int | None) -> Any:
    """The published office with this id, of whatever page type; None if there is none. One query a page type."""
    from .mixins import OfficeMixin

    models: list[Any] = [model for model in apps.get_models() if issubclass(model, OfficeMixin)] if pk else []
    return next((page for model in models if (page := model._default_manager.live().filter(pk=pk).first())), None)


def published(model: Any, root: Any) -> QuerySet[Any]:
    """The public pages of ``model`` below ``root``. Asks for view restrictions in the same query."""
    path = ExpressionWrapper(OuterRef("path"), CharField())
    restricted = PageViewRestriction.objects.annotate(asked=path).filter(asked__startswith=F("page__path"))
    return model._default_manager.descendant_of(root).live().exclude(Exists(restricted))


def list_services(root: Any, *, query: str = "", letter: str = "") -> ServiceList:
    """Services below ``root`` that match; ordered by title, or by relevance when searched."""
    query, letter = clean_query(query), clean_query(letter)[:1].upper()
    everything = [row for model in service_models() for row in _rows(published(model, root))]
    everything.sort(key=lambda page: sort_key(page.title))
    found = _matching(root, query, everything) if query else everything
    if letter:
        found = [page for page in found if first_letter(page.title) == letter]
    used = {first_letter(page.title) for page in everything}
    letters = [Letter(name, name in used) for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    return ServiceList(found, query, letter, letters)


def clean_query(text: str) -> str:
    """What was typed without control characters, which neither database nor people want, and not endless."""
    kept = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in text[: MAX_QUERY * 4])
    return " ".join(kept.split())[:MAX_QUERY]


def first_letter(title: str) -> str:
    return sort_key(title)[:1].upper()


def sort_key(title: str) -> str:
    """German dictionary order (DIN 5007-1): Ä as A, ß as ss; what is no letter goes by itself."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def search(model: Any, root: Any, query: str) -> list[Any]:
    """Full-text search by the site's backend; where it finds nothing, any part of a word will do.

    Only words go to the backend: SQLite's takes quotes and angle brackets for its own syntax and fails. Who may see
    what is asked afterwards, because backends know only plain filters.
    """
    words = " ".join(re.findall(r"\w+", query))
    candidates = model._default_manager.descendant_of(root).live()
    found = [page.pk for page in candidates.search(words, operator="and")] if words else []
    if not found:
        return list(published(model, root).filter(_contains(query)))
    by_pk = published(model, root).in_bulk(found)
    return [by_pk[pk] for pk in found if pk in by_pk]


def _contains(query: str) -> Q:
    condition = Q()
    for word in query.split():
        condition &= Q(title__icontains=word) | Q(teaser__icontains=word) | Q(search_terms__icontains=word)
    return condition


def _matching(root: Any, query: str, everything: Sequence[Any]) -> list[Any]:
    by_pk = {page.pk: page for page in everything}
    found = [page.pk for model in service_models() for page in search(model, root, query)]
    return [by_pk[pk] for pk in found if pk in by_pk]


def _rows(rows: QuerySet[Any]) -> list[Page]:
    return list(rows.defer_streamfields().order_by("title"))  # type: ignore[attr-defined]
