"""The editor's form: drafts may be incomplete, publishing may not."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from wagtail.admin.forms import WagtailAdminModelForm

_RELEASING = ("action-publish", "action-submit", "action-workflow-action", "action-restart-workflow")


class AssistantForm(WagtailAdminModelForm):
    """Fills in missing keys on saving and refuses to publish what the preflight finds wrong."""

    def clean(self) -> dict[str, Any]:
        from .keys import fill_keys

        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("steps") is not None:
            fill_keys(cleaned["steps"])
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors or not any(name in self.data for name in _RELEASING):
            return
        from .compile import compile_assistant

        for problem in compile_assistant(self.instance).errors:
            self.add_error(None, ValidationError(problem.sentence))


class PlacementForm(WagtailAdminModelForm):
    """A placement may go live only with an assistant that is published and fees that are known."""

    def clean(self) -> dict[str, Any]:
        from .flows.placement import problems_of

        cleaned = super().clean() or self.cleaned_data
        for field, sentence in problems_of(cleaned):
            self.add_error(field, sentence)
        return cleaned
