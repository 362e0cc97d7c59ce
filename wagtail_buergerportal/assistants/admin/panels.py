"""Preflight: what is missing before an assistant can be published, and its conditions as sentences."""

from __future__ import annotations

from typing import Any

from wagtail.admin.panels import Panel

from ..compile import compile_assistant
from ..definition import Definition
from ..flows.placement import fee_warnings
from ..sentences import rule_sentence


class PreflightPanel(Panel):
    """Judges the assistant as last saved."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "assistants/admin/preflight.html"

        def is_shown(self) -> bool:
            return self.instance is not None and self.instance.pk is not None

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            compiled = compile_assistant(self.instance)
            return {
                **super().get_context_data(parent_context),
                "problems": compiled.problems,
                "warnings": list(fee_warnings(self.instance)),
                "sentences": sentences_of(compiled.definition),
                "newest": self.instance.releases.first(),
            }


def sentences_of(definition: Definition) -> list[tuple[str, str]]:
    """Everything that is not always shown or due, with its condition in words."""
    found = [(step.title, rule_sentence(step.rules, definition)) for step in definition.steps]
    found += [
        (field.label or step.title, rule_sentence(field.rules, definition))
        for step in definition.steps
        for field in step.fields
    ]
    found += [(fee.label or fee.key, rule_sentence(fee.rules, definition)) for fee in definition.fees]
    return [(name, sentence) for name, sentence in found if sentence]
