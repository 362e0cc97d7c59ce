"""A step as people will see it, for the editor's preview. Nothing of it can be sent."""

from __future__ import annotations

from typing import Any

from ..definition import Definition
from .fields import grouped, view_of


def preview_context(definition: Definition, step_key: str) -> dict[str, Any]:
    """Every field of the step, those with conditions too."""
    step = definition.step(step_key) or (definition.steps[0] if definition.steps else None)
    views = [view_of(field, None, {}) for field in step.fields if field.key] if step else []
    return {
        "definition": definition,
        "step": step,
        "groups": grouped(views),
        "position": definition.steps.index(step) + 1 if step else 1,
        "total": len(definition.steps) + 1,
    }
