"""Which worker of pytest-xdist runs what. Its own ``--dist loadgroup`` groups nothing with pytest 9.2."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

#: Each of these makes something costly that all its tests use: a demo and a Chromium, two full towns, a week.
SHARING = ("tests/browser/", "tests/isolation/", "tests/epayment/reconciliation/test_week.py")


class Sharing(LoadScopeScheduling):
    """Tests that share what is costly to make run on one worker and begin first; any other test runs anywhere."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in SHARING if nodeid.startswith(place)), nodeid)
