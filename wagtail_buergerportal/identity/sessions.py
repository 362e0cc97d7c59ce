"""Citizens in their own slot of the session, apart from Django's users: they can never reach the admin."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from wagtail.models import Site

from .models import AssuranceLevel, Citizen
from .signals import logged_out

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
    """Put the citizen into the session under a new key, so that a planted session is worth nothing.

    The login counts on the commune's host it was made on. ``verified`` are the profile fields the provider vouches
    for; a fingerprint of each is kept, so that a later change of the field takes the mark away.
    """
    request.session.cycle_key()
    now = timezone.now().isoformat()
    request.session[_SLOT] = {
        "id": str(citizen.pk),
        "site": _site_id(request),
        "level": int(level),
        "verified": {key: _fingerprint(citizen.profile[key]) for key in sorted(verified) if citizen.profile.get(key)},
        "since": now,
        "seen": now,
    }
    _forget(request)


def log_out(request: HttpRequest) -> None:
    """End the login; what else is in the session, e.g. a clerk's own login, stays."""
    request.session.pop(_SLOT, None)
    request.session.cycle_key()
    _forget(request)
    logged_out.send(sender=None, request=request)


def current_citizen(request: HttpRequest) -> CurrentCitizen | None:
    """Who is logged in, None if nobody is or the time is over. One query a request."""
    if not hasattr(request, _CACHE):
        setattr(request, _CACHE, _load(request))
    return getattr(request, _CACHE)


def _load(request: HttpRequest) -> CurrentCitizen | None:
    slot = request.session.get(_SLOT)
    if not slot or slot["site"] != _site_id(request):
        return None
    citizen = None if _is_over(slot) else Citizen.objects.filter(pk=slot["id"]).first()
    if citizen is None or _was_logged_out(citizen, slot):
        request.session.pop(_SLOT, None)
        return None
    _touch(request, slot)
    return CurrentCitizen(citizen, slot["level"], dict(citizen.profile), _still_verified(citizen, slot["verified"]))


def _is_over(slot: Mapping[str, Any]) -> bool:
    total, pause = _LIMITS[AssuranceLevel(slot["level"])]
    now = timezone.now()
    return now - _instant(slot["since"]) > datetime.timedelta(minutes=total) or now - _instant(
        slot["seen"]
    ) > datetime.timedelta(minutes=pause)


def _was_logged_out(citizen: Citizen, slot: Mapping[str, Any]) -> bool:
    return citizen.logged_out_at is not None and citizen.logged_out_at >= _instant(slot["since"])


def _touch(request: HttpRequest, slot: dict[str, Any]) -> None:
    """At most once a minute, so that not every page writes the session."""
    now = timezone.now()
    if now - _instant(slot["seen"]) > datetime.timedelta(minutes=1):
        request.session[_SLOT] = {**slot, "seen": now.isoformat()}


def _still_verified(citizen: Citizen, marks: Mapping[str, str]) -> frozenset[str]:
    return frozenset(
        key for key, mark in marks.items() if constant_time_compare(mark, _fingerprint(citizen.profile.get(key, "")))
    )


def _fingerprint(value: str) -> str:
    return salted_hmac("buergerportal.identity.verified", value, algorithm="sha256").hexdigest()[:32]


def _instant(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _site_id(request: HttpRequest) -> int | None:
    site = Site.find_for_request(request)
    return site.pk if site else None


def _forget(request: HttpRequest) -> None:
    if hasattr(request, _CACHE):
        delattr(request, _CACHE)
