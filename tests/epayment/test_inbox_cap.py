"""Anybody can knock at the door of notifications: what proves nothing must not fill the house."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from wagtail_epayment.flows import forget_unproven, process_left_over
from wagtail_epayment.flows.inbox import kept
from wagtail_epayment.models import Decision, LedgerEntry, ProviderMessage, UnkeptMessages
from wagtail_epayment.state import OrderState, order_state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three_an_hour(settings):
    settings.WAGTAIL_EPAYMENT = {**settings.WAGTAIL_EPAYMENT, "UNPROVEN_PER_HOUR": 3, "UNKNOWN_PER_DAY": 2}


def test_forged_messages_are_kept_up_to_a_number_and_the_real_one_still_counts(under_way, order, caplog):
    answers = [under_way.says(secret="guessed", event_id=f"{n}").status_code for n in range(8)]
    assert answers == [503] * 8
    assert ProviderMessage.objects.count() == 3
    assert not [record for record in caplog.records if record.name.startswith("wagtail_epayment")]
    assert under_way.says().status_code == 200
    assert order_state(order) == OrderState.PAID


def test_an_hour_later_there_is_room_again(under_way):
    for number in range(4):
        under_way.says(secret="guessed", event_id=f"{number}")
    ProviderMessage.objects.update(received_at=timezone.now() - datetime.timedelta(hours=2))
    under_way.says(secret="guessed", event_id="later")
    assert ProviderMessage.objects.count() == 4


def test_what_was_said_before_is_kept_up_to_the_number_and_always_thanked_for(under_way):
    assert [under_way.says().status_code for _again in range(8)] == [200] * 8
    assert ProviderMessage.objects.count() == 4
    assert LedgerEntry.objects.count() == 1


def test_genuine_but_not_understood_again_and_again_is_kept_up_to_the_number(under_way):
    answers = [under_way.says(state="dreaming", event_id=f"{n}").status_code for n in range(5)]
    assert answers == [200] * 3 + [503] * 2
    assert ProviderMessage.objects.count() == 3


def test_genuine_ones_about_unknown_payments_are_kept_up_to_a_number_a_day_and_the_rest_is_counted(under_way, order):
    answers = [under_way.says(tx_id=f"foreign-{n}", event_id=f"{n}").status_code for n in range(5)]
    assert answers == [503] * 5
    assert ProviderMessage.objects.count() == 2
    assert UnkeptMessages.objects.get().count == 3
    assert under_way.says().status_code == 200
    assert order_state(order) == OrderState.PAID
    ProviderMessage.objects.update(received_at=timezone.now() - datetime.timedelta(days=2))
    under_way.says(tx_id="foreign", event_id="next day")
    assert UnkeptMessages.objects.get().count == 3


def test_a_message_nobody_tried_yet_does_not_wait_behind_those_about_unknown_payments(under_way, order, monkeypatch):
    for number in range(2):
        under_way.says(tx_id=f"foreign-{number}", event_id=f"{number}")
    with monkeypatch.context() as crash:
        crash.setattr("wagtail_epayment.flows.inbox.apply_message", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            under_way.says()
    ProviderMessage.objects.update(received_at=timezone.now() - datetime.timedelta(minutes=5))
    process_left_over(limit=1)
    assert order_state(order) == OrderState.PAID


def test_a_refund_told_of_too_early_does_not_wait_behind_those_about_unknown_payments(under_way, order):
    for number in range(2):
        under_way.says(tx_id=f"foreign-{number}", event_id=f"{number}")
    under_way.says(type="refund", ref="re_1", key="", payment_ref="", event_id="refund")
    assert ProviderMessage.objects.get(attempt=under_way.attempt).processed_at is None
    under_way.says()
    ProviderMessage.objects.update(received_at=timezone.now() - datetime.timedelta(minutes=5))
    process_left_over(limit=1)
    assert order_state(order) == OrderState.REFUNDED


def test_of_a_forged_message_only_the_beginning_is_kept(under_way):
    under_way.says(secret="guessed", padding="x" * 20_000)
    assert len(kept(ProviderMessage.objects.get()).body) == 4096


def test_old_messages_without_proof_are_forgotten_unless_somebody_has_decided(under_way, site):
    under_way.says()
    for number in range(2):
        under_way.says(secret="guessed", event_id=f"{number}")
    ProviderMessage.objects.update(received_at=timezone.now() - datetime.timedelta(days=31))
    decided = ProviderMessage.objects.filter(is_verified=False).first()
    officer = get_user_model().objects.create_user("kasse")
    Decision.objects.create(site=site, kind="investigate", message=decided, reason="Betrug?", decided_by=officer)
    under_way.says(secret="guessed", event_id="new")
    assert forget_unproven() == 1
    assert ProviderMessage.objects.filter(is_verified=True).count() == 1
    assert ProviderMessage.objects.filter(is_verified=False).count() == 2
