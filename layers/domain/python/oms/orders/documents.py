"""Documents of an order: invoices and papers as the order knows them, with their dunning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from oms.core.documents import Format
from oms.core.documents import Kind as DocumentType
from oms.core.pseudonyms import Personal
from oms.core.refusals import Refusal
from oms.core.values import Value

Level = Literal[0, 1, 2]
"""0 is the payment reminder, 1 and 2 are the dunning levels."""


class Letter(Value, frozen=True, omit_defaults=True):
    """A payment reminder or dunning letter; what it claims beyond the invoice are its charges.

    `open` is what was open of the document, `next_on` when the next level may follow, if any.
    """

    id: str
    level: Level
    issued_at: datetime
    open: Decimal
    pay_by: date
    fee: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)
    lump_sum: Decimal = Decimal(0)
    next_on: date | None = None
    key: str | None = None
    sha256: str | None = None

    @property
    def charges(self) -> Decimal:
        """Charges of the letter beyond the invoice."""
        return self.fee + self.interest + self.lump_sum


class Dunning(Value, frozen=True, omit_defaults=True):
    """State of a document's dunning.

    `asked_at` is since when a step has been deciding what comes next, which it does on `next_on`,
    but not while it is held (`held_until`, that day included). Without `next_on` nothing follows.
    `settled` stands on a bill's document, as its orders have the money: nothing was open of it.
    """

    next_on: date | None = None
    asked_at: datetime | None = None
    letters: tuple[Letter, ...] = ()
    held_until: date | None = None
    held_by: str = ""
    reason: Personal = ""
    settled: bool = False


class Taxed(Value, frozen=True, omit_defaults=True):
    """Amount of a deposit that is taxed as received, gross, since money moved on a day.

    `at` is when that was put on record, `credits` how many credit notes the deposit had then.
    """

    amount: Decimal
    on: date
    at: datetime
    credits: int = 0


class Document(Value, frozen=True, omit_defaults=True):
    """A document of the order; `key` and `sha256` are known once it is in the archive.

    `original` is the document that it corrects. One with a `format` has an e-invoice: `xml_key` and
    `xml_sha256` are known once that passed the rules, `rejected` is what they said otherwise. One
    that was `withdrawn` is kept on paper and sent to nobody. An invoice over several fulfilments
    `covers` them all, and `fulfilment` is the last of them; a deposit has none.
    One that is paid after its issue is due on `due_on`, and a discount is granted to who pays it
    by `discount_until`. A share of a collective document names the `bill` that has the document and
    its file; `gross` is the share. A deposit says what of it was `taxed` when.
    """

    id: str
    type: DocumentType
    number: str
    fulfilment: str
    issued_at: datetime
    gross: Decimal
    key: str | None = None
    sha256: str | None = None
    original: str | None = None
    format: Format | None = None
    xml_key: str | None = None
    xml_sha256: str | None = None
    rejected: tuple[str, ...] = ()
    rejected_at: datetime | None = None
    withdrawn_at: datetime | None = None
    covers: tuple[str, ...] = ()
    due_on: date | None = None
    discount_until: date | None = None
    discount_percent: Decimal = Decimal(0)
    dunning: Dunning | None = None
    bill: str = ""
    taxed: tuple[Taxed, ...] = ()

    @property
    def billed(self) -> tuple[str, ...]:
        """The fulfilments that it bills."""
        return self.covers or ((self.fulfilment,) if self.fulfilment else ())

    @property
    def kept(self) -> bool:
        """True if its file is in the archive, or somebody else's to keep."""
        return bool(self.key or self.bill)

    @property
    def ready(self) -> bool:
        """True if it may leave: a document with an e-invoice only when that is valid."""
        return self.format is None or self.xml_sha256 is not None


class Paper(Value, frozen=True, omit_defaults=True):
    """A paper that somebody asked for, in the archive: a delivery note, say.

    `id` follows from what it is about, so that the same content is the same paper.
    """

    id: str
    kind: str
    key: str
    sha256: str
    at: datetime
    fulfilment: str = ""


class Collected(Value, frozen=True, omit_defaults=True):
    """A shipment that a collective invoice bills, from the bill that is due at `due_at`.

    `gross` is what it costs, `credited` what of that was taken back before it was billed, in
    `credits` notes.
    """

    fulfilment: str
    bill: str
    due_at: datetime
    gross: Decimal
    at: datetime
    credited: Decimal = Decimal(0)
    credits: int = 0


def letter_of(documents: Iterable[Document], id: str) -> tuple[Document, Letter]:
    """The letter of that id, and its document; raises Refusal."""
    for document in documents:
        for letter in (document.dunning or Dunning()).letters:
            if letter.id == id:
                return document, letter
    raise Refusal("letter_unknown", f"There is no letter {id}.")
