"""GiroCheckout, classic API: payment page and single methods of the savings banks' payment service."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from ...errors import ContractNotUsable, ProviderRefused, ProviderUnavailable
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
from . import notification, requests_of, words
from .client import Answer, Client, UnprovenAnswer
from .codes import NOT_FOUND, WRONG_CREDENTIALS, WRONG_HASH, check_rc
from .fields import PAGE, REFUND, START, STATUS, VOID
from .options import CREDENTIAL_FIELDS, METHODS, OPTION_FIELDS, PAGE_METHOD, base_url, password_name, project_of


@providers.register("girocheckout")
class GiroCheckoutProvider(BaseProvider):
    """Each way of paying is a project of its own in GiroCockpit, with its own id and password."""

    label = "GiroCheckout"
    can = Capabilities(notify=True, poll=True, refund=True, partial_refund=True, poll_refund=True)
    methods = METHODS
    credential_fields = CREDENTIAL_FIELDS
    option_fields = OPTION_FIELDS
    identity = ("merchant_id",)

    @classmethod
    def required_credentials(cls, *, methods: Iterable[str], options: Mapping[str, Any]) -> set[str]:  # noqa: ARG003
        return {password_name(method) for method in _offered(methods)}

    def start(self, attempt: AttemptView, *, urls: ReturnUrls) -> Redirect:
        method = self._method(attempt)
        with _nothing_sent():
            client = self._client(method, attempt)
        if method == PAGE_METHOD:
            organization = str(self.contract.options.get("organization", ""))
            values = requests_of.page_values(
                attempt, urls=urls, organization=organization, is_live=self.contract.is_live
            )
            answer = client.call(PAGE, values)
        else:
            answer = client.call(START[method], requests_of.start_values(attempt, urls=urls))
        check_rc(answer.rc)
        url = answer.address("url" if method == PAGE_METHOD else "redirect")
        return Redirect(provider_ref=answer.must("reference"), url=url)

    def parse_notification(self, message: RawMessage) -> Said:
        notice = notification.read(message)
        return words.said(notice, signed_by=notification.signers(message, notice, self._passwords))

    def scrub(self, message: RawMessage) -> RawMessage:
        return notification.scrubbed(message, self._passwords)

    def fetch(self, attempt: AttemptView) -> tuple[RawMessage, Word]:
        """There is no look-up by our transaction id: without GiroCheckout's reference nobody can be asked.

        Then the payer never got an address either, so nobody can have paid.
        """
        method = self._method(attempt)
        if not attempt.provider_ref:
            raise ProviderRefused("GiroCheckout gave no reference, so the payer got no address to pay at.")
        answer = self._status(method, attempt, {"reference": attempt.provider_ref})
        return answer.raw, words.payment_word(answer, attempt, is_page=method == PAGE_METHOD)

    def refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        method = self._method(attempt)
        if method not in REFUND:
            raise ProviderRefused(_("GiroCheckout cannot refund this way of paying: transfer the money by hand."))
        with _nothing_sent():
            client = self._client(method, attempt)
        answer = client.call(REFUND[method], requests_of.refund_values(attempt, refund, method=method))
        check_rc(answer.rc)
        return answer.raw, words.refund_word(answer, attempt, refund)

    def fetch_refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        """By the refund's own reference; if its answer was lost there is none, and only GiroCockpit can tell."""
        if not refund.provider_ref:
            raise ProviderUnavailable(_("GiroCheckout gave no reference for this refund: look it up in GiroCockpit."))
        method = self._method(attempt)
        values = requests_of.refund_status_values(attempt, refund, method=method)
        answer = self._status(method, attempt, values)
        if not words.is_about(answer, attempt, refund):
            raise ProviderUnavailable("GiroCheckout's answer does not speak of this refund.")
        return answer.raw, words.refund_word(answer, attempt, refund)

    def void(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        """Take back a whole card or direct debit payment before it is carried out.

        The core never calls it: until when a sale can be voided is not documented, and a refund is always right.
        For code of a site that has GiroCheckout's word on it. Raises like ``refund``.
        """
        method = self._method(attempt)
        if method not in VOID or refund.amount_cents != attempt.amount_cents:
            raise ProviderRefused("Only whole card and direct debit payments can be voided: ask for a refund.")
        with _nothing_sent():
            client = self._client(method, attempt)
        answer = client.call(VOID[method], requests_of.void_values(attempt, refund))
        check_rc(answer.rc)
        return answer.raw, words.refund_word(answer, attempt, refund)

    def check(self) -> None:
        """Every offered project is asked to take -1 cent (as the SDK's ``testCredentials`` does)."""
        for method in _offered(self.contract.methods):
            if (rc := self._probe(method)) in WRONG_CREDENTIALS:
                raise ContractNotUsable(
                    _("%(method)s: GiroCheckout does not accept merchant id, project id or password (%(code)s).")
                    % {"method": METHODS[method], "code": rc}
                )

    def _probe(self, method: str) -> int:
        operation = PAGE if method == PAGE_METHOD else START[method]
        values = requests_of.check_values(f"check-{secrets.token_hex(8)}")
        try:
            return self._client(method).call(operation, values).rc
        except UnprovenAnswer:
            return WRONG_HASH  # As the SDK reads it.

    def _status(self, method: str, attempt: AttemptView, values: Mapping[str, str]) -> Answer:
        answer = self._client(method, attempt).call(STATUS, values)
        if answer.rc == NOT_FOUND:
            raise ProviderRefused("GiroCheckout does not know this transaction.")
        if answer.rc:
            raise ProviderUnavailable(f"GiroCheckout did not tell the status (rc {answer.rc}).")
        return answer

    def _method(self, attempt: AttemptView) -> str:
        return attempt.method or next(iter(self.contract.methods), PAGE_METHOD)

    def _client(self, method: str, attempt: AttemptView | None = None) -> Client:
        """Speaks for the project the attempt began with. Raises ContractNotUsable if something is missing."""
        began = attempt.config.get("options") if attempt else None
        options = began or self.contract.options
        project = project_of(method, options=options, credentials=self.contract.credentials)
        return Client(project, base_url=base_url(options), timeout=self.contract.timeout)

    @property
    def _passwords(self) -> dict[str, str]:
        found = {method: self.contract.credentials.get(password_name(method), "") for method in METHODS}
        return {method: password for method, password in found.items() if password}


def _offered(methods: Iterable[str]) -> list[str]:
    """The ways of paying a contract offers: the payment page if it names none."""
    return [method for method in methods if method in METHODS] or [PAGE_METHOD]


@contextlib.contextmanager
def _nothing_sent() -> Iterator[None]:
    """A contract that cannot be used is found out before anything leaves the house."""
    try:
        yield
    except ContractNotUsable as error:
        raise ProviderRefused(str(error)) from error
