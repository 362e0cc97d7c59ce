from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    Site,
    TranslatableMixin,
    WorkflowMixin,
)

from ..blocks import StepsBlock


class Assistant(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    models.Model,
):
    """A form assistant as editors build it. ``site`` empty means shared by all communes of the installation.

    Publishing compiles ``steps`` to an immutable AssistantRelease; citizens only ever meet releases.
    """

    site = models.ForeignKey(
        Site,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assistants",
        verbose_name=_("municipality"),
        help_text=_("Leave empty to share the assistant with all municipalities."),
    )
    title = models.CharField(_("title"), max_length=120)
    intro = models.TextField(_("introduction"), blank=True)
    steps = StreamField(StepsBlock(), blank=True, verbose_name=_("steps"))

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("form assistant")
        verbose_name_plural = _("form assistants")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
