"""The town's site as it was before the portal came: its own page type and base template."""

from __future__ import annotations
