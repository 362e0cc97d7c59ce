"""Everything this app adds to the Wagtail admin."""

from __future__ import annotations

from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from wagtail_sitekit.scoping import SitePolicy

from .admin.viewsets import AssistantViewSet, PlacementViewSet
from .models import Assistant, AssistantPlacement

register_permission_policy(Assistant, SitePolicy(Assistant, shared=True))
register_permission_policy(AssistantPlacement, SitePolicy(AssistantPlacement))

register_snippet(AssistantViewSet)
register_snippet(PlacementViewSet)
