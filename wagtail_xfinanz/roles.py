"""Which rights on this app's rows each role of a commune gets."""

from __future__ import annotations

_READ = [
    "view_financetenant",
    "view_postingaccount",
    "view_kassenzeichenrange",
    "view_schemapackage",
    "view_batch",
]
_CONFIGURE = [
    f"{verb}_{model}"
    for model in ("financetenant", "postingaccount", "kassenzeichenrange")
    for verb in ("add", "change")
]


def _named(*codenames: str) -> list[str]:
    return [f"wagtail_xfinanz.{codename}" for codename in codenames]


ROLE_PERMISSIONS: dict[str, list[str]] = {
    "portal_admin": _named(*_READ[:-1], *_CONFIGURE, "add_schemapackage", "delete_schemapackage"),
    "editor": [],
    "clerk": [],
    "certifier": _named(*_READ, "collect_batch", "certify_batch", "export_batch", "reverse_batch"),
    "releaser": _named(*_READ, "collect_batch", "release_batch", "export_batch"),
    "auditor": _named(*_READ),
}
