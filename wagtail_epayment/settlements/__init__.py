"""Formats of settlement reports: the contract in ``base``, the registry in ``registry``, then one module a format."""

from __future__ import annotations
