"""GiroCheckout's classic API as a stateful server: it checks our hashes, keeps the money, and tells of it as it likes.

Written from the vendor's field lists, not from our adapter: its tables are its own.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import urllib.parse
from collections import Counter
from collections.abc import Mapping

from .girocheckout_books import GiroBooks, Page, Project, Transaction, ours, theirs
from .server import Answer, Call, FakeProvider, Notification

MERCHANT = "1234567"
_B = "merchantId projectId merchantTxId amount currency"
_SIMPLE = f"{_B} purpose type urlRedirect urlNotify kassenzeichen pptoken"
_START = {
    "card": f"{_B} purpose type locale mobile pkn recurring indicator urlRedirect urlNotify tds2Address tds2Postcode "
    "tds2City tds2Country tds2Optional kassenzeichen pptoken",
    "directdebit": f"{_B} purpose type locale mobile mandateReference mandateSignedOn mandateReceiverName "
    "mandateSequence pkn urlRedirect urlNotify kassenzeichen pptoken",
    "paypal": _SIMPLE,
    "direktubw": _SIMPLE,
    "wero": _SIMPLE,
}
_PAGE = (
    f"{_B} purpose description pagetype expirydate single timeout type locale paymethods payprojects organization "
    "freeamount fixedvalues minamount maxamount orderid projectlist pkn test certdata otherpayments successUrl backUrl "
    "failUrl notifyUrl tds2Address tds2Postcode tds2City tds2Country tds2Optional mandateReference mandateSignedOn "
    "mandateReceiverName mandateSequence informationText kassenzeichen qrcodeReturn billingAddress shippingAddress "
    "customerInfo basket"
)
_REFUND = {
    **dict.fromkeys(("card", "directdebit", "wero"), f"{_B} purpose reference kassenzeichen"),
    "paypal": f"{_B} purpose reference",
    "paypage": f"{_B} purpose reference txreference",
}
_STATUS = "merchantId projectId reference txreference"
_VOID = "merchantId projectId merchantTxId reference"
_NOTICE = ("gcReference", "gcMerchantTxId", "gcBackendTxId", "gcAmount", "gcCurrency", "gcResultPayment")
_CODES = {"directdebit": "6", "card": "11", "paypal": "14", "direktubw": "37", "wero": "40"}
_TRIES = 10


class FakeGiroCheckout(GiroBooks, FakeProvider):
    """Use as a context manager. Payments are named by our own transaction ids, hyphen and all.

    A payer acts with ``payer_pays``, ``payer_cancels`` …; each puts a notification into the queue, which ``deliver``
    sends, ``lose`` forgets and ``repeat`` says again. What the vendor leaves open can be set either way:
    ``tells_page_reference``, ``status_names_page``, ``notifies_by_post``, ``tells_payer``.
    """

    def __init__(self, *, generation: int = 1) -> None:
        FakeProvider.__init__(self)
        GiroBooks.__init__(self, ("paypage", *_START), name=self.url)
        self.base_url = self.url + ("/girocheckout/api/v2" if generation == 1 else "/girocheckout/v2")
        self.tells_page_reference = False
        self.status_names_page = True
        self.notifies_by_post = False
        self.tells_payer = False
        self.refund_result = "4000"

    # What GiroCockpit tells the merchant

    def options(self, *methods: str) -> dict[str, str]:
        """The options of a contract for these ways of paying; none given: all."""
        ids = {f"{name}_project_id": self.projects[name].project_id for name in methods or self.projects}
        return {"base_url": self.base_url, "merchant_id": MERCHANT, **ids}

    def credentials(self, *methods: str) -> dict[str, str]:
        return {f"{name}_password": self.projects[name].password for name in methods or self.projects}

    # What a payer does

    def payer_pays(self, tx_id: str, *, method: str = "card", told_amount: int | None = None) -> Transaction:
        return self.payer_ends(tx_id, "4000", method=method, told_amount=told_amount)

    def payer_cancels(self, tx_id: str, *, method: str = "card") -> Transaction:
        return self.payer_ends(tx_id, "4502", method=method)

    def payer_fails(self, tx_id: str, *, method: str = "card") -> Transaction:
        return self.payer_ends(tx_id, "4900", method=method)

    def payer_sleeps(self, tx_id: str, *, method: str = "card") -> Transaction:
        return self.payer_ends(tx_id, "4501", method=method)

    def nobody_knows(self, tx_id: str, *, method: str = "card") -> Transaction:
        return self.payer_ends(tx_id, "4500", method=method)

    def payer_ends(
        self, tx_id: str, result: str, *, method: str = "card", told_amount: int | None = None
    ) -> Transaction:
        """The payment ends like this, or ends anew; a page that is used up refuses (result 5505)."""
        with self.lock:
            transaction = self.begun(theirs(tx_id), method)
            if transaction.result != "5505":
                transaction.result = result
                transaction.told_amount = told_amount
                self.tell(transaction)
            return transaction

    def correct(self, transaction: Transaction, result: str) -> None:
        """The processor changes its mind about the very same transaction."""
        with self.lock:
            transaction.result = result
            self.tell(transaction)

    # What is told

    def tell(self, transaction: Transaction, **changes: str) -> Notification:
        """Queue a notification, correctly signed; ``changes`` replace values before signing."""
        notification = self.notification(transaction, **changes)
        self.say(notification)
        return notification

    def notification(self, transaction: Transaction, **changes: str) -> Notification:
        values = self._notice(transaction) | changes
        values["gcHash"] = hmac_of("".join(values.values()).encode(), transaction.project.password)
        if self.notifies_by_post:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            return Notification("POST", transaction.notify_url, urllib.parse.urlencode(values).encode(), kind)
        joint = "&" if "?" in transaction.notify_url else "?"
        return Notification("GET", f"{transaction.notify_url}{joint}{urllib.parse.urlencode(values)}")

    def lose(self) -> None:
        """Everything that waits never arrives."""
        with self.lock:
            self.waiting.clear()

    def repeat(self) -> None:
        """Every notification ever sent is said once more."""
        with self.lock:
            self.waiting.extend({_name(message): message for message, __ in self.sent}.values())

    def try_again(self) -> None:
        """What got neither 200 nor 400 waits for the next round, at most ten times (SDK README)."""
        with self.lock:
            tries = Counter(_name(message) for message, __ in self.sent)
            done = {_name(message) for message, status in self.sent if status in {200, 400}}
            again = {_name(message): message for message, __ in self.sent}
            self.waiting.extend(m for name, m in again.items() if name not in done and tries[name] < _TRIES)

    # The server

    def operation(self, call: Call) -> str:
        return "/".join(call.path.strip("/").split("/")[-2:])

    def handle(self, call: Call) -> Answer:
        if call.method == "GET":
            return Answer(b"<html>Bezahlseite</html>", headers={"Content-Type": "text/html"})
        form = call.form
        project = next((p for p in self.projects.values() if p.project_id == form.get("projectId")), None)
        if project is None or form.get("merchantId") != MERCHANT or not call.path.startswith(self._prefix):
            return Answer(json.dumps({"rc": 5000, "msg": "Authentifizierung fehlgeschlagen"}).encode())
        said = self._answer(self.operation(call), project, form)
        body = json.dumps({"msg": "", **said}).encode()
        return Answer(body, headers={"Hash": hmac_of(body, project.password), "Content-Type": "application/json"})

    def spoil_signature(self, answer: Answer) -> Answer:
        return dataclasses.replace(answer, headers={**answer.headers, "Hash": "0" * 32})

    @property
    def _prefix(self) -> str:
        return urllib.parse.urlsplit(self.base_url).path

    def _answer(self, name: str, project: Project, form: Mapping[str, str]) -> dict[str, object]:
        orders = {
            "transaction/start": _START.get(project.method),
            "paypage/init": _PAGE if project.method == "paypage" else None,
            "transaction/status": _STATUS,
            "transaction/refund": _REFUND.get(project.method),
            "transaction/void": _VOID if project.method in {"card", "directdebit"} else None,
        }
        order = orders.get(name)
        if order is None:
            return {"rc": 5004}
        if not _is_signed(form, order.split(), project.password):
            return {"rc": 5002}
        acts = {
            "transaction/start": self._start,
            "paypage/init": self._init,
            "transaction/status": self._status,
            "transaction/refund": self._refund,
            "transaction/void": self._void,
        }
        return acts[name](project, form)

    def _start(self, project: Project, form: Mapping[str, str]) -> dict[str, object]:
        if wrong := self._wrong(form, "urlRedirect", "urlNotify"):
            return {"rc": wrong}
        transaction = self.add(project, form, project.method, notify_url=form["urlNotify"])
        return {"rc": "0", "reference": transaction.reference, "redirect": f"{self.url}/pay/{transaction.reference}"}

    def _init(self, project: Project, form: Mapping[str, str]) -> dict[str, object]:
        if wrong := self._wrong(form, "test"):
            return {"rc": wrong}
        page = Page(self.new_reference("page"), project, dict(form))
        self.pages.append(page)
        return {"rc": 0, "reference": page.reference, "url": f"{self.url}/page/{page.reference}"}

    def _wrong(self, form: Mapping[str, str], *needed: str) -> int:
        if any(not form.get(name) for name in ("merchantTxId", "currency", "purpose", *needed)):
            return 5003
        tx_id = form["merchantTxId"]
        seen = {t.merchant_tx_id for t in self.transactions} | {p.form["merchantTxId"] for p in self.pages}
        if tx_id in seen or not all(char.isalnum() or char in "&=+,:;._!?#/" for char in tx_id):
            return 5022
        if len(form["purpose"]) > 27:
            return 5023
        return 0 if form.get("amount", "").isdecimal() and int(form["amount"]) > 0 else 5030

    def _status(self, project: Project, form: Mapping[str, str]) -> dict[str, object]:
        found = self.find(project, form["reference"], form.get("txreference", ""))
        if found is None:
            return {"rc": 5034}
        if isinstance(found, Page):
            # Nobody has chosen a way of paying yet.
            return {"rc": 0, "reference": found.reference, "merchantTxId": found.form["merchantTxId"]}
        named = found.page.reference if found.page and self.status_names_page else found.reference
        said = self._said(found) | {"reference": named}
        return said | ({"obvName": "Erika Müller"} if self.tells_payer else {})

    def _refund(self, project: Project, form: Mapping[str, str]) -> dict[str, object]:
        parent = self.find(project, form["reference"], form.get("txreference", ""))
        if not isinstance(parent, Transaction) or parent.result != "4000":
            return {"rc": 5034}
        back = self.refunded_cents().get(ours(parent.merchant_tx_id), 0)
        if not 0 < int(form["amount"]) <= parent.amount - back:
            return {"rc": 5200}
        # No idempotency: the same request again is another refund.
        refund = self.add(project, form, parent.method, kind="REFUND", parent=parent, result=self.refund_result)
        return self._said(refund, is_call=True)

    def _void(self, project: Project, form: Mapping[str, str]) -> dict[str, object]:
        parent = self.find(project, form["reference"], "")
        if not isinstance(parent, Transaction) or parent.result != "4000":
            return {"rc": 5034}
        whole = {**form, "amount": str(parent.amount), "currency": parent.currency}
        void = self.add(project, whole, parent.method, kind="VOID", parent=parent, result="4000")
        return self._said(void, is_call=True)

    def _said(self, transaction: Transaction, *, is_call: bool = False) -> dict[str, object]:
        said = {"rc": 0, "reference": transaction.reference, "backendTxId": f"b{transaction.reference}"}
        if transaction.result:
            said["resultPayment"] = transaction.result
        if is_call and transaction.project.method == "directdebit":
            return said | {"mandateReference": "M-4711"}
        named = {"merchantTxId": transaction.merchant_tx_id, "amount": transaction.told}
        named["currency"] = transaction.currency
        return said | named | ({"referenceParent": transaction.parent.reference} if transaction.parent else {})

    def _notice(self, transaction: Transaction) -> dict[str, str]:
        reference = transaction.reference
        if transaction.page and self.tells_page_reference:
            reference = transaction.page.reference
        backend, told = f"b{transaction.reference}", str(transaction.told)
        texts = (reference, transaction.merchant_tx_id, backend, told, transaction.currency, transaction.result)
        values = dict(zip(_NOTICE, texts, strict=True))
        if transaction.page:
            head = {"gcPaymethod": _CODES[transaction.method], "gcType": "SALE", "gcProjectId": "4711"}
            payer = {"gcCardnumber": "411111******1111", "gcAccountHolder": "Erika Müller", "gcIban": "DE02120300"}
            return head | values | (payer if self.tells_payer else {})
        if transaction.method == "direktubw" and self.tells_payer:
            values |= {"gcResultAVS": "4020", "gcObvName": "Jörg Groß & Söhne 100 %+"}
        return values


def _is_signed(form: Mapping[str, str], order: list[str], password: str) -> bool:
    """The hash covers what was sent, in the documented order; anything else in the form is not taken."""
    if set(form) - {*order, "hash"} or any(not value for value in form.values()):
        return False
    return hmac_of("".join(form[name] for name in order if name in form).encode(), password) == form.get("hash")


def hmac_of(message: bytes, password: str) -> str:
    return hmac.new(password.encode(), message, hashlib.md5).hexdigest()


def _name(message: Notification) -> tuple[str, bytes]:
    return message.url, message.body
