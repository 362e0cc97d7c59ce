from __future__ import annotations

from wagtail.fields import RichTextField
from wagtail.models import Page


class TownPage(Page):
    body = RichTextField(blank=True)
