"""How fast notifications are applied: verified, compared, booked, told on."""

from __future__ import annotations

import json
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Site  # noqa: E402

from wagtail_epayment.flows import NewItem, create_order  # noqa: E402
from wagtail_epayment.models import AttemptState, LedgerEntry, PaymentAttempt, PaymentContract  # noqa: E402
from wagtail_epayment.providers.sandbox.signing import HEADER, sign  # noqa: E402

COUNT = 200
SECRET = "bench"


def attempts(contract: PaymentContract, prefix: str) -> list[PaymentAttempt]:
    made = []
    for number in range(COUNT):
        order = create_order(site=contract.site, purpose="Bench", items=[NewItem("Gebühr", 1250)])
        made.append(
            PaymentAttempt.objects.create(
                order=order,
                contract=contract,
                provider="sandbox",
                merchant_tx_id=f"{prefix}-{number}",
                amount_cents=1250,
                currency="EUR",
                state=AttemptState.PENDING,
            )
        )
    return made


def message(attempt: PaymentAttempt) -> bytes:
    said = {
        "tx_id": attempt.merchant_tx_id,
        "ref": f"ref-{attempt.pk}",
        "state": "succeeded",
        "amount_cents": attempt.amount_cents,
        "currency": "EUR",
        "payment_ref": f"tr-{attempt.pk}",
        "at": timezone.now().isoformat(),
        "event_id": f"event-{attempt.pk}",
    }
    return json.dumps(said).encode()


def timed(client: Client, posts: list[tuple[str, bytes]]) -> float:
    began = time.perf_counter()
    for address, body in posts:
        answer = client.post(address, body, content_type="application/json", headers={HEADER: sign(body, SECRET)})
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
    return time.perf_counter() - began


def main() -> None:
    call_command("migrate", verbosity=0)
    contract = PaymentContract.objects.create(
        site=Site.objects.get(), provider="sandbox", label="Bench", credentials={"merchant_id": "b", "secret": SECRET}
    )
    client = Client()
    plain = [(f"/bare/{row.pk}/", message(row)) for row in attempts(contract, "plain")]
    ours = [(f"/zahlung/melden/sandbox/{contract.pk}/", message(row)) for row in attempts(contract, "ours")]
    timed(client, plain[:5] + ours[:5])  # warm up: imports, keys, templates
    result = {"plain": timed(client, plain[5:]), "ours": timed(client, ours[5:]), "work": COUNT - 5}
    if LedgerEntry.objects.count() != COUNT:
        raise SystemExit(f"{LedgerEntry.objects.count()} of {COUNT} payments were booked.")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
