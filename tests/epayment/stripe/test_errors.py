"""What Stripe refuses, and answers that are none."""

from __future__ import annotations

import json

import pytest

from tests.fakes.server import Answer
from wagtail_epayment.errors import ProviderRefused, ProviderUnavailable

from .conftest import (
    URLS,
    an_attempt,
)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 429, 500, 503])
def test_only_what_stripe_surely_did_not_do_is_refused_and_no_word_of_stripes_is_passed_on(
    bank, adapter, status, monkeypatch
):
    said = {"error": {"type": "x", "code": "Ein Code", "message": "sk_test_****4242 Erika", "param": "p Erika"}}
    monkeypatch.setattr(bank, "handle", lambda call: Answer(json.dumps(said).encode(), status))
    with pytest.raises((ProviderRefused, ProviderUnavailable)) as raised:
        adapter.start(an_attempt(), urls=URLS)
    assert raised.type == (ProviderRefused if status < 405 else ProviderUnavailable)
    assert raised.value.__suppress_context__
    assert "Erika" not in str(raised.value)
    assert "4242" not in str(raised.value)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"7", b"{}", b'{"id": 7, "url": "https://x"}', b'{"id": "cs", "url": 7}']
)
def test_an_answer_of_another_shape_is_no_answer(bank, adapter, body, monkeypatch):
    monkeypatch.setattr(bank, "handle", lambda call: Answer(body))
    with pytest.raises(Exception) as raised:
        adapter.start(an_attempt(), urls=URLS)
    assert not issubclass(raised.type, ProviderRefused)


def test_an_address_that_is_none_is_not_followed(bank, adapter, monkeypatch):
    begin = bank._begin
    monkeypatch.setattr(bank, "_begin", lambda params: {**begin(params), "url": "javascript:alert(1)"})
    with pytest.raises(ProviderUnavailable):
        adapter.start(an_attempt(), urls=URLS)
