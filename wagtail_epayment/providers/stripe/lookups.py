"""Finding at Stripe what we have no name for, because the answer that would have told it was lost."""

from __future__ import annotations

import datetime
from typing import Any

import stripe
from django.utils import timezone

from ..base import AttemptView, RefundView
from .fields import Said, part, text
from .ownership import REFUND_KEY, TX_ID

_PAGE = 100
#: With the charge: it says which way the payer paid and when.
_EXPANDED: Any = {"expand": ["payment_intent.latest_charge"]}
#: A session we asked for came into being this long before or after our own note of it, whatever the clocks say.
_AROUND = datetime.timedelta(minutes=10)


def session(client: stripe.StripeClient, attempt: AttemptView) -> Said | None:
    """The attempt's Checkout Session, None if there is none."""
    ref = attempt.provider_ref or _session_ref(client, attempt)
    return client.v1.checkout.sessions.retrieve(ref, params=_EXPANDED).to_dict() if ref else None


def is_final(attempt: AttemptView) -> bool:
    """Whether a session that is not there now will not come into being any more."""
    return attempt.created_at is not None and timezone.now() > attempt.created_at + _AROUND


def refund(client: stripe.StripeClient, wanted: RefundView) -> Said | None:
    """The refund with our key among those of its payment, None if there is none.

    For as long as Stripe keeps refunds; idempotency keys are only good for a day.
    """
    params: Any = {"payment_intent": wanted.payment_ref, "limit": _PAGE}
    for one in client.v1.refunds.list(params=params).auto_paging_iter():
        said = one.to_dict()
        if text(part(said, "metadata"), REFUND_KEY) == wanted.key:
            return said
    return None


def _session_ref(client: stripe.StripeClient, attempt: AttemptView) -> str:
    """Sessions cannot be searched for by our id. But the list knows when each was made, and misses none."""
    if attempt.created_at is None:
        return ""
    first, last = attempt.created_at - _AROUND, attempt.created_at + _AROUND
    params: Any = {"created": {"gte": int(first.timestamp()), "lte": int(last.timestamp())}, "limit": _PAGE}
    for one in client.v1.checkout.sessions.list(params=params).auto_paging_iter():
        said = one.to_dict()
        if text(part(said, "metadata"), TX_ID) == attempt.merchant_tx_id:
            return text(said, "id")
    return ""
