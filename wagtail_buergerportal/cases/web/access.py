"""Who may open a case: who has just sent it, who knows number and secret, and its owner by login."""

from __future__ import annotations

import base64
import datetime
import logging
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from wagtail_buergerportal import throttle
from wagtail_buergerportal.identity.sessions import current_citizen
from wagtail_sitekit import crypto

from ..case_secret import is_right
from ..models import Case

logger = logging.getLogger(__name__)

_SLOT = "buergerportal_cases"
_NEW = "buergerportal_case_secrets"
_MOST = 20
_SHOWN = datetime.timedelta(hours=1)


def grant(request: HttpRequest, case: Case, *, secret: str | None = None) -> None:
    """Let this browser session open the case; ``secret`` is shown on its page until noted, an hour at most."""
    opened = [*request.session.get(_SLOT, []), str(case.pk)]
    request.session[_SLOT] = list(dict.fromkeys(opened))[-_MOST:]
    if secret:
        request.session[_NEW] = {**request.session.get(_NEW, {}), str(case.pk): _sealed(case, secret)}


def secret_to_show(request: HttpRequest, case: Case) -> str | None:
    """The secret of a case just sent; gone once the person said that they noted it, and after an hour."""
    kept = request.session.get(_NEW, {}).get(str(case.pk))
    if not kept or datetime.datetime.fromisoformat(kept["until"]) < timezone.now():
        return None
    try:
        blob = base64.b64decode(kept["sealed"])
        return crypto.unseal_for_site(blob, context=f"case-secret:{case.pk}").decode()
    except crypto.DecryptionError:
        return None


def forget_secret(request: HttpRequest, case: Case) -> None:
    request.session[_NEW] = {key: value for key, value in request.session.get(_NEW, {}).items() if key != str(case.pk)}


def forget_all(*, request: HttpRequest, **kwargs: Any) -> None:
    """Somebody logged out, perhaps on a computer others use: this browser opens no case any more."""
    for slot in (_SLOT, _NEW):
        request.session.pop(slot, None)


def case_for(request: HttpRequest, number: str) -> Case | None:
    """The case, if it is of this commune and this person may open it."""
    case = _of_site(request).filter(number=number).first()
    return case if case and _may_open(request, case) else None


def by_secret(request: HttpRequest, number: str, secret: str) -> Case | None:
    """The case whose number and secret these are; None for anything else, after counting the failure."""
    case = _of_site(request).filter(number=number).first()
    # The same work whether the number exists or not, so that time tells nothing.
    right = is_right(number, secret, case.secret_hash if case else "0" * 64)
    if case and right:
        return case
    throttle.count_failure(request, scope="case", subject=number)
    logger.warning("Wrong number or secret for a case, from %s", throttle.client_address(request))
    return None


def status_url(request: HttpRequest, *, submission_key: UUID) -> str | None:
    """Where the case of this submission is looked at, if this person may open it."""
    case = _of_site(request).filter(submission_key=submission_key).first()
    if case is None or not _may_open(request, case):
        return None
    return reverse("buergerportal_cases:status", args=[case.number])


def _of_site(request: HttpRequest) -> QuerySet[Case]:
    return Case.objects.select_related("site", "department").filter(site=Site.find_for_request(request))


def _may_open(request: HttpRequest, case: Case) -> bool:
    if str(case.pk) in request.session.get(_SLOT, []):
        return True
    citizen = current_citizen(request)
    return citizen is not None and case.citizen_id == citizen.citizen.pk


def _sealed(case: Case, secret: str) -> dict[str, str]:
    """Whoever reads the session table shall not open cases with it."""
    blob = crypto.seal_for_site(secret.encode(), context=f"case-secret:{case.pk}")
    return {"sealed": base64.b64encode(blob).decode(), "until": (timezone.now() + _SHOWN).isoformat()}
