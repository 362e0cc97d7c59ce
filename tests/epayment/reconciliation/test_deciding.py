"""What people decide about differences."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from tests.epayment.reconciliation.conftest import Town, line, payment
from wagtail_epayment.errors import DecisionNotPossible
from wagtail_epayment.flows.decide import decide
from wagtail_epayment.flows.reconcile import reconcile_site
from wagtail_epayment.models import (
    Decision,
    DecisionKind,
    LedgerEntry,
    PaymentContract,
)

pytestmark = pytest.mark.django_db


def test_decisions_stay_as_they_are(town, django_user_model):
    town.reports("t1;9.99;fremd;;20.11.2026;payment")
    person = django_user_model.objects.create_user("kasse")
    decision = decide(line(), kind=DecisionKind.CLOSE, reason="Bücherei", user=person)
    for change in (lambda: Decision.objects.update(reason="x"), decision.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    decide(line(), kind=DecisionKind.INVESTIGATE, reason="doch nicht", user=person)
    assert Decision.objects.count() == 2


def test_what_cannot_be_decided_is_refused(town, other_site, django_user_model):
    person = django_user_model.objects.create_user("kasse")
    entry = town.paid()
    town.reports(payment(entry.attempt), "t2;9.99;fremd;;20.11.2026;payment")
    matched, unknown = line(match="matched"), line(match="unknown")
    stranger = Town(other_site, PaymentContract.objects.create(site=other_site, provider="sandbox", label="N")).order()
    for subject, kind, reason, order in [
        (matched, DecisionKind.ACCEPT, "x", None),
        (matched, DecisionKind.ASSIGN, "x", entry.order),
        (unknown, DecisionKind.ASSIGN, "x", None),
        (unknown, DecisionKind.ASSIGN, "x", stranger),
        (unknown, DecisionKind.CLOSE, "x", entry.order),
        (unknown, DecisionKind.CLOSE, "  ", None),
        (entry, DecisionKind.ASSIGN, "x", entry.order),
    ]:
        with pytest.raises(DecisionNotPossible):
            decide(subject, kind=kind, reason=reason, user=person, order=order)
    assert not Decision.objects.exists()
    decide(entry, kind=DecisionKind.INVESTIGATE, reason="beim Anbieter gefragt", user=person)
    assert entry.decisions.get().site == town.site


def test_a_closed_line_is_left_alone_by_later_runs(town, django_user_model):
    order = town.order()
    town.reports(f"t1;57.50;;{order.reference};20.11.2026;payment")
    decide(line(), kind=DecisionKind.CLOSE, reason="überwiesen", user=django_user_model.objects.create_user("kasse"))
    town.attempt(order)
    reconcile_site(town.site.pk)
    assert not LedgerEntry.objects.exists()
