"""Mails of the local account. They go out at once: a link must not lie in a queue.

Subject and text are templates, so that a site can say it in its own words.
"""

from __future__ import annotations

from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from wagtail.models import Site

from .flows import local
from .models import LocalAccount


def send_confirm(site: Site, account: LocalAccount) -> None:
    _send("confirm", account.email, site, url=_url(site, "confirm", local.confirm_token(account)))


def send_known(site: Site, email: str) -> None:
    """To somebody who registers an address that has an account: only its owner learns it."""
    _send("known", email, site, url=_url(site, "local_login"))


def send_reset(site: Site, account: LocalAccount, token: str) -> None:
    _send("reset", account.email, site, url=_url(site, "reset", token))


def send_unknown(site: Site, email: str) -> None:
    """To who wants a new password for an address without account: the same work, so that time tells nothing."""
    _send("unknown", email, site, url=_url(site, "register"))


def _url(site: Site, name: str, *args: str) -> str:
    """With the commune's own host, never the one the request claims."""
    return site.root_url + reverse(f"buergerportal_identity:{name}", args=args)


def _send(name: str, email: str, site: Site, **context: Any) -> None:
    context["town"] = site.site_name or site.hostname
    subject, text = (
        render_to_string(f"buergerportal/identity/mails/{name}_{part}.txt", context) for part in ("subject", "body")
    )
    send_mail(" ".join(subject.split()), text, None, [email])
