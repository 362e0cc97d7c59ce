"""What stands around a page: main menu, the way to it, its other languages. One query for all three."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import translation
from treebeard.mp_tree import MP_Node
from wagtail.models import Page, Site

_CACHE = "_buergerportal_frame"


@dataclass(frozen=True, slots=True)
class Link:
    """``code`` is the language; ``is_self`` means the page shown, ``is_current`` it or one above it."""

    title: str
    url: str
    code: str = ""
    is_self: bool = False
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    menu: tuple[Link, ...] = ()
    breadcrumbs: tuple[Link, ...] = ()
    languages: tuple[Link, ...] = ()


def frame_of(request: HttpRequest | None, page: Page | None) -> Frame:
    """The frame of ``page``, or of a view outside the page tree if there is none. Kept on the request."""
    if request is None:
        return Frame()
    key = (page.pk if page else None, translation.get_language())
    kept: dict[Any, Frame] = request.__dict__.setdefault(_CACHE, {})
    if key not in kept:
        kept[key] = _read(request, page if page is not None and page.path else None)
    return kept[key]


def _read(request: HttpRequest, page: Page | None) -> Frame:
    site = Site.find_for_request(request)
    if site is None:
        return Frame()
    root = _root_path(site, page)
    rows = list(_rows(site, page, root))
    path = page.path if page else ""
    below = [row for row in rows if row.show_in_menus and _is_child(row, root)]
    above = [row for row in rows if path.startswith(row.path) and row.path != path and row.path.startswith(root)]
    return Frame(
        menu=tuple(_link(row, request, path) for row in below),
        breadcrumbs=tuple(_link(row, request, path) for row in above),
        languages=tuple(_languages(request, page, rows)),
    )


def _root_path(site: Site, page: Page | None) -> str:
    """Path of the start page in the page's or else the active language."""
    root = site.root_page
    if page is not None:
        return page.path[: len(root.path)]
    language = translation.get_language() or settings.LANGUAGE_CODE
    if language == settings.LANGUAGE_CODE:
        return root.path
    found = root.get_translations().filter(locale__language_code=language).values_list("path", flat=True).first()
    return found or root.path


def _rows(site: Site, page: Page | None, root: str) -> Iterable[Page]:
    wanted = Q(path__startswith=root, depth=site.root_page.depth + 1, show_in_menus=True)
    if page is not None:
        steps = range(len(root), len(page.path), MP_Node.steplen)
        wanted |= Q(path__in=[page.path[:end] for end in steps])
        wanted |= Q(translation_key=page.translation_key)
    return Page.objects.filter(wanted, live=True).select_related("locale").order_by("path")


def _is_child(row: Page, root: str) -> bool:
    return row.path.startswith(root) and len(row.path) == len(root) + MP_Node.steplen


def _languages(request: HttpRequest, page: Page | None, rows: list[Page]) -> Iterable[Link]:
    active = translation.get_language() or settings.LANGUAGE_CODE
    names = dict(settings.LANGUAGES)
    if page is not None:
        for row in rows:
            code = row.locale.language_code
            if row.translation_key == page.translation_key and row.pk != page.pk and code in names:
                yield Link(names[code], row.get_url(request) or "", code)
        return
    here = request.get_full_path()
    for code, name in names.items():
        url = translate_url(here, code)
        if code != active and url != here:
            yield Link(name, url, code)


def _link(row: Page, request: HttpRequest, path: str) -> Link:
    return Link(
        title=row.title,
        url=row.get_url(request) or "",
        is_self=row.path == path,
        is_current=path.startswith(row.path),
    )
