"""Citizens in their own slot of the session, apart from Django's users: they can never reach the admin."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from .models import AssuranceLevel, Citizen

_SLOT = "buergerportal_citizen"
_CACHE = "_buergerportal_current_citizen"

#: Longest time since login and longest pause, by level, in minutes (BSI TR-03160-1 as told by the BundID FAQ).
_LIMITS = {
    AssuranceLevel.BASIC: (12 * 60, 60),
    AssuranceLevel.LOW: (12 * 60, 60),
    AssuranceLevel.SUBSTANTIAL: (120, 30),
    AssuranceLevel.HIGH: (30, 5),
}


@dataclass(frozen=True, slots=True)
class CurrentCitizen:
    """Who is logged in on this request, how surely, and which profile fields the provider vouches for."""

    citizen: Citizen
    level: int
    profile: dict[str, str]
    verified: frozenset[str]


def log_in(request: HttpRequest, citizen: Citizen, *, level: int, verified: frozenset[str] = frozenset()) -> None:
    """Put the citizen into the session under a new key, so that a planted session is worth nothing."""
    request.session.cycle_key()
    now = timezone.now().isoformat()
    request.session[_SLOT] = {
        "id": str(citizen.pk),
        "level": int(level),
        "verified": sorted(verified),
        "since": now,
        "seen": now,
    }
    _forget(request)


def log_out(request: HttpRequest) -> None:
    """End the login; what else is in the session, e.g. a clerk's own login, stays."""
    request.session.pop(_SLOT, None)
    request.session.cycle_key()
    _forget(request)


def current_citizen(request: HttpRequest) -> CurrentCitizen | None:
    """Who is logged in, None if nobody is or the time is over. One query a request."""
    if not hasattr(request, _CACHE):
        setattr(request, _CACHE, _load(request))
    return getattr(request, _CACHE)


def _load(request: HttpRequest) -> CurrentCitizen | None:
    slot = request.session.get(_SLOT)
    if not slot:
        return None
    if _is_over(slot):
        request.session.pop(_SLOT, None)
        return None
    citizen = Citizen.objects.filter(pk=slot["id"]).first()
    if citizen is None:
        return None
    now = timezone.now()
    if now - datetime.datetime.fromisoformat(slot["seen"]) > datetime.timedelta(minutes=1):
        request.session[_SLOT] = {**slot, "seen": now.isoformat()}
    return CurrentCitizen(citizen, slot["level"], dict(citizen.profile), frozenset(slot["verified"]))


def _is_over(slot: dict[str, str]) -> bool:
    total, pause = _LIMITS[AssuranceLevel(slot["level"])]
    now = timezone.now()
    since, seen = (datetime.datetime.fromisoformat(slot[key]) for key in ("since", "seen"))
    return now - since > datetime.timedelta(minutes=total) or now - seen > datetime.timedelta(minutes=pause)


def _forget(request: HttpRequest) -> None:
    if hasattr(request, _CACHE):
        delattr(request, _CACHE)
