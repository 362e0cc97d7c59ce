"""Ratios against plain Django and plain lxml, measured in the same run: ``make bench``.

Absolute times say more about the machine than about the code, so nothing here asserts one. Each measurement runs in
a process of its own, on a database of its own, with its setting-up outside the measured time.
"""

from __future__ import annotations
