"""Which rights on this app's rows each role of a commune gets."""

from __future__ import annotations

_READ = [
    "view_paymentorder",
    "view_paymentattempt",
    "view_ledgerentry",
    "view_providermessage",
    "view_receipt",
    "view_refund",
    "view_decision",
]

#: Other applications and what they are told.
_CONNECT = [
    *(f"{action}_{model}" for model in ("apiclient", "webhookendpoint") for action in ("view", "add", "change")),
    "view_webhookdelivery",
]


def _named(*codenames: str) -> list[str]:
    return [f"wagtail_epayment.{codename}" for codename in codenames]


ROLE_PERMISSIONS: dict[str, list[str]] = {
    # configure
    "portal_admin": _named("view_paymentcontract", "add_paymentcontract", "change_paymentcontract", *_CONNECT),
    "editor": [],
    # From a case a clerk asks for money to be given back, and sees what became of their own requests.
    "clerk": _named("request_refund"),
    "certifier": _named(*_READ, "request_refund", "reconcile"),
    "releaser": _named(*_READ, "approve_refund", "reconcile"),
    "auditor": _named(*_READ, "view_paymentcontract"),
}
