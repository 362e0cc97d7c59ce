"""Payment providers as they are in production: stateful servers over real HTTP that misbehave on demand."""

from __future__ import annotations
