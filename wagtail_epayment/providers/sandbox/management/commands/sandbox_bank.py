from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from wagtail_epayment.providers.sandbox.books import BankRefusesError, fullest
from wagtail_epayment.providers.sandbox.chargebacks import FEE_CENTS, charge_back, reverse_chargeback
from wagtail_epayment.providers.sandbox.clock import let_time_pass
from wagtail_epayment.providers.sandbox.faults import Fault, Operation, plan
from wagtail_epayment.providers.sandbox.models import SandboxMerchant, SandboxPayment
from wagtail_epayment.providers.sandbox.notices import deliver
from wagtail_epayment.providers.sandbox.payouts import pay_out
from wagtail_epayment.providers.sandbox.refunds import give_back


class Command(BaseCommand):
    help = "Let the sandbox bank act: chargebacks, refunds made at the bank, payouts, faults, and what time brings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        for name, text in (
            ("chargeback", "the payer's bank takes a payment back"),
            ("reverse", "the payer's bank returns what it took"),
            ("refund", "somebody gives money back at the bank, without the merchant"),
        ):
            one = acts.add_parser(name, help=text)
            one.add_argument("payment", help="the Kassenzeichen, our transaction id or the bank's reference")
            if name != "reverse":
                one.add_argument("--cents", type=int, default=0, help="default: all that is there")
            if name == "chargeback":
                one.add_argument("--fee", type=int, default=FEE_CENTS, help="the bank's fee in cents")
        told = acts.add_parser("deliver", help="do and tell what is due")
        told.add_argument("--days", type=int, default=0, help="as if so many days had passed")
        paid = acts.add_parser("payout", help="transfer to merchants what has moved since the last time")
        paid.add_argument("merchant", nargs="?", help="default: all")
        bad = acts.add_parser("misbehave", help="let a merchant's next requests go wrong")
        bad.add_argument("merchant")
        bad.add_argument("operation", choices=Operation.values)
        bad.add_argument("fault", nargs="+", choices=Fault.values)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(getattr(self, f"_{options['act']}")(options))
        except BankRefusesError as error:
            raise CommandError(str(error)) from error

    def _chargeback(self, options: dict[str, Any]) -> str:
        payment = _payment(options["payment"])
        taken = charge_back(payment, amount_cents=options["cents"], fee_cents=options["fee"])
        deliver(payment)
        return f"Taken back: {-taken.amount_cents} cents ({taken.ref})."

    def _reverse(self, options: dict[str, Any]) -> str:
        payment = _payment(options["payment"])
        again = reverse_chargeback(payment)
        deliver(payment)
        return f"Returned: {again.amount_cents} cents ({again.ref})."

    def _refund(self, options: dict[str, Any]) -> str:
        payment = _payment(options["payment"])
        money, left = fullest(payment)
        refund = give_back(payment, amount_cents=options["cents"] or left, payment_ref=money.ref)
        deliver(payment)
        return f"Given back: {refund.amount_cents} cents ({refund.ref})."

    def _deliver(self, options: dict[str, Any]) -> str:
        done = let_time_pass(days=options["days"])
        return f"Heard: {done.heard}. Still waiting: {done.waiting}."

    def _payout(self, options: dict[str, Any]) -> str:
        wanted = [_merchant(options["merchant"])] if options["merchant"] else SandboxMerchant.objects.all()
        refs = [payout.ref for payout in map(pay_out, wanted) if payout]
        return f"Paid out: {', '.join(refs) or 'nothing'}."

    def _misbehave(self, options: dict[str, Any]) -> str:
        plan(_merchant(options["merchant"]), options["operation"], *options["fault"])
        return f"Planned for {options['operation']}: {', '.join(options['fault'])}."


def _payment(name: str) -> SandboxPayment:
    named = Q(ref=name) | Q(tx_id=name) | Q(tx_id__startswith=f"{name}-")
    payment = SandboxPayment.objects.filter(named, movements__kind="payment").order_by("-pk").first()
    if payment is None:
        raise CommandError(f'The bank has no paid payment "{name}".')
    return payment


def _merchant(name: str) -> SandboxMerchant:
    merchant = SandboxMerchant.objects.filter(merchant_id=name).first()
    if merchant is None:
        known = ", ".join(SandboxMerchant.objects.values_list("merchant_id", flat=True))
        raise CommandError(f'There is no merchant "{name}". Known: {known}.')
    return merchant
