"""Ways to log in: the contract, the registry, then one folder a provider."""

from __future__ import annotations

from .base import BaseLoginProvider, Identity
from .registry import providers

__all__ = ["BaseLoginProvider", "Identity", "providers"]
