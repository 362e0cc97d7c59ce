from __future__ import annotations

from django.utils.translation import gettext as _

from ..errors import ReasonMissing


def stated(reason: str) -> str:
    """The reason as it is kept for the auditor. Raises ReasonMissing without one."""
    if not reason.strip():
        raise ReasonMissing(_("Please say why."))
    return reason.strip()[:200]
