"""Notifications applied per second on PostgreSQL, against the least a view can do to book the same money.

Once in this process, one after the other, and once as a server takes them: gunicorn with two workers, and four
connections of which each sends the next as soon as the last is answered.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks import harness, payments_site

if TYPE_CHECKING:
    from wagtail_epayment.models import PaymentContract

COUNT = 100
ROUNDS = 7
CONNECTIONS = 4
SECRET = "bench"

#: Takes addresses, bodies and headers, and posts them all.
Post = Callable[[list[tuple[str, bytes, dict[str, str]]]], None]


def main() -> None:
    harness.site(on_postgres=True, **payments_site.SETTINGS)
    from django.db import connection

    from wagtail_epayment.models import LedgerEntry

    contract = _contract()
    sides = [_prepared(contract) for _side in range(4)]
    with connection.cursor() as cursor:
        # As autovacuum does on a server: without statistics PostgreSQL guesses at its plans.
        cursor.execute("ANALYZE")
    rows = [_compare("notification kept, verified and applied", contract, sides[:2], _in_process)]
    with _served() as post:
        rows.append(_compare("the same over HTTP, by two workers", contract, sides[2:], post))
    if LedgerEntry.objects.count() != 4 * COUNT * (ROUNDS + 1):
        raise AssertionError("Not every notification was booked.")
    harness.report(*rows)


def _compare(what: str, contract: PaymentContract, sides: list[Iterator[bytes]], post: Post) -> dict[str, Any]:
    from wagtail_epayment.providers.sandbox.signing import HEADER, sign

    mine, theirs = sides

    def ours() -> int:
        bodies = [next(mine) for _number in range(COUNT)]
        post([(f"/zahlung/melden/sandbox/{contract.pk}/", body, {HEADER: sign(body, SECRET)}) for body in bodies])
        return COUNT

    def plain() -> int:
        post([("/bare/", next(theirs), {}) for _number in range(COUNT)])
        return COUNT

    against = "view: locked select + insert + update"
    return harness.compare(what, ours, plain, unit="x/s", against=against, rounds=ROUNDS)


def _in_process(messages: list[tuple[str, bytes, dict[str, str]]]) -> None:
    from django.test import Client

    client = Client()
    for address, body, headers in messages:
        _check(client.post(address, body, content_type="application/json", headers=headers).status_code)


@contextmanager
def _served() -> Iterator[Post]:
    # The socket listens before the server is there: whoever connects waits for it.
    door = socket.create_server(("127.0.0.1", 0))
    command = ["-m", "gunicorn", "benchmarks.payments_site:application()", f"--bind=fd://{door.fileno()}"]
    options = ["--workers=2", f"--threads={CONNECTIONS}", "--log-level=error"]
    server = subprocess.Popen([sys.executable, *command, *options], pass_fds=[door.fileno()])
    host, port = door.getsockname()
    connections = [http.client.HTTPConnection(host, port) for _number in range(CONNECTIONS)]

    def some(connection: http.client.HTTPConnection, messages: list[tuple[str, bytes, dict[str, str]]]) -> None:
        for address, body, headers in messages:
            connection.request("POST", address, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            answer.read()
            _check(answer.status)

    def post(messages: list[tuple[str, bytes, dict[str, str]]]) -> None:
        list(pool.map(some, connections, (messages[number::CONNECTIONS] for number in range(CONNECTIONS))))

    try:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            yield post
    finally:
        for connection in connections:
            connection.close()
        server.terminate()
        server.wait()
        door.close()


def _check(status: int) -> None:
    if status != 200:
        raise AssertionError(status)


def _contract() -> PaymentContract:
    from wagtail.models import Site

    from wagtail_epayment.models import PaymentContract

    return PaymentContract.objects.create(
        site=Site.objects.get(), provider="sandbox", label="Bank", options={"base_url": "http://127.0.0.1/"},
        credentials={"merchant_id": "m", "secret": SECRET},
    )  # fmt: skip


def _prepared(contract: PaymentContract) -> Iterator[bytes]:
    """What the bank will say of enough payments under way for all rounds, the first of which warms up."""
    from django.utils import timezone

    from wagtail_epayment.flows import NewItem, create_order
    from wagtail_epayment.models import PaymentAttempt

    bodies = []
    for _number in range(COUNT * (ROUNDS + 1)):
        order = create_order(site=contract.site, purpose="Sperrgut", items=[NewItem(label="Stück", unit_cents=850)])
        attempt = PaymentAttempt.objects.create(
            order=order, contract=contract, provider="sandbox", merchant_tx_id=uuid.uuid4().hex, amount_cents=850,
            currency="EUR", provider_ref=uuid.uuid4().hex, state="pending",
        )  # fmt: skip
        said = {
            "tx_id": attempt.merchant_tx_id, "ref": attempt.provider_ref, "state": "succeeded", "amount_cents": 850,
            "currency": "EUR", "payment_ref": uuid.uuid4().hex, "at": timezone.now().isoformat(),
            "event_id": uuid.uuid4().hex,
        }  # fmt: skip
        bodies.append(json.dumps(said).encode())
    return iter(bodies)


if __name__ == "__main__":
    main()
