"""The local account. Nothing here tells whether an address has an account."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ..models import Citizen, LocalAccount

_CONFIRM, _RESET = "buergerportal.identity.confirm", "buergerportal.identity.reset"
_CONFIRM_SECONDS, _RESET_SECONDS = 48 * 3600, 3600


class LinkInvalid(Exception):
    """The link is too old, was used before, or is no link of ours."""


def email_hash(email: str) -> str:
    return salted_hmac("buergerportal.identity.email", email.strip().casefold(), algorithm="sha256").hexdigest()


def register(*, email: str, password: str, profile: dict[str, str]) -> LocalAccount | None:
    """A new, unconfirmed account; None if the address has a confirmed one. An unconfirmed one is replaced.

    Raises ValidationError for a weak password.
    """
    validate_password(password)
    hashed = email_hash(email)
    try:
        with transaction.atomic():
            Citizen.objects.filter(local_account__email_hash=hashed, local_account__confirmed_at=None).delete()
            citizen = Citizen.objects.create(
                provider="local", subject=hashed, profile={**profile, "email": email.strip()}
            )
            return LocalAccount.objects.create(
                citizen=citizen, email=email.strip(), email_hash=hashed, password=make_password(password)
            )
    except IntegrityError:
        return None


def confirm_token(account: LocalAccount) -> str:
    return signing.dumps(account.pk, salt=_CONFIRM)


def confirm(token: str) -> LocalAccount:
    """Raises LinkInvalid."""
    account = _account(token, salt=_CONFIRM, seconds=_CONFIRM_SECONDS)[0]
    LocalAccount.objects.filter(pk=account.pk, confirmed_at=None).update(confirmed_at=timezone.now())
    return account


def check(*, email: str, password: str) -> Citizen | None:
    """The citizen whose confirmed address and password these are. Takes the same time whoever asks."""
    account = LocalAccount.objects.select_related("citizen").filter(email_hash=email_hash(email)).first()
    if account is None:
        make_password(password)
        return None
    right = check_password(password, account.password)
    return account.citizen if right and account.confirmed_at else None


def reset_token(email: str) -> tuple[LocalAccount, str] | None:
    account = LocalAccount.objects.filter(email_hash=email_hash(email)).exclude(confirmed_at=None).first()
    # Bound to the present password, so that a link works once.
    return (account, signing.dumps([account.pk, account.password[-12:]], salt=_RESET)) if account else None


def reset(token: str, *, password: str) -> None:
    """Raises LinkInvalid; ValidationError for a weak password."""
    account, mark = _account(token, salt=_RESET, seconds=_RESET_SECONDS)
    if mark != account.password[-12:]:
        raise LinkInvalid
    validate_password(password)
    LocalAccount.objects.filter(pk=account.pk, password=account.password).update(password=make_password(password))


def _account(token: str, *, salt: str, seconds: int) -> tuple[LocalAccount, str]:
    try:
        said = signing.loads(token, salt=salt, max_age=seconds)
    except signing.BadSignature as error:
        raise LinkInvalid from error
    pk, mark = said if isinstance(said, list) else (said, "")
    account = LocalAccount.objects.filter(pk=pk).first()
    if account is None:
        raise LinkInvalid
    return account, mark
