"""What GiroCheckout's answers and notifications mean in the words of the core."""

from __future__ import annotations

from ...errors import NotUnderstood, ProviderUnavailable
from ...models import AttemptState
from ..base import AttemptView, RefundView, RefundWord, Said, Word
from .client import Answer
from .codes import payment_state, refund_state
from .fields import PAID_BY
from .notification import Notice
from .texts import from_refund_id, to_our_id, to_refund_id, to_their_id


def payment_word(answer: Answer, attempt: AttemptView, *, is_page: bool) -> Word:
    """A status answer about an attempt. Raises ProviderUnavailable if it speaks of something else."""
    if answer.text("merchantTxId") not in {"", to_their_id(attempt.merchant_tx_id)}:
        raise ProviderUnavailable("GiroCheckout's answer speaks of another payment.")
    reference = answer.text("reference")
    if not is_page and reference not in {"", attempt.provider_ref}:
        raise ProviderUnavailable("GiroCheckout's answer speaks of another payment.")
    state = payment_state(answer.text("resultPayment"))
    cents, currency = answer.cents(), answer.text("currency")
    if state == AttemptState.SUCCEEDED and (cents is None or not currency):
        raise ProviderUnavailable("GiroCheckout says that it is paid, but not how much.")
    return Word(
        merchant_tx_id=attempt.merchant_tx_id,
        provider_ref=attempt.provider_ref,
        state=state,
        amount_cents=attempt.amount_cents if cents is None else cents,
        currency=currency or attempt.currency,
        is_verified=True,
        # A page answers under its own reference or under that of the transaction made on it.
        payment_ref=reference if is_page and reference != attempt.provider_ref else "",
    )


def refund_word(answer: Answer, attempt: AttemptView, refund: RefundView) -> RefundWord:
    """The answer to a refund, a void, or a question about one. Direct debits come without an amount."""
    cents = answer.cents()
    return RefundWord(
        state=refund_state(answer.text("resultPayment")),
        amount_cents=refund.amount_cents if cents is None else cents,
        currency=answer.text("currency") or refund.currency,
        is_verified=True,
        refund_ref=answer.text("reference"),
        refund_key=refund.key,
        merchant_tx_id=attempt.merchant_tx_id,
        payment_ref=refund.payment_ref,
        error=_error(answer.text("resultPayment")),
    )


def is_about(answer: Answer, attempt: AttemptView, refund: RefundView) -> bool:
    """Whether a status answer speaks of this refund and not of the payment it belongs to."""
    tx_id = answer.text("merchantTxId")
    if tx_id:
        return tx_id == to_refund_id(attempt.merchant_tx_id, key=refund.key)
    return answer.text("reference") == refund.provider_ref


def said(notice: Notice, *, signed_by: list[str]) -> Said:
    """A notification; nobody signed it: a word that proves nothing. Raises NotUnderstood."""
    if not signed_by:
        return _unproven(notice)
    try:
        kind = _kind(notice)
        if ids := from_refund_id(notice.must("gcMerchantTxId")):
            return _refund(notice, *ids)
        if kind == "REFUND":
            return _refund(notice, to_our_id(notice.must("gcMerchantTxId")), "")
        if kind in {"", "SALE"}:
            return _payment(notice, signed_by)
    except ValueError as error:
        raise NotUnderstood(f"GiroCheckout signed a notification we cannot read: {error}.") from error
    raise NotUnderstood(f'GiroCheckout tells of a transaction of type "{kind}", which we never begin.')


def _kind(notice: Notice) -> str:
    """The type of transaction, empty if the notification is of a list without it."""
    if not notice.is_page:
        return ""
    notice.number("gcPaymethod")
    notice.number("gcProjectId")
    return notice.text("gcType").upper()


def _payment(notice: Notice, signed_by: list[str]) -> Word:
    reference = notice.must("gcReference")
    if notice.is_page:
        method = PAID_BY.get(notice.text("gcPaymethod"), "")
    else:
        method = signed_by[0] if len(signed_by) == 1 else ""
    return Word(
        merchant_tx_id=to_our_id(notice.must("gcMerchantTxId")),
        # Whether a page tells its own reference or its transaction's is not documented.
        provider_ref="" if notice.is_page else reference,
        state=payment_state(notice.must("gcResultPayment")),
        amount_cents=int(notice.number("gcAmount")),
        currency=notice.must("gcCurrency"),
        is_verified=True,
        dedupe_key=notice.fingerprint,
        payment_ref=reference if notice.is_page else "",
        method=method,
    )


def _refund(notice: Notice, merchant_tx_id: str, key: str) -> RefundWord:
    result = notice.must("gcResultPayment")
    return RefundWord(
        state=refund_state(result),
        amount_cents=int(notice.number("gcAmount")),
        currency=notice.must("gcCurrency"),
        is_verified=True,
        refund_ref=notice.must("gcReference"),
        refund_key=key,
        merchant_tx_id=merchant_tx_id,
        dedupe_key=notice.fingerprint,
        error=_error(result),
    )


def _unproven(notice: Notice) -> Word:
    """Only what finds the payment it pretends to be about: the message is kept beside it, and nothing else happens."""
    try:
        tx_id = to_our_id(notice.must("gcMerchantTxId"))
    except ValueError:
        tx_id = ""
    return Word(
        merchant_tx_id=tx_id,
        provider_ref="",
        state=AttemptState.UNKNOWN,
        amount_cents=0,
        currency="",
        is_verified=False,
    )


def _error(result: str) -> str:
    return "" if result in {"", "4000"} else f"GiroCheckout: result {result}"
