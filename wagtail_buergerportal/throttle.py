"""Slowing down guesses: counters in the cache, per what is guessed and per address, never reset by a success.

With several app servers the cache must be shared by them (Redis, database), else each counts for itself.
"""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from . import conf

#: One address may serve a whole office or library.
_ADDRESS_FACTOR = 5


def is_throttled(request: HttpRequest, *, scope: str, subject: str, limit: int | None = None) -> bool:
    """Whether too many wrong tries were made lately for this subject or from this address.

    ``limit`` is THROTTLE_TRIES unless given.
    """
    limit = conf.get().THROTTLE_TRIES if limit is None else limit
    subject_key, address_key = _keys(request, scope, subject)
    counts = cache.get_many([subject_key, address_key])
    return counts.get(subject_key, 0) >= limit or counts.get(address_key, 0) >= limit * _ADDRESS_FACTOR


def count_failure(request: HttpRequest, *, scope: str, subject: str) -> None:
    seconds = conf.get().THROTTLE_MINUTES * 60
    for key in _keys(request, scope, subject):
        if not cache.add(key, 1, seconds):
            try:
                cache.incr(key)
            except ValueError:  # its time was over between the two calls
                cache.add(key, 1, seconds)


def client_address(request: HttpRequest) -> str:
    """Who asks. Forwarded addresses are believed only as far as there are own proxies (PROXY_COUNT)."""
    count = conf.get().PROXY_COUNT
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if count and len(forwarded) >= count:
        return forwarded[-count]
    return request.META.get("REMOTE_ADDR", "")


def _keys(request: HttpRequest, scope: str, subject: str) -> tuple[str, str]:
    """Hashed, so that neither addresses nor numbers lie in the cache."""
    return _key(scope, f"s:{subject}"), _key(scope, f"a:{client_address(request)}")


def _key(scope: str, part: str) -> str:
    return f"bp-throttle-{salted_hmac(f'buergerportal.throttle.{scope}', part, algorithm='sha256').hexdigest()}"
