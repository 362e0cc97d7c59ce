"""A contract's way to citizens: connection tried, checklist complete, live; and never another merchant after that."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Site
from wagtail.permissions import policy_registry

from .. import readiness
from ..errors import ContractNotReady, PaymentError, TriedTooOften
from ..models import (
    AttemptState,
    ContractMethod,
    Decision,
    MessageSource,
    PaymentAttempt,
    PaymentContract,
    ProviderMessage,
    Refund,
    RefundCause,
    RefundState,
)
from ..providers.registry import providers
from . import breaker

logger = logging.getLogger(__name__)

Person = AbstractBaseUser
#: A provider is asked for a check of the same contract at most this often.
CHECK_EVERY = datetime.timedelta(seconds=10)


def check_contract(contract: PaymentContract, *, user: Person) -> str:
    """Try credentials and connection; return what is wrong for people, "" if nothing.

    Must not run in a transaction of the caller. Raises TriedTooOften, UnknownProvider.
    """
    now = timezone.now()
    is_free = Q(checked_at=None) | Q(checked_at__lt=now - CHECK_EVERY)
    # Noted as not done before the call, so that a crash is not taken for a success.
    noted = {"checked_at": now, "check_error": _("The connection is being tried.")}
    if not PaymentContract.objects.filter(is_free, pk=contract.pk).update(**noted):
        raise TriedTooOften(_("The connection was tried just now. Please wait some seconds."))
    error = _tried(contract)
    with transaction.atomic():
        PaymentContract.objects.filter(pk=contract.pk).update(checked_at=timezone.now(), check_error=error)
        log(instance=contract, action="wagtail_epayment.check", user=user, data={"is_fine": not error})
    contract.refresh_from_db(fields=["checked_at", "check_error"])
    return error


def _tried(contract: PaymentContract) -> str:
    try:
        providers.for_contract(contract).check()
    except PaymentError as error:
        return without_secrets(str(error), contract)[:300] or type(error).__name__
    except Exception as error:
        # Not logged with its text: that may hold what the contract keeps secret.
        logger.error("Trying the connection of contract %s failed: %s", contract.pk, type(error).__name__)
        return _("The connection could not be tried (%(error)s).") % {"error": type(error).__name__}
    return ""


def without_secrets(text: str, contract: PaymentContract) -> str:
    """The text with every secret of the contract taken out, should an adapter have let one slip."""
    for secret in sorted(filter(None, contract.credentials.values()), key=len, reverse=True):
        text = text.replace(secret, "•••")
    return text


def facts_of(contract: PaymentContract) -> readiness.Facts:
    """What the checklist wants to know of the database."""
    twins = Q(site=contract.site_id, provider=contract.provider, is_live=False) | Q(pk=contract.pk)
    attempts = PaymentAttempt.objects.filter(contract__in=PaymentContract.objects.filter(twins))
    refunds = Refund.objects.filter(attempt__in=attempts, state=RefundState.SUCCEEDED)
    polls = ProviderMessage.objects.filter(
        source=MessageSource.POLL, received_at__gt=timezone.now() - readiness.CHECK_IS_GOOD_FOR
    )
    due = PaymentAttempt.objects.exclude(contract__in=breaker.open_contracts())
    return readiness.Facts(
        methods=tuple(contract.methods.values_list("code", flat=True)),
        paid=attempts.filter(state=AttemptState.SUCCEEDED).exists(),
        refunded=refunds.exclude(cause=RefundCause.OUTSIDE).exists(),
        was_polled=polls.exists(),
        oldest_due_at=due.aggregate(first=Min("next_poll_at"))["first"],
        approvers=_people(contract.site, Refund, "approve"),
        askers=_people(contract.site, Refund, "request") | _people(contract.site, Decision, "reconcile"),
    )


def _people(site: Site, model: type[Any], action: str) -> frozenset[int]:
    found = policy_registry.get_by_type(model).users_with_any_permission_for_instance([action], site)
    return frozenset(found.filter(is_superuser=False).values_list("pk", flat=True))


def checklist_of(contract: PaymentContract) -> list[readiness.Item]:
    """Raises UnknownProvider."""
    provider = providers.get(contract.provider)
    return readiness.checklist(contract, facts_of(contract), provider=provider, now=timezone.now())


@transaction.atomic
def go_live(contract: PaymentContract, *, user: Person) -> PaymentContract:
    """Offer the contract to citizens; the one of the same provider it takes the place of is offered no more.

    Locks the site's contracts with the provider, in the order of their keys. Raises ContractNotReady naming what
    the checklist still lacks.
    """
    same = PaymentContract.objects.filter(site=contract.site_id, provider=contract.provider)
    rows = {row.pk: row for row in same.select_for_update().order_by("pk")}
    row = rows.pop(contract.pk)
    if row.went_live_at:
        raise ContractNotReady(_("This contract is live already."))
    if missing := [str(item.label) for item in checklist_of(row) if not item.is_done]:
        raise ContractNotReady(_("Not done yet: %(items)s.") % {"items": "; ".join(missing)})
    for old in (other for other in rows.values() if other.is_active):
        old.is_active = False
        old.save(update_fields=["is_active"])
        log(instance=old, action="wagtail_epayment.replaced", user=user)
    row.is_live = row.is_active = True
    row.went_live_at, row.went_live_by_id = timezone.now(), user.pk
    row.save(update_fields=["is_live", "is_active", "went_live_at", "went_live_by"])
    log(instance=row, action="wagtail_epayment.go_live", user=user)
    return row


@transaction.atomic
def replace_contract(contract: PaymentContract, *, user: Person) -> PaymentContract:
    """A new contract, not offered yet, with what the old one says except which merchant it is and its secrets."""
    identity = providers.get(contract.provider).identity
    new = PaymentContract.objects.create(
        site=contract.site,
        provider=contract.provider,
        label=contract.label,
        is_live=contract.is_live,
        is_active=False,
        options={name: value for name, value in contract.options.items() if name not in identity},
        min_cents=contract.min_cents,
        max_cents=contract.max_cents,
        booking_text=contract.booking_text,
        approval_above_cents=contract.approval_above_cents,
    )
    for method in contract.methods.all():
        ContractMethod.objects.create(contract=new, code=method.code, label=method.label, sort_order=method.sort_order)
    log(instance=new, action="wagtail_epayment.replace", user=user, data={"replaces": contract.pk})
    return new


def is_fixed(contract: PaymentContract) -> bool:
    """Whether the contract has to stay with its merchant: it is live, or real money went over it."""
    if contract.pk is None:
        return False
    return contract.went_live_at is not None or (contract.is_live and contract.attempts.exists())


def other_merchant(
    contract: PaymentContract, *, credentials: Mapping[str, str], options: Mapping[str, Any]
) -> Collection[str]:
    """Names of the credentials and options that would make another merchant of the contract."""
    before = {**contract.options, **contract.credentials}
    after = {**options, **credentials}
    identity = providers.get(contract.provider).identity
    return [name for name in identity if (before.get(name) or "") != (after.get(name) or "")]
