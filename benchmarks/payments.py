"""Notifications applied per second, against the least Django can do: lock a row, insert one, update one."""

from __future__ import annotations

import json
import uuid

from benchmarks import harness

COUNT = 100


def main() -> None:
    # What follows a payment (receipt, news to the case) is a worker's job on a server.
    harness.site(TASKS={"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}})
    from django.db import connection, models, transaction
    from django.utils import timezone
    from wagtail.models import Site

    from wagtail_epayment.flows import NewItem, create_order
    from wagtail_epayment.flows.inbox import receive
    from wagtail_epayment.models import MessageSource, PaymentAttempt, PaymentContract
    from wagtail_epayment.providers.base import RawMessage
    from wagtail_epayment.providers.sandbox.signing import HEADER, sign

    site = Site.objects.get()
    contract = PaymentContract.objects.create(
        site=site,
        provider="sandbox",
        label="Bank",
        credentials={"merchant_id": "m", "secret": "s"},
        options={"base_url": "http://127.0.0.1/"},
    )

    class Row(models.Model):
        name = models.CharField(max_length=64)
        total = models.IntegerField(default=0)

        class Meta:
            app_label = "example_site"

    class Entry(models.Model):
        row = models.ForeignKey(Row, on_delete=models.CASCADE)
        cents = models.IntegerField()

        class Meta:
            app_label = "example_site"

    with connection.schema_editor() as editor:
        editor.create_model(Row)
        editor.create_model(Entry)

    def prepared() -> RawMessage:
        order = create_order(site=site, purpose="Sperrgut", items=[NewItem(label="Stück", unit_cents=850)])
        attempt = PaymentAttempt.objects.create(
            order=order, contract=contract, provider="sandbox", merchant_tx_id=uuid.uuid4().hex, amount_cents=850,
            currency="EUR",
        )  # fmt: skip
        body = json.dumps({
            "tx_id": attempt.merchant_tx_id, "ref": uuid.uuid4().hex, "state": "succeeded", "amount_cents": 850,
            "currency": "EUR", "payment_ref": uuid.uuid4().hex, "at": timezone.now().isoformat(),
            "event_id": uuid.uuid4().hex,
        }).encode()  # fmt: skip
        return RawMessage(body=body, headers={HEADER: sign(body, "s")})

    messages = iter([prepared() for _ in range(COUNT * 6)])
    rows = [Row.objects.create(name=str(number)).pk for number in range(COUNT)]

    def ours() -> int:
        for _number in range(COUNT):
            message = receive(contract=contract, source=MessageSource.NOTIFY, raw=next(messages))
            if message.discrepancy:
                raise AssertionError(message.discrepancy)
        return COUNT

    def plain() -> int:
        for pk in rows:
            with transaction.atomic():
                row = Row.objects.select_for_update().get(pk=pk)
                Entry.objects.create(row=row, cents=850)
                row.total += 850
                row.save()
        return COUNT

    harness.report(
        harness.compare(
            "notifications kept, verified and applied",
            ours,
            plain,
            unit="x/s",
            against="locked select + insert + update",
        )
    )


if __name__ == "__main__":
    main()
