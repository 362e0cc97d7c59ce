"""What was deleted when its time was over: the proof that it was, without what it said."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ..models import CaseDeletion
from .readonly import ReadOnlyViewSet


class DeletionViewSet(ReadOnlyViewSet):
    model = CaseDeletion
    icon = "bin"
    menu_label = _("Deleted cases")
    add_to_settings_menu = True
    url_prefix = "deleted-cases"
    list_display = ["number", "service_key", "received_at", "closed_at", "deleted_at"]
    list_filter = {"deleted_at": ["gte", "lte"]}
    list_export = ["number", "service_key", "received_at", "closed_at", "retention_days", "deleted_at"]
    search_fields = ["number", "service_key"]
    inspect_view_fields = ["number", "service_key", "received_at", "closed_at", "retention_days", "deleted_at"]
