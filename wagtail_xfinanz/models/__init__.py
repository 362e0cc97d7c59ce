from __future__ import annotations

from .account import DEPOSIT_KEY, FEE_KEY, PostingAccount
from .acknowledgement import AcknowledgementImport, PostingAcknowledgement
from .audit_export import AuditExport, AuditExportChunk, ExportState
from .batch import ANSWERED, FINAL, OPEN, Batch, BatchState
from .channel import DeliveryChannel
from .closing import ClosingEntry, ClosingState, DailyClosing
from .correction import TextCorrection
from .csv_profile import CsvProfile, CsvProfileColumn
from .delivery import ARRIVED, MAY_HAVE_ARRIVED, UNDER_WAY, BatchDelivery, DeliveryState, EventKind, HandoverEvent
from .fetched_answer import FetchedAnswer, FetchedState
from .file import CHUNK_BYTES, BatchFile, FileChunk
from .mapping import FIXED, MappingState, MappingVersion
from .number_range import KassenzeichenRange
from .posting_record import PostingRecord
from .rejection import RejectionDecision, RejectionStep
from .schema import SchemaFile, SchemaPackage
from .tenant import FinanceTenant

__all__ = [
    "ANSWERED",
    "ARRIVED",
    "CHUNK_BYTES",
    "DEPOSIT_KEY",
    "FEE_KEY",
    "FINAL",
    "FIXED",
    "MAY_HAVE_ARRIVED",
    "OPEN",
    "UNDER_WAY",
    "AcknowledgementImport",
    "AuditExport",
    "AuditExportChunk",
    "Batch",
    "BatchDelivery",
    "BatchFile",
    "BatchState",
    "ClosingEntry",
    "ClosingState",
    "CsvProfile",
    "CsvProfileColumn",
    "DailyClosing",
    "DeliveryChannel",
    "DeliveryState",
    "EventKind",
    "ExportState",
    "FetchedAnswer",
    "FetchedState",
    "FileChunk",
    "FinanceTenant",
    "HandoverEvent",
    "KassenzeichenRange",
    "MappingState",
    "MappingVersion",
    "PostingAccount",
    "PostingAcknowledgement",
    "PostingRecord",
    "RejectionDecision",
    "RejectionStep",
    "SchemaFile",
    "SchemaPackage",
    "TextCorrection",
]
