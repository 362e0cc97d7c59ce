from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock


class DownloadBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(label=_("Title"), max_length=120, required=False, help_text=_("Empty: its own title."))

    def get_api_representation(self, value: Any, context: Any = None) -> dict[str, Any]:
        document = value.get("document")
        if document is None:
            return {"title": value.get("title", ""), "url": "", "size": None}
        return {"title": value.get("title") or document.title, "url": document.url, "size": document.file_size}

    class Meta:
        icon = "doc-full"
        label = _("Document")


class DownloadsBlock(blocks.StructBlock):
    """Files to download, each with its format and size."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="")
    documents = blocks.ListBlock(DownloadBlock(), label=_("Documents"), min_num=1)

    class Meta:
        label = _("Downloads")
        icon = "download"
        description = _("Files to download, with format and size.")
        template = "buergerportal/services/blocks/downloads.html"
        preview_value = {"heading": "Merkblätter", "documents": []}
