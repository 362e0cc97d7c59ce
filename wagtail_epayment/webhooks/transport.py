"""Sending to addresses somebody typed in, without becoming a way into the own network.

``requests-hardened`` resolves the name, refuses private, loopback, link-local and other special addresses, and
connects to the very address it has checked; the certificate is still checked against the name. So a name that
resolves differently a moment later (DNS rebinding) gains nothing. Redirects are not followed. A proxy for outgoing
traffic named in the environment is used; passwords in ``~/.netrc`` are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies
from requests_hardened import Config, HTTPSession

from .. import conf


class Refused(Exception):
    """The address is not one messages may be sent to; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said. ``status`` is None if it said nothing; then ``error`` is the kind of trouble."""

    status: int | None
    error: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == 410


def post(url: str, *, body: str, headers: Mapping[str, str]) -> Answer:
    """Send ``body`` once; nothing of the answer but its status is read. Never raises."""
    try:
        check_address(url)
        return Answer(_post(url, body, headers))
    except Refused as error:
        return Answer(None, str(error))
    except (requests.RequestException, OSError, ValueError) as error:
        # Only the kind: the text of such an error repeats the address, which may hold a secret of the receiver.
        return Answer(None, type(error).__name__)


def check_address(url: str) -> None:
    """Raises Refused for what is no https address; the host is looked up only when something is sent."""
    parts = urlsplit(url)
    schemes = {"https", "http"} if conf.get().ALLOW_PRIVATE_WEBHOOKS else {"https"}
    if parts.scheme not in schemes or not parts.hostname:
        raise Refused("Only https addresses are allowed.")
    if parts.username or parts.password:
        raise Refused("A user name or password in the address is not allowed.")


def _post(url: str, body: str, headers: Mapping[str, str]) -> int:
    settings = conf.get()
    config = Config(
        ip_filter_enable=not settings.ALLOW_PRIVATE_WEBHOOKS,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=(min(settings.WEBHOOK_TIMEOUT, 5.0), settings.WEBHOOK_TIMEOUT),
        user_agent_override="wagtail-epayment-webhooks/1",
    )
    with HTTPSession(config) as session:
        session.trust_env = False
        answer = session.post(
            url, data=body.encode(), headers=dict(headers), proxies=get_environ_proxies(url), stream=True
        )
        answer.close()
    return int(answer.status_code)
