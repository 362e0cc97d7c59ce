"""Handing files over to the finance system: the contract of a channel, the registry, and the channels."""

from __future__ import annotations

from .base import AnswerFile, BaseChannel, ChannelView, Found, Shipment
from .registry import channels

__all__ = ["AnswerFile", "BaseChannel", "ChannelView", "Found", "Shipment", "channels"]
