"""Slowing down guesses: counters in the cache, per what is guessed and per address, never reset by a success."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from . import conf


def is_throttled(request: HttpRequest, *, scope: str, subject: str) -> bool:
    """Whether too many wrong tries were made lately for this subject or from this address."""
    limit = conf.get().THROTTLE_TRIES
    subject_key, address_key = _keys(request, scope, subject)
    return cache.get(subject_key, 0) >= limit or cache.get(address_key, 0) >= limit * 5


def count_failure(request: HttpRequest, *, scope: str, subject: str) -> None:
    seconds = conf.get().THROTTLE_MINUTES * 60
    for key in _keys(request, scope, subject):
        if not cache.add(key, 1, seconds):
            cache.incr(key)


def _keys(request: HttpRequest, scope: str, subject: str) -> tuple[str, str]:
    """Hashed, so that neither addresses nor numbers lie in the cache."""
    address = request.META.get("REMOTE_ADDR", "")
    return tuple(  # type: ignore[return-value]
        f"bp-throttle-{salted_hmac(scope, part, algorithm='sha256').hexdigest()}"
        for part in (f"s:{subject}", f"a:{address}")
    )
