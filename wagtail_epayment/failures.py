"""Failures of other people's code in the log: where they happened, never what they say; that may hold secrets."""

from __future__ import annotations

import logging
import traceback


def log_failure(logger: logging.Logger, what: str, error: Exception) -> None:
    """Log the kind of an unexpected error and its frames. Its text stays out: it may quote a key or a payer."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s: %s\n%s", what, type(error).__name__, frames)
