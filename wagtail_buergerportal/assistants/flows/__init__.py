"""The verbs: the only code of this app that changes rows."""

from __future__ import annotations
