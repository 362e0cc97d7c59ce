"""The tables of states in the reference are the ones the code uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from wagtail_epayment.transitions import EDGES, REFUND_EDGES, as_markdown

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/payment-states.md"


@pytest.mark.parametrize(("name", "edges"), [("attempts", EDGES), ("refunds", REFUND_EDGES)])
def test_the_reference_shows_the_edges_the_code_allows(name, edges):
    shown = PAGE.read_text(encoding="utf-8").split(f"<!-- {name} -->")[1].split("<!-- end -->")[0]
    assert shown.strip() == as_markdown(edges)
