"""Mails about a case: number and way back, nothing personal beyond."""

from __future__ import annotations

from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from .models import Case


def send_confirmation(case: Case) -> None:
    """Confirm a new case by mail once it is committed; without an address nothing happens.

    The task gets the case's id only: a queue is no place for addresses.
    """
    if case.contact_email:
        transaction.on_commit(lambda: mail_confirmation.enqueue(str(case.pk)))


@task()
def mail_confirmation(case_id: str) -> None:
    case = Case.objects.select_related("site").get(pk=case_id)
    with translation.override(case.language):
        subject = _("We have received your request %(number)s") % {"number": case.number}
        body = _(
            "Good day,\n\nwe have received your request “%(title)s”. Its number is %(number)s.\n"
            "With this number and the secret you were shown after sending you can see how it stands:\n%(url)s\n\n"
            "We never ask for the secret by mail or telephone."
        ) % {
            "title": case.title,
            "number": case.number,
            "url": case.site.root_url + reverse("buergerportal_cases:find"),
        }
        send_mail(subject, body, None, [case.contact_email])
