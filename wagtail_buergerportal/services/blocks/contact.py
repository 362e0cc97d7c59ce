from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class ContactBlock(blocks.StructBlock):
    """A person or desk to ask."""

    name = blocks.CharBlock(label=_("Name"), max_length=120)
    role = blocks.CharBlock(label=_("Responsible for"), max_length=120, required=False)
    phone = blocks.CharBlock(label=_("Telephone"), max_length=40, required=False)
    email = blocks.EmailBlock(label=_("E-mail"), required=False)
    hours = blocks.CharBlock(label=_("Reachable"), max_length=200, required=False)

    class Meta:
        label = _("Contact")
        icon = "user"
        description = _("Whom to ask, with telephone and e-mail.")
        template = "buergerportal/services/blocks/contact.html"
        preview_value = {
            "name": "Kim Muster",
            "role": "Abfallberatung",
            "phone": "02000 123-45",
            "email": "abfall@musterstadt.example",
            "hours": "Mo–Fr 8–12 Uhr",
        }
