"""Orders in DynamoDB: an order, its events and its projections are saved in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
from msgspec.structs import replace

from oms.core.events import LogEntry
from oms.core.pseudonyms import Vault
from oms.core.refusals import Unknown
from oms.orders import dues
from oms.orders.order import ORDER_FORMATS, Order, encode
from oms_aws.orders import capacity, credit, open_items
from oms_aws.orders.devices import without_device
from oms_aws.orders.pointers import pointing
from oms_aws.orders.projections import (
    fulfilment_attributes,
    fulfilment_view,
    hold_attributes,
    ordered_entries,
)
from oms_aws.orders.search import rows
from oms_aws.platform import indexes, keys
from oms_aws.platform.aggregates import (
    AggregateKind,
    AggregateStore,
    Conflict,
    Guarded,
    Prepared,
    Stored,
)
from oms_aws.platform.attributes import packed
from oms_aws.platform.log import Saved, told
from oms_aws.platform.table import Action, Table
from oms_aws.platform.vaults import vaults

AT_ONCE = 100
LARGEST_ORDER = 220_000
"""Bytes, compressed, of an order as it is placed or changed: what follows fits its item then."""


class StoredOrder(Stored[Order]):
    """An order as it was read."""

    @property
    def order(self) -> Order:
        """The order, with what its vault knows."""
        return self.state


PreparedOrder = Prepared[StoredOrder]


def _guarded(table: Table, before: Order | None, after: Order) -> Iterator[Guarded]:
    """Writes that may fail for a reason of their own: names that are taken, a limit, a full day."""
    for pointer in pointing(table, before, after):
        yield Guarded(pointer.action, pointer.taken)
    taken = credit.moved(table, before or after, after)
    for counted in taken[:1]:
        yield Guarded(counted, credit.exceeded(after))
    for action in (*taken[1:], *capacity.moved(table, before or after, after)):
        yield Guarded(action, Conflict(after.id))


def _projections(table: Table, before: Order | None, after: Order) -> Iterator[Action]:
    """Writes that follow from an order, before (None of a new one) and after."""
    was = before or after
    known = {f.id: fulfilment_attributes(was, f) for f in was.fulfilments}
    holds = {hold.id: hold_attributes(was, hold) for hold in was.screening.holds}
    yield from (table.put(*e) for e in ordered_entries(after) if e not in ordered_entries(was))
    for fulfilment in after.fulfilments:
        attributes = fulfilment_attributes(after, fulfilment)
        if known.get(fulfilment.id) != attributes:
            yield table.put(keys.fulfilment(fulfilment.id), attributes)
    for hold in after.screening.holds:
        attributes = hold_attributes(after, hold)
        if holds.get(hold.id) != attributes:
            yield table.put(keys.hold(after.id, hold.id), attributes)
    yield from open_items.moved(table, was, after)


def _attributes(stored: StoredOrder, _: Order) -> Mapping[str, Any]:
    order = stored.order
    due = dues.due(order)
    place = indexes.place(order.placed_at, order.id)
    return {
        "shop": order.shop,
        "external_number": order.external_number,
        "status": order.status,
        "created_at": order.received_at.isoformat(),
        "total": str(order.total),
        "currency": order.currency,
        "gsi1pk": indexes.orders_of(order.shop),
        "gsi1sk": place,
        "gsi2pk": indexes.orders_in(order.shop, order.status),
        "gsi2sk": place,
        **indexes.clocked(order.id, due[0].at if due else None),
    }


ORDER: AggregateKind[Order, StoredOrder] = AggregateKind(
    name="order",
    noun="order",
    formats=ORDER_FORMATS,
    stored=StoredOrder,
    key=keys.order,
    vault=keys.order_vault,
    erased=lambda order: order.erased,
    attributes=_attributes,
    guarded=_guarded,
    projections=_projections,
    rows=rows,
)


class DynamoOrders(AggregateStore[Order, StoredOrder]):
    """The orders of all shops."""

    kind = ORDER

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

    def told(
        self, seen: StoredOrder, *, after: int = 0, limit: int | None = None
    ) -> list[LogEntry]:
        """The order's events with what their pseudonyms stand for."""
        entries = [*self.log(seen.order.id, after=after, limit=limit)]
        newer = entries and entries[-1].sequence > seen.sequence
        vault = self.get(seen.order.id).vault if newer else seen.vault
        return [told(each, vault) for each in entries]

    def add(self, order: Order, by: Saved) -> StoredOrder:
        """Store a new order; raises Conflict when it, or its external number, is there already."""
        first = self._table.put(
            keys.external_number(order.shop, order.external_number),
            {"order_id": order.id},
            unless_exists=True,
        )
        bought = (self._table.put(*each) for each in ordered_entries(order))
        order, device = without_device(self._table, order, self._now())
        also = by._replace(also=(first, *bought, *device, *by.also))
        return self.save(self.kind.new(order), order, also)

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


def _key(item: Mapping[str, Any]) -> keys.Key:
    return keys.Key(item["pk"], item["sk"])


def size_of(order: Order) -> int:
    """How many bytes of an item the order takes, compressed where it is large."""
    return len(packed(encode(replace(order, events=()))))
