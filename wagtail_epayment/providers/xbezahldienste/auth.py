"""How a request proves who sends it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import requests
from cryptography.fernet import Fernet, InvalidToken
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from requests.auth import AuthBase

from ...errors import ProviderRefused, ProviderUnavailable
from .options import Options

_SALT = "wagtail_epayment.xbezahldienste"
#: Seconds a token is no longer used before it ends: clocks differ, and requests take time.
_MARGIN = 30
#: RFC 6749, 5.1 allows to leave the lifetime out.
_UNSAID = 60


class Header(AuthBase):
    """An Authorization header, or none. Given to requests as auth, so that no ~/.netrc takes its place."""

    def __init__(self, value: str = "") -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._value:
            request.headers["Authorization"] = self._value
        return request


def basic(credentials: Mapping[str, str]) -> Header:
    pair = f"{credentials.get('username', '')}:{credentials.get('password', '')}"
    return Header("Basic " + base64.b64encode(pair.encode()).decode())


class Tokens:
    """OAuth 2 client credentials (RFC 6749, 4.4); the token is kept in Django's cache until shortly before its end.

    The cache is shared, so that not every process asks for a token of its own. It may be a server others can read,
    therefore the token lies there encrypted with a key made from SECRET_KEY and the client secret: who could read
    it could fetch one anyway. The name of the entry is made from the same, so a new secret never finds an old token.
    """

    def __init__(self, options: Options, credentials: Mapping[str, str]) -> None:
        self._url = options.token_url
        self._id, self._secret = credentials.get("client_id", ""), credentials.get("client_secret", "")
        digest = salted_hmac(_SALT, f"{self._url}\n{self._id}\n{self._secret}", algorithm="sha256")
        self._key = f"{_SALT}:{digest.hexdigest()}"
        key = salted_hmac(f"{_SALT}.encrypt", self._secret, algorithm="sha256").digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def header(self, post: Callable[..., requests.Response]) -> Header:
        """``post`` sends the request for a token. Raises ProviderRefused, ProviderUnavailable."""
        return Header(f"Bearer {self._kept() or self._new(post)}")

    def forget(self) -> None:
        cache.delete(self._key)

    def _kept(self) -> str:
        try:
            return self._fernet.decrypt(cache.get(self._key) or b"").decode()
        except InvalidToken:
            return ""

    def _new(self, post: Callable[..., requests.Response]) -> str:
        form = {"grant_type": "client_credentials", "client_id": self._id, "client_secret": self._secret}
        answer = post(self._url, data=form, auth=Header())
        if answer.status_code in {400, 401, 403}:
            raise ProviderRefused(_("The payment service does not accept the client ID and secret of the contract."))
        token, seconds = _read(answer)
        if seconds > _MARGIN:
            cache.set(self._key, self._fernet.encrypt(token.encode()), seconds - _MARGIN)
        return token


def _read(answer: requests.Response) -> tuple[str, int]:
    try:
        said: Any = answer.json() if answer.status_code == 200 else {}
        token, seconds = said["access_token"], said.get("expires_in", _UNSAID)
        if not isinstance(token, str) or not token.isprintable() or not token:
            raise ValueError("no token")
        return token, int(seconds)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        # Without "from": the text of the cause may hold the token.
        raise ProviderUnavailable(
            _("The token of the payment service is not usable (%(status)s).") % {"status": answer.status_code}
        ) from None
