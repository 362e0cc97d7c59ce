"""Who may open a case: who has just sent it, who knows number and secret, and its owner by login."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from wagtail.models import Site

from wagtail_buergerportal import throttle
from wagtail_buergerportal.identity.sessions import current_citizen

from ..models import Case
from ..case_secret import is_right

_SLOT = "buergerportal_cases"
_NEW = "buergerportal_case_secrets"
_MOST = 20


def grant(request: HttpRequest, case: Case, *, secret: str | None = None) -> None:
    """Let this browser session open the case; ``secret`` is shown once on its page."""
    opened = [*request.session.get(_SLOT, []), str(case.pk)][-_MOST:]
    request.session[_SLOT] = list(dict.fromkeys(opened))
    if secret:
        request.session[_NEW] = {**request.session.get(_NEW, {}), str(case.pk): secret}


def secret_to_show(request: HttpRequest, case: Case) -> str | None:
    """The secret of a case just sent; gone once the person said that they noted it."""
    return request.session.get(_NEW, {}).get(str(case.pk))


def forget_secret(request: HttpRequest, case: Case) -> None:
    request.session[_NEW] = {key: value for key, value in request.session.get(_NEW, {}).items() if key != str(case.pk)}


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
