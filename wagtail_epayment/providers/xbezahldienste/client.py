"""The three calls of XBezahldienste 1.0.0, over whatever way of logging in the operator wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
import simplejson
from django.utils.translation import gettext as _

from ...errors import ProviderRefused, ProviderUnavailable
from ..base import ContractView, RawMessage
from .auth import Header, Tokens, basic
from .certificate import TlsAdapter, context_for
from .operators import Auth
from .options import Options
from .problems import EXISTS, explain

#: Answers that say "not now": whether the operator acted is unknown.
_LATER = {408, 425, 429}


class Client:
    """One contract's line to its operator; use as a context manager."""

    def __init__(self, contract: ContractView) -> None:
        self._options = Options.of(contract.options, is_live=contract.is_live)
        self._credentials = contract.credentials
        self._timeout = contract.timeout
        self._tokens = Tokens(self._options, self._credentials)
        self._session = requests.Session()
        if self._options.auth in {Auth.MTLS_PEM, Auth.MTLS_P12} or self._options.ca_certificate:
            context = context_for(
                self._credentials, auth=self._options.auth, ca_certificate=self._options.ca_certificate
            )
            self._session.mount("https://", TlsAdapter(context))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._session.close()

    def create(self, payment: Mapping[str, Any]) -> tuple[RawMessage, Mapping[str, Any]]:
        """POST a PaymentRequest. ProviderUnavailable if the operator knows its requestId already."""
        # Decimals are written digit by digit: 12.50, never a float's 12.5 or 12.499999.
        body = simplejson.dumps(payment, use_decimal=True, ensure_ascii=False).encode()
        return self._read(self._call("POST", self._path("paymenttransaction"), body))

    def fetch(self, transaction_id: str) -> tuple[RawMessage, Mapping[str, Any]]:
        return self._read(self._call("GET", f"{self._path('paymenttransaction')}/{transaction_id}"))

    def check(self) -> None:
        """Address, credentials, originator and endpoint at once; moves nothing."""
        self._raise_for(self._call("GET", self._path("status")))

    def _path(self, what: str) -> str:
        return f"{what}/{self._options.originator_id}/{self._options.endpoint_id}"

    def _call(self, method: str, path: str, body: bytes | None = None) -> requests.Response:
        headers = {"Accept": "application/json, application/problem+json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self._options.base_url}/{path}"
        answer = self._send(method, url, data=body, headers=headers, auth=self._login())
        if answer.status_code == 401 and self._options.auth == Auth.OAUTH2:
            # The operator may end a token early; with 401 it did not act.
            self._tokens.forget()
            answer = self._send(method, url, data=body, headers=headers, auth=self._login())
        return answer

    def _login(self) -> Header:
        match self._options.auth:
            case Auth.OAUTH2:
                return self._tokens.header(lambda url, **request: self._send("POST", url, **request))
            case Auth.BASIC:
                return basic(self._credentials)
        return Header()

    def _send(self, method: str, url: str, **request: Any) -> requests.Response:
        try:
            return self._session.request(method, url, timeout=self._timeout, allow_redirects=False, **request)
        except requests.exceptions.SSLError:
            raise ProviderUnavailable(
                _("No secure connection: check the client certificate and the authority of the server's certificate.")
            ) from None
        except requests.RequestException as error:
            # Without "from": the text of the cause holds addresses.
            raise ProviderUnavailable(
                _("The payment service did not answer (%(error)s).") % {"error": type(error).__name__}
            ) from None

    def _read(self, answer: requests.Response) -> tuple[RawMessage, Mapping[str, Any]]:
        self._raise_for(answer)
        return RawMessage(body=answer.content, headers={}), _json(answer)

    def _raise_for(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status in {200, 201}:
            return
        problem = _problem(answer)
        if problem.get("functionalCode") == EXISTS:
            raise ProviderUnavailable("The payment service knows this payment already; its state is asked for.")
        if 400 <= status < 500 and status not in _LATER:
            raise ProviderRefused(explain(status, problem))
        raise ProviderUnavailable(_("The payment service cannot work at the moment (%(status)s).") % {"status": status})


def _json(answer: requests.Response) -> Mapping[str, Any]:
    try:
        said = simplejson.loads(answer.content, use_decimal=True)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ProviderUnavailable(_("The payment service's answer is not usable."))
    return said


def _problem(answer: requests.Response) -> Mapping[str, Any]:
    try:
        return _json(answer)
    except ProviderUnavailable:
        return {}
