"""What did not fit is kept in the programmers' words; people read it in theirs."""

from __future__ import annotations

import ast
import inspect

import pytest
from django.utils import translation

from wagtail_epayment.flows import apply, apply_chargeback, apply_refund
from wagtail_epayment.models import ProviderMessage
from wagtail_epayment.reconciliation.explain import explain_message


def misfits():
    """Every sentence these flows may keep with a message: their texts that end with a full stop, less docstrings."""
    for module in (apply, apply_chargeback, apply_refund):
        tree = ast.parse(inspect.getsource(module))
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in said | inner:
                text = sentence(node)
                if text[:1].isupper() and text.endswith("."):
                    yield text


def sentence(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values)
    return node.value if isinstance(node.value, str) else ""


def test_the_sentences_are_found():
    assert {"The signature is missing or wrong.", "This refund was made at the provider, not here."} <= set(misfits())


@pytest.mark.parametrize("text", sorted(set(misfits())))
def test_every_misfit_has_an_explanation_of_its_own(text):
    with translation.override(None):
        unknown = explain_message(ProviderMessage(discrepancy="Something nobody has thought of."))
        assert explain_message(ProviderMessage(discrepancy=text)) != unknown
