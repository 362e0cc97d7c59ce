"""What the site's OpenAPI description is about: the interfaces for front ends, not those of the Wagtail admin."""

from __future__ import annotations

from typing import Any

PREFIXES = ("/api/portal/", "/api/epayment/")


def only_public(endpoints: list[tuple[str, str, str, Any]], **kwargs: Any) -> list[tuple[str, str, str, Any]]:
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(PREFIXES)]
