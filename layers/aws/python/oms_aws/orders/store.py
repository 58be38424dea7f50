"""Orders in DynamoDB: an order, its events and its projections are saved in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from oms.core.events import GENESIS, LogEntry
from oms.core.pseudonyms import Vault
from oms.core.refusals import Broken, NotNow, Unknown
from oms.orders import dues
from oms.orders.order import Order, decode_order, encode
from oms_aws.orders import capacity, credit, open_items
from oms_aws.orders.devices import without_device
from oms_aws.orders.pointers import Pointer, pointing
from oms_aws.orders.projections import (
    fulfilment_attributes,
    fulfilment_view,
    hold_attributes,
    ordered_entries,
)
from oms_aws.orders.search import rows
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.log import (
    Place,
    Saved,
    VersionDiffers,
    event_action,
    events_of,
    read_log,
    told,
)
from oms_aws.platform.table import MOST_ACTIONS, Action, ConditionFailed, Table
from oms_aws.platform.vaults import erased_vault, new_vault, stored_vault, vault_action, vaults

AT_ONCE = 100
CHANGE_TRIES = 10
READ_TRIES = 3
LARGEST_ORDER = 220_000
"""Bytes, compressed, of an order as it is placed or changed: what follows fits its item then."""


Item = Mapping[str, Any]


class Stored(NamedTuple):
    """An order as it was read: `version` guards its next save, `sequence` and `hash` its log.

    The `vault` has what stands in the table as pseudonyms.
    """

    order: Order
    version: int
    sequence: int
    hash: str
    vault: Vault

    @property
    def hidden(self) -> Order:
        """The order as the table has it, with pseudonyms."""
        return self.vault.hidden(self.order)[0]


class Conflict(Exception):
    """The order has changed since it was read."""


class Prepared(NamedTuple):
    """An order and all that has to be written for it, at once.

    First stands the order itself, behind it the `pointers`, and behind them, if it `takes_credit`,
    what asks the customer's limit. `ahead` is what a transaction has no room for, and what says
    nothing while there is no such order.
    """

    stored: Stored
    actions: list[Action]
    pointers: tuple[Pointer, ...]
    takes_credit: bool
    ahead: tuple[Action, ...] = ()

    def objection(self, failed: tuple[int, ...]) -> Exception:
        """What it means that the actions of these indexes did not hold.

        A new order whose external number is taken as well is one that is sent again.
        """
        first, again = failed[0], self.stored.version == 1 and len(failed) > 1
        if 0 < first <= len(self.pointers) and not again:
            return self.pointers[first - 1].taken
        if self.takes_credit and first == 1 + len(self.pointers):
            return credit.exceeded(self.stored.order)
        return Conflict(self.stored.order.id)


class DynamoOrders:
    """The orders of all shops."""

    def __init__(
        self, table: Table, now: Callable[[], datetime], new_id: Callable[[str], str]
    ) -> None:
        self._table = table
        self._now = now
        self._new_id = new_id

    def get(self, id: str) -> Stored:
        """The order with this id; raises Unknown."""
        found = self.get_many([id]).get(id)
        if found is None:
            raise _unknown(id)
        return found

    def get_many(self, ids: Iterable[str]) -> dict[str, Stored]:
        """The orders that exist among the ids; raises Broken for one whose vault is not whole.

        Order and vault are read at once, not at one time: what had just been written is read again.
        """
        found: dict[str, Stored] = {}
        left = [*dict.fromkeys(ids)]
        for _ in range(READ_TRIES):
            torn = []
            for id, item, beside in self._read(left):
                vault = stored_vault(beside) if beside else new_vault()
                if len(vault.values) >= item.get("texts", 0):
                    found[id] = stored_order(item, vault)
                else:
                    torn.append(id)
            if not (left := torn):
                return found
        raise Broken(f"{', '.join(left)}: the vault has lost texts")

    def _read(self, ids: Iterable[str]) -> Iterator[tuple[str, Item, Item | None]]:
        """The items of orders that exist, each with that of its vault."""
        pairs = [(id, keys.order(id), keys.order_vault(id)) for id in ids]
        items = self._table.get_many(key for _, *both in pairs for key in both)
        by_key = {keys.Key(item["pk"], item["sk"]): item for item in items}
        return (
            (id, by_key[order], by_key.get(vault)) for id, order, vault in pairs if order in by_key
        )

    def id_of(self, shop: str, external_number: str) -> str | None:
        """The id of the order that the shop gave this number."""
        item = self._table.get(keys.external_number(shop, external_number))
        return item["order_id"] if item else None

    def id_of_authorisation(self, provider: str, reference: str) -> str | None:
        """The id of the order that is paid from a provider's authorisation."""
        item = self._table.get(keys.authorisation(provider, reference)) if reference else None
        return str(item["order_id"]) if item else None

    def id_of_parcel(self, carrier: str, tracking_number: str) -> str:
        """The id of the order that a carrier's parcel is of; raises Unknown."""
        item = self._table.get(keys.tracking(carrier, tracking_number))
        if item is None:
            raise Unknown("parcel_unknown", f"There is no parcel {tracking_number} of {carrier}.")
        return str(item["order_id"])

    def log(self, id: str, *, after: int = 0, limit: int | None = None) -> Iterator[LogEntry]:
        """The order's events in order, behind the sequence number `after`."""
        return read_log(self._table, f"order/{id}", after=after, limit=limit)

    def told(self, seen: Stored, *, after: int = 0, limit: int | None = None) -> list[LogEntry]:
        """The order's events with what their pseudonyms stand for."""
        entries = [*self.log(seen.order.id, after=after, limit=limit)]
        newer = entries and entries[-1].sequence > seen.sequence
        vault = self.get(seen.order.id).vault if newer else seen.vault
        return [told(each, vault) for each in entries]

    def add(self, order: Order, by: Saved) -> Stored:
        """Store a new order; raises Conflict when it, or its external number, is there already."""
        first = self._table.put(
            keys.external_number(order.shop, order.external_number),
            {"order_id": order.id},
            unless_exists=True,
        )
        bought = (self._table.put(*each) for each in ordered_entries(order))
        order, device = without_device(self._table, order, self._now())
        also = by._replace(also=(first, *bought, *device, *by.also))
        return self.save(Stored(order, 0, 0, GENESIS, new_vault()), order, also)

    def save(self, seen: Stored, order: Order, by: Saved) -> Stored:
        """Store the order after its news, with one event for each.

        What it takes of its customer's credit moves with it. Raises Conflict, credit.Exceeded, and
        Refusal when a carrier's tracking number is another parcel's already, or an authorisation
        another order's.
        """
        prepared = self.prepared(seen, order, by)
        for start in range(0, len(prepared.ahead), MOST_ACTIONS):
            self._table.write([*prepared.ahead[start : start + MOST_ACTIONS]])
        try:
            self._table.write(prepared.actions)
        except ConditionFailed as error:
            raise prepared.objection(error.failed) from error
        return prepared.stored

    def prepared(self, seen: Stored, order: Order, by: Saved) -> Prepared:
        """What storing the order takes; raises credit.Exceeded."""
        bare = replace(order, news=())
        (hidden, news), vault = seen.vault.hidden((bare, order.news))
        if bare.erased and not seen.order.erased:
            bare, vault = hidden, erased_vault(self._now())
        place = Place(f"order/{order.id}", order.shop, seen.sequence, seen.hash)
        events = events_of(news, place, by, at=self._now(), new_id=self._new_id)
        texts = len(vault.values)
        writes = [event_action(self._table, event, texts=texts) for event in events]
        if vault is not seen.vault or not seen.version:
            writes.append(vault_action(self._table, keys.order_vault(order.id), vault))
        stored = Stored(bare, seen.version + 1, *place.behind(events), vault)
        before = seen.order if seen.version else None
        pointers = pointing(self._table, before, bare)
        taken = credit.moved(self._table, seen.order, order)
        leaving = capacity.moved(self._table, seen.order, bare)
        projections = self._projections(seen.hidden if seen.version else hidden, hidden)
        whole = self._order_action(seen, stored, hidden)
        leading = (each.action for each in pointers)
        actions = [whole, *leading, *taken, *leaving, *writes, *projections, *by.also]
        found = rows(self._table, before, bare, seen.vault.values.values())
        room = max(0, MOST_ACTIONS - len(actions))
        actions += found[:room]
        return Prepared(stored, actions, tuple(pointers), bool(taken), tuple(found[room:]))

    def save_together(self, prepared: Sequence[Prepared], also: Sequence[Action] = ()) -> None:
        """Store several orders, and `also`, in one transaction; raises Conflict."""
        try:
            self._table.write([*(a for each in prepared for a in each.actions), *also])
        except ConditionFailed as error:
            ids = ", ".join(each.stored.order.id for each in prepared)
            raise Conflict(ids) from error

    def change(
        self,
        id: str,
        command: Callable[[Order], Order],
        by: Saved,
        *,
        seen: Stored | None = None,
        if_version: int | None = None,
    ) -> Stored:
        """Get, decide, save; again from the start whenever someone else was faster.

        `seen` spares the first reading. Without news nothing is written. Raises what the command
        raises, and NotNow.
        """
        for attempt in range(CHANGE_TRIES):
            if seen is None or attempt:
                seen = self.get(id)
            if if_version is not None and if_version != seen.version:
                raise VersionDiffers(seen.version)
            order = command(seen.order)
            if not order.news:
                return seen
            try:
                return self.save(seen, order, by)
            except Conflict:
                continue
        raise NotNow(f"{id} is being changed by many at once")

    def touched(self, seen: Stored) -> Action:
        """The action that makes every other save of the order, as seen, start again."""
        return self._table.update(
            keys.order(seen.order.id),
            "SET version = :next",
            {":next": seen.version + 1, ":seen": seen.version},
            condition="version = :seen",
        )

    def unchanged(self, seen: Stored) -> Action:
        """The action that demands that the order still is as seen."""
        return self._table.check(keys.order(seen.order.id), version=seen.version)

    def all_through(self, shop: str, customer: str, purchase_order: str) -> bool:
        """Whether all orders with a purchase order number of the customer are through."""
        pk = keys.ordered(shop, customer, purchase_order, "").pk
        return all(item["through"] for item in self._table.query(pk))

    def fulfilment(self, id: str) -> dict[str, Any]:
        """What a warehouse sees of a fulfilment; raises Unknown."""
        item = self._table.get(keys.fulfilment(id))
        if item is None:
            raise Unknown("fulfilment_unknown", f"There is no fulfilment {id}.")
        return fulfilment_view(item, self._vaults([item]))

    def fulfilments(
        self, location: str, status: str, *, after: str = "", limit: int = 50
    ) -> list[tuple[str, dict[str, Any]]]:
        """What a warehouse sees of its fulfilments in a status, by `ship_by`.

        Each comes with where a list goes on behind it.
        """
        pk = indexes.fulfilments_at(location, status)
        items = [*self._table.listed("gsi1", pk, after=after, limit=limit)]
        known = self._vaults(items)
        return [(item["gsi1sk"], fulfilment_view(item, known)) for item in items]

    def _vaults(self, items: Iterable[Mapping[str, Any]]) -> dict[keys.Key, Vault]:
        """The vaults of the orders that some items are of."""
        return vaults(self._table, {keys.order_vault(item["order_id"]) for item in items})

    def held(
        self, shop: str, *, until: str = "", after: str = "", limit: int | None = None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """A shop's open holds by deadline, each with where a list goes on behind it."""
        items = self._table.listed(
            "gsi1", indexes.holds_of(shop), after=after, until=until, limit=limit
        )
        while some := [*islice(items, AT_ONCE)]:
            known = vaults(self._table, {keys.vault_beside(_key(item)) for item in some})
            for item in some:
                vault = known[keys.vault_beside(_key(item))]
                yield item["gsi1sk"], msgspec.json.decode(vault.shown(item["body"].encode()))

    def _order_action(self, seen: Stored, stored: Stored, hidden: Order) -> Action:
        key = keys.order(stored.order.id)
        attributes = order_attributes(stored, hidden)
        if seen.version == 0:
            return self._table.put(key, attributes, unless_exists=True)
        return self._table.put_if(key, attributes, version=seen.version)

    def _projections(self, before: Order, after: Order) -> list[Action]:
        known = {f.id: fulfilment_attributes(before, f) for f in before.fulfilments}
        wanted = {f.id: fulfilment_attributes(after, f) for f in after.fulfilments}
        holds = {hold.id: hold_attributes(before, hold) for hold in before.holds}
        return [
            *(
                self._table.put(*entry)
                for entry in ordered_entries(after)
                if entry not in ordered_entries(before)
            ),
            *(
                self._table.put(keys.fulfilment(id), attributes)
                for id, attributes in wanted.items()
                if known.get(id) != attributes
            ),
            *(
                self._table.put(keys.hold(after.id, hold.id), attributes)
                for hold in after.holds
                if (attributes := hold_attributes(after, hold)) != holds.get(hold.id)
            ),
            *open_items.moved(self._table, before, after),
        ]


def _key(item: Item) -> keys.Key:
    return keys.Key(item["pk"], item["sk"])


def _unknown(id: str) -> Unknown:
    return Unknown("order_unknown", f"There is no order {id}.")


def order_attributes(stored: Stored, hidden: Order) -> dict[str, Any]:
    """The attributes of an order's item, which has it as `hidden`; lists follow from the order."""
    order = stored.order
    due = dues.due(order)
    clock = {"gsi3pk": indexes.due(order.id), "gsi3sk": indexes.due_at(due[0].at)} if due else {}
    place = indexes.place(order.placed_at, order.id)
    return {
        "kind": "order",
        "version": stored.version,
        "sequence": stored.sequence,
        "hash": stored.hash,
        "shop": order.shop,
        "external_number": order.external_number,
        "status": order.status,
        "created_at": order.received_at.isoformat(),
        "total": str(order.total),
        "currency": order.currency,
        "state": packed(encode(hidden)),
        "texts": len(stored.vault.values),
        "gsi1pk": indexes.orders_of(order.shop),
        "gsi1sk": place,
        "gsi2pk": indexes.orders_in(order.shop, order.status),
        "gsi2sk": place,
        **clock,
    }


def size_of(order: Order) -> int:
    """How many bytes of an item the order takes, compressed where it is large."""
    return len(packed(encode(replace(order, news=()))))


def stored_order(item: Item, known: Vault) -> Stored:
    """The order in a table item, with what its vault knows."""
    order = decode_order(known.shown(unpacked(item["state"])))
    return Stored(order, item["version"], item["sequence"], item["hash"], known)
