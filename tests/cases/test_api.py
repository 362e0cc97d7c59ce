"""The case for a front end that is not ours."""

from __future__ import annotations

import pytest

from .conftest import FEE


@pytest.fixture
def submitted(hand_in):
    return hand_in(fee_lines=FEE, payment_policy="required")


def ask(client, number, secret, **extra):
    return client.get(f"/api/portal/v1/cases/{number}/", headers={"x-case-secret": secret, **extra})


def test_number_and_secret_tell_how_a_case_stands(client, submitted):
    answer = ask(client, submitted.case.number.lower(), submitted.secret)
    assert answer.status_code == 200
    said = answer.json()
    assert said["state"] == "waiting_for_payment"
    assert said["payment"] == "open"
    assert said["fee_cents"] == 2500
    assert said["pay_url"].startswith("http://testserver/zahlung/")
    assert [event["kind"] for event in said["events"]] == ["received"]
    assert "Muster" not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_the_secret_nothing_is_told(client, submitted, neighbour):
    answers = [
        client.get(f"/api/portal/v1/cases/{submitted.case.number}/"),
        ask(client, submitted.case.number, "falsch"),
        ask(client, "MUS-2026-777777", submitted.secret),
        ask(client, submitted.case.number, submitted.secret, host="neustadt.test"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_internal_notes_and_names_are_not_told(client, submitted, clerk):
    from wagtail_buergerportal.cases.flows import add_note

    add_note(submitted.case, text="intern", by=clerk.user, is_public=False)
    text = ask(client, submitted.case.number, submitted.secret).text
    assert "intern" not in text
    assert "bea" not in text


def test_guessing_is_slowed_down(client, submitted, settings):
    settings.WAGTAIL_BUERGERPORTAL = settings.WAGTAIL_BUERGERPORTAL | {"THROTTLE_TRIES": 2}
    for __ in range(2):
        ask(client, submitted.case.number, "falsch")
    assert ask(client, submitted.case.number, submitted.secret).status_code == 429


def test_a_public_history_in_a_fixed_number_of_queries(client, submitted, clerk, django_assert_max_num_queries):
    from wagtail_buergerportal.cases.flows import add_note

    for number in range(10):
        add_note(submitted.case, text=str(number), by=clerk.user, is_public=True)
    with django_assert_max_num_queries(9):
        assert len(ask(client, submitted.case.number, submitted.secret).json()["events"]) == 11


def test_it_stands_in_the_openapi_document(client, db):
    text = client.get("/api/schema/").content.decode()
    assert "/api/portal/v1/cases/{number}/" in text
    assert "X-Case-Secret" in text
