"""Whether the contract works: every project is tried, and nothing moves."""

from __future__ import annotations

import pytest

from tests.fakes.server import Fault
from wagtail_epayment.errors import ContractNotUsable, ProviderUnavailable

from .conftest import adapter_of


def test_every_offered_project_is_tried_and_nothing_moves(giro, adapter):
    adapter.check()
    assert {call.form["projectId"] for __, call in giro.calls} == {p.project_id for p in giro.projects.values()}
    assert {call.form["amount"] for __, call in giro.calls} == {"-1"}
    assert giro.transactions == giro.pages == []


def test_only_what_is_offered_is_tried(giro):
    credentials = giro.credentials("card")
    adapter_of(giro, methods=("card",), credentials=credentials, options=giro.options("card")).check()
    assert giro.count("transaction/start") == len(giro.calls) == 1


@pytest.mark.parametrize("wrong", [{"merchant_id": "9"}, {"wero_project_id": "9"}, {"wero_project_id": ""}])
def test_a_wrong_id_is_found(giro, wrong):
    with pytest.raises(ContractNotUsable):
        adapter_of(giro, options={**giro.options(), **wrong}).check()


@pytest.mark.parametrize("fault", [None, Fault.BAD_SIGNATURE])
def test_a_wrong_password_is_found(giro, fault):
    wrong = {**giro.credentials(), "wero_password": "wrong-4711"} if fault is None else giro.credentials()
    if fault:
        giro.will("transaction/start", fault)
    with pytest.raises(ContractNotUsable, match="5002") as caught:
        adapter_of(giro, credentials=wrong).check()
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.ERROR_BEFORE, Fault.NONSENSE])
def test_a_silent_server_proves_no_password_wrong(giro, adapter, fault):
    giro.will("paypage/init", fault)
    with pytest.raises(ProviderUnavailable):
        adapter.check()
