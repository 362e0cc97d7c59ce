from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import cached_property
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

from ..blocks import FeesBlock, StepsBlock
from ..forms import AssistantForm


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

    Publishing compiles ``steps`` and ``fees`` to an immutable AssistantRelease; citizens only ever meet releases.
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
    needed = models.TextField(_("what people need at hand"), blank=True, help_text=_("One item a line."))
    processing_time = models.CharField(_("how long we take"), max_length=120, blank=True)
    confirmation = models.TextField(_("text after sending"), blank=True)
    submit_label = models.CharField(
        _("text of the last button"),
        max_length=60,
        blank=True,
        help_text=_("Leave empty for “Send”. Where a fee is due, the button always says so."),
    )
    steps = StreamField(StepsBlock(), blank=True, verbose_name=_("steps"))
    fees = StreamField(FeesBlock(), blank=True, verbose_name=_("fees"))

    base_form_class = AssistantForm

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("form assistant")
        verbose_name_plural = _("form assistants")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def _preview_definition(self) -> Any:
        from ..compile import compile_assistant

        return compile_assistant(self).definition

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """One preview a step, so that every page can be looked at."""
        steps = [(step.key, step.title) for step in self._preview_definition.steps]
        return steps or [("", _("Start"))]

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "buergerportal/assistants/preview.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        from ..web.preview import preview_context

        return {
            **super().get_preview_context(request, mode_name),
            **preview_context(self._preview_definition, mode_name),
        }

    def publish(self, revision: Any, *args: Any, **kwargs: Any) -> Any:
        """Publish, which releases. Raises ReleaseRefused while the preflight finds errors."""
        from ..flows.release import refuse_with_errors

        refuse_with_errors(revision.as_object())
        return super().publish(revision, *args, **kwargs)
