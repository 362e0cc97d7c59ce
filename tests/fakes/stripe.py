"""Stripe as a stateful server: Checkout, refunds, disputes and payouts, told of by signed webhooks.

Written from Stripe's documentation; every request and every answer is held against its OpenAPI description.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import time
import urllib.parse
from collections import Counter
from typing import Any

import stripe

from .server import Answer, Call, FakeProvider, Notification
from .stripe_books import Object, StripeBooks
from .stripe_schema import BadRequest, check_answer, parse

ACCOUNT = "acct_1Musterstadt"
KEY = "sk_test_51MusterstadtGeheim4242"
SECRET = "whsec_MusterstadtWebhook1"
_LEAST_CENTS = 50
_DAY = datetime.timedelta(hours=24)
_TRIES = 15


class Refusal(Exception):
    """Answered in Stripe's form of an error."""

    def __init__(self, message: str, *, status: int = 400, code: str = "", param: str = "", type_: str = "") -> None:
        super().__init__(message)
        self.status = status
        said = {"type": type_ or "invalid_request_error", "message": message, "code": code, "param": param}
        self.error = {name: value for name, value in said.items() if value}


@dataclasses.dataclass
class Kept:
    """The first answer to an idempotency key."""

    asked: tuple[str, str]
    answer: Answer
    at: datetime.datetime


class FakeStripe(StripeBooks, FakeProvider):
    """Use as a context manager. Payments are named by our own transaction ids.

    Set ``webhook_url`` to where events go; they are signed with all of ``webhook_secrets`` when they are delivered.
    ``page`` is the longest page of a list; ``missing_permission`` is a part of an address the key may not read.
    """

    def __init__(self, *, is_live: bool = False, key: str = KEY) -> None:
        StripeBooks.__init__(self, is_live=is_live)
        FakeProvider.__init__(self)
        self.key, self.account_id = key, ACCOUNT
        self.webhook_url, self.webhook_secrets = "", [SECRET]
        self.page = 100
        self.missing_permission = ""
        self._kept: dict[str, Kept] = {}
        self._tries: Counter[str] = Counter()

    # what a contract needs

    def credentials(self) -> dict[str, str]:
        return {"secret_key": self.key, "webhook_secrets": "\n".join(self.webhook_secrets)}

    def options(self) -> dict[str, str]:
        return {"base_url": self.url, "account_id": self.account_id, "portal": ""}

    # what merchants may ask

    def operation(self, call: Call) -> str:
        parts = call.path.strip("/").split("/")
        if call.path.startswith("/pay/"):
            return "page"
        if len(parts) == 4 and parts[1] == "checkout":
            return "GET /v1/checkout/sessions/{session}"
        if len(parts) == 3 and parts[1] == "refunds":
            return "GET /v1/refunds/{refund}"
        return f"{call.method} {call.path}"

    def answer(self, call: Call) -> Answer | None:
        """An error after the deed is what the key is answered with from then on, too."""
        answer = super().answer(call)
        kept = self._kept.get(call.headers.get("idempotency-key", ""))
        if kept and answer and answer.status >= 500:
            kept.answer = answer
        return answer

    def handle(self, call: Call) -> Answer:
        if call.path.startswith("/pay/"):
            return self._page(call)
        operation = self.operation(call)
        try:
            self._check_login(call)
            pairs = urllib.parse.parse_qsl(call.body.decode(), keep_blank_values=True, strict_parsing=bool(call.body))
            params = parse(operation, [*pairs, *call.query.items()])
            if call.method == "POST":
                return self._once(call, lambda: self._said(operation, self._act(operation, params)))
            return self._said(operation, self._tell(operation, call.path, params))
        except BadRequest as error:
            return _refused(Refusal(str(error), code="parameter_unknown", param=error.param))
        except Refusal as error:
            return _refused(error)

    def _said(self, operation: str, said: Object) -> Answer:
        check_answer(operation, said)
        headers = {"Content-Type": "application/json", "Request-Id": f"req_{next(self._numbers)}"}
        return Answer(json.dumps(said).encode(), headers=headers)

    def _check_login(self, call: Call) -> None:
        if call.headers.get("authorization") != f"Bearer {self.key}":
            raise Refusal(f"Invalid API Key provided: sk_test_****{self.key[-4:]}", status=401)
        if self.missing_permission and self.missing_permission in call.path:
            raise Refusal(f"The provided key '{self.key[:12]}***' does not have access.", status=403)

    def _once(self, call: Call, act: Any) -> Answer:
        key = call.headers.get("idempotency-key", "")
        if not key or len(key) > 255:
            raise Refusal("Every request that moves something has an idempotency key here.")
        kept = self._kept.get(key)
        asked = (call.path, call.body.decode())
        if kept and kept.at > self.now - _DAY:
            if kept.asked != asked:
                raise Refusal("Keys can only be used with the same parameters.", type_="idempotency_error")
            return dataclasses.replace(kept.answer, headers={**kept.answer.headers, "Idempotent-Replayed": "true"})
        # What is refused because of its parameters is not kept.
        answer = act()
        self._kept[key] = Kept(asked, answer, self.now)
        return answer

    def _act(self, operation: str, params: Object) -> Object:
        return self._begin(params) if operation == "POST /v1/checkout/sessions" else self._give_back(params)

    def _tell(self, operation: str, path: str, params: Object) -> Object:
        name = path.rsplit("/", 1)[-1]
        match operation:
            case "GET /v1/checkout/sessions/{session}":
                return self._expanded(self._known("session", name), params.get("expand", []))
            case "GET /v1/refunds/{refund}":
                return self._known("refund", name)
            case "GET /v1/checkout/sessions":
                return self._list("session", params)
            case "GET /v1/refunds":
                self._known("intent", params["payment_intent"])
                return self._list("refund", params, payment_intent=params["payment_intent"])
            case "GET /v1/payouts":
                return self._list("payout", params)
            case "GET /v1/balance_transactions":
                return self._of_payout(params)
            case "GET /v1/balance":
                return {"object": "balance", "livemode": self.is_live, "available": [], "pending": []}
            case "GET /v1/account":
                return {"object": "account", "id": self.account_id}
        raise Refusal(f"Unrecognized request URL ({operation})", status=404)

    def _page(self, call: Call) -> Answer:
        """Where the payer pays, and is then sent back to the merchant."""
        session = self.objects["session"][call.path.rsplit("/", 1)[-1]]
        if call.method == "GET":
            return Answer(b"<form method=post><button>Bezahlen</button></form>")
        self.payer_pays(session["client_reference_id"])
        return Answer(b"", 303, {"Location": session["success_url"]})

    def _begin(self, params: Object) -> Object:
        total = sum(each["quantity"] * each["price_data"]["unit_amount"] for each in params["line_items"])
        lives = params["expires_at"] - self._seconds
        if params["mode"] != "payment" or not params["success_url"].startswith("http"):
            raise Refusal("Only payments are taken here.", param="mode")
        if not 1800 <= lives <= 86400:
            raise Refusal("The expiry is at least 30 minutes and less than 24 hours away.", param="expires_at")
        if total < _LEAST_CENTS:
            raise Refusal("The total is too small.", code="amount_too_small")
        if len(params["line_items"]) > 100:
            raise Refusal("There are at most 100 lines.", param="line_items")
        session = {
            **{name: params[name] for name in ("client_reference_id", "expires_at", "locale", "mode")},
            **{name: params[name] for name in ("success_url", "cancel_url")},
            "metadata": params["metadata"], "amount_total": total, "amount_subtotal": total,
            "currency": params["line_items"][0]["price_data"]["currency"], "livemode": self.is_live,
            "status": "open", "payment_status": "unpaid", "payment_intent": None, "customer_details": None,
            "payment_method_types": ["card", "sepa_debit"],
        }  # fmt: skip
        made = self._make("session", "checkout.session", "cs_test_", session)
        made["url"] = f"{self.url}/pay/{made['id']}"
        self.intended[made["id"]] = params["payment_intent_data"]
        return made

    def _give_back(self, params: Object) -> Object:
        intent = self._known("intent", params["payment_intent"])
        charge = self.objects["charge"].get(intent["latest_charge"] or "")
        if charge is None or charge["status"] != "succeeded":
            raise Refusal("This payment has no successful charge to refund.", param="payment_intent")
        if charge["disputed"]:
            raise Refusal("The charge is disputed.", code="charge_disputed")
        cents = params["amount"]
        if cents > charge["amount"] - charge["amount_refunded"]:
            raise Refusal("The amount is greater than what is left.", code="charge_already_refunded", param="amount")
        return self._refund(charge, cents, params.get("metadata", {}))

    # telling

    def notice(self, event: Object, *, secrets: list[str] | None = None, at: int | None = None) -> Notification:
        """An event as it goes over the line, signed now or at another second."""
        body = json.dumps(event, indent=2)
        stamp = int(time.time()) if at is None else at
        signed = [
            stripe.WebhookSignature.generate_signature_header(body, each, stamp)
            for each in secrets or self.webhook_secrets
        ]
        header = ",".join([f"t={stamp}", *(each.partition(",")[2] for each in signed)])
        headers = {"Stripe-Signature": header, "Content-Type": "application/json; charset=utf-8"}
        return Notification("POST", self.webhook_url, body.encode(), headers)

    def announce(self, event: Object) -> None:
        self.say(self.notice(event))

    def deliver(self, *, times: int = 1, is_reversed: bool = False) -> list[int]:
        """Each attempt is signed anew. What is not answered with 2xx is told again in the next round, some times."""
        with self.lock:
            events = [json.loads(each.body) for each in self.waiting]
            self.waiting = [self.notice(each) for each in events]
            told = [each for each in (events[::-1] if is_reversed else events) for _ in range(times)]
        statuses = super().deliver(times=times, is_reversed=is_reversed)
        failed = {event["id"]: event for event, status in zip(told, statuses, strict=True) if not 200 <= status < 300}
        for event in failed.values():
            self._tries[event["id"]] += 1
            if self._tries[event["id"]] < _TRIES:
                self.waiting.append(self.notice(event))
        return statuses

    def tell_again(self) -> None:
        """Everything once more, as Stripe may."""
        self.waiting = [self.notice(event) for event in self.events]

    def lose(self) -> None:
        self.waiting = []

    # lists and parts

    def _known(self, kind: str, name: str) -> Object:
        try:
            return self.objects[kind][name]
        except KeyError:
            raise Refusal(f"No such {kind}: '{name}'", status=404, code="resource_missing", param=kind) from None

    def _list(self, kind: str, params: Object, **wanted: str) -> Object:
        """The newest first, a page at a time."""
        bounds = {"gte": 0, "lte": 2**40, **params.get("created", {})}
        since = params.get("arrival_date", {}).get("gte", 0)
        found = [
            each
            for each in reversed(self.objects[kind].values())
            if all(each[name] == value for name, value in wanted.items())
            and bounds["gte"] <= each["created"] <= bounds["lte"]
            and each.get("arrival_date", since) >= since
        ]
        return self._paged(found, params, {"session": "checkout/sessions"}.get(kind, f"{kind}s"))

    def _of_payout(self, params: Object) -> Object:
        if not self._known("payout", params["payout"])["automatic"]:
            raise Refusal("Balance transaction history can only be filtered on automatic transfers.", param="payout")
        found = [
            each for each in self.objects["transaction"].values() if self.payout_of.get(each["id"]) == params["payout"]
        ]
        if "data.source" in params.get("expand", []):
            found = [{**each, "source": self._source(each["source"])} for each in found]
        return self._paged(found, params, "balance_transactions")

    def _paged(self, found: list[Object], params: Object, path: str) -> Object:
        ids = [each["id"] for each in found]
        start = ids.index(params["starting_after"]) + 1 if "starting_after" in params else 0
        size = min(params.get("limit", 10), self.page)
        data = [self._told(each) for each in found[start : start + size]]
        return {"object": "list", "url": f"/v1/{path}", "data": data, "has_more": len(found) > start + size}

    def _source(self, name: str | None) -> Object | None:
        return next((kind[name] for kind in self.objects.values() if name in kind), None)

    def _expanded(self, session: Object, wanted: list[str]) -> Object:
        intent = self.objects["intent"].get(session["payment_intent"] or "")
        if intent is None or "payment_intent.latest_charge" not in wanted:
            return self._told(session)
        charge = self.objects["charge"][intent["latest_charge"]]
        return {**self._told(session), "payment_intent": {**intent, "latest_charge": charge}}


def _refused(refusal: Refusal) -> Answer:
    body = json.dumps({"error": refusal.error}).encode()
    return Answer(body, refusal.status, {"Content-Type": "application/json", "Request-Id": "req_refused"})
