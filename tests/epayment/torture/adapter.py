"""Our side of the bank in ``bank.py``: two providers, of which one recognises a refund sent twice."""

from __future__ import annotations

import json
from typing import Any

import requests

from wagtail_epayment.errors import Garbage, ProviderRefused, ProviderUnavailable
from wagtail_epayment.models import AttemptState, RefundState
from wagtail_epayment.providers.base import (
    AttemptView,
    BaseProvider,
    Capabilities,
    ChargebackWord,
    RawMessage,
    Redirect,
    RefundView,
    RefundWord,
    ReturnUrls,
    Said,
    Word,
)
from wagtail_epayment.providers.sandbox.signing import HEADER, is_genuine


class HouseBankProvider(BaseProvider):
    """Recognises a refund by its key and can be asked about it."""

    name = "housebank"
    label = "House bank"
    can = Capabilities(
        notify=True, poll=True, refund=True, partial_refund=True, idempotent_refund=True, poll_refund=True,
        chargeback=True,
    )  # fmt: skip
    credential_fields = {"secret": "secret"}
    signature_headers = (HEADER.lower(),)

    def start(self, attempt: AttemptView, *, urls: ReturnUrls) -> Redirect:
        asked = {"tx_id": attempt.merchant_tx_id, "cents": attempt.amount_cents, "notify_url": urls.notify}
        __, said = self._call("POST", "payments", asked)
        return Redirect(provider_ref=said["ref"], url=said["url"])

    def fetch(self, attempt: AttemptView) -> tuple[RawMessage, Word]:
        raw, said = self._call("GET", f"payments/{attempt.merchant_tx_id}")
        return raw, _payment(said, is_verified=True)

    def refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        asked = {"key": refund.key, "tx_id": attempt.merchant_tx_id, "cents": refund.amount_cents}
        raw, said = self._call("POST", "refunds", asked)
        return raw, _refund(said, is_verified=True)

    def fetch_refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        raw, said = self._call("GET", f"refunds/{refund.key}")
        return raw, _refund(said, is_verified=True)

    def parse_notification(self, message: RawMessage) -> Said:
        signature = {name.lower(): value for name, value in message.headers.items()}.get(HEADER.lower(), "")
        is_verified = is_genuine(message.body, self.contract.credentials["secret"], signature)
        try:
            said = json.loads(message.body)
            read = {"payment": _payment, "refund": _refund, "chargeback": _chargeback}[said["what"]]
            return read(said, is_verified=is_verified)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Garbage("This is no message of the house bank.") from error

    def check(self) -> None:
        """Nothing to try."""

    def _call(self, method: str, path: str, asked: object = None) -> tuple[RawMessage, dict[str, Any]]:
        try:
            answer = requests.request(
                method, f"{self.contract.options['base_url']}/{path}", data=json.dumps(asked), timeout=5
            )
        except requests.RequestException as error:
            raise ProviderUnavailable("The bank did not answer.") from error
        if answer.status_code == 404:
            raise ProviderRefused("The bank refused.")
        signature = answer.headers.get(HEADER, "")
        if not is_genuine(answer.content, self.contract.credentials["secret"], signature):
            raise ProviderUnavailable("The bank's answer is not usable.")
        return RawMessage(body=answer.content, headers={HEADER: signature}), answer.json()


class OldBankProvider(HouseBankProvider):
    """Neither recognises a refund nor tells of one: a lost answer has to be cleared up by people."""

    name = "oldbank"
    can = Capabilities(notify=True, poll=True, refund=True, partial_refund=True, chargeback=True)


def _payment(said: dict[str, Any], *, is_verified: bool) -> Word:
    return Word(
        merchant_tx_id=said["tx_id"],
        provider_ref=said["ref"],
        state=AttemptState(said["state"]),
        amount_cents=said["cents"],
        currency=said["currency"],
        is_verified=is_verified,
        dedupe_key=said.get("id", ""),
        payment_ref=said["payment_ref"],
    )


def _refund(said: dict[str, Any], *, is_verified: bool) -> RefundWord:
    return RefundWord(
        state=RefundState(said["state"]),
        amount_cents=said["cents"],
        currency=said["currency"],
        is_verified=is_verified,
        refund_ref=said["ref"],
        refund_key=said["key"],
        merchant_tx_id=said["tx_id"],
        dedupe_key=said.get("id", ""),
    )


def _chargeback(said: dict[str, Any], *, is_verified: bool) -> ChargebackWord:
    return ChargebackWord(
        chargeback_ref=said["ref"],
        is_reversal=said["is_reversal"],
        amount_cents=said["cents"],
        currency=said["currency"],
        is_verified=is_verified,
        merchant_tx_id=said["tx_id"],
        payment_ref=said["payment_ref"],
        dedupe_key=said.get("id", ""),
    )
