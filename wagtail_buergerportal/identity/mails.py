"""Mails of the local account. They go out at once: a link must not lie in a queue."""

from __future__ import annotations

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from .models import LocalAccount


def send_confirm(account: LocalAccount, url: str) -> None:
    text = _("Good day,\n\nplease confirm your e-mail address by opening this address within two days:\n%(url)s\n")
    send_mail(_("Please confirm your e-mail address"), text % {"url": url}, None, [account.email])


def send_known(email: str, url: str) -> None:
    text = _(
        "Good day,\n\nsomebody, probably you, wanted to register this address. It has an account already:\n%(url)s\n"
    )
    send_mail(_("You have an account already"), text % {"url": url}, None, [email])


def send_reset(account: LocalAccount, url: str) -> None:
    text = _("Good day,\n\nyou can choose a new password within an hour at this address:\n%(url)s\n")
    send_mail(_("Choose a new password"), text % {"url": url}, None, [account.email])
