"""What other apps may want to hear of."""

from __future__ import annotations

from django.dispatch import Signal

#: ``request``: somebody logged out on this browser; forget what only they should see. Sent with sender=None.
logged_out = Signal()
