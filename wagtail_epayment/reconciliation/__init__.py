"""What the cash office sees of the comparison: classes, sums, and an explanation for every row. Reads only."""

from __future__ import annotations
