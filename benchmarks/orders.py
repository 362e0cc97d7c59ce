"""What an order costs beside a thousand and beside a million others, what we add to the provider's own time, and what
the reports cost at a million ledger entries; on PostgreSQL.
"""

from __future__ import annotations

import datetime
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from benchmarks import harness

MANY = int(os.environ.get("BENCH_ORDERS", "1000000"))
FEW = 1000
COUNT = 25
SECRET = "bench"
ANSWER_SECONDS = 0.1


def main() -> None:
    # What follows a payment (receipt, news to the case) is a worker's job on a server.
    harness.site(on_postgres=True, TASKS={"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}})
    with _bank() as bank:
        town = Town(bank)
        few, many = _databases()
        _use(few)
        town.multiply(FEW)
        _use(many)
        town.multiply(MANY)
        flat = harness.compare(
            f"order, start and notification beside {MANY:,}",
            lambda: _use(many) or town.whole_orders(),
            lambda: _use(few) or town.whole_orders(),
            unit="ms",
            against=f"the same beside {FEW:,}",
            rounds=9,
        )
        _use(many)
        bank.seconds = ANSWER_SECONDS
        town.open_orders(COUNT * 6)
        redirect = harness.compare(
            f"open order → redirect, answer in {ANSWER_SECONDS * 1000:.0f} ms",
            town.redirects,
            bank.calls,
            unit="ms",
            against="the provider's call alone",
        )
        harness.report(flat, redirect, *town.reports())


class Bank:
    """A provider that only answers, after a fixed time."""

    def __init__(self, url: str) -> None:
        self.url, self.seconds = url, 0.0

    def calls(self) -> int:
        for _number in range(COUNT):
            requests.post(f"{self.url}api/payments/", b"{}", timeout=10)
        return COUNT


@contextmanager
def _bank() -> Iterator[Bank]:
    from wagtail_epayment.providers.sandbox.signing import HEADER, sign

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Silent."""

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(bank.seconds)
            body = json.dumps({"ref": uuid.uuid4().hex, "url": "http://127.0.0.1/pay/"}).encode()
            self.send_response(200)
            self.send_header(HEADER, sign(body, SECRET))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bank = Bank(f"http://127.0.0.1:{server.server_address[1]}/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield bank
    server.shutdown()


def _databases() -> tuple[str, str]:
    """The database as it is, and a copy of it."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    copy = f"{name}_few"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}"')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    return copy, name


def _use(name: str) -> None:
    from django.db import connection

    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name


class Town:
    """A town with a contract, and everything that may happen to its orders."""

    def __init__(self, bank: Bank) -> None:
        from django.test import Client
        from wagtail.models import Site

        from wagtail_epayment.models import PaymentContract

        self.site, self.client = Site.objects.get(), Client()
        self.contract = PaymentContract.objects.create(
            site=self.site, provider="sandbox", label="Bank", options={"base_url": bank.url},
            credentials={"merchant_id": "m", "secret": SECRET},
        )  # fmt: skip
        self.first = self._whole_order()

    def whole_orders(self) -> int:
        for _number in range(COUNT):
            self._whole_order()
        return COUNT

    def _whole_order(self) -> Any:
        from django.urls import reverse
        from django.utils import timezone

        from wagtail_epayment.flows import start_payment
        from wagtail_epayment.providers.base import ReturnUrls
        from wagtail_epayment.providers.sandbox.signing import HEADER, sign

        order = self._order()
        urls = ReturnUrls(back="http://testserver/", notify="http://testserver/")
        start_payment(order=order, contract=self.contract, urls=lambda _attempt: urls)
        attempt = order.attempts.get()
        body = json.dumps({
            "tx_id": attempt.merchant_tx_id, "ref": attempt.provider_ref, "state": "succeeded", "amount_cents": 850,
            "currency": "EUR", "payment_ref": uuid.uuid4().hex, "at": timezone.now().isoformat(),
            "event_id": uuid.uuid4().hex,
        }).encode()  # fmt: skip
        door = reverse("wagtail_epayment:notify", args=["sandbox", self.contract.pk])
        headers = {HEADER: sign(body, SECRET)}
        answer = self.client.post(door, body, content_type="application/json", headers=headers)
        if answer.status_code != 200 or not order.entries.exists():
            raise AssertionError(answer.status_code)
        return order

    def _order(self) -> Any:
        from wagtail_epayment.flows import NewItem, create_order

        return create_order(site=self.site, purpose="Sperrgut", items=[NewItem(label="Stück", unit_cents=850)])

    def open_orders(self, number: int) -> None:
        self.opened = [self._order() for _number in range(number)]

    def redirects(self) -> int:
        from django.urls import reverse

        for _number in range(COUNT):
            order = self.opened.pop()
            address = reverse("wagtail_epayment:pay", args=[order.token])
            answer = self.client.post(address, {"way": f"{self.contract.pk}."})
            if answer.status_code != 302 or "/pay/" not in answer["Location"]:
                raise AssertionError(answer.status_code)
        return COUNT

    def multiply(self, number: int) -> None:
        """Copy the first order with all it has, spread over a year; what must be unique is numbered."""
        from django.db import connection

        day = "now() - mod(g, 365) * interval '1 day'"
        order, attempt = "md5('o' || g)::uuid", "md5('a' || g)::uuid"
        belongs = {"order": order, "attempt": attempt, "created_at": day}
        (entry,) = self.first.entries.all()
        rows: list[tuple[Any, dict[str, str]]] = [
            (self.first, {"id": order, "reference": "'B' || g", "token": "md5('t' || g)", "created_at": day}),
            (self.first.items.get(), belongs),
            (
                self.first.attempts.get(),
                belongs | {"id": attempt, "merchant_tx_id": "'m' || g", "provider_ref": "'r' || g",
                           "return_token": "md5('b' || g)"},
            ),
            (entry, belongs | {"provider_ref": "'tr' || g"}),
            (self.first.attempts.get().messages.get(), belongs | {"dedupe_key": "'d' || g", "received_at": day}),
            (self.first.events.get(), belongs | {"key": "'e' || g", "entry": "NULL", "delivered_at": "now()"}),
        ]  # fmt: skip
        role = "SELECT set_config('session_replication_role', %s, false) FROM pg_user WHERE usename = user AND usesuper"
        with connection.cursor() as cursor:
            # Copies of a right row need no checks of their references.
            cursor.execute(role, ["replica"])
            for row, numbered in rows:
                cursor.execute(_copies(row, numbered), [number])
            cursor.execute(role, ["origin"])
            cursor.execute("ANALYZE")

    def reports(self) -> Iterator[dict[str, Any]]:
        """Every report page over the whole year: its queries, and its time beside the one sum it shows."""
        from django.contrib.auth import get_user_model
        from django.db import connection
        from django.test.utils import CaptureQueriesContext
        from django.urls import reverse
        from django.utils import timezone

        from wagtail_epayment.models import LedgerEntry
        from wagtail_epayment.reporting import Grouping

        self.client.force_login(get_user_model().objects.create_superuser("bench"))
        today = timezone.localdate()
        year = f"first={(today - datetime.timedelta(days=370)).isoformat()}&last={today.isoformat()}"
        pages = {f"report by {by.value}": f"{reverse('epayment_reports:index')}?{year}&by={by}" for by in Grouping}
        pages["reconciliation"] = reverse("epayment_reconciliation:index")
        table = LedgerEntry._meta.db_table
        for name, address in pages.items():

            def page(address: str = address, name: str = name) -> int:
                with CaptureQueriesContext(connection) as queries:
                    answer = self.client.get(address)
                if answer.status_code != 200 or len(queries) > 20:
                    raise AssertionError(f"{name}: {answer.status_code}, {len(queries)} queries")
                return 1

            def plain() -> int:
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT kind, count(*), sum(amount_cents) FROM {table} GROUP BY kind")
                    cursor.fetchall()
                return 1

            yield harness.compare(
                f"{name} of {MANY:,} entries", page, plain, unit="ms", against="SQL: sum of all entries", rounds=3
            )


def _copies(row: Any, numbered: dict[str, str]) -> str:
    table, key = row._meta.db_table, row._meta.pk
    fields = [field for field in row._meta.concrete_fields if field.name in numbered or field is not key]
    into = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(numbered.get(field.name, f't."{field.column}"') for field in fields)
    one = f"\"{key.column}\" = '{row.pk}'"
    return f'INSERT INTO "{table}" ({into}) SELECT {values} FROM "{table}" t, generate_series(1, %s) g WHERE t.{one}'


if __name__ == "__main__":
    main()
