"""Absolute addresses for providers and payers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.urls import reverse

from .. import conf
from ..models import PaymentAttempt
from ..providers.base import ReturnUrls


def return_urls(request: HttpRequest) -> Callable[[PaymentAttempt], ReturnUrls]:
    """For an attempt: where its payer comes back to (this host) and where its provider notifies."""

    def urls(attempt: PaymentAttempt) -> ReturnUrls:
        back = reverse("wagtail_epayment:back", args=[attempt.return_token])
        notify = reverse("wagtail_epayment:notify", args=[attempt.provider, attempt.contract_id])
        base = conf.get().NOTIFY_BASE_URL.rstrip("/")
        return ReturnUrls(
            back=request.build_absolute_uri(back), notify=base + notify if base else request.build_absolute_uri(notify)
        )

    return urls
