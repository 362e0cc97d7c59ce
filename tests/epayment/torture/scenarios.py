"""What a server process is doing when it dies; told by keys only, since it shares nothing but the database."""

from __future__ import annotations

import datetime
import io

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from wagtail_epayment import outbox
from wagtail_epayment.errors import AlreadyStarting, OrderNotPayable
from wagtail_epayment.flows import approve_refund, poll_attempt, start_payment, submit_refund
from wagtail_epayment.flows.import_report import import_file
from wagtail_epayment.models import OutboxEvent, PaymentAttempt, PaymentContract, PaymentOrder, Refund
from wagtail_epayment.providers.base import ReturnUrls

from .clock import moved_on


def start(order: str, contract: int, method: str = "") -> str:
    """The citizen presses "pay"."""

    def urls(attempt: PaymentAttempt) -> ReturnUrls:
        notify = f"http://testserver/zahlung/melden/{attempt.provider}/{attempt.contract_id}/"
        return ReturnUrls(back=f"http://testserver/zahlung/zurueck/{attempt.return_token}/", notify=notify)

    row, by = PaymentOrder.objects.get(pk=order), PaymentContract.objects.get(pk=contract)
    try:
        return start_payment(order=row, contract=by, method=method, urls=urls)
    except (AlreadyStarting, OrderNotPayable) as error:
        return type(error).__name__


def notify(method: str, url: str, body: str, headers: dict[str, str]) -> int:
    """The provider tells us something."""
    path = url.removeprefix("http://testserver")
    kind = headers.pop("Content-Type", "application/json")
    return Client().generic(method, path, body.encode(), content_type=kind, headers=headers).status_code


def back(token: str) -> int:
    """The citizen comes back from the provider's page."""
    return Client().get(f"/zahlung/zurueck/{token}/").status_code


def poll(attempt: str) -> None:
    poll_attempt(PaymentAttempt.objects.select_related("order", "contract").get(pk=attempt))


def approve(refund: str, user: int) -> None:
    """A second person lets a refund go; the provider is called at once."""
    approve_refund(Refund.objects.get(pk=refund), user=get_user_model().objects.get(pk=user))


def submit(refund: str) -> None:
    submit_refund(Refund.objects.get(pk=refund))


def deliver(order: str) -> None:
    for pk in OutboxEvent.objects.filter(order=order, delivered_at=None).values_list("pk", flat=True):
        outbox.deliver(pk)


def settle(contract: int, text: str) -> None:
    """The Kasse takes in a report, which tells of money nobody else told of."""
    by = PaymentContract.objects.get(pk=contract)
    import_file(site=by.site, format_name="csv", data=text.encode(), user=None, contract=by)


def recover(minutes: int) -> None:
    """What a server does every minute, so many minutes later."""
    with moved_on(datetime.timedelta(minutes=minutes)):
        call_command("epayment_poll", stdout=io.StringIO())
