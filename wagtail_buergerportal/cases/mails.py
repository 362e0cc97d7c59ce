"""Mails about a case: number and way back, nothing personal beyond.

The tasks get the case's id only: a queue is no place for addresses. All go out after the commit.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_tasks import task

from .models import Case


def send_confirmation(case: Case) -> None:
    """Confirm a new case; without an address nothing happens."""
    _later(case, "confirmation")


def send_news(case: Case) -> None:
    """Something happened that the citizen can read on the status page."""
    _later(case, "news")


def send_reminder(case: Case) -> None:
    """The fee was due."""
    _later(case, "reminder")


def _later(case: Case, kind: str) -> None:
    if case.contact_email:
        # Robust: a mail that cannot be queued must not look like a failed submission.
        transaction.on_commit(lambda: mail.enqueue(str(case.pk), kind), robust=True)


@task()
def mail(case_id: str, kind: str) -> None:
    case = Case.objects.select_related("site").filter(pk=case_id).first()
    if case is None or not case.contact_email:
        return
    with translation.override(case.language):
        subject, body = _WORDS[kind](case)
        # A service's title is one line; a mail's subject must be.
        send_mail(" ".join(subject.split()), body, None, [case.contact_email])


def _confirmation(case: Case) -> tuple[str, str]:
    subject = _("We have received your request %(number)s") % {"number": case.number}
    body = _(
        "Good day,\n\nwe have received your request “%(title)s”. Its number is %(number)s.\n"
        "With this number and the secret you were shown after sending you can see how it stands:\n%(url)s\n\n"
        "We never ask for the secret by mail or telephone."
    )
    return subject, body % _facts(case)


def _news(case: Case) -> tuple[str, str]:
    subject = _("News about your request %(number)s") % {"number": case.number}
    body = _(
        "Good day,\n\nthere is news about your request “%(title)s”. With your secret, or after logging in, you can "
        "read it here:\n%(url)s\n\nWe never ask for the secret by mail or telephone."
    )
    return subject, body % _facts(case)


def _reminder(case: Case) -> tuple[str, str]:
    subject = _("Your request %(number)s is still waiting for the payment") % {"number": case.number}
    body = _(
        "Good day,\n\nthe fee for your request “%(title)s” was due on %(due)s and has not arrived yet. We begin as "
        "soon as it has. You can pay here, with your secret or after logging in:\n%(url)s\n\n"
        "If you have paid in the meantime, you need not do anything."
    )
    due = date_format(case.payment_due_on, "DATE_FORMAT") if case.payment_due_on else ""
    return subject, body % {**_facts(case), "due": due}


_WORDS = {"confirmation": _confirmation, "news": _news, "reminder": _reminder}


def _facts(case: Case) -> dict[str, str]:
    query = urlencode({"nummer": case.number})
    url = f"{case.site.root_url}{reverse('buergerportal_cases:find')}?{query}"
    return {"title": case.title, "number": case.number, "url": url}
