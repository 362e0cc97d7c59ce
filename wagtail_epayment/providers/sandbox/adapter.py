"""The merchant's side of the sandbox: what a real adapter does, against a bank that moves no money."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import requests
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...errors import Garbage, NotUnderstood, ProviderRefused, ProviderUnavailable
from ...settlements.base import Settlement
from ..base import (
    AttemptView,
    BaseProvider,
    Capabilities,
    RawMessage,
    Redirect,
    RefundView,
    RefundWord,
    ReturnUrls,
    Said,
    Word,
)
from ..registry import providers
from .signing import HEADER, MERCHANT_HEADER, is_genuine, sign
from .words import payment_word, read, refund_word, settlement, text, word


@providers.register("sandbox")
class SandboxProvider(BaseProvider):
    """Pay page for demo and tests. Refused in production by check epayment.E002."""

    label = _("Sandbox (no real money)")
    can = Capabilities(
        notify=True,
        poll=True,
        refund=True,
        partial_refund=True,
        idempotent_refund=True,
        poll_refund=True,
        chargeback=True,
        settlement=True,
    )
    credential_fields = {"merchant_id": _("merchant id"), "secret": _("secret")}
    option_fields = {
        "base_url": forms.CharField(
            label=_("address of the bank"),
            max_length=500,
            help_text=_("Where our server reaches it, e.g. http://127.0.0.1:8000/sandbox-bank/"),
        ),
        "public_url": forms.CharField(
            label=_("address for payers"),
            required=False,
            max_length=500,
            help_text=_("Where the payer's browser reaches the bank. Empty: on the host the payer pays on."),
        ),
    }
    identity = ("merchant_id",)
    signature_headers = (HEADER.lower(),)

    def start(self, attempt: AttemptView, *, urls: ReturnUrls) -> Redirect:
        order = {
            "tx_id": attempt.merchant_tx_id,
            "amount_cents": attempt.amount_cents,
            "currency": attempt.currency,
            "purpose": attempt.purpose[:140],
            "language": attempt.language,
            "back_url": urls.back,
            "notify_url": urls.notify,
        }
        __, answer = self._call("POST", "api/payments/", order)
        ref, url = _checked(answer, "ref"), _checked(answer, "url", longest=2000)
        if public := str(self.contract.options.get("public_url", "")).rstrip("/"):
            url = f"{public}/pay/{ref}/"
        return Redirect(provider_ref=ref, url=url)

    def parse_notification(self, message: RawMessage) -> Said:
        signature = {name.lower(): value for name, value in message.headers.items()}.get(HEADER.lower(), "")
        is_verified = is_genuine(message.body, self._secret, signature)
        try:
            return word(read(message.body), is_verified=is_verified)
        except Garbage as error:
            if is_verified:
                raise NotUnderstood(str(error)) from error
            raise

    def fetch(self, attempt: AttemptView) -> tuple[RawMessage, Word]:
        raw, answer = self._call("GET", f"api/payments/{attempt.merchant_tx_id}/")
        return raw, payment_word(answer, is_verified=True)

    def check(self) -> None:
        self._call("GET", "api/merchant/")

    def refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        wish = {
            "key": refund.key,
            "tx_id": attempt.merchant_tx_id,
            "payment_ref": refund.payment_ref,
            "amount_cents": refund.amount_cents,
        }
        raw, answer = self._call("POST", "api/refunds/", wish)
        return raw, refund_word(answer, is_verified=True)

    def fetch_refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        raw, answer = self._call("GET", f"api/refunds/{refund.key}/")
        return raw, refund_word(answer, is_verified=True)

    def fetch_settlements(self, *, since: date) -> Iterator[tuple[RawMessage, Settlement]]:
        __, answer = self._call("GET", f"api/payouts/since/{since.isoformat()}/")
        for ref in answer.get("refs", []):
            raw, report = self._call("GET", f"api/payouts/{ref}/")
            yield raw, settlement(report)

    @property
    def _secret(self) -> str:
        return self.contract.credentials.get("secret", "")

    def _call(self, method: str, path: str, said: dict[str, Any] | None = None) -> tuple[RawMessage, dict[str, Any]]:
        body = json.dumps(said).encode() if said else b""
        headers = {
            MERCHANT_HEADER: self.contract.credentials.get("merchant_id", ""),
            HEADER: sign(f"{method} {path}\n".encode() + body, self._secret),
            "Content-Type": "application/json",
            "Connection": "close",
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
            raise ProviderUnavailable(
                gettext("The bank did not answer (%(error)s).") % {"error": type(error).__name__}
            ) from error
        if answer.status_code in {400, 401, 404}:
            raise ProviderRefused(gettext("The bank refused (%(status)s).") % {"status": answer.status_code})
        signature = answer.headers.get(HEADER, "")
        if answer.status_code != 200 or not is_genuine(answer.content, self._secret, signature):
            raise ProviderUnavailable(
                gettext("The bank's answer is not usable (%(status)s).") % {"status": answer.status_code}
            )
        raw = RawMessage(body=answer.content, headers={HEADER: signature})
        return raw, read(answer.content)


def _checked(answer: dict[str, Any], name: str, *, longest: int = 120) -> str:
    try:
        return text(answer.get(name), longest=longest)
    except ValueError as error:
        raise ProviderUnavailable("The bank's answer is not usable.") from error
