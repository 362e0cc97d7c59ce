from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_epayment.models import PaymentOrder

from ..errors import NothingToDo
from ..models import FinanceTenant, TextCorrection
from ..repertoire import Repertoire
from ..text import writable
from .compose import Accounts, compose
from .gather import load_orders


def bad_texts(order: PaymentOrder, tenant: FinanceTenant) -> dict[str, str]:
    """The texts of the order that cannot be written, and what each is."""
    (loaded,) = load_orders([order.pk])
    problems = [problem for *_entry, found in compose(loaded, Accounts(tenant)) for problem in found]
    return {problem.text: problem.field for problem in problems if problem.text}


@transaction.atomic
def correct_texts(order: PaymentOrder, *, texts: Mapping[str, str], by: Any) -> None:
    """Say how texts of the order are written in postings; the order keeps what was typed.

    Locks the order. Raises TextNotWritable for a replacement that cannot be written either, NothingToDo for an
    empty one.
    """
    order = PaymentOrder.objects.select_for_update().get(pk=order.pk)
    tenant = FinanceTenant.objects.filter(site=order.site_id, is_active=True).first()
    repertoire = Repertoire(tenant.repertoire) if tenant else Repertoire.KASSENBUCH
    for original, replacement in texts.items():
        text = writable(replacement.strip(), record=order.reference, field=_("written as"), repertoire=repertoire)
        if not text:
            raise NothingToDo(_("Please say how “%(text)s” is to be written.") % {"text": original})
        TextCorrection.objects.update_or_create(
            order=order, original=original, defaults={"replacement": text[:300], "corrected_by": by}
        )
