"""Stripe: payment page (Checkout), webhooks, refunds, disputes and payouts, by Stripe's own library."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import stripe
from django.utils import timezone
from django.utils.translation import gettext as _

from ...errors import ContractNotUsable, ProviderRefused, ProviderUnavailable
from ...settlements.base import Settlement
from ..base import (
    AttemptView,
    BaseProvider,
    Capabilities,
    NothingOfOurs,
    RawMessage,
    Redirect,
    RefundView,
    RefundWord,
    ReturnUrls,
    Said,
    Word,
)
from ..registry import providers
from . import events, fields, lookups, payouts, requests_of, words
from .client import acting, asking
from .options import CREDENTIAL_FIELDS, OPTION_FIELDS, is_webhook_secret, webhook_secrets
from .ownership import TX_ID
from .reduced import raw, reduced
from .signing import HEADER, sealed, signer

#: A refund sent longer ago than this is being sent again, and is looked for before.
_AGAIN_AFTER = datetime.timedelta(minutes=1)


@providers.register("stripe")
class StripeProvider(BaseProvider):
    """Which ways of paying the page offers is set at Stripe."""

    label = "Stripe"
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
    credential_fields = CREDENTIAL_FIELDS
    multiline_credentials = frozenset({"webhook_secrets"})
    option_fields = OPTION_FIELDS
    # Keys are changed from time to time; the account stays.
    identity = ("account_id", "portal")
    signature_headers = (HEADER,)
    unproven_status = 400
    waiting_status = 200

    def start(self, attempt: AttemptView, *, urls: ReturnUrls) -> Redirect:
        params = requests_of.session(attempt, urls=urls, portal=self._portal)
        with acting(self.contract) as client:
            options: Any = {"idempotency_key": requests_of.session_key(attempt)}
            session = client.v1.checkout.sessions.create(params=params, options=options).to_dict()
            url = fields.must(session, "url", longest=2000)
            ref = fields.must(session, "id")
        if urlsplit(url).scheme not in {"https", "http"}:
            raise ProviderUnavailable("Stripe gave no address to pay at.")
        return Redirect(provider_ref=ref, url=url)

    def parse_notification(self, message: RawMessage) -> Said:
        event = events.read(message)
        if not self._signer(message):
            return NothingOfOurs(is_verified=False)
        return events.understood(event, portal=self._portal, is_live=self.contract.is_live)

    def scrub(self, message: RawMessage) -> RawMessage:
        """Without who paid. The signature covers that, and is only good for minutes: a seal takes its place."""
        kept = raw(reduced(events.read(message)))
        secret = self._signer(message)
        return RawMessage(body=kept.body, headers=sealed(kept.body, secret) if secret else {})

    def fetch(self, attempt: AttemptView) -> tuple[RawMessage, Word]:
        """Without a session's id, which is lost with the answer to ``start``, it is looked for by its time."""
        with asking(self.contract) as client:
            session = lookups.session(client, attempt)
            if session is not None:
                self._check_session(session, attempt)
                return raw(session), words.payment_word(session)
        if lookups.is_final(attempt):
            raise ProviderRefused("Stripe has no session for this payment, so nobody can have paid.")
        raise ProviderUnavailable("Stripe has no session for this payment yet.")

    def refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        if not refund.payment_ref.startswith("pi_"):
            raise ProviderRefused(_("Stripe has not told the payment's ID: please refund it in Stripe's dashboard."))
        said = self._found_again(refund)
        if said is None:
            params = requests_of.refund(attempt, refund, portal=self._portal)
            options: Any = {"idempotency_key": requests_of.refund_key(refund)}
            with acting(self.contract) as client:
                said = client.v1.refunds.create(params=params, options=options).to_dict()
        with _readable():
            return raw(said), self._refund_word(said, attempt, refund)

    def fetch_refund(self, attempt: AttemptView, refund: RefundView) -> tuple[RawMessage, RefundWord]:
        with asking(self.contract) as client:
            if refund.provider_ref:
                said: fields.Said | None = client.v1.refunds.retrieve(refund.provider_ref).to_dict()
            else:
                said = lookups.refund(client, refund)
            if said is not None:
                return raw(said), self._refund_word(said, attempt, refund)
        raise ProviderRefused(_("Stripe has no such refund."))

    def fetch_settlements(self, *, since: date) -> Iterator[tuple[RawMessage, Settlement]]:
        """One report for every payout whose parts are complete; of one made by hand Stripe tells no parts."""
        midnight = int(datetime.datetime.combine(since, datetime.time(), datetime.UTC).timestamp())
        params: Any = {"arrival_date": {"gte": midnight}, "limit": 100}
        with asking(self.contract) as client:
            for one in client.v1.payouts.list(params=params).auto_paging_iter():
                payout = one.to_dict()
                if payouts.is_complete(payout):
                    parts = self._parts(client, payout)
                    report = payouts.settlement(payout, parts, portal=self._portal)
                    yield raw({"payout": payout, "balance_transactions": parts}), report

    def check(self) -> None:
        """Asks for balance and account, which moves nothing."""
        for secret in webhook_secrets(self.contract.credentials):
            if not is_webhook_secret(secret):
                raise ContractNotUsable(_("Every signing secret of the webhook begins with whsec_."))
        with acting(self.contract) as client:
            is_live = client.v1.balance.retrieve().to_dict().get("livemode")
            account = fields.must(client.v1.accounts.retrieve_current().to_dict(), "id")
        if is_live is not self.contract.is_live:
            raise ContractNotUsable(_("Stripe's answer mixes up test and live."))
        if account != self.contract.options.get("account_id"):
            raise ContractNotUsable(_("The key belongs to the account %(account)s.") % {"account": account})

    @property
    def _portal(self) -> str:
        return str(self.contract.options.get("portal") or "")

    def _signer(self, message: RawMessage) -> str:
        return signer(message, webhook_secrets(self.contract.credentials))

    def _check_session(self, session: fields.Said, attempt: AttemptView) -> None:
        if fields.text(fields.part(session, "metadata"), TX_ID) != attempt.merchant_tx_id:
            raise ProviderUnavailable("Stripe's answer speaks of another payment.")
        if session.get("livemode") is not self.contract.is_live:
            raise ProviderUnavailable(_("Stripe's answer mixes up test and live."))

    def _found_again(self, refund: RefundView) -> fields.Said | None:
        """A refund that was sent before, if Stripe has it. Its first answer may be replayed for a day at most."""
        if refund.submitted_at is None or timezone.now() < refund.submitted_at + _AGAIN_AFTER:
            return None
        with asking(self.contract) as client:
            return lookups.refund(client, refund)

    def _refund_word(self, said: fields.Said, attempt: AttemptView, refund: RefundView) -> RefundWord:
        if fields.id_of(said, "payment_intent") != refund.payment_ref:
            raise ProviderUnavailable("Stripe's answer speaks of another payment.")
        return words.refund_word(said, merchant_tx_id=attempt.merchant_tx_id, refund_key=refund.key)

    def _parts(self, client: stripe.StripeClient, payout: fields.Said) -> list[fields.Said]:
        if payout.get("automatic") is False:
            return []
        params: Any = {"payout": fields.must(payout, "id"), "limit": 100, "expand": ["data.source"]}
        return [one.to_dict() for one in client.v1.balance_transactions.list(params=params).auto_paging_iter()]


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Stripe acted; that its answer cannot be read does not change that."""
    try:
        yield
    except fields.OddAnswer as error:
        raise ProviderUnavailable(str(error)) from None
