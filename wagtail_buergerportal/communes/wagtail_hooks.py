"""Everything this app adds to the Wagtail admin."""

from __future__ import annotations

from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from wagtail_sitekit.scoping import SitePolicy

from .admin.departments import DepartmentViewSet
from .models import Department

register_permission_policy(Department, SitePolicy(Department))

register_snippet(DepartmentViewSet)
