"""A contract's secret is looked for everywhere it could come out: pages, exports, history, logs, errors, the API."""

from __future__ import annotations

import base64
import contextlib
import datetime
import io
import logging
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.core.serializers import serialize
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry, ReferenceIndex

from tests.isolation.addresses import ours
from wagtail_epayment.errors import PaymentError
from wagtail_epayment.flows import poll_attempt, request_refund, start_payment
from wagtail_epayment.flows.connect import issue_key, issue_secret
from wagtail_epayment.flows.contract import check_contract
from wagtail_epayment.flows.send_refund import submit_refund
from wagtail_epayment.models import (
    ApiClient,
    ContractBreaker,
    LedgerEntry,
    MessageSource,
    OutboxEvent,
    PaymentAttempt,
    PaymentContract,
    ProviderMessage,
    Refund,
    RefundState,
    SettlementLine,
    SettlementReport,
    WebhookDelivery,
    WebhookEndpoint,
)
from wagtail_epayment.providers.base import ReturnUrls
from wagtail_epayment.providers.registry import providers

pytestmark = pytest.mark.django_db

#: Nobody else's text, in no encoding of anything else.
MARK = "ZZgeheimQ7xPw"
OF_WAGTAIL = ["/admin/", "/admin/reports/site-history/", "/admin/snippets/", "/admin/snippets/choose/"]


def is_in(text):
    """Also as it stands in addresses, Basic authentication and raw bytes."""
    forms = {
        MARK,
        quote(MARK),
        *(base64.b64encode(b"x" * n + MARK.encode()).decode()[4:-4] for n in (0, 1, 2)),
    }
    return any(form in text for form in forms)


class Echo(BaseHTTPRequestHandler):
    """The worst provider: answers every request with an error that repeats it, secrets and all."""

    status = 500

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = str(self.headers).encode() + self.path.encode() + body + MARK.encode()
        if self.status == 0:
            return
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *args):
        """Silent: the log is what is searched."""


@pytest.fixture(scope="module")
def echo():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


#: Those that send requests to an address of the contract.
VENDORS = [vendor for vendor in providers if "base_url" in vendor.option_fields]
#: What secrets of a certain form look like.
PREFIXES = {"secret_key": "sk_test_", "webhook_secrets": "whsec_"}


def options_of(vendor, base_url):
    numbers = {name: "4711" for name in vendor.option_fields if name.endswith("_id")}
    known = {"operator": "other", "auth": "oauth2", "base_url": base_url, "token_url": base_url}
    return numbers | {name: value for name, value in known.items() if name in vendor.option_fields}


def contract_with(vendor, site, base_url="http://127.0.0.1:9/", **changes):
    return PaymentContract.objects.create(
        site=site,
        provider=vendor.name,
        label=f"Vertrag {vendor.name}",
        credentials={name: f"{PREFIXES.get(name, '')}{MARK}" for name in vendor.credential_fields},
        options=options_of(vendor, base_url),
        **changes,
    )


@pytest.fixture
def full_town(site, under_way, order, contract):
    """A row of everything, and contracts with every provider whose secrets are the mark."""
    under_way.says()
    for vendor in providers:
        if vendor.name != "sandbox":
            contract_with(vendor, site)
    PaymentContract.objects.filter(pk=contract.pk).update(checked_at=timezone.now())
    contract.credentials = {"merchant_id": f"{MARK}-id", "secret": MARK}
    contract.save()
    payment = LedgerEntry.objects.get()
    Refund.objects.create(
        order=order, attempt=payment.attempt, payment=payment, amount_cents=100, currency="EUR",
        state=RefundState.REQUESTED,
    )  # fmt: skip
    report = SettlementReport.objects.create(
        site=site, contract=contract, format="csv", reference="R", sha256="x", raw="x"
    )
    SettlementLine.objects.create(
        report=report, position=1, source="s", key="k", kind="payment", amount_cents=1, currency="EUR", why="not_found"
    )
    issue_key(ApiClient(site=site, name="Fachverfahren"))
    endpoint = WebhookEndpoint(site=site, name="Fachverfahren", url="https://fach.example/")
    issue_secret(endpoint)
    WebhookDelivery.objects.create(endpoint=endpoint, event=OutboxEvent.objects.first(), payload={"a": 1})
    ContractBreaker.objects.create(contract=contract, open_until=timezone.now() + datetime.timedelta(hours=1))
    return order


def admin_paths(order):
    for address in ours():
        is_payment = address.name.startswith("epayment") or "paymentcontract" in address.name
        if not (address.is_admin and is_payment):
            continue
        models = [address.model] if isinstance(address.model, type) else []
        rows = [row for model in models for row in model.objects.all()] if "pk" in address.parameters else [None]
        for row in rows:
            values = {"pk": getattr(row, "pk", None), "order": order.pk, "format_name": "csv"}
            values = {name: values[name] for name in address.parameters}
            try:
                yield reverse(address.name, kwargs=values)
            except NoReverseMatch:
                yield reverse(address.name, args=list(values.values()))


def body_of(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body.decode(errors="replace")


def test_no_page_export_or_failed_form_shows_a_secret(full_town, admin_client, caplog):
    admin_client.raise_request_exception = False
    caplog.set_level(logging.DEBUG)
    paths = list(admin_paths(full_town))
    assert len(paths) > 60
    assert sum("paymentcontract/edit/" in path for path in paths) == len(list(providers))
    lists = {reverse(each.name) for each in ours() if each.name.endswith((":index", ":list")) and not each.parameters}
    leaks = []
    for path in [*paths, *OF_WAGTAIL]:
        # Only lists can be exported.
        for query in ["", "?export=csv", "?export=xlsx"] if path in lists else [""]:
            response = admin_client.get(path + query)
            assert response.status_code < 500, path
            if is_in(body_of(response)):
                leaks.append(path + query)
    for path in paths:
        data = {"provider": "sandbox", "new_secret_secret": MARK, "label": "", "reason": ""}
        if is_in(body_of(admin_client.post(path, data))):
            leaks.append(f"POST {path}")
    # What the posts left for the next page to say.
    assert not is_in(body_of(admin_client.get("/admin/")))
    assert leaks == []
    assert not is_in(caplog.text)


def test_changing_a_secret_leaves_no_trace_in_history_and_indexes(full_town, admin_client, contract):
    at = f"/admin/snippets/wagtail_epayment/paymentcontract/edit/{contract.pk}/"
    data = {
        "provider": "sandbox", "site": contract.site_id, "label": "Neu", "booking_text": "", "is_active": "on",
        "approval_above_cents": "0", "option_base_url": "http://127.0.0.1:9/", "new_secret_secret": MARK + "new",
    }  # fmt: skip
    assert admin_client.post(at, data).status_code == 302
    contract.refresh_from_db()
    assert contract.credentials["secret"] == MARK + "new"
    assert ModelLogEntry.objects.filter(action="wagtail.edit").exists()
    kept = serialize("json", [*ModelLogEntry.objects.all(), *ReferenceIndex.objects.all()])
    assert not is_in(kept)
    assert not is_in(body_of(admin_client.get(at.replace("/edit/", "/history/"))))


@pytest.mark.parametrize("status", [200, 302, 401, 404, 500, 0])
@pytest.mark.parametrize("name", sorted(vendor.name for vendor in VENDORS))
def test_a_provider_that_repeats_our_secrets_gets_them_nowhere(
    site, order, echo, status, name, caplog, admin_user, monkeypatch
):
    cache.clear()
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.INFO)
    monkeypatch.setattr(Echo, "status", status)
    vendor = providers.get(name)
    contract = contract_with(vendor, site, echo)
    contract.methods = [contract.methods.model(code=code, sort_order=n) for n, code in enumerate(vendor.methods)]
    contract.save()
    told = [check_contract(contract, user=admin_user)]
    assert told[0]
    method = next(iter(vendor.methods), "")
    urls = ReturnUrls(back="https://stadt.example/", notify="https://stadt.example/")
    with pytest.raises(PaymentError) as failed:
        start_payment(order=order, contract=contract, urls=lambda attempt: urls, method=method)
    told.append(str(failed.value))
    attempt = PaymentAttempt.objects.select_related("order", "contract").get()
    with contextlib.suppress(PaymentError):
        poll_attempt(attempt)
    PaymentAttempt.objects.update(provider_ref="ref-1")
    if vendor.can.refund:
        told.append(_refused_refund(attempt, admin_user))
    kept = serialize("json", [*PaymentAttempt.objects.all(), *Refund.objects.all(), *ContractBreaker.objects.all()])
    contract.refresh_from_db()
    for text in [
        *told,
        kept,
        contract.check_error,
        caplog.text,
        repr(contract),
        repr(providers.for_contract(contract).contract),
    ]:
        assert not is_in(text), text


def _refused_refund(attempt, user):
    payment = LedgerEntry.objects.create(
        order=attempt.order, attempt=attempt, kind="payment", amount_cents=5750, currency="EUR", provider_ref="p",
        occurred_at=timezone.now(),
    )  # fmt: skip
    refund = request_refund(payment=payment, amount_cents=5750, believed_cents=5750, reason="x", user=user)
    Refund.objects.update(state=RefundState.APPROVED)
    submit_refund(refund)
    refund.refresh_from_db()
    assert refund.state in {RefundState.FAILED, RefundState.UNKNOWN}
    return refund.last_error


def test_a_callback_that_was_forged_with_the_secret_in_it_is_masked(full_town, contract, client, admin_client):
    client.post(
        f"/zahlung/melden/sandbox/{contract.pk}/",
        f'{{"tx_id": "x", "ref": "{MARK}", "secret": "{MARK}"}}',
        content_type="application/json",
    )
    ProviderMessage.objects.create(
        provider="sandbox", contract=contract, source=MessageSource.NOTIFY,
        raw=f'{{"body": "{{\\"secret\\": \\"{MARK}\\"}}", "headers": {{"X": "{MARK}"}}}}',
    )  # fmt: skip
    for message in ProviderMessage.objects.all():
        page = body_of(admin_client.get(f"/admin/epayment_messages/inspect/{message.pk}/"))
        assert not is_in(page.replace(f">{MARK}<", "")), "only a reference may be shown as it came"
        assert f"<dt>secret</dt><dd>{MARK}" not in page


def test_the_api_tells_no_secret(full_town, site, client):
    key = issue_key(ApiClient(site=site, name="Andere"))
    order = full_town
    for name in ["order", "ways", "payments", "receipts", "cancellation"]:
        address = reverse(f"wagtail_epayment_api:{name}", args=[order.token])
        for ask in (client.get, client.post):
            response = ask(address, HTTP_AUTHORIZATION=f"Bearer {key}", content_type="application/json")
            assert response.status_code < 500
            assert not is_in(body_of(response))
    for name in ["health", "metrics"]:
        assert not is_in(body_of(client.get(reverse(f"wagtail_epayment_api:{name}"))))
    assert not is_in(body_of(client.get(f"/zahlung/{order.token}/")))
