"""One signed call to GiroCheckout and its checked answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from django.utils.translation import gettext as _

from ...errors import ProviderUnavailable
from ..base import RawMessage
from .codes import UNSIGNED
from .fields import PERSONAL_ANSWERS, Operation
from .options import Project
from .signing import is_genuine, sign


class UnprovenAnswer(ProviderUnavailable):
    """Somebody answered, but not provably GiroCheckout: most likely the password is wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What GiroCheckout said; its hash was right."""

    rc: int
    said: Mapping[str, Any] = field(repr=False)
    raw: RawMessage = field(repr=False)

    def text(self, name: str, *, longest: int = 120) -> str:
        """A value as text, empty if absent. Raises ProviderUnavailable if it is none we could keep."""
        value = self.said.get(name)
        text = "" if value is None else str(value)
        if isinstance(value, dict | list | float | bool) or len(text) > longest or not text.isprintable():
            raise ProviderUnavailable(f'GiroCheckout\'s answer has an unusable "{name}".')
        return text

    def must(self, name: str) -> str:
        text = self.text(name)
        if not text:
            raise ProviderUnavailable(f'GiroCheckout\'s answer lacks "{name}".')
        return text

    def address(self, name: str) -> str:
        """The address to send the payer to."""
        url = self.text(name, longest=2000)
        if urlsplit(url).scheme not in {"https", "http"}:
            raise ProviderUnavailable(f'GiroCheckout\'s answer has no address in "{name}".')
        return url

    def cents(self) -> int | None:
        """The amount, None if absent."""
        text = self.text("amount")
        if not text:
            return None
        if not (text.isascii() and text.isdecimal()):
            raise ProviderUnavailable("GiroCheckout's answer has an unusable amount.")
        return int(text)


class Client:
    """Speaks for one project. Never repeats a call by itself: GiroCheckout documents no idempotency."""

    def __init__(self, project: Project, *, base_url: str, timeout: float) -> None:
        self.project = project
        self.base_url = base_url
        self.timeout = timeout

    def call(self, operation: Operation, values: Mapping[str, str]) -> Answer:
        """Raises ProviderUnavailable if no answer came, UnprovenAnswer if its hash is missing or wrong."""
        try:
            response = requests.post(
                f"{self.base_url}/{operation.path}",
                data=self._form(operation, values),
                timeout=(self.timeout, self.timeout),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise ProviderUnavailable(
                _("GiroCheckout did not answer (%(error)s).") % {"error": type(error).__name__}
            ) from error
        if response.status_code != 200:
            raise ProviderUnavailable(
                _("GiroCheckout answered with HTTP status %(status)s.") % {"status": response.status_code}
            )
        return self._checked(response.content, response.headers.get("hash", ""))

    def _form(self, operation: Operation, values: Mapping[str, str]) -> list[tuple[str, str]]:
        ids = {"merchantId": self.project.merchant_id, "projectId": self.project.project_id}
        known = {**values, **ids}
        # Empty values are not sent and add nothing to the hash (SDK ``AbstractApi::getSubmitParams``).
        form = [(name, known[name]) for name in operation.order if known.get(name)]
        return [*form, ("hash", sign([value for __, value in form], self.project.password))]

    def _checked(self, body: bytes, signature: str) -> Answer:
        said = _read(body)
        rc = _number(said.get("rc"))
        if rc not in UNSIGNED and not is_genuine(body, signature, self.project.password):
            raise UnprovenAnswer(_("The hash of GiroCheckout's answer is missing or wrong: check the password."))
        return Answer(rc=rc, said=said, raw=RawMessage(body=_without_payer(body, said), headers={}))


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable(_("GiroCheckout's answer is not readable.")) from error
    if not isinstance(said, dict):
        raise ProviderUnavailable(_("GiroCheckout's answer is not readable."))
    return said


def _number(rc: Any) -> int:
    """``rc`` comes as 0 or "0"."""
    try:
        return int(str(rc))
    except ValueError as error:
        raise ProviderUnavailable(_("GiroCheckout's answer has no result code.")) from error


def _without_payer(body: bytes, said: Mapping[str, Any]) -> bytes:
    if not PERSONAL_ANSWERS & said.keys():
        return body
    return json.dumps({name: value for name, value in said.items() if name not in PERSONAL_ANSWERS}).encode()
