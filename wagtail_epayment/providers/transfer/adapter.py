from __future__ import annotations

from django.forms import Form
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...errors import ContractNotUsable, Garbage, ProviderRefused
from ..base import AttemptView, BaseProvider, Capabilities, RawMessage, Redirect, ReturnUrls, Word
from ..registry import providers
from .options import option_fields


@providers.register("transfer")
class TransferProvider(BaseProvider):
    """Nothing is begun and nobody can be asked: an attempt is made when the commune's bank says that money came."""

    label = _("Bank transfer")
    can = Capabilities(online=False)
    option_fields = option_fields()
    identity = ("iban",)

    def start(self, attempt: AttemptView, *, urls: ReturnUrls) -> Redirect:
        raise ProviderRefused("A transfer is made at the payer's own bank.")

    def parse_notification(self, message: RawMessage) -> Word:
        raise Garbage("Nobody reports transfers here: bank statements are imported.")

    def fetch(self, attempt: AttemptView) -> tuple[RawMessage, Word]:
        raise ProviderRefused("Nobody can be asked about a transfer.")

    def check(self) -> None:
        form = type("OptionsForm", (Form,), dict(self.option_fields))(data=self.contract.options)
        if not form.is_valid():
            raise ContractNotUsable(gettext("Please fill in account holder and IBAN."))
