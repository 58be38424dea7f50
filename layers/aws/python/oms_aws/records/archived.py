"""Checks of the archive: files, event logs, counterfoils of numbers, seals, and mails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256

from msgspec.json import decode

from oms.core.events import LogEntry
from oms.orders import waiting
from oms.orders.documents import Document
from oms.records.breach import Breach
from oms.records.seal import Entry, Seal, unaltered
from oms_aws.billing.bills import StoredBill
from oms_aws.billing.counterfoils import FOLDER
from oms_aws.billing.counterfoils import read as counterfoil_in
from oms_aws.orders.store import StoredOrder
from oms_aws.records.exports import StoredExport
from oms_aws.records.proofs import each
from oms_aws.records.reconciliation import Parted
from oms_aws.records.scanned import Archive, Snapshot, saying

LATE = timedelta(hours=1)
"""So long after its issue a document may be on its way to the archive, or a log after its end."""

NAMED = ("invoices/", "letters/", "exports/", "reconciliations/")
"""The folders of files that have their content's SHA-256 in their name, beside logs."""

LOGS = ("orders/", "bills/")
"""The folders with the logs of what is finished."""


class _Noting:
    """An archive that notes which files were read of it."""

    def __init__(self, archive: Archive) -> None:
        self.noted: set[str] = set()
        self._archive = archive
        self.keys = archive.keys

    def read(self, key: str) -> bytes | None:
        self.noted.add(key)
        return self._archive.read(key)


def archive(found: Snapshot) -> Iterator[Breach]:
    """Each file is there with the SHA-256 that its aggregate's log gives, and in time.

    Files that no log names any more are at least what their names say.
    """
    read = _Noting(found.archive)

    def of_order(id: str, stored: StoredOrder) -> Iterator[Breach]:
        yield from _documents(id, stored.order.documents, found.at, read)
        for paper in stored.order.papers:
            yield from _same(id, paper.key, paper.sha256, read)

    def of_bill(id: str, stored: StoredBill) -> Iterator[Breach]:
        yield from _documents(id, stored.bill.documents, found.at, read)

    def of_export(id: str, kept: StoredExport) -> Iterator[Breach]:
        for file in kept.export.files:
            yield from _same(id, file.key, file.sha256, read)

    yield from each(found.orders, of_order)
    yield from each(found.billed.bills, of_bill)
    yield from each(found.exports, of_export)
    for folder in NAMED:
        for key in found.archive.keys(folder):
            if key not in read.noted and not named_after(key, read):
                yield Breach(key, "is in the archive with other content")


def named_after(key: str, archive: Archive) -> bool:
    """True if the content of a file is that of its name."""
    try:
        return sha256(archive.read(key) or b"").hexdigest() in key
    except Exception:
        return False


def _documents(
    id: str, documents: Iterable[Document], at: datetime, archive: Archive
) -> Iterator[Breach]:
    for document in documents:
        if document.key:
            yield from _same(id, document.key, document.sha256 or "", archive)
        if document.xml_key:
            yield from _same(id, document.xml_key, document.xml_sha256 or "", archive)
        waits = document.rejected and not document.withdrawn_at  # for a clerk
        if not document.kept and not waits and document.issued_at + LATE < at:
            yield Breach(id, f"{document.number} was never archived")
        for letter in document.dunning.letters if document.dunning else ():
            if letter.key:
                yield from _same(id, letter.key, letter.sha256 or "", archive)
            elif letter.issued_at + LATE < at:
                yield Breach(id, f"letter {letter.id} was never archived")


def _same(where: str, key: str, digest: str, archive: Archive) -> Iterator[Breach]:
    try:
        content = archive.read(key)
    except Exception as error:
        yield Breach(where, f"{key} cannot be read: {saying(error)}")
        return
    if content is None:
        yield Breach(where, f"{key} is not in the archive")
    elif sha256(content).hexdigest() != digest:
        yield Breach(where, f"{key} is in the archive with other content")


def archived_logs(found: Snapshot) -> Iterator[Breach]:
    """Breaches where what is finished is not in the archive with the log that it had."""
    kept = {_aggregate(key) for folder in LOGS for key in found.archive.keys(folder)}
    yield from (breach for breach, _ in parted_logs(found, Parted(found.archive)))

    def lies(aggregate: str, finished: bool) -> Iterator[Breach]:
        if finished and aggregate not in kept:
            log = found.log(aggregate)
            if log and log[-1].at + LATE < found.at:
                yield Breach(aggregate, "is finished, but its log is not in the archive")

    ended = {f"order/{id}": waiting.finished(stored.order) for id, stored in found.orders.items()}
    ended |= {f"bill/{id}": stored.bill.finished for id, stored in found.billed.bills.items()}
    yield from each(ended, lies)


def parted_logs(found: Snapshot, parted: Parted) -> Iterator[tuple[Breach, str]]:
    """Archived logs that are not what was archived, or not how the live one begins; their keys.

    Those that an earlier reconciliation has explained are left out, but not if they were altered.
    """
    for folder in LOGS:
        for key in found.archive.keys(folder):
            aggregate = _aggregate(key)
            try:
                what = _differing(key, found.log(aggregate), parted, found.archive)
            except Exception as error:
                what = f"{key} cannot be checked: {saying(error)}"
            if what:
                yield Breach(aggregate, what), key


def _aggregate(key: str) -> str:
    """Aggregate of a key: `orders/2026/11/ord_1/000014-….jsonl` is of `order/ord_1`."""
    kind, *_, id, _ = key.split("/")
    return f"{kind.removesuffix('s')}/{id}"


def _differing(key: str, log: list[LogEntry], parted: Parted, archive: Archive) -> str:
    """Difference of an archived log from the live one, if any."""
    content = archive.read(key) or b""
    if sha256(content).hexdigest() not in key:
        return f"{key} is in the archive with other content"
    if key in parted.logs:
        return ""
    for number, line in enumerate(content.splitlines()):
        then = decode(line, type=LogEntry)
        if number >= len(log) or log[number] != then:
            what = "is gone" if number >= len(log) else "was another"
            return f"event {then.sequence} {what} when {key} was archived"
    return ""


def counterfoils(found: Snapshot) -> Iterator[Breach]:
    """Each number that stands on an archived paper is in its range, on the same document."""
    for key in found.archive.keys(FOLDER):
        try:
            paper = counterfoil_in(found.archive.read(key) or b"")
        except Exception as error:
            yield Breach(key, f"cannot be read: {saying(error)}")
            continue
        entry = found.numbers.get(paper.range, {}).get(paper.number)
        if entry is None:
            what = f"is on the paper of {paper.document}, but not in its range"
            yield Breach(paper.text, what)
        elif entry.unused:
            if paper.document not in entry.unused:
                yield Breach(paper.text, f"is on the paper of {paper.document}, but unused")
        elif entry.document != paper.document:
            what = f"is on the paper of {paper.document}, its range says {entry.document}"
            yield Breach(paper.text, what)
        elif found.counterfoil(paper.document) != paper:
            yield Breach(paper.text, f"{paper.document} is on record otherwise than on its paper")


def seals(found: Snapshot) -> Iterator[Breach]:
    """The days are as they were sealed (`oms.records.seal`)."""
    parted = Parted(found.archive)
    whole = {}
    for day, item in sorted(found.seals.items()):
        broken = list(_same(f"seal {day}", item["key"], item["sha256"], found.archive))
        yield from broken
        if not broken:
            whole[day] = item["key"]
    yield from unaltered(
        (decode(found.archive.read(key) or b"", type=Seal) for key in whole.values()),
        _Days(found, parted, whole),
    )


class _Days(Mapping[date, Iterable[Entry]]):
    """The events of each sealed day: those that are there, and those that a restore has lost."""

    def __init__(self, found: Snapshot, parted: Parted, whole: Mapping[date, str]) -> None:
        self._found = found
        self._parted = parted
        self._whole = whole

    def __getitem__(self, day: date) -> list[Entry]:
        there = [Entry(event, hash) for event, hash in self._found.shelf.on(day.isoformat())]
        return [*there, *self._parted.events(day)]

    def __iter__(self) -> Iterator[date]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)


def notifications(found: Snapshot) -> Iterator[Breach]:
    """Each mail that a log says was sent is on record, so that it is never sent again."""
    for event in found.happened():
        if event.type != "Notification.Sent":
            continue
        said = decode(event.data)
        place = said["cause"], said["kind"]
        if found.notified.get(place) != said["message_id"]:
            what = f"its mail {said['kind']} for {said['cause']} is not on record"
            yield Breach(event.aggregate, what)
