"""Every address of our apps, read from the URL resolver, so that a new view cannot be forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import URLResolver, get_resolver

OURS = ("wagtail_epayment", "wagtail_xfinanz", "wagtail_buergerportal", "wagtail_sitekit")


@dataclass(frozen=True)
class Address:
    route: str
    name: str
    parameters: tuple[str, ...]
    model: type | None

    @property
    def is_admin(self):
        return self.route.startswith("admin/")


def ours():
    return [address for address, module in _walk(get_resolver()) if module.startswith(OURS) or _is_ours(address.model)]


def _is_ours(model):
    return isinstance(model, type) and model.__module__.startswith(OURS)


def _walk(resolver, prefix="", spaces=(), above=()):
    for pattern in resolver.url_patterns:
        parameters = (*above, *(pattern.pattern.regex.groupindex or pattern.pattern.converters))
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern, route, space, parameters)
            continue
        view = pattern.callback
        shape = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
        model = getattr(view, "view_initkwargs", {}).get("model") or getattr(shape, "model", None)
        name = ":".join([*spaces, pattern.name or ""])
        yield Address(route, name, tuple(dict.fromkeys(parameters)), model), shape.__module__
