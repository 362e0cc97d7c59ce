"""Everything this app adds to the Wagtail admin."""

from __future__ import annotations

from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from wagtail_sitekit.scoping import SitePolicy

from .admin.fees import FeeScheduleViewSet
from .models import FeeSchedule

register_permission_policy(FeeSchedule, SitePolicy(FeeSchedule))
register_snippet(FeeScheduleViewSet)
