from __future__ import annotations


class IdentityError(Exception):
    """Everything that goes wrong when people log in."""


class LoginNotOffered(IdentityError):
    """The commune's policy or the installation's settings do not allow this way to log in."""


class LinkInvalid(IdentityError):
    """The link is too old, was used before, or is no link of ours."""


class WrongPassword(IdentityError):
    """The password is not the one of the account."""
