"""Which prices could not be booked if somebody paid them: asked before anybody does. Reads only."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_epayment.posting_keys import KeyInUse, in_use

from .budget import local_day
from .models import DEPOSIT_KEY, FEE_KEY, FinanceTenant, PostingAccount

AHEAD = datetime.timedelta(days=366)
"""How far ahead prices without an end are looked at."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A price without a valid posting account, from that day on."""

    used: KeyInUse
    day: datetime.date
    message: str


def uncovered(tenant: FinanceTenant, *, today: datetime.date | None = None) -> Iterator[Uncovered]:
    """Every price of the tenant's commune that could not be posted on some day from today on, with the first one."""
    today = today or local_day(timezone.now())
    accounts: dict[str, list[PostingAccount]] = defaultdict(list)
    for account in PostingAccount.objects.filter(tenant=tenant).order_by("valid_from"):
        accounts[account.key].append(account)
    deposit = KeyInUse(DEPOSIT_KEY, _("Partial payments and overpayments"), _("needed by every tenant"))
    fees = KeyInUse(FEE_KEY, _("Fees of payment providers"), _("needed if a provider keeps its fee"))
    for used in (*in_use(site_id=tenant.site_id), deposit, fees):
        first, last = max(today, used.valid_from or today), used.valid_until or today + AHEAD
        if first <= last and (found := _first_gap(used, accounts.get(used.key, []), first, last)):
            yield found


def _first_gap(
    used: KeyInUse, accounts: list[PostingAccount], first: datetime.date, last: datetime.date
) -> Uncovered | None:
    if not used.key:
        return Uncovered(used, first, _("It has no posting key."))
    day = first
    for account in accounts:
        if not account.covers(day):
            continue
        if used.tax_permille and not account.tax_account:
            return Uncovered(used, day, _("It contains VAT, but the posting account names no account for VAT."))
        if account.valid_until is None or account.valid_until >= last:
            return None
        day = account.valid_until + datetime.timedelta(days=1)
    return Uncovered(
        used,
        day,
        _("No posting account “%(key)s” is valid from %(day)s on.") % {"key": used.key, "day": f"{day:%d.%m.%Y}"},
    )
