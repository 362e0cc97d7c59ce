"""An order of another application, once, however often its request arrives.

After the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header-07): the
same key with the same content gets the first order, with other content it is refused, and while the first request
is still being worked on the second one is told so.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from .. import conf
from ..errors import ExternalIdTaken, InFlight, KeyReused
from ..models import ApiClient, IdempotentRequest, PaymentOrder
from .create import NewItem, create_order


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What an application wants to be paid."""

    purpose: str
    items: Sequence[NewItem]
    language: str = "de"
    payer: Mapping[str, str] = field(default_factory=dict, repr=False)
    return_url: str = ""
    external_id: str = ""
    due_on: datetime.date | None = None
    currency: str = "EUR"


def create_for_client(*, client: ApiClient, key: str, wanted: NewOrder) -> PaymentOrder:
    """The order of the request with this key: made now, or by the first one.

    The request is committed first and locked while its order is made: a crash in between releases the lock, and the
    next repetition makes the order. Must not run in a transaction of the caller. Raises KeyReused, InFlight,
    ExternalIdTaken, ValueError if the items do not add up to a positive amount.
    """
    fingerprint = _fingerprint(wanted)
    request, __ = IdempotentRequest.objects.get_or_create(client=client, key=key, defaults={"fingerprint": fingerprint})
    if not constant_time_compare(request.fingerprint, fingerprint):
        raise KeyReused("This Idempotency-Key belongs to another request.")
    with transaction.atomic():
        locked = _locked(request)
        return locked.order or _create(locked, wanted)


def forget_requests() -> int:
    """Delete keys nobody may repeat any more. Returns how many."""
    before = timezone.now() - datetime.timedelta(days=conf.get().IDEMPOTENCY_DAYS)
    return IdempotentRequest.objects.filter(created_at__lt=before).delete()[0]


def _fingerprint(wanted: NewOrder) -> str:
    """Keyed, because the content says who pays."""
    text = json.dumps(asdict(wanted), sort_keys=True, cls=DjangoJSONEncoder)
    return salted_hmac("wagtail_epayment.idempotency", text, algorithm="sha256").hexdigest()


def _locked(request: IdempotentRequest) -> IdempotentRequest:
    rows = IdempotentRequest.objects.select_for_update(nowait=connection.features.has_select_for_update_nowait)
    try:
        return rows.get(pk=request.pk)
    except OperationalError as error:
        raise InFlight("This request is being worked on just now.") from error


def _create(request: IdempotentRequest, wanted: NewOrder) -> PaymentOrder:
    client = request.client
    own = PaymentOrder.objects.filter(external_kind=client.external_kind)
    if wanted.external_id and own.filter(external_id=wanted.external_id).exists():
        raise ExternalIdTaken("There is an order with this external_id already.")
    order = create_order(
        site=client.site,
        purpose=wanted.purpose,
        items=wanted.items,
        language=wanted.language,
        payer=wanted.payer,
        return_url=wanted.return_url,
        external_kind=client.external_kind,
        external_id=wanted.external_id,
        due_on=wanted.due_on,
        currency=wanted.currency,
    )
    # Two requests at once under different keys: the database kept one order, and it belongs to the other request.
    if IdempotentRequest.objects.filter(order=order).exists():
        raise ExternalIdTaken("There is an order with this external_id already.")
    request.order = order
    request.save(update_fields=["order"])
    return order
