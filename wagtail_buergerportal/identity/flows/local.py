"""The local account. Nothing here tells whether an address has an account, neither by answer nor by time."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from ..errors import LinkInvalid, WrongPassword
from ..models import AssuranceLevel, Citizen, LocalAccount
from ..providers import Identity

PROVIDER = "local"
_CONFIRM, _RESET = "buergerportal.identity.confirm", "buergerportal.identity.reset"
CONFIRM_SECONDS, RESET_SECONDS = 48 * 3600, 3600


def email_hash(email: str) -> str:
    """Keyed hash an address is looked up by; capitals and blanks around make no difference."""
    return salted_hmac("buergerportal.identity.email", email.strip().casefold(), algorithm="sha256").hexdigest()


def register(*, email: str, password: str, profile: dict[str, str]) -> LocalAccount | None:
    """A new, unconfirmed account; None if the address has a confirmed one. An unconfirmed one is replaced.

    Raises ValidationError for a weak password.
    """
    validate_password(password)
    email, hashed, encoded = email.strip(), email_hash(email), make_password(password)
    try:
        with transaction.atomic():
            Citizen.objects.filter(local_account__email_hash=hashed, local_account__confirmed_at=None).delete()
            citizen = Citizen.objects.create(provider=PROVIDER, subject=hashed, profile={**profile, "email": email})
            return LocalAccount.objects.create(citizen=citizen, email=email, email_hash=hashed, password=encoded)
    except IntegrityError:
        return None


def confirm_token(account: LocalAccount) -> str:
    return signing.dumps(account.pk, salt=_CONFIRM)


def confirm(token: str, *, password: str) -> Identity:
    """Confirm the address; the password shows that who opens the mailbox is who registered.

    Without it somebody could register another person's address and wait until that person clicks.
    Raises LinkInvalid, WrongPassword.
    """
    account = _account(_said(token, salt=_CONFIRM, seconds=CONFIRM_SECONDS))
    if not check_password(password, account.password):
        raise WrongPassword
    LocalAccount.objects.filter(pk=account.pk, confirmed_at=None).update(confirmed_at=timezone.now())
    return _identity(account)


def check(*, email: str, password: str) -> Identity | None:
    """Who it is, if the address is confirmed and the password right. Takes the same time whoever asks."""
    account = LocalAccount.objects.select_related("citizen").filter(email_hash=email_hash(email)).first()
    if account is None:
        make_password(password)
        return None
    right = check_password(password, account.password)
    return _identity(account) if right and account.confirmed_at else None


def reset_token(email: str) -> tuple[LocalAccount, str] | None:
    """A token for one change of the password; None if no confirmed account has this address."""
    account = LocalAccount.objects.filter(email_hash=email_hash(email)).exclude(confirmed_at=None).first()
    return (account, signing.dumps([account.pk, _mark(account)], salt=_RESET)) if account else None


def check_reset(token: str) -> LocalAccount:
    """The account whose password this link may change. Raises LinkInvalid."""
    said = _said(token, salt=_RESET, seconds=RESET_SECONDS)
    account = _account(said[0])
    if not constant_time_compare(said[1], _mark(account)):
        raise LinkInvalid
    return account


@transaction.atomic
def reset(token: str, *, password: str) -> None:
    """Change the password and end every login of this citizen. Locks the account.

    Raises LinkInvalid; ValidationError for a weak password.
    """
    account = LocalAccount.objects.select_for_update().get(pk=check_reset(token).pk)
    validate_password(password)
    check_reset(token)
    account.password = make_password(password)
    account.save(update_fields=["password"])
    Citizen.objects.filter(pk=account.citizen_id).update(logged_out_at=timezone.now())


def _identity(account: LocalAccount) -> Identity:
    """The address is vouched for because it was confirmed; the rest is what people say of themselves."""
    subject, profile = account.email_hash, {"email": account.email}
    return Identity(PROVIDER, subject, AssuranceLevel.BASIC, profile, frozenset({"email"}))


def _mark(account: LocalAccount) -> str:
    """Changes with the password, so that a link works once; says nothing about it."""
    return salted_hmac(_RESET, account.password, algorithm="sha256").hexdigest()[:32]


def _said(token: str, *, salt: str, seconds: int) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=seconds)
    except signing.BadSignature as error:
        raise LinkInvalid from error


def _account(pk: int) -> LocalAccount:
    account = LocalAccount.objects.filter(pk=pk).first()
    if account is None:
        raise LinkInvalid
    return account
