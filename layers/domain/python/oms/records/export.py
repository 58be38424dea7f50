"""Exports: what an accountant or an auditor takes away, asked for, written once and kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Literal

from msgspec import Struct
from msgspec.structs import replace

from oms.billing.books import Totals
from oms.core.events import DomainEvent, EventReader, replay
from oms.core.formats import Formats, unchanged
from oms.core.refusals import Refusal
from oms.core.values import BUSINESS_ZONE
from oms.master.bookkeeping import Bookkeeping

Kind = Literal["datev", "z3"]
LONGEST_DAYS = 366
DEBTORS = "EXTF_DebitorenKreditoren"
"""How the name of the file begins that says whose the debtors' accounts are."""


class File(Struct, frozen=True):
    """A file of an export in the archive; `sha256` in hex."""

    name: str
    key: str
    sha256: str
    size: int


class Export(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The vouchers of a shop that were issued from `since` to `until` (inclusive).

    `books` are the accounts that its files were written with.
    """

    id: str
    shop: str
    kind: Kind
    since: date
    until: date
    asked_by: str
    asked_at: datetime
    status: Literal["asked", "written", "refused"] = "asked"
    files: tuple[File, ...] = ()
    totals: Totals | None = None
    books: Bookkeeping | None = None
    reason: str | None = None
    events: tuple[ExportEvent, ...] = ()

    @property
    def months(self) -> list[str]:
        """The months that the days lie in, as `YYYY-MM`."""
        return months(self.since, self.until)

    @property
    def asked_on(self) -> date:
        """The day of the books on which it was asked for."""
        return self.asked_at.astimezone(BUSINESS_ZONE).date()

    def closes(self, day: date, at: datetime) -> bool:
        """True if what is told of a day from a time on is too late for its batch.

        A batch that was asked for before its last day was over is not the last of its period.
        """
        if self.kind != "datev" or self.status == "refused" or at < self.asked_at:
            return False
        return self.since <= day <= self.until < self.asked_on


def months(first: date, last: date) -> list[str]:
    """The months from that of a day to that of another, as `YYYY-MM`."""
    since, until = (day.year * 12 + day.month - 1 for day in (first, last))
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(since, until + 1)]


class ExportRequested(DomainEvent, frozen=True, tag="Export.Requested"):
    """Somebody wants an export."""

    export: Export
    upgrades: ClassVar = (unchanged,)


class ExportWritten(DomainEvent, frozen=True, tag="Export.Written"):
    """The files of an export are in the archive."""

    files: tuple[File, ...]
    totals: Totals
    at: datetime
    books: Bookkeeping | None = None
    upgrades: ClassVar = (unchanged,)


class ExportRefused(DomainEvent, frozen=True, tag="Export.Refused"):
    """An export cannot be written from the vouchers as they are."""

    reason: str
    at: datetime


ExportEvent = ExportRequested | ExportWritten | ExportRefused


def asked(export: Export) -> Export:
    """The export, if its days make sense; raises Refusal naming the field."""
    days = (export.until - export.since).days
    if days < 0:
        raise Refusal("days_reversed", "The last day lies before the first.", {"to": "too early"})
    if days >= LONGEST_DAYS:
        text = f"An export covers at most {LONGEST_DAYS} days."
        raise Refusal("period_too_long", text, {"to": "too late"})
    return export


def requested(export: Export) -> Export:
    """A new export, with its event."""
    return replace(export, events=(ExportRequested(export),))


def finish(export: Export, event: ExportWritten | ExportRefused) -> Export:
    """The export with its outcome; one that has an outcome stays as it is."""
    return replace(apply(export, event), events=(event,)) if export.status == "asked" else export


def apply(export: Export, event: ExportWritten | ExportRefused) -> Export:
    """The export after an event, as replaying its log does it."""
    if isinstance(event, ExportWritten):
        return replace(
            export, status="written", files=event.files, totals=event.totals, books=event.books
        )
    return replace(export, status="refused", reason=event.reason)


def replayed(log: Iterable[ExportEvent]) -> Export:
    """The export that its log tells of; raises Broken for a log without a beginning."""
    export: Export = replay(log, ExportRequested, lambda event: event.export, apply)
    return export


EXPORT_FORMATS: Formats[Export] = Formats(Export, unchanged)
decode_export_event = EventReader[ExportEvent](ExportEvent).read
