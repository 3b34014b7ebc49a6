"""The engine's tables, each in the module of its topic."""

from .cases import Case, Holder
from .clocks import CalendarVersion, ClockDefinition
from .events import Access, Anchor, Content, Event, Receipt
from .figures import Delta, HolderSpan, PersonTally, ProviderTally, Tally
from .files import Attachment, FileChunk, StoredFile
from .holds import LegalHold
from .jobs import Batch, BatchItem, Outbox, Slot
from .notices import Notice, Rung
from .tasks import Task

__all__ = [
    "Access",
    "Anchor",
    "Attachment",
    "Batch",
    "BatchItem",
    "CalendarVersion",
    "Case",
    "ClockDefinition",
    "Content",
    "Delta",
    "Event",
    "FileChunk",
    "Holder",
    "HolderSpan",
    "LegalHold",
    "Notice",
    "Outbox",
    "PersonTally",
    "ProviderTally",
    "Receipt",
    "Rung",
    "Slot",
    "StoredFile",
    "Tally",
    "Task",
]
