"""What goes wrong with a merchant's next requests, planned by people who try how their site bears it."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from django.db import models, transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from .models import SandboxMerchant


class Fault(models.TextChoices):
    """'After' means that the bank did act."""

    DROP_BEFORE = "drop_before", _("the connection breaks before the bank acts")
    DROP_AFTER = "drop_after", _("the bank acts, then the connection breaks")
    ERROR_BEFORE = "error_before", _("the bank answers with an error and does nothing")
    ERROR_AFTER = "error_after", _("the bank acts and answers with an error all the same")


class Operation(models.TextChoices):
    CREATE = "create", _("the next payment is begun")
    STATUS = "status", _("a payment is asked for")
    REFUND = "refund", _("money is to be given back")
    REFUND_STATUS = "refund_status", _("a refund is asked for")


@transaction.atomic
def plan(merchant: SandboxMerchant, operation: str, *faults: str) -> None:
    """Let the merchant's next requests of this kind go wrong, one after the other. Locks the merchant."""
    row = SandboxMerchant.objects.select_for_update().get(pk=merchant.pk)
    row.faults[Operation(operation)] = [*row.faults.get(operation, []), *(Fault(fault).value for fault in faults)]
    row.save(update_fields=["faults"])


def take(merchant: SandboxMerchant, operation: str) -> str:
    """The fault planned for this request, empty if none; a fault happens once. Locks the merchant."""
    if not merchant.faults.get(operation):
        return ""
    with transaction.atomic():
        row = SandboxMerchant.objects.select_for_update().get(pk=merchant.pk)
        first, *row.faults[operation] = row.faults.get(operation) or [""]
        row.save(update_fields=["faults"])
    return str(first)


def cut() -> HttpResponseBase:
    """An answer that never comes: the server closes the connection when it tries to read it."""
    return StreamingHttpResponse(_broken())


def _broken() -> Iterator[bytes]:
    raise ConnectionResetError(errno.ECONNRESET, "planned")
    yield b""
