from __future__ import annotations

from ..errors import BookkeepingError


class PackageRefused(BookkeepingError):
    """A schema package is unsafe, incomplete or contradictory; the message says which file and why."""
