from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _text(label: Any, autocomplete: str, *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete, "class": "kern-form-input__input"})
    return forms.CharField(label=label, max_length=200, required=required, widget=widget)


def _password(label: Any, autocomplete: str) -> forms.CharField:
    """Paste is allowed, so that password managers work (WCAG 3.3.8). Long enough for any, short enough to hash."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "class": "kern-form-input__input"})
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget)


def _email() -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "email", "class": "kern-form-input__input"})
    return forms.EmailField(label=_("E-mail"), max_length=254, widget=widget)


class LoginForm(forms.Form):
    email = _email()
    password = _password(_("Password"), "current-password")


class RegisterForm(forms.Form):
    first_name = _text(_("First name"), "given-name", required=False)
    last_name = _text(_("Last name"), "family-name")
    email = _email()
    password = _password(_("Password (at least 8 characters)"), "new-password")


class ConfirmForm(forms.Form):
    password = _password(_("Password"), "current-password")


class ForgotForm(forms.Form):
    email = _email()


class ResetForm(forms.Form):
    password = _password(_("New password (at least 8 characters)"), "new-password")


class ProfileForm(forms.Form):
    """Fields the login provider vouches for are shown but cannot be changed, whatever is posted."""

    first_name = _text(_("First name"), "given-name", required=False)
    last_name = _text(_("Last name"), "family-name")
    street = _text(_("Street"), "address-line1", required=False)
    house_number = _text(_("House number"), "off", required=False)
    postal_code = _text(_("Postal code"), "postal-code", required=False)
    city = _text(_("Town"), "address-level2", required=False)

    def __init__(self, *args: Any, verified: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in verified & self.fields.keys():
            self.fields[key].disabled = True
            self.fields[key].help_text = _("From your login; cannot be changed here.")
