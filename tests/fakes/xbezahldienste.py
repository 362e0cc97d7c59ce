"""An operator of XBezahldienste 1.0.0 over real HTTP: strict about what it is sent, unreliable on demand."""

from __future__ import annotations

import base64
import datetime
import json
import re
import secrets
import ssl
import tempfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from .certificates import Certificate
from .server import Answer, Call, FakeProvider

ORIGINATOR, ENDPOINT = "sperrgut-online", "05382060"
CLIENT_ID, CLIENT_SECRET = "stadt", "streng-geheim-77"
USERNAME, PASSWORD = "kasse", "auch-geheim-88"

_NAME = re.compile(r"[A-Za-z0-9_-]{1,36}")
_PURPOSE = re.compile(r"[A-Za-z0-9_\s-]{1,27}")
_DESCRIPTION = re.compile(r"[A-Za-z0-9_\s\-,.\u00C0-\u017F]{1,250}")
_REQUEST = {
    "requestId", "requestTimestamp", "currency", "grosAmount", "purpose", "description", "redirectUrl", "items",
    "requestor",
}  # fmt: skip
_ITEM = {
    "id", "reference", "description", "taxRate", "quantity", "totalNetAmount", "totalTaxAmount", "singleNetAmount",
    "singleTaxAmount", "bookingData",
}  # fmt: skip
_REQUESTOR = {"name", "firstName", "gender", "isOrganization", "organizationName", "address"}
_ADDRESS = {"street", "houseNumber", "addressLine", "postalCode", "city", "country"}


class Refusal(Exception):
    """Answered as problem+json."""

    def __init__(self, code: str, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.code, self.detail, self.status = code, detail, status


@dataclass
class Payment:
    """One transaction in the operator's books; ``told`` is what it says, ``received`` what really came."""

    request: dict[str, Any]
    transaction_id: str
    status: str = "INITIAL"
    received: int = 0
    told_from: datetime.datetime | None = None
    before: str = "INITIAL"
    claims_cents: int | None = None
    at: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))


class FakeXBezahldienste(FakeProvider):
    """``auth`` is "oauth2", "basic" or "mtls" (then it speaks TLS and wants a certificate of ``self.authority``).

    ``uses_request_id``: the transactionId is our requestId. ``needs_booking_data``: names every item must have.
    """

    def __init__(
        self, auth: str = "oauth2", *, uses_request_id: bool = False, needs_booking_data: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.auth, self.uses_request_id, self.needs_booking_data = auth, uses_request_id, needs_booking_data
        self.payments: dict[str, Payment] = {}
        self.now = datetime.datetime.now(datetime.UTC)
        self.tokens: dict[str, datetime.datetime] = {}
        self.token_seconds: int | None = 3600
        self.is_down = False
        if auth == "mtls":
            self.authority = Certificate("Test authority")
            self._speak_tls()

    def _speak_tls(self) -> None:
        own = Certificate("localhost", self.authority)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=self.authority.pem)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "server.pem"
            file.write_text(own.key_pem() + own.pem)
            context.load_cert_chain(file)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = self.url.replace("http://", "https://")

    # what the merchant may ask

    def operation(self, call: Call) -> str:
        if call.path == "/auth/token":
            return "token"
        if call.path.startswith("/status/"):
            return "status"
        if call.path.startswith("/pay/"):
            return "page"
        return "create" if call.method == "POST" else "fetch"

    def handle(self, call: Call) -> Answer:
        if call.path.startswith("/pay/"):
            return self._page(call)
        try:
            return Answer(_json(self._answer(call)), headers={"Content-Type": "application/json"})
        except Refusal as error:
            problem = {
                "type": "about:blank", "status": error.status, "title": "Fehler", "detail": error.detail,
                "functionalCode": error.code,
            }  # fmt: skip
            headers = {"Content-Type": "application/problem+json"}
            return Answer(_json(problem), error.status, headers)

    def _page(self, call: Call) -> Answer:
        """Where the payer pays: POST action=pay or action=cancel, then back to the merchant."""
        payment = self._payment(call.path.strip("/").split("/")[-1])
        if call.method == "GET":
            return Answer(b"<form method=post><button name=action value=pay>Bezahlen</button></form>")
        if payment.status == "INITIAL":
            act = self.payer_cancels if call.form["action"] == "cancel" else self.payer_pays
            act(payment.request["requestId"])
        return Answer(b"", 302, {"Location": payment.request["redirectUrl"]})

    def _answer(self, call: Call) -> dict[str, Any]:
        if call.path == "/auth/token":
            return self._token(call)
        self._check_login(call)
        parts = call.path.strip("/").split("/")
        if len(parts) < 3 or (parts[1], parts[2]) != (ORIGINATOR, ENDPOINT):
            raise Refusal("NO_VALID_ORIGINATOR_OR_ENDPOINT", "unbekannt")
        if parts[0] == "status":
            if self.is_down:
                raise Refusal("UNSPECIFIED", "Wartung", 503)
            return {}
        if call.method == "POST":
            return self._create(call)
        return self._tell(self._payment(parts[3]))

    def _token(self, call: Call) -> dict[str, Any]:
        wanted = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        if self.auth != "oauth2" or call.form != wanted:
            raise Refusal("FORBIDDEN", f"{call.form}", 401)
        token = secrets.token_urlsafe(16)
        self.tokens[token] = self.now + datetime.timedelta(seconds=self.token_seconds or 60)
        said = {"access_token": token, "token_type": "bearer"}
        return said if self.token_seconds is None else {**said, "expires_in": self.token_seconds}

    def _check_login(self, call: Call) -> None:
        given = call.headers.get("authorization", "")
        if self.auth == "oauth2" and self.tokens.get(given.removeprefix("Bearer "), self.now) <= self.now:
            raise Refusal("FORBIDDEN", f"{given} gilt nicht", 401)
        pair = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        if self.auth == "basic" and given != f"Basic {pair}":
            raise Refusal("FORBIDDEN", f"{given} gilt nicht", 401)
        if self.auth == "mtls" and given:
            raise Refusal("VALIDATION_ERROR", "Authorization wird nicht erwartet")

    def _create(self, call: Call) -> dict[str, Any]:
        request = json.loads(call.body, parse_float=Decimal)
        check_request(request, call.body.decode())
        for item in request["items"]:
            if missing := set(self.needs_booking_data) - set(item["bookingData"]):
                raise Refusal("BOOKING_DATA_MISSING", f"bookingData {missing}")
        if request["requestId"] in self.payments:
            raise Refusal("PAYMENT_EXISTS", request["requestId"], 409)
        own = request["requestId"] if self.uses_request_id else f"9{secrets.randbelow(10**15):015}"
        self.payments[request["requestId"]] = Payment(request, own, at=self.now)
        return self._tell(self.payments[request["requestId"]])

    def _tell(self, payment: Payment) -> dict[str, Any]:
        is_told = payment.told_from is None or payment.told_from <= self.now
        status = payment.status if is_told else payment.before
        information: dict[str, Any] = {
            "transactionUrl": f"{self.url}/paymenttransaction/{ORIGINATOR}/{ENDPOINT}/{payment.transaction_id}",
            "transactionId": payment.transaction_id,
            "transactionTimestamp": payment.at.isoformat(),
            "status": status,
        }
        if status == "INITIAL":
            information["transactionRedirectUrl"] = f"{self.url}/pay/{payment.transaction_id}"
        if status == "PAYED":
            information |= {"paymentMethod": "CREDITCARD", "transactionReference": "K-4711"}
        request = dict(payment.request)
        if payment.claims_cents is not None:
            request["grosAmount"] = Decimal(payment.claims_cents).scaleb(-2)
        return {"paymentInformation": information, "paymentRequest": request}

    def _payment(self, transaction_id: str) -> Payment:
        for payment in self.payments.values():
            if payment.transaction_id == transaction_id:
                return payment
        raise Refusal("UNSPECIFIED", "unbekannt", 404)

    # what payers and time do

    def payer_pays(self, request_id: str, *, told_after: datetime.timedelta | None = None) -> None:
        """Also after a cancellation. With ``told_after`` the operator says so only then."""
        payment = self.payments[request_id]
        payment.received += cents_in(payment.request)
        self._turns(payment, "PAYED", told_after)

    def payer_cancels(self, request_id: str, *, told_after: datetime.timedelta | None = None) -> None:
        self._turns(self.payments[request_id], "CANCELED", told_after)

    def payment_fails(self, request_id: str) -> None:
        self._turns(self.payments[request_id], "FAILED", None)

    def takes_back(self, request_id: str) -> None:
        """Says CANCELED after PAYED, though the money is there."""
        self._turns(self.payments[request_id], "CANCELED", None)

    def lies_about_the_amount(self, request_id: str, cents: int) -> None:
        self.payments[request_id].claims_cents = cents

    def time_passes(self, **span: float) -> None:
        self.now += datetime.timedelta(**span)

    def ends_all_tokens(self) -> None:
        self.tokens.clear()

    def received_cents(self, request_id: str) -> int:
        """What really came for a payment, in cents: the operator's own books."""
        payment = self.payments.get(request_id)
        return payment.received if payment else 0

    def _turns(self, payment: Payment, status: str, told_after: datetime.timedelta | None) -> None:
        payment.before, payment.status, payment.at = payment.status, status, self.now
        payment.told_from = self.now + told_after if told_after else None


def cents_in(request: dict[str, Any]) -> int:
    return int(Decimal(request["grosAmount"]).scaleb(2))


def check_request(request: dict[str, Any], raw: str) -> None:
    """Refuses everything the standard's description does not allow."""
    _require(set(request) <= _REQUEST and set(request) >= _REQUEST - {"requestor"}, "members")
    _require(_NAME.fullmatch(request["requestId"]), "requestId")
    _require(datetime.datetime.fromisoformat(request["requestTimestamp"]).tzinfo, "requestTimestamp")
    _require(request["currency"] == "EUR", "currency")
    _check_amounts_in(raw)
    _require(0 < _amount(request, "grosAmount") <= 999999, "grosAmount")
    _require(_PURPOSE.fullmatch(request["purpose"]), "purpose")
    _require(_DESCRIPTION.fullmatch(request["description"]), "description")
    _require(request["redirectUrl"].startswith("http") and len(request["redirectUrl"]) <= 2082, "redirectUrl")
    _require(isinstance(request["items"], list) and 1 <= len(request["items"]) <= 99, "items")
    _require(len({item["id"] for item in request["items"]}) == len(request["items"]), "items id")
    for item in request["items"]:
        _check_item(item)
    total = sum(_amount(item, "totalNetAmount") + _amount(item, "totalTaxAmount") for item in request["items"])
    if total != request["grosAmount"]:
        raise Refusal("CALCULATION_ERROR", f"grosAmount {total}")
    if "requestor" in request:
        _check_requestor(request["requestor"])


def _check_item(item: dict[str, Any]) -> None:
    _require(set(item) == _ITEM, "items")
    _require(_NAME.fullmatch(item["id"]) and _NAME.fullmatch(item["reference"]), "items reference")
    _require(_DESCRIPTION.fullmatch(item["description"]), "items description")
    _require(0 <= item["taxRate"] <= 100, "taxRate")
    _require(type(item["quantity"]) is int and item["quantity"] > 0, "quantity")
    for kind in ("NetAmount", "TaxAmount"):
        if _amount(item, f"single{kind}") * item["quantity"] != _amount(item, f"total{kind}"):
            raise Refusal("CALCULATION_ERROR", f"single{kind}")
    for name, value in item["bookingData"].items():
        _require(isinstance(name, str) and isinstance(value, str) and len(value) <= 250, "bookingData")


def _check_requestor(requestor: dict[str, Any]) -> None:
    _require(set(requestor) <= _REQUESTOR and type(requestor["isOrganization"]) is bool, "requestor")
    texts = [value for name, value in requestor.items() if name not in {"isOrganization", "address"}]
    address = requestor.get("address", {})
    _require(set(address) <= _ADDRESS, "address")
    _require(all(_DESCRIPTION.fullmatch(text) for text in [*texts, *address.values()]), "requestor")
    _require(re.fullmatch(r"\S{1,20}", address.get("houseNumber", "1")), "houseNumber")
    _require(re.fullmatch(r"[0-9]{5}", address.get("postalCode", "12345")), "postalCode")
    _require(re.fullmatch(r"[A-Z]{2}", address.get("country", "DE")), "country")


def _check_amounts_in(raw: str) -> None:
    """Every amount stands in the bytes with exactly two decimals: a sign that no float took part."""
    for name, digits in re.findall(r'"(\w+Amount)": ?([^,}]+)', raw):
        _require(re.fullmatch(r"[0-9]+\.[0-9]{2}", digits), name)


def _amount(holder: dict[str, Any], name: str) -> Decimal:
    _require(isinstance(holder[name], Decimal) and holder[name] >= 0, name)
    return holder[name]


def _require(holds: object, what: str) -> None:
    if not holds:
        raise Refusal("VALIDATION_ERROR", f"Wert nicht erlaubt: {what}")


def _json(said: Any) -> bytes:
    """Amounts as an operator writes them: without superfluous zeros."""
    return json.dumps(said, default=lambda amount: float(amount)).encode()
