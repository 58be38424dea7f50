"""Payments in DynamoDB: a bank's transaction and the order that gets it change together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from oms.matching import Assigned, Printed, Transfer, choose, invoices_in, orders_in, words_of
from oms.parts import Received
from oms.payment import receive
from oms.refusals import NotNow, Refusal, Unknown
from oms_aws import keys
from oms_aws.orders import CHANGE_TRIES, Conflict, DynamoOrders, Saved, Stored
from oms_aws.table import Action, ConditionFailed, Table


class DynamoPayments:
    """What the bank reported, and which order got it."""

    def __init__(self, table: Table, orders: DynamoOrders) -> None:
        self._table = table
        self._orders = orders

    def get(self, id: str) -> Transfer:
        """The transaction; raises Unknown."""
        known = self._known(id)
        if known is None:
            raise Unknown("payment_unknown", f"There is no payment {id}.")
        return known

    def listed(self, state: str, *, after: str = "", limit: int = 50) -> list[Transfer]:
        """Transactions in a state, by value date, behind a place in the list."""
        found = self._table.listed("gsi1", keys.payments(state), after=after, limit=limit)
        ids = [item["gsi1sk"].partition("#")[2] for item in found]
        items = self._table.get_many(keys.payment(id) for id in ids)
        return sorted(map(stored_transfer, items), key=place_of)

    def take(self, came: Transfer, by: Saved, *, at: datetime) -> tuple[Transfer, bool]:
        """Take a transaction, for the order that its text names; answers whether it is new.

        The same transaction again changes nothing. Raises Refusal when the bank says otherwise of
        it than before, and NotNow.
        """
        for _ in range(CHANGE_TRIES):
            if known := self._known(came.id):
                return _same(known, came), False
            named = [*self.named(came)]
            chosen = choose(came, (each.order for each in named))
            seen = next((each for each in named if chosen and each.order.id == chosen.id), None)
            if seen is None:
                came = replace(came, candidates=tuple(each.order.id for each in named))
                if self._put(came):
                    return came, True
            elif done := self._assigned(came, seen, came.amount, by, at):
                return done, True
        raise NotNow(f"{came.id} is being taken by many at once")

    def assign(
        self, id: str, order_id: str, amount: Decimal | None, by: Saved, *, at: datetime
    ) -> Transfer:
        """Give an order a transaction, or a part of it; the same again changes nothing.

        Raises Unknown, Refusal and NotNow.
        """
        for _ in range(CHANGE_TRIES):
            known, seen = self.get(id), self._orders.get(order_id)
            for part in known.assigned:
                if part.order == order_id:
                    if amount in (None, part.amount):
                        return known
                    text = f"The order has got {part.amount} of it already."
                    raise Refusal("assigned_already", text)
            wanted = known.left if amount is None else amount
            _require_fits(known, seen, wanted)
            if done := self._assigned(known, seen, wanted, by, at):
                return done
        raise NotNow(f"{id} is being assigned by many at once")

    def named(self, came: Transfer) -> Iterator[Stored]:
        """The orders that a transaction's text names."""
        shops = [came.shop] if came.shop else self._orders.shops()
        ids = {
            *orders_in(came.reference),
            *self._by_external_number(shops, words_of(came.reference)),
            *self._by_invoice(shops, invoices_in(came.reference)),
        }
        for id in sorted(ids):
            try:
                seen = self._orders.get(id)
            except Unknown:
                continue
            if seen.order.shop in shops:
                yield seen

    def _by_external_number(self, shops: list[str], words: Iterable[str]) -> Iterator[str]:
        wanted = [keys.external_number(shop, word) for word in words for shop in shops]
        return (item["order_id"] for item in self._table.get_many(wanted))

    def _by_invoice(self, shops: list[str], numbers: Iterable[Printed]) -> Iterator[str]:
        texts = {
            keys.numbered(f"{shop}/{each.range}", each.number): each.text
            for each in numbers
            for shop in shops
        }
        found = self._table.get_many(texts)
        ids = [i["document"] for i in found if i["text"] == texts[keys.Key(i["pk"], i["sk"])]]
        items = self._table.get_many(keys.document(id) for id in ids)
        return (item["order_id"] for item in items)

    def _assigned(
        self, transfer: Transfer, seen: Stored, amount: Decimal, by: Saved, at: datetime
    ) -> Transfer | None:
        """The transaction once the order has got it, None when somebody was faster."""
        money = Received(transfer.id, amount, transfer.value_date, transfer.payer)
        part = Assigned(seen.order.id, amount, by.actor)
        after = replace(transfer, assigned=(*transfer.assigned, part), candidates=())
        order = receive(seen.order, money, at=at)
        try:
            self._orders.save(seen, order, by._replace(also=(self._next(after),)))
        except Conflict:
            return None
        return replace(after, version=after.version + 1)

    def _put(self, came: Transfer) -> bool:
        try:
            self._table.write([self._next(came)])
        except ConditionFailed:
            return False
        return True

    def _next(self, transfer: Transfer) -> Action:
        """The action that stores the transaction, if nobody else has since it was read."""
        key = keys.payment(transfer.id)
        stored = replace(transfer, version=transfer.version + 1)
        attributes = {
            "kind": "payment",
            "version": stored.version,
            "body": msgspec.json.encode(stored).decode(),
            "gsi1pk": keys.payments(stored.state),
            "gsi1sk": place_of(stored),
        }
        if transfer.version == 0:
            return self._table.put(key, attributes, unless_exists=True)
        return self._table.put_if(key, attributes, version=transfer.version)

    def _known(self, id: str) -> Transfer | None:
        item = self._table.get(keys.payment(id))
        return stored_transfer(item) if item else None


def _same(known: Transfer, came: Transfer) -> Transfer:
    if known.told != came.told:
        raise Refusal("transaction_differs", "The bank said otherwise of this transaction before.")
    return known


def _require_fits(transfer: Transfer, seen: Stored, amount: Decimal) -> None:
    order = seen.order
    if transfer.currency != order.currency:
        text = f"The payment is in {transfer.currency}, the order in {order.currency}."
        raise Refusal("currency_differs", text, {"order": "another currency"})
    if transfer.shop not in ("", order.shop):
        raise Unknown("order_unknown", f"There is no order {order.id}.")
    if not 0 < amount <= transfer.left:
        text = f"{transfer.left} {transfer.currency} of the payment are left."
        raise Refusal("more_than_left", text, {"amount": f"at most {transfer.left}"})


def place_of(transfer: Transfer) -> str:
    """The place of a transaction in a list."""
    return f"{transfer.value_date}#{transfer.id}"


def stored_transfer(item: Mapping[str, Any]) -> Transfer:
    """The transaction in a table item."""
    return msgspec.json.decode(item["body"], type=Transfer)
