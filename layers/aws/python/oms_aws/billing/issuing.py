"""Issuing: documents that are asked for get their numbers, several in one transaction."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from oms.billing.documenting import issued
from oms.core.refusals import NotNow
from oms.orders.deposits import had_deposits
from oms.orders.documents import Document
from oms.orders.order import Order
from oms_aws.billing.counter_batch import CounterBatch
from oms_aws.billing.invoicing import Draft
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.store import PreparedOrder, StoredOrder
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.keys import Key
from oms_aws.platform.log import Saved
from oms_aws.platform.table import MOST_ACTIONS, Unwritable, WriteContention, key_of

TOGETHER = 10
"""The most documents of one transaction."""

COUNTERS = 10
"""So many actions of a transaction are left for the counters that its documents move."""

TRIES = 20
"""How often a document alone is tried while others are faster."""


Lot = Sequence[int]
"""Places of documents that go into one transaction."""


class IssueRequest(NamedTuple):
    """A document to be issued: `drafted` says what it is, or None when there is nothing to it.

    `told` puts it on record in its order; `cause` is the event that asked for it.
    """

    id: str
    order_id: str
    cause: str
    drafted: Callable[[Order, CounterBatch], Draft | None]
    told: Callable[[Order, Document], Order] = issued


def issue(asked: Sequence[IssueRequest], oms: BillingWiring) -> dict[int, Exception]:
    """Issue documents; answers why some were not, by their places among those asked for.

    Each document is issued once, however often it is asked for. An order that has or had deposits
    may want one after another: it is asked again until it wants none. A transaction that fails is
    tried again in halves, so that in the end the document to blame is alone, and the others are
    issued.
    """
    places: Lot = range(len(asked))
    lots = deque(places[n : n + TOGETHER] for n in range(0, len(asked), TOGETHER))
    run = _Run(asked, oms)
    while lots:
        lots.extendleft(reversed(run.tried(lots.popleft())))
    return run.failed


class _Run:
    """Documents on their way to their numbers; `failed` holds why some do not get there."""

    def __init__(self, asked: Sequence[IssueRequest], oms: BillingWiring) -> None:
        self.failed: dict[int, Exception] = {}
        self._asked = asked
        self._oms = oms
        self._taking = oms.counter_batch()
        self._tries: Counter[int] = Counter()

    def tried(self, lot: Lot) -> list[Lot]:
        """Try a lot in one transaction; answers the lots that are to be tried after it."""
        try:
            return self._written(lot)
        except (Conflict, WriteContention, Unwritable) as error:
            self._taking = self._oms.counter_batch()
            if len(lot) > 1:
                half = len(lot) // 2
                return [lot[:half], lot[half:]]
            return self._again(lot[0], error)

    def _again(self, place: int, error: Exception) -> list[Lot]:
        """Next lots for a document that failed alone."""
        self._tries[place] += 1
        if isinstance(error, Conflict):
            if self._tries[place] < TRIES:
                return [[place]]
            error = NotNow("many documents are being issued at once")
        self.failed[place] = error
        return []

    def _written(self, lot: Lot) -> list[Lot]:
        """Write what goes into one transaction; answers what does not, for the next one."""
        seen = self._oms.orders.get_many(self._asked[place].order_id for place in lot)
        orders = [stored.order for stored in seen.values()]
        self._oms.catalogue.read_ahead(
            (sku for order in orders for sku in order.skus),
            ((order.shop, order.customer.id) for order in orders),
        )
        together, left = _Together(), []
        for place in lot:
            try:
                drafted = self._drafted(self._asked[place], seen)
            except Exception as error:
                self.failed[place] = error
                continue
            if drafted is None:
                continue
            prepared, draft = drafted
            if together.takes(prepared):
                self._taking.add(draft.number, draft.sale)
                if had_deposits(prepared.stored.order):
                    left.append(place)
            else:
                left.append(place)
        if together.prepared:
            self._oms.orders.save_together(together.prepared, self._taking.moves())
            self._taking.written()
        return [left] if left else []

    def _drafted(
        self, asked: IssueRequest, seen: dict[str, StoredOrder]
    ) -> tuple[PreparedOrder, Draft] | None:
        """A document and its order's next state; None when it is there, or nothing is to it."""
        stored = seen.get(asked.order_id) or self._oms.orders.get(asked.order_id)
        if any(document.id == asked.id for document in stored.order.documents):
            return None
        draft = asked.drafted(stored.order, self._taking)
        if draft is None:
            return None
        order = (draft.told or asked.told)(stored.order, draft.document)
        by = Saved("auftakt", asked.cause, draft.writes)
        return self._oms.orders.prepared(stored, order, by), draft


class _Together:
    """Orders that are written in one transaction, which can write no item twice."""

    def __init__(self) -> None:
        self.prepared: list[PreparedOrder] = []
        self._keys: set[Key] = set()

    def takes(self, more: PreparedOrder) -> bool:
        """Take an order, unless there is no room for it; the first one always fits."""
        keys = {key_of(action) for action in more.actions}
        full = len(self._keys) + len(more.actions) > MOST_ACTIONS - COUNTERS
        if self.prepared and (full or keys & self._keys):
            return False
        self.prepared.append(more)
        self._keys |= keys
        return True
