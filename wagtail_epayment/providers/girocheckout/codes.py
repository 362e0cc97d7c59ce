"""GiroCheckout's numbers, in our words.

Sources: https://api.girocheckout.de/en:girocheckout:resultcodes and :errorcodes, code table of the SDK 2.6.12. Which
code ends a payment and which leaves it open is our reading: what is not listed is unknown and asked about again.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from ...errors import ProviderRefused, ProviderUnavailable
from ...models import AttemptState, RefundState

NOT_FOUND = 5034
WRONG_HASH = 5002
#: rc of a wrong merchant, project or password. Answers with the first two carry no hash (SDK ``Request::submit``).
UNSIGNED = frozenset({5000, 5001})
WRONG_CREDENTIALS = UNSIGNED | {WRONG_HASH, 5020, 5021}

#: rc by which a call is refused because of what it says: GiroCheckout surely did not act.
_REFUSALS = frozenset(
    {
        *range(5000, 5005),
        *range(5009, 5036),
        *range(5050, 5057),
        5060,
        5085,
        5086,
        *range(5094, 5100),
        5102,
        *range(5104, 5115),
        *range(5116, 5121),
        *range(5200, 5206),
        *range(5500, 5505),
        5506,
        5508,
    }
)
_FAILED = frozenset({4001, 4002, 4051, *range(4101, 4109), 4151, 4153, 4504, 4505, 4900}) | _REFUSALS
_STATES = {
    **dict.fromkeys(_FAILED, AttemptState.FAILED),
    4000: AttemptState.SUCCEEDED,
    4501: AttemptState.EXPIRED,
    4502: AttemptState.CANCELLED,
}
_REFUND_STATES = {
    AttemptState.PENDING: RefundState.SUBMITTED,
    AttemptState.SUCCEEDED: RefundState.SUCCEEDED,
    AttemptState.UNKNOWN: RefundState.UNKNOWN,
}


def payment_state(result: str) -> AttemptState:
    """What ``resultPayment`` says of a payment. Absent: the payer is still at it."""
    if not result:
        return AttemptState.PENDING
    if not (result.isascii() and result.isdecimal() and len(result) == 4):
        return AttemptState.UNKNOWN
    return _STATES.get(int(result), AttemptState.UNKNOWN)


def refund_state(result: str) -> RefundState:
    """What ``resultPayment`` says of a refund. Absent: taken, not done yet."""
    return _REFUND_STATES.get(payment_state(result), RefundState.FAILED)


def check_rc(rc: int) -> None:
    """Raises ProviderRefused if GiroCheckout surely did not act, ProviderUnavailable if that is unknown."""
    if rc in WRONG_CREDENTIALS:
        raise ProviderRefused(
            _("GiroCheckout does not accept the merchant ID, project ID or password (rc %(rc)s).") % {"rc": rc}
        )
    if rc in _REFUSALS:
        raise ProviderRefused(_("GiroCheckout refused (rc %(rc)s).") % {"rc": rc})
    if rc:
        raise ProviderUnavailable(_("GiroCheckout answered with rc %(rc)s: whether it acted is unknown.") % {"rc": rc})
