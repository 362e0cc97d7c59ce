"""Notifications applied per second on PostgreSQL, against the least a view can do to book the same money."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from benchmarks import harness

if TYPE_CHECKING:
    from django.test import Client

COUNT = 100
SECRET = "bench"


def main() -> None:
    # What follows a payment (receipt, news to the case) is a worker's job on a server.
    harness.site(on_postgres=True, TASKS={"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}})
    from django.conf import settings
    from django.db import transaction
    from django.http import HttpRequest, HttpResponse
    from django.test import Client
    from django.urls import include, path
    from django.utils import timezone
    from django.views.decorators.csrf import csrf_exempt
    from wagtail.models import Site

    from wagtail_epayment.flows import NewItem, create_order
    from wagtail_epayment.models import LedgerEntry, PaymentAttempt, PaymentContract
    from wagtail_epayment.providers.sandbox.signing import HEADER, sign

    site = Site.objects.get()
    contract = PaymentContract.objects.create(
        site=site,
        provider="sandbox",
        label="Bank",
        credentials={"merchant_id": "m", "secret": SECRET},
        options={"base_url": "http://127.0.0.1/"},
    )

    @csrf_exempt
    def bare(request: HttpRequest) -> HttpResponse:
        said = json.loads(request.body)
        with transaction.atomic():
            attempt = PaymentAttempt.objects.select_for_update().get(merchant_tx_id=said["tx_id"])
            LedgerEntry.objects.create(
                order_id=attempt.order_id, attempt=attempt, kind="payment", amount_cents=said["amount_cents"],
                currency="EUR", provider_ref=said["payment_ref"], occurred_at=timezone.now(),
            )  # fmt: skip
            attempt.state = "succeeded"
            attempt.save()
        return HttpResponse()

    class Urls:
        urlpatterns = [path("bare/", bare), path("zahlung/", include("wagtail_epayment.urls"))]

    settings.ROOT_URLCONF = Urls

    def prepared() -> bytes:
        order = create_order(site=site, purpose="Sperrgut", items=[NewItem(label="Stück", unit_cents=850)])
        attempt = PaymentAttempt.objects.create(
            order=order, contract=contract, provider="sandbox", merchant_tx_id=uuid.uuid4().hex, amount_cents=850,
            currency="EUR", provider_ref=uuid.uuid4().hex, state="pending",
        )  # fmt: skip
        return json.dumps({
            "tx_id": attempt.merchant_tx_id, "ref": attempt.provider_ref, "state": "succeeded", "amount_cents": 850,
            "currency": "EUR", "payment_ref": uuid.uuid4().hex, "at": timezone.now().isoformat(),
            "event_id": uuid.uuid4().hex,
        }).encode()  # fmt: skip

    mine = iter([prepared() for _ in range(COUNT * 8)])
    theirs = iter([prepared() for _ in range(COUNT * 8)])
    client = Client()

    def ours() -> int:
        for _number in range(COUNT):
            body = next(mine)
            _post(client, f"/zahlung/melden/sandbox/{contract.pk}/", body, {HEADER: sign(body, SECRET)})
        return COUNT

    def plain() -> int:
        for _number in range(COUNT):
            _post(client, "/bare/", next(theirs), {})
        return COUNT

    row = harness.compare(
        "notification kept, verified and applied",
        ours,
        plain,
        unit="x/s",
        against="view: locked select + insert + update",
        rounds=7,
    )
    if LedgerEntry.objects.count() != COUNT * 16:
        raise AssertionError("Not every notification was booked.")
    harness.report(row)


def _post(client: Client, address: str, body: bytes, headers: dict[str, str]) -> None:
    answer = client.post(address, body, content_type="application/json", headers=headers)
    if answer.status_code != 200:
        raise AssertionError(answer.status_code)


if __name__ == "__main__":
    main()
