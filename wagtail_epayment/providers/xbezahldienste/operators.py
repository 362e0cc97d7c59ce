"""The operators of XBezahldienste we know, so that nobody has to look their addresses up.

Source: aivot-digital/gover, ``core/payment/``, and the GiroCheckout documentation. The live addresses come with the
operator's contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Auth(StrEnum):
    """How we prove who we are."""

    OAUTH2 = "oauth2"
    MTLS_PEM = "mtls_pem"
    MTLS_P12 = "mtls_p12"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class Operator:
    """``test_url`` and ``token_url`` are filled in where a contract leaves them empty and is not live."""

    label: str
    auth: Auth
    test_url: str
    token_url: str = ""


OPERATORS: dict[str, Operator] = {
    "pmpayment": Operator(
        "pmPayment",
        Auth.OAUTH2,
        "https://payment-test.govconnect.de/",
        "https://payment-test.govconnect.de/oauth/token",
    ),
    "epaybl": Operator("ePayBL", Auth.MTLS_P12, "https://epayment-stage.dataport.de/konnektor/epayment/"),
    "epay21": Operator("epay21", Auth.BASIC, "https://epay-qs.ekom21.de/xbezahldienste/api/v1.0.0/"),
    "girocheckout": Operator("GiroCheckout", Auth.OAUTH2, "https://payment.girosolution.de/api/xbezahldienste/"),
}


def as_markdown() -> str:
    """The table as the reference shows it."""
    rows = [
        f"| `{code}` | {one.label} | `{one.auth}` | {one.test_url} | {one.token_url or 'auth/token below it'} |"
        for code, one in OPERATORS.items()
    ]
    head = [
        "| `operator` | product | usual `auth` | `base_url` of the test system | `token_url` |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows])
