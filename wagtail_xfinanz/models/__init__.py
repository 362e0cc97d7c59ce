from __future__ import annotations

from .account import DEPOSIT_KEY, FEE_KEY, PostingAccount
from .batch import FINAL, OPEN, Batch, BatchState
from .correction import TextCorrection
from .file import CHUNK_BYTES, BatchFile, FileChunk
from .mapping import FIXED, MappingState, MappingVersion
from .number_range import KassenzeichenRange
from .posting_record import PostingRecord
from .schema import SchemaFile, SchemaPackage
from .tenant import FinanceTenant

__all__ = [
    "CHUNK_BYTES",
    "DEPOSIT_KEY",
    "FEE_KEY",
    "FINAL",
    "FIXED",
    "OPEN",
    "Batch",
    "BatchFile",
    "BatchState",
    "FileChunk",
    "FinanceTenant",
    "KassenzeichenRange",
    "MappingState",
    "MappingVersion",
    "PostingAccount",
    "PostingRecord",
    "SchemaFile",
    "SchemaPackage",
    "TextCorrection",
]
