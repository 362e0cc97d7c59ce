"""Logs without personal data and without keys.

What this suite logs names rows (attempt, delivery, order reference), never payers, tokens or secrets; facts for
programs stand in ``extra``. Django itself logs the path of a request that failed, and in the path of an order stands
its token: ``MaskTokens`` takes it out.
"""

from __future__ import annotations

import logging
import re

#: Tokens of orders and attempts are 32 characters (see models.order.new_token) and a part of a path of their own.
_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{32}(?=[/?'\" ]|$)")
_MASK = "***"


class MaskTokens(logging.Filter):
    """Filter for a handler: replaces tokens in the paths a record tells of, and drops the request itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(arg) for arg in record.args)
        if hasattr(record, "request"):
            del record.request  # formatters that print every attribute would print its address
        return True


def _masked(value: object) -> object:
    return _TOKEN.sub(_MASK, value) if isinstance(value, str) else value
