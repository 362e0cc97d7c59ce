from __future__ import annotations

from pathlib import Path

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Whole suites begin early, so that no worker is alone with one at the end."""
    items.sort(key=lambda item: item.path.parent != Path(__file__).parent)
