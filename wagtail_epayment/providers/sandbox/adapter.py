"""The merchant's side of the sandbox: what a real adapter does, against a bank that moves no money."""

from __future__ import annotations

import datetime
import json
from typing import Any

import requests
from django.utils.translation import gettext_lazy as _

from ...errors import Garbage, NotUnderstood, ProviderRefused, ProviderUnavailable
from ...models import AttemptState
from ..base import AttemptView, BaseProvider, Capabilities, RawMessage, Redirect, ReturnUrls, Word
from ..registry import providers
from .signing import HEADER, MERCHANT_HEADER, is_genuine, sign

_STATES = {
    "pending": AttemptState.PENDING,
    "succeeded": AttemptState.SUCCEEDED,
    "failed": AttemptState.FAILED,
    "cancelled": AttemptState.CANCELLED,
    "unknown": AttemptState.UNKNOWN,
}


@providers.register("sandbox")
class SandboxProvider(BaseProvider):
    """Pay page for demo and tests. Refused in production by check epayment.E002.

    Options: ``base_url``, where our server reaches the bank, e.g. "http://127.0.0.1:8000/sandbox-bank/";
    ``public_url``, where the payer's browser reaches it (default: on the host the payer pays on).
    """

    label = _("Sandbox (no real money)")
    can = Capabilities(notify=True, poll=True)
    credential_fields = {"merchant_id": _("merchant id"), "secret": _("secret")}
    signature_headers = (HEADER.lower(),)

    def start(self, attempt: AttemptView, *, urls: ReturnUrls) -> Redirect:
        order = {
            "tx_id": attempt.merchant_tx_id,
            "amount_cents": attempt.amount_cents,
            "currency": attempt.currency,
            "purpose": f"{attempt.purpose} {attempt.reference}"[:140],
            "language": attempt.language,
            "back_url": urls.back,
            "notify_url": urls.notify,
        }
        __, answer = self._call("POST", "api/payments/", json.dumps(order).encode())
        ref, url = _text(answer.get("ref")), _text(answer.get("url"), longest=2000)
        if public := str(self.contract.options.get("public_url", "")).rstrip("/"):
            url = f"{public}/pay/{ref}/"
        return Redirect(provider_ref=ref, url=url)

    def parse_notification(self, message: RawMessage) -> Word:
        signature = {name.lower(): value for name, value in message.headers.items()}.get(HEADER.lower(), "")
        is_verified = is_genuine(message.body, self._secret, signature)
        try:
            return _word(_read(message.body), is_verified=is_verified)
        except Garbage as error:
            if is_verified:
                raise NotUnderstood(str(error)) from error
            raise

    def fetch(self, attempt: AttemptView) -> tuple[RawMessage, Word]:
        raw, answer = self._call("GET", f"api/payments/{attempt.merchant_tx_id}/", b"")
        return raw, _word(answer, is_verified=True)

    def check(self) -> None:
        self._call("GET", "api/merchant/", b"")

    @property
    def _secret(self) -> str:
        return self.contract.credentials.get("secret", "")

    def _call(self, method: str, path: str, body: bytes) -> tuple[RawMessage, dict[str, Any]]:
        headers = {
            MERCHANT_HEADER: self.contract.credentials.get("merchant_id", ""),
            HEADER: sign(f"{method} {path}\n".encode() + body, self._secret),
            "Content-Type": "application/json",
        }
        base = str(self.contract.options.get("base_url", "")).rstrip("/")
        try:
            answer = requests.request(
                method,
                f"{base}/{path}",
                data=body,
                headers=headers,
                timeout=self.contract.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise ProviderUnavailable(f"The bank did not answer ({type(error).__name__}).") from error
        if answer.status_code in {400, 401, 404}:
            raise ProviderRefused(f"The bank refused ({answer.status_code}).")
        signature = answer.headers.get(HEADER, "")
        if answer.status_code != 200 or not is_genuine(answer.content, self._secret, signature):
            raise ProviderUnavailable(f"The bank's answer is not usable ({answer.status_code}).")
        raw = RawMessage(body=answer.content, headers={HEADER: signature})
        return raw, _read(answer.content)


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbage("This is not a message of the sandbox bank.") from error
    if not isinstance(said, dict):
        raise Garbage("This is not a message of the sandbox bank.")
    return said


def _word(said: dict[str, Any], *, is_verified: bool) -> Word:
    try:
        return Word(
            merchant_tx_id=_text(said["tx_id"]),
            provider_ref=_text(said["ref"]),
            state=_STATES[_text(said["state"])],
            amount_cents=_whole(said["amount_cents"]),
            currency=_text(said["currency"]),
            is_verified=is_verified,
            dedupe_key=_text(said.get("event_id", "")),
            payment_ref=_text(said.get("payment_ref", "")),
            method="sandbox",
            occurred_at=_instant(said["at"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise Garbage("A field of the sandbox bank's message is missing or wrong.") from error


def _text(value: Any, *, longest: int = 120) -> str:
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise ValueError("not a short text")
    return value


def _instant(value: Any) -> datetime.datetime:
    instant = datetime.datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise ValueError("a time without its zone")
    return instant


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a whole number")
    return value
