from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_epayment.providers.girocheckout.signing import is_genuine, is_sealed, seal, sign, sign_bytes

CARD = [
    *["1234567", "1234", "1234567890", "100", "EUR", "Beispieltransaktion", "de", "0", "create", "0"],
    "http://www.my-domain.de/girocheckout/redirect",
    "http://www.my-domain.de/girocheckout/notify",
]


@pytest.mark.parametrize(
    ("values", "password", "expected"),
    [
        (["1234567", "1234", "Wert1", "Wert2"], "secure", "4233d4d15a75d651d60ebabe99b3d846"),
        (CARD, "secret", "26fbe72bcc0b7cd0b024b2282e974583"),
    ],
)
def test_the_vendors_own_examples(values, password, expected):
    assert sign(values, password) == expected


def test_umlauts_count_as_utf_8():
    assert sign(["Müll", "gebühr"], "schlüssel") == sign_bytes("Müllgebühr".encode(), "schlüssel")


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]))), st.text("aß€", min_size=1))
def test_only_the_joined_values_and_the_password_count(values, password):
    message = "".join(values)
    assert sign(values, password) == sign([message], password)
    assert is_genuine(message.encode(), sign(values, password), password)
    assert not is_genuine(message.encode() + b"x", sign(values, password), password)
    assert not is_genuine(message.encode(), sign(values, password), password + "x")


@given(st.binary(), st.text())
def test_a_wrong_signature_is_wrong_whatever_it_is_made_of(message, signature):
    assert is_genuine(message, signature, "secret") == (signature == sign_bytes(message, "secret"))


def test_without_a_password_nothing_is_genuine():
    assert not is_genuine(b"x", sign_bytes(b"x", ""), "")
    assert not is_sealed(b"x", seal(b"x", ""), "")


def test_a_seal_is_no_signature_of_theirs():
    assert seal(b"x", "secret") != sign_bytes(b"x", "secret")
    assert is_sealed(b"x", seal(b"x", "secret"), "secret")
    assert not is_sealed(b"y", seal(b"x", "secret"), "secret")
