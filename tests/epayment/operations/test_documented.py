from __future__ import annotations

from pathlib import Path

import pytest

from wagtail_epayment.operations.doctor import invariants
from wagtail_epayment.operations.figures import MEASURES

PAGE = Path(__file__).resolve().parents[3] / "docs/how-to/watch-payments.md"


@pytest.mark.parametrize("rule", invariants.values(), ids=list(invariants))
def test_every_rule_of_the_doctor_is_documented_as_it_speaks(rule):
    assert f"| `{rule.name}` | {rule.wrong} | {rule.do} |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("measure", MEASURES, ids=[measure.name for measure in MEASURES])
def test_every_figure_is_documented(measure):
    assert f"| `epayment_{measure.name}` |" in PAGE.read_text(encoding="utf-8")
