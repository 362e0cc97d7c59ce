from __future__ import annotations

import datetime
import hashlib
import json

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import ChargebackNotPossible
from ..models import LedgerEntry, MessageSource
from ..providers.base import ChargebackWord, RawMessage
from .apply import apply_message
from .book import end_of
from .inbox import store


def record_chargeback(
    *,
    payment: LedgerEntry,
    amount_cents: int,
    reference: str,
    occurred_on: datetime.date,
    reason: str,
    user: AbstractBaseUser,
    fee_cents: int = 0,
    is_reversal: bool = False,
) -> None:
    """Book what a person read on a bank statement: a payment was taken back (Rücklastschrift) or returned after all.

    Goes the same way as a provider's word, kept as a message with the person's name and reason. Locks the order.
    Raises ChargebackNotPossible.
    """
    if not reference.strip() or not reason.strip():
        raise ChargebackNotPossible(_("Please give the reference of the bank and say where you know it from."))
    said = {
        "person": user.get_username(),
        "reason": reason,
        "reference": reference,
        "occurred_on": occurred_on.isoformat(),
        "amount_cents": amount_cents,
        "fee_cents": fee_cents,
        "is_reversal": is_reversal,
    }
    attempt = payment.attempt
    name = f"{attempt.merchant_tx_id}:{reference.strip()}:{is_reversal}"
    word = ChargebackWord(
        chargeback_ref=reference.strip()[:120],
        is_reversal=is_reversal,
        amount_cents=amount_cents,
        currency=payment.currency,
        is_verified=True,
        fee_cents=fee_cents,
        merchant_tx_id=attempt.merchant_tx_id,
        payment_ref=payment.provider_ref,
        dedupe_key=f"hand:{hashlib.sha256(name.encode()).hexdigest()}",
        occurred_at=end_of(occurred_on),
    )
    with transaction.atomic():
        raw = RawMessage(body=json.dumps(said).encode(), headers={})
        message = apply_message(store(contract=attempt.contract, source=MessageSource.HAND, raw=raw), word)
        if message.discrepancy:
            raise ChargebackNotPossible(_too_much(is_reversal=is_reversal))


def _too_much(*, is_reversal: bool) -> str:
    if is_reversal:
        return _("The amount has to be more than nothing, and no more than what the bank had taken back.")
    return _("The amount has to be more than nothing, and no more than what is left of this payment.")
