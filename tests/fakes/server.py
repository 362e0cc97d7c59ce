"""The machinery every fake provider shares: a real HTTP server, faults on demand, notifications that can wait."""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import socket
import sys
import threading
import urllib.parse
from collections import defaultdict, deque
from collections.abc import Mapping
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests


class Fault(StrEnum):
    """What may go wrong with one call; 'after' means that the provider did act."""

    DROP_BEFORE = "drop before"
    DROP_AFTER = "drop after"
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    NONSENSE = "nonsense after"
    BAD_SIGNATURE = "bad signature after"


@dataclasses.dataclass(frozen=True)
class Call:
    """A request as the provider got it."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]

    @property
    def form(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclasses.dataclass
class Answer:
    body: bytes
    status: int = 200
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Notification:
    """A message the provider wants to send to the merchant."""

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


class _Server(ThreadingHTTPServer):
    """Says nothing of clients that hang up: the faults make them do so."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class FakeProvider(abc.ABC):
    """Subclasses answer ``handle(call)`` and say which operation a call is; use as a context manager.

    ``will(operation, fault, ...)`` plans the faults of the next calls of that operation. Notifications are queued
    with ``say`` and sent by ``deliver``: in order, reversed, repeated, or days later.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.calls: list[tuple[str, Call]] = []
        self.waiting: list[Notification] = []
        self.sent: list[tuple[Notification, int]] = []
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @abc.abstractmethod
    def operation(self, call: Call) -> str:
        """The name of what is asked, for faults and counting."""

    @abc.abstractmethod
    def handle(self, call: Call) -> Answer:
        """Act and answer; runs under ``self.lock``."""

    def spoil_signature(self, answer: Answer) -> Answer:
        """The answer with a wrong proof; override where answers are signed."""
        return answer

    def will(self, operation: str, *faults: Fault) -> None:
        self._faults[operation].extend(faults)

    def count(self, operation: str) -> int:
        return sum(name == operation for name, __ in self.calls)

    def say(self, notification: Notification) -> None:
        self.waiting.append(notification)

    def deliver(self, *, times: int = 1, is_reversed: bool = False) -> list[int]:
        """Send what waits; returns the merchant's statuses (0: no answer). What failed waits for the next round."""
        with self.lock:
            batch, self.waiting = self.waiting, []
        batch = [message for message in (batch[::-1] if is_reversed else batch) for _ in range(times)]
        statuses = [_post(message) for message in batch]
        self.sent.extend(zip(batch, statuses, strict=True))
        return statuses

    def answer(self, call: Call) -> Answer | None:
        """The answer with the planned fault, None for a connection that is cut."""
        with self.lock:
            name = self.operation(call)
            self.calls.append((name, call))
            fault = self._faults[name].popleft() if self._faults[name] else None
            if fault == Fault.DROP_BEFORE:
                return None
            if fault == Fault.ERROR_BEFORE:
                return Answer(b"Internal Server Error", 500)
            answer = self.handle(call)
        match fault:
            case Fault.DROP_AFTER:
                return None
            case Fault.ERROR_AFTER:
                return Answer(b"Internal Server Error", 500)
            case Fault.NONSENSE:
                return Answer(b"<html>Wartung</html>")
            case Fault.BAD_SIGNATURE:
                return self.spoil_signature(answer)
        return answer

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _post(message: Notification) -> int:
    try:
        return requests.request(
            message.method, message.url, data=message.body, headers=dict(message.headers), timeout=10,
            allow_redirects=False,
        ).status_code  # fmt: skip
    except requests.RequestException:
        return 0


def _handler(fake: FakeProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            """Silent."""

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            parts = urllib.parse.urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = fake.answer(Call(self.command, parts.path, query, body, headers))
            if answer is None:
                self._cut()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def _cut(self) -> None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    return Handler
