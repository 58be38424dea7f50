"""Reconciling table and archive after a restore: what has parted is named, and brought together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.json import decode, encode

from oms.billing.bill import Bill
from oms.billing.counterfoil import Counterfoil
from oms.billing.retention import kept_until
from oms.orders.documents import Document
from oms.orders.order import Order
from oms.records.seal import Entry, Seal
from oms_aws.billing import counterfoils, debtors
from oms_aws.billing.documents import S3Documents
from oms_aws.billing.recall import Recall
from oms_aws.records import archived
from oms_aws.records.reconciliation import FOLDER, Difference, Lost, Parted, Protocol
from oms_aws.records.scanned import Snapshot
from oms_aws.records.seals import DynamoSeals

PAPERS = ("invoices/", "letters/")
"""The folders of papers that a log names."""

AGAIN = "entered again, with its record"
UNUSED = "entered as unused"
PERSON = "for a person to decide: nothing was changed"
NOTED = "noted: nothing is to be changed"


class Reconciling:
    """Differences between a scan of the table and the archive.

    `differences` names all of it, but for what an earlier reconciliation has noted; `apply` brings
    back into the table what it has forgotten, and archives the protocol. Twice it changes nothing.
    """

    def __init__(self, found: Snapshot) -> None:
        self._found = found
        self._parted = Parted(found.archive)
        self._papers: dict[str, list[Counterfoil]] = defaultdict(list)
        self._seals: list[str] = []
        self._debtors: dict[str, list[str]] = {}
        self._logs: list[str] = []
        self._lost: list[Lost] = []
        every = [*self._numbers(), *self._alone(), *self._files(), *self._ended(), *self._days()]
        every += self._accounts()
        self.differences = tuple(
            each for each in every if (each.where, each.what) not in self._parted.named
        )

    def apply(
        self, recall: Recall, documents: S3Documents, seals: DynamoSeals, *, at: datetime
    ) -> str:
        """Bring table and archive together; answers the key of the protocol, empty without one."""
        for range, papers in sorted(self._papers.items()):
            last = self._found.last.get(range, 0)
            recall.again([each for each in papers if each.number <= last])
            recall.back(range, last)
        for shop, customers in self._debtors.items():
            recall.debtors(shop, customers)
        for key in self._seals:
            seals.known(key, self._found.archive.read(key) or b"")
        if not self.differences:
            return ""
        protocol = Protocol(
            at=at,
            differences=self.differences,
            logs=tuple(self._logs),
            lost=tuple(self._lost),
        )
        until = kept_until("book", at.date())
        place = f"{FOLDER}{at:%Y/%m/%Y-%m-%dT%H%M%SZ}.json"
        key, _ = documents.keep(place, encode(protocol), "application/json", until=until)
        return key

    # -- what has parted ----------------------------------------------------------------------

    def _numbers(self) -> Iterator[Difference]:
        """Numbers on papers that their ranges do not have, and gaps that they leave."""
        for key in self._found.archive.keys(counterfoils.FOLDER):
            try:
                paper = counterfoils.read(self._found.archive.read(key) or b"")
            except Exception:
                yield Difference(key, "cannot be read", PERSON)
                continue
            entry = self._found.numbers.get(paper.range, {}).get(paper.number)
            on = f"is on the archived paper of {paper.document} ({paper.owner})"
            if entry is None:
                self._papers[paper.range].append(paper)
                yield Difference(paper.text, f"{on}, its range does not know it", AGAIN)
            elif entry.document != paper.document and not entry.unused:
                yield Difference(paper.text, f"{on}, its range says {entry.document}", PERSON)
        for range, papers in sorted(self._papers.items()):
            known = {each.number for each in papers}
            last = self._found.last.get(range, 0)
            for number in sorted(set(_between(last, max(known))) - known):
                yield Difference(range, f"number {number} is on no document and no paper", UNUSED)

    def _alone(self) -> Iterator[Difference]:
        """Documents that were brought back, and that no order or bill has issued again."""
        every = (paper for papers in self._papers.values() for paper in papers)
        known = self._found.documents
        new = [paper for paper in every if paper.document not in known]
        owners = {**self._found.recalled, **{paper.document: paper.owner for paper in new}}
        numbers = {**known, **{paper.document: paper.text for paper in new}}
        for id, owner in sorted(owners.items()):
            there = owner in self._found.orders or owner in self._found.billed.bills
            state = "has not issued it again yet" if there else "is gone"
            what = f"{numbers[id]} stays on record by itself: {owner} {state}"
            yield Difference(id, what, NOTED)

    def _files(self) -> Iterator[Difference]:
        """Papers that no log names: what was lost, or was set once more."""
        named = {key for held in self._held() for key in _keys(held)}
        for folder in PAPERS:
            for key in self._found.archive.keys(folder):
                if key not in named:
                    yield Difference(key, "is in the archive, but in no log", NOTED)

    def _held(self) -> Iterator[Order | Bill]:
        for stored in self._found.orders.values():
            yield stored.order
        for kept in self._found.billed.bills.values():
            yield kept.bill

    def _ended(self) -> Iterator[Difference]:
        """Archived logs of what the table tells otherwise."""
        for breach, key in archived.parted_logs(self._found, self._parted):
            if not archived.named_after(key, self._found.archive):
                yield Difference(key, "is not what was archived", PERSON)
                continue
            self._logs.append(key)
            there = breach.where.partition("/")[2]
            state = "is told otherwise since" if self._known(there) else "is gone"
            yield Difference(key, f"{breach.where} {state}: {breach.what}", NOTED)

    def _known(self, id: str) -> bool:
        return id in self._found.orders or id in self._found.billed.bills

    def _days(self) -> Iterator[Difference]:
        """Seals that the table does not know, and events of sealed days that it does not have."""
        there = {item["key"] for item in self._found.seals.values()}
        for key in self._found.archive.keys("seals/"):
            try:
                seal = decode(self._found.archive.read(key) or b"", type=Seal)
            except Exception:
                yield Difference(key, "cannot be read", PERSON)
                continue
            if key not in there:
                self._seals.append(key)
                yield Difference(f"seal {seal.day}", "is in the archive alone", "entered again")
            gone = self._gone(seal)
            if gone:
                self._lost.append(Lost(seal.day, tuple(sorted(gone))))
                for entry in sorted(gone):
                    yield Difference(f"seal {seal.day}", f"event {entry.event} is gone", NOTED)

    def _accounts(self) -> Iterator[Difference]:
        """Debtors whose accounts the table does not know, or has dealt otherwise."""
        for shop, dealt in sorted(debtors.archived(self._found.archive).items()):
            known, where = list(self._found.debtors.get(shop, ())), f"debtors of {shop}"
            if known != dealt[: len(known)]:
                yield Difference(where, "are not those in the archive", PERSON)
            elif known != dealt:
                self._debtors[shop] = dealt
                what = f"{len(dealt) - len(known)} accounts are in the archive alone"
                yield Difference(where, what, "entered again")

    def _gone(self, seal: Seal) -> set[Entry]:
        now = {event for event, _ in self._found.shelf.on(seal.day.isoformat())}
        noted = {entry.event for entry in self._parted.events(seal.day)}
        return {entry for entry in seal.entries if entry.event not in now | noted}


def _between(last: int, highest: int) -> range:
    return range(last + 1, highest + 1)


def _keys(held: Order | Bill) -> Iterator[str]:
    """The keys of all files that an order or a bill names."""
    yield from _of_documents(held.documents)
    for paper in held.papers if isinstance(held, Order) else ():
        yield paper.key


def _of_documents(documents: Iterable[Document]) -> Iterator[str]:
    for document in documents:
        letters = document.dunning.letters if document.dunning else ()
        files = (document.key, document.xml_key, *(letter.key for letter in letters))
        yield from (key for key in files if key)
