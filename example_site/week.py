"""A week of a town's payments at the sandbox bank, with everything that goes wrong in a real one.

The bank is the real one of the sandbox with its own books, spoken to through its HTTP views; only the wire between
town and bank is in this process, so that it can lose what it carries, and the clock is ours.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Self
from unittest import mock

import requests
from django.test import Client
from django.utils import timezone
from wagtail.models import Site

from example_site.bank_statement import Statement, credit
from wagtail_epayment.errors import PaymentError
from wagtail_epayment.flows import (
    NewItem,
    cancel_order,
    create_order,
    expire,
    poll_due,
    process_left_over,
    refundable_cents,
    refunds_due,
    request_refund,
    start_payment,
    submit_refund,
)
from wagtail_epayment.flows.fetch_reports import fetch_all_reports
from wagtail_epayment.flows.import_report import import_file
from wagtail_epayment.models import LedgerEntry, PaymentAttempt, PaymentContract, PaymentOrder
from wagtail_epayment.providers.base import ReturnUrls
from wagtail_epayment.providers.sandbox import adapter, notices
from wagtail_epayment.providers.sandbox.bank import act
from wagtail_epayment.providers.sandbox.books import book, left_cents, transfers
from wagtail_epayment.providers.sandbox.chargebacks import charge_back, reverse_chargeback
from wagtail_epayment.providers.sandbox.clock import let_time_pass
from wagtail_epayment.providers.sandbox.faults import Fault, plan
from wagtail_epayment.providers.sandbox.models import SandboxMerchant, SandboxMovement, SandboxPayment, SandboxPayout
from wagtail_epayment.providers.sandbox.payouts import pay_out
from wagtail_epayment.providers.sandbox.refunds import give_back
from wagtail_epayment.providers.sandbox.signing import HEADER

#: How payers and bank behave, most of them well.
ACTIONS = [
    *["pay"] * 6, "duplicate", "reorder", "silent", "twice", "lie", "cancel", "fail", "timeout", "days",
    "failed_then_paid", "paid_then_failed",
]  # fmt: skip
FEE_CENTS = 35
#: How another shop under the same merchant numbers its payments.
_OTHER_SHOP = "laden-"
Headers = Mapping[str, str]


class Wire:
    """Carries requests both ways within this process; ``loses`` makes notifications vanish."""

    def __init__(self, host: str) -> None:
        self.client, self.loses = Client(raise_request_exception=False, HTTP_HOST=host), False

    def ask_bank(
        self, method: str, url: str, *, data: bytes, headers: Headers, timeout: Any, allow_redirects: bool
    ) -> requests.Response:
        answer = self._send(method, url, data, headers)
        if answer.streaming:
            raise requests.ConnectionError("cut")
        return _response(answer)

    def tell_town(
        self, url: str, *, data: bytes, headers: Headers, timeout: Any, allow_redirects: bool
    ) -> requests.Response:
        if self.loses:
            raise requests.ConnectionError("lost")
        return _response(self._send("POST", url, data, headers))

    def _send(self, method: str, url: str, data: bytes, headers: Headers) -> Any:
        return self.client.generic(
            method, "/" + url.split("/", 3)[3], data, content_type="application/json", headers=headers
        )


def _response(answer: Any) -> requests.Response:
    response = requests.Response()
    response.status_code, response._content = answer.status_code, answer.content
    response.headers[HEADER] = answer.headers.get(HEADER, "")
    return response


class Week:
    """``Week(...).run()`` lives through it; afterwards ``happened`` counts what did."""

    def __init__(
        self,
        *,
        site: Site,
        contract: PaymentContract,
        clerk: Any,
        monday: datetime.date,
        seed: int,
        payers_a_day: int = 12,
    ) -> None:
        self.site, self.contract, self.clerk = site, contract, clerk
        self.monday, self.payers_a_day = monday, payers_a_day
        self.random, self.wire = random.Random(seed), Wire(site.hostname)
        self.happened: Counter[str] = Counter()
        self.merchant = merchant_of(contract)
        self.paid_out: list[int] = []

    def run(self) -> Self:
        with (
            mock.patch.object(adapter.requests, "request", self.wire.ask_bank),
            mock.patch.object(notices.requests, "post", self.wire.tell_town),
        ):
            for number in range(7):
                self._day(self.monday + datetime.timedelta(days=number))
            # The days after: polls, late payments and reports; the last payout never reaches the account.
            for number in (8, 10, 20):
                with self._at(self.monday + datetime.timedelta(days=number), hour=3):
                    self._night(has_bank=number != 20)
        return self

    @contextlib.contextmanager
    def _at(self, day: datetime.date, hour: int, minute: int = 0) -> Iterator[datetime.datetime]:
        moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))
        with mock.patch("django.utils.timezone.now", return_value=moment):
            yield moment

    def _day(self, day: datetime.date) -> None:
        for number in range(self.payers_a_day):
            with self._at(day, 8 + number * 12 // self.payers_a_day, number % 60):
                self._payer(self.random.choice(ACTIONS))
        with self._at(day, 20):
            self._afternoon(day)
        with self._at(day, 23):
            self._night()

    def _payer(self, action: str) -> None:
        cents = self.random.choice([500, 1250, 2000, 5750, 12990])
        items = [NewItem(label="Gebühr", unit_cents=cents, posting_key="sperrgut")]
        order = create_order(site=self.site, purpose="Sperrgut", items=items)
        fault = self.random.random()
        if fault < 0.05:
            plan(self.merchant, "create", self.random.choice([Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.DROP_BEFORE]))
        try:
            start_payment(order=order, contract=self.contract, urls=self._urls)
        except PaymentError:
            self.happened["no answer at the start"] += 1
        payment = SandboxPayment.objects.filter(tx_id__in=order.attempts.values("merchant_tx_id")).first()
        if payment is None:
            return
        if fault > 0.97:
            cancel_order_if_possible(order)
        self.wire.loses = 0.05 < fault < 0.2
        act(payment, action)
        self.wire.loses = False
        self.happened[action] += 1
        for money in transfers(payment):
            book(payment, "fee", -FEE_CENTS, payment_ref=money.ref)

    def _urls(self, attempt: PaymentAttempt) -> ReturnUrls:
        base = f"http://{self.site.hostname}"
        return ReturnUrls(back=f"{base}/back/", notify=f"{base}/zahlung/melden/sandbox/{self.contract.pk}/")

    def _afternoon(self, day: datetime.date) -> None:
        """What happens at the desks: refunds here and there, banks that take money back, other people's traffic."""
        payments = list(SandboxPayment.objects.filter(merchant=self.merchant, movements__kind="payment").distinct())
        self._give_back_here()
        for deed in (self._give_back_there, self._take_back, self._lie_in_the_report, self._keep_the_money):
            candidates = [each for each in payments if self._is_whole(each)]
            if candidates:
                deed(self.random.choice(candidates))
        self._somebody_elses(day)
        self._forge()
        let_time_pass()

    def _is_whole(self, payment: SandboxPayment) -> bool:
        """Untouched and not paid out, so that each mishap can be told from the others."""
        moved = payment.movements.exclude(kind="fee")
        return (
            len(moved) == 1 and moved[0].payout_id is None and left_cents(payment, moved[0].ref) == payment.amount_cents
        )

    def _give_back_here(self) -> None:
        paid = LedgerEntry.objects.filter(kind="payment", refunds=None).order_by("pk")
        candidates = [(entry, left) for entry in paid if (left := refundable_cents(entry)) >= 250]
        if not candidates:
            return
        entry, left = self.random.choice(candidates)
        refund = request_refund(payment=entry, amount_cents=250, believed_cents=left, reason="Kulanz", user=self.clerk)
        with contextlib.suppress(PaymentError):
            submit_refund(refund)
        self.happened["refund"] += 1

    def _give_back_there(self, payment: SandboxPayment) -> None:
        give_back(payment, amount_cents=100)
        self.happened["refund outside"] += 1

    def _take_back(self, payment: SandboxPayment) -> None:
        charge_back(payment)
        self.happened["chargeback"] += 1
        if self.random.random() < 0.3:
            reverse_chargeback(payment)
            self.happened["chargeback reversed"] += 1

    def _lie_in_the_report(self, payment: SandboxPayment) -> None:
        """The bank settles less than the payer paid."""
        payment.movements.filter(kind="payment").update(amount_cents=payment.amount_cents - 100)
        self.happened["settled with another amount"] += 1

    def _keep_the_money(self, payment: SandboxPayment) -> None:
        """The bank said it had the money and never settles it."""
        payment.movements.all().delete()
        self.happened["never settled"] += 1

    def _somebody_elses(self, day: datetime.date) -> None:
        """Another shop under the same merchant."""
        payment = SandboxPayment.objects.create(
            merchant=self.merchant, tx_id=f"{_OTHER_SHOP}{day}", amount_cents=1999, currency="EUR", purpose="Buch",
            back_url="http://laden.test/", notify_url="http://laden.test/", state="succeeded",
        )  # fmt: skip
        book(payment, "payment", 1999)
        self.happened["another shop"] += 1

    def _forge(self) -> None:
        attempt = self.random.choice(self.contract.attempts.order_by("created_at"))
        said = {"tx_id": attempt.merchant_tx_id, "ref": "x", "state": "succeeded", "amount_cents": 1, "currency": "EUR"}
        body = json.dumps({**said, "at": timezone.now().isoformat()}).encode()
        self.wire.client.post(
            f"/zahlung/melden/sandbox/{self.contract.pk}/",
            body,
            content_type="application/json",
            headers={HEADER: "0" * 64},
        )
        self.happened["forgery"] += 1

    def _night(self, *, has_bank: bool = True) -> None:
        let_time_pass()
        for job in (poll_due, expire, refunds_due, process_left_over):
            job()
        payout = pay_out(self.merchant)
        fetch_all_reports()
        cents = sum(each.amount_cents for each in payout.movements.all()) if payout else 0
        if payout and cents > 0 and has_bank:
            self._statement(payout, cents)

    def _statement(self, payout: SandboxPayout, cents: int) -> None:
        """The town's own bank: the payout, the dog tax, and somebody who transferred instead of paying online."""
        day = timezone.localdate()
        order = create_order(
            site=self.site,
            purpose="Überwiesen",
            items=[NewItem(label="Gebühr", unit_cents=4200, posting_key="sperrgut")],
        )
        bookings = [
            credit(cents, text=f"SANDBOX AUSZAHLUNG {payout.ref[:20]}", ref=f"P{payout.pk}", day=f"{day}"),
            credit(9000, text="Hundesteuer 2026 Bello", ref=f"H{payout.pk}", day=f"{day}"),
            credit(
                4200,
                text=f"Kassenzeichen {order.reference[:6]} {order.reference[6:]}",
                ref=f"D{payout.pk}",
                day=f"{day}",
            ),
        ]
        data = Statement(bookings, number=f"Auszug {day}").camt053()
        import_file(site=self.site, format_name="camt", data=data, user=self.clerk)
        self.paid_out.append(cents)
        self.happened["direct transfer"] += 1


def merchant_of(contract: PaymentContract) -> SandboxMerchant:
    return SandboxMerchant.objects.get(merchant_id=contract.credentials["merchant_id"])


def had_its_week(contract: PaymentContract) -> bool:
    """Whether the town of this contract has lived through a week already: nothing but a week has another shop."""
    return merchant_of(contract).payments.filter(tx_id__startswith=_OTHER_SHOP).exists()


def cancel_order_if_possible(order: PaymentOrder) -> None:
    with contextlib.suppress(PaymentError):
        cancel_order(order)


def bank_books(merchant: SandboxMerchant) -> Counter[str]:
    """Cents the bank has paid out, by kind."""
    sums: Counter[str] = Counter()
    for kind, cents in SandboxMovement.objects.filter(payment__merchant=merchant, payout__isnull=False).values_list(
        "kind", "amount_cents"
    ):
        sums[kind] += cents
    return sums
