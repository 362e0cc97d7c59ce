"""Signed messages to other applications (Standard Webhooks): what they say, how they are signed and sent."""

from __future__ import annotations
