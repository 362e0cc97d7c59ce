"""XBezahldienste 1.0.0 (FITKO): one interface to the payment services of German authorities.

https://docs.fitko.de/xbezahldienste/. It knows no notification and no refund: we ask, and money goes back by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from ...errors import Garbage
from ..base import AttemptView, BaseProvider, Capabilities, RawMessage, Redirect, ReturnUrls, Word
from ..registry import providers
from .answer import redirect_of, word_of
from .client import Client
from .operators import Auth
from .options import OPTION_FIELDS, Options, auth_of
from .request import payment_request

_NEEDED = {
    Auth.OAUTH2: {"client_id", "client_secret"},
    Auth.MTLS_PEM: {"certificate", "private_key"},
    Auth.MTLS_P12: {"p12", "p12_password"},
    Auth.BASIC: {"username", "password"},
}


@providers.register("xbezahldienste")
class XBezahldiensteProvider(BaseProvider):
    """pmPayment, ePayBL, epay21, GiroCheckout and every other operator of the standard."""

    label = _("XBezahldienste (pmPayment, ePayBL, epay21 …)")
    can = Capabilities(poll=True)
    credential_fields = {
        "client_id": _("client id (OAuth 2)"),
        "client_secret": _("client secret (OAuth 2)"),
        "username": _("user name"),
        "password": _("password"),
        "certificate": _("client certificate (PEM)"),
        "private_key": _("private key (PEM)"),
        "private_key_password": _("password of the private key"),
        "p12": _("certificate and key as a .p12 file (base64)"),
        "p12_password": _("password of the .p12 file"),
    }
    multiline_credentials = frozenset({"certificate", "private_key", "p12"})
    option_fields = OPTION_FIELDS
    identity = ("operator", "base_url", "originator_id", "endpoint_id")

    @classmethod
    def required_credentials(cls, *, methods: Iterable[str], options: Mapping[str, Any]) -> set[str]:  # noqa: ARG003
        """Those of the way of logging in."""
        return set(_NEEDED[auth_of(options)])

    def start(self, attempt: AttemptView, *, urls: ReturnUrls) -> Redirect:
        options = Options.of(self.contract.options, is_live=self.contract.is_live)
        request = payment_request(attempt, back_url=urls.back, booking_data=options.booking_data)
        with Client(self.contract) as client:
            __, transaction = client.create(request)
        return redirect_of(transaction, attempt)

    def parse_notification(self, message: RawMessage) -> Word:
        raise Garbage("XBezahldienste sends no notifications.")

    def fetch(self, attempt: AttemptView) -> tuple[RawMessage, Word]:
        """Ask by the operator's id; if its answer was lost, by ours, which some operators use as theirs."""
        transaction_id = attempt.provider_ref or attempt.merchant_tx_id
        with Client(self.contract) as client:
            raw, transaction = client.fetch(quote(transaction_id, safe=""))
        return raw, word_of(transaction, attempt)

    def check(self) -> None:
        with Client(self.contract) as client:
            client.check()
