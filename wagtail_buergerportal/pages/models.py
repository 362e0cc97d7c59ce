"""Ready-made page types made of the mixins in ``services``. Optional: a site may mix its own."""

from __future__ import annotations
