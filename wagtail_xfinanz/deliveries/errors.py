"""Why a file could not be handed over. Messages are for the cash office and never contain secrets."""

from __future__ import annotations

from ..errors import BookkeepingError


class DeliveryError(BookkeepingError):
    """Trouble that may pass by itself, e.g. the server does not answer."""


class ChannelRefused(DeliveryError):
    """Trouble that only a person can end: another host key, a refused login, a folder that is not there."""


class NameTaken(ChannelRefused):
    """A file of this name with other content is there already; it is never overwritten."""
