"""What payers need for a bank transfer, and which contract stands for transfers of a commune. Reads only."""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.utils.translation import gettext as _
from segno import helpers
from stdnum import iban

from wagtail_sitekit.money import to_decimal

from . import conf
from .models import PaymentContract, PaymentOrder
from .state import due_cents
from .ways import is_offered, takes

PROVIDER = "transfer"


@dataclass(frozen=True, slots=True)
class TransferDetails:
    """What stands on the transfer form. ``code`` is the GiroCode (EPC069-12) as SVG."""

    account_holder: str
    iban: str
    bic: str
    reference: str
    cents: int
    code: str


def transfer_details(order: PaymentOrder) -> TransferDetails | None:
    """How to transfer what is due of the order; None if its commune does not offer that."""
    cents = due_cents(order)
    if PROVIDER not in conf.get().PROVIDERS or not cents or order.currency != "EUR":
        return None
    offered = order.site.payment_contracts.filter(provider=PROVIDER, is_active=True)
    contract = next((row for row in offered if is_offered(row) and takes(row, cents)), None)
    if contract is None or not contract.options.get("iban"):
        return None
    options = contract.options
    return TransferDetails(
        account_holder=options["account_holder"],
        iban=iban.format(options["iban"]),
        bic=options.get("bic") or "",
        reference=order.reference,
        cents=cents,
        code=_giro_code(contract, order.reference, cents),
    )


def contract_for_transfers(site_id: int) -> PaymentContract | None:
    """The contract transfers are booked under, also if citizens are not offered it any more: money still arrives."""
    contracts = PaymentContract.objects.filter(site=site_id, provider=PROVIDER)
    return contracts.order_by("-is_active", "-is_live", "-pk").first()


def _giro_code(contract: PaymentContract, reference: str, cents: int) -> str:
    options, picture = contract.options, io.BytesIO()
    code = helpers.make_epc_qr(
        options["account_holder"],
        options["iban"],
        to_decimal(cents),
        text=reference,
        bic=options.get("bic") or None,
        encoding="utf-8",
    )
    title = _("GiroCode with recipient, amount and payment reference for your banking app")
    code.save(picture, kind="svg", xmldecl=False, svgns=True, nl=False, scale=4, border=4, title=title, light="#fff")
    return picture.getvalue().decode()
