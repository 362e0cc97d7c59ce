from __future__ import annotations

import datetime
import logging
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from ..errors import WrongState
from ..models import DeliveryChannel
from .deliver import open_channel, words

logger = logging.getLogger(__name__)

#: A server is asked for a test of the same channel at most this often.
CHECK_EVERY = datetime.timedelta(seconds=10)


def check_channel(channel: DeliveryChannel, *, by: Any) -> str:
    """Try that files could be handed over; return what is wrong for people, "" if nothing.

    Must not run in a transaction of the caller. Raises WrongState if it was tried a moment ago.
    """
    now = timezone.now()
    is_free = Q(checked_at=None) | Q(checked_at__lt=now - CHECK_EVERY)
    # Noted as not done before the call, so that a crash is not taken for a success.
    noted = {"checked_at": now, "check_error": _("The connection is being tried.")}
    if not DeliveryChannel.objects.filter(is_free, pk=channel.pk).update(**noted):
        raise WrongState(_("The connection was tried just now. Please wait some seconds."))
    error = _tried(channel)
    with transaction.atomic():
        DeliveryChannel.objects.filter(pk=channel.pk).update(checked_at=timezone.now(), check_error=error[:300])
        log(instance=channel, action="wagtail_xfinanz.check_channel", user=by, data={"is_fine": not error})
    return error


def _tried(channel: DeliveryChannel) -> str:
    try:
        with open_channel(channel) as opened:
            opened.check()
    except Exception as error:
        # Not logged with its text: that may hold what the channel keeps secret.
        logger.warning("Trying channel %s failed: %s", channel.pk, type(error).__name__)
        return words(error, channel)
    return ""
