"""What is sent and received, in the order it is hashed in.

Source: field lists of girosolution/girocheckout_sdk 2.6.12, classes under ``src/girocheckout-sdk/api``. Fields that
are never sent here keep their place, so that the tables can be compared with the vendor's; dead ones are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: its path below the base URL and its parameters in the order of the hash."""

    path: str
    order: tuple[str, ...]


def _order(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PROJECT = "merchantId projectId"
_PAYMENT = f"{_PROJECT} merchantTxId amount currency"
_URLS = "urlRedirect urlNotify"
_MANDATE = "mandateReference mandateSignedOn mandateReceiverName mandateSequence"
_CARD_HOLDER = "tds2Address tds2Postcode tds2City tds2Country tds2Optional"
_END = "kassenzeichen pptoken"
_SIMPLE = _order(f"{_PAYMENT} purpose type {_URLS} {_END}")

START: Mapping[str, Operation] = {
    method: Operation("transaction/start", order)
    for method, order in {
        "card": _order(f"{_PAYMENT} purpose type locale mobile pkn recurring indicator {_URLS} {_CARD_HOLDER} {_END}"),
        "directdebit": _order(f"{_PAYMENT} purpose type locale mobile {_MANDATE} pkn {_URLS} {_END}"),
        "paypal": _SIMPLE,
        "direktubw": _SIMPLE,
        "wero": _SIMPLE,
    }.items()
}

PAGE = Operation(
    "paypage/init",
    _order(
        f"""{_PAYMENT} purpose description pagetype expirydate single timeout type locale paymethods payprojects
        organization freeamount fixedvalues minamount maxamount orderid projectlist pkn test certdata otherpayments
        successUrl backUrl failUrl notifyUrl {_CARD_HOLDER} {_MANDATE} informationText kassenzeichen
        qrcodeReturn billingAddress shippingAddress customerInfo basket"""
    ),
)

STATUS = Operation("transaction/status", _order(f"{_PROJECT} reference txreference"))

_REFUND = _order(f"{_PAYMENT} purpose reference kassenzeichen")
REFUND: Mapping[str, Operation] = {
    method: Operation("transaction/refund", order)
    for method, order in {
        "card": _REFUND,
        "directdebit": _REFUND,
        "wero": _REFUND,
        "paypal": _order(f"{_PAYMENT} purpose reference"),
        "paypage": _order(f"{_PAYMENT} purpose reference txreference"),
    }.items()
}

#: Of the single methods only these can be voided.
VOID: Mapping[str, Operation] = dict.fromkeys(
    ("card", "directdebit"), Operation("transaction/void", _order(f"{_PROJECT} merchantTxId reference"))
)

_RESULT = "gcReference gcMerchantTxId gcBackendTxId gcAmount gcCurrency gcResultPayment"
#: Single methods; the last two only from Direktüberweisung.
NOTICE = _order(f"{_RESULT} gcResultAVS gcObvName")
PAGE_NOTICE = _order(
    f"gcPaymethod gcType gcProjectId {_RESULT} gcPkn gcCardnumber gcCardExpDate gcAccountHolder gcIban"
)
NOTICE_HASH = "gcHash"

#: Say who paid. Never kept.
PERSONAL = frozenset({"gcPkn", "gcCardnumber", "gcCardExpDate", "gcAccountHolder", "gcIban", "gcObvName"})
PERSONAL_ANSWERS = frozenset({"obvName", "mandateReference", "pkn"})

#: ``gcPaymethod`` of a payment page's notification, as our method codes.
PAID_BY = {
    **dict.fromkeys(("6", "7", "8"), "directdebit"),
    "11": "card",
    "14": "paypal",
    "36": "applepay",
    "37": "direktubw",
    "39": "googlepay",
    "40": "wero",
}
