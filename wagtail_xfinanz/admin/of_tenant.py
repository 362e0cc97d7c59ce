from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from wagtail_sitekit.scoping import SiteScopedSnippetViewSet


class OfTenantViewSet(SiteScopedSnippetViewSet):
    """Snippets of a tenant. The list names it, and asks for each row what may be done on the tenant's site."""

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model._default_manager.select_related("tenant__site")
