"""Payments in DynamoDB: a bank's transaction and the order that gets it change together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import msgspec
from msgspec.structs import replace

from oms.core.refusals import NotNow, Refusal, Unknown
from oms.orders.money_parts import Received, Refund
from oms.orders.order import Order
from oms.payments.capturing import note_refund
from oms.payments.credit import customers_money
from oms.payments.matching import (
    Assigned,
    Named,
    Planned,
    Printed,
    Transfer,
    given_back,
    incoming,
    invoices_in,
    orders_in,
    outgoing,
    reversed_by,
    words_of,
)
from oms.payments.paying import allocate, claims, fits
from oms.payments.payment import receive
from oms_aws.billing.bills import BILL, is_bill
from oms_aws.master.catalogue import DynamoCatalogue
from oms_aws.orders.open_items import DynamoOpenItems, Listed
from oms_aws.orders.store import DynamoOrders, StoredOrder
from oms_aws.platform import indexes, keys
from oms_aws.platform.aggregates import CHANGE_TRIES, Conflict
from oms_aws.platform.log import Saved
from oms_aws.platform.table import Action, ConditionFailed, Table

MOST_OPEN = 200
"""Of a customer with more open documents, none is found by its amount."""


NEAR = Decimal("0.8")
"""What is less than that part of what is open does not settle it, whatever the discount."""


class DynamoPayments:
    """Transactions that the bank reported, and the orders that got them."""

    def __init__(
        self,
        table: Table,
        orders: DynamoOrders,
        catalogue: DynamoCatalogue,
        open_items: DynamoOpenItems,
    ) -> None:
        self._table = table
        self._orders = orders
        self._catalogue = catalogue
        self._open_items = open_items

    def get(self, id: str) -> Transfer:
        """The transaction; raises Unknown."""
        known = self._known(id)
        if known is None:
            raise Unknown("payment_unknown", f"There is no payment {id}.")
        return known

    def listed(self, state: str, *, after: str = "", limit: int = 50) -> list[Transfer]:
        """Transactions in a state, by value date, behind a place in the list."""
        found = self._table.listed("gsi1", indexes.payments(state), after=after, limit=limit)
        ids = [item["gsi1sk"].partition("#")[2] for item in found]
        items = self._table.get_many(keys.payment(id) for id in ids)
        return sorted(map(stored_transfer, items), key=place_of)

    def take(self, came: Transfer, by: Saved, *, at: datetime) -> tuple[Transfer, bool]:
        """Take a transaction, for the orders that its text or its payer names; whether it is new.

        The same transaction again changes nothing, but for what of its plan was not done yet.
        Raises Refusal when the bank says otherwise of it than before, and NotNow.
        """
        for _ in range(CHANGE_TRIES):
            if known := self._known(came.id):
                return self._work_off(_same(known, came), by, at), False
            named = [*self.named(came)]
            plan = self._plan(came, named)
            if len(plan) == 1:
                seen = self._orders.get(plan[0].order)
                if done := self._assigned(came, seen, plan[0], by, at):
                    return done, True
                continue
            could = () if plan else tuple(each.order.id for each in named)
            if self._put(replace(came, plan=plan, candidates=could)):
                return self._work_off(self.get(came.id), by, at), True
        raise NotNow(f"{came.id} is being taken by many at once")

    def _work_off(self, known: Transfer, by: Saved, at: datetime) -> Transfer:
        """Give each order of a plan what it has not got yet; raises NotNow."""
        for part in known.plan:
            for _ in range(CHANGE_TRIES):
                if any(given.order == part.order for given in known.assigned):
                    break
                seen = self._orders.get(part.order)
                known = self._assigned(known, seen, part, by, at) or self.get(known.id)
            else:
                raise NotNow(f"{known.id} is being assigned by many at once")
        return known

    def assign(
        self,
        id: str,
        order_id: str,
        amount: Decimal | None,
        by: Saved,
        *,
        at: datetime,
        documents: tuple[str, ...] = (),
    ) -> Transfer:
        """Give an order a transaction, or a part of it; the same again changes nothing.

        Raises Unknown, Refusal and NotNow.
        """
        for _ in range(CHANGE_TRIES):
            known, seen = self.get(id), self._orders.get(order_id)
            if has := known.given(order_id):
                if amount in (None, has):
                    return known
                text = f"The order has got {has} of it already."
                raise Refusal("assigned_already", text)
            part = _wanted(known, seen.order, amount, documents)
            if done := self._assigned(known, seen, part, by, at):
                return done
        raise NotNow(f"{id} is being assigned by many at once")

    def move(
        self, id: str, source: str, target: str, amount: Decimal | None, by: Saved, *, at: datetime
    ) -> Transfer:
        """Give another order what of a transaction is too much for one; again changes nothing.

        Raises Unknown, Refusal and NotNow.
        """
        for _ in range(CHANGE_TRIES):
            known, seen = self.get(id), self._orders.get(source)
            self._orders.get(target)
            gone = next((p for p in known.assigned if (p.order, p.to) == (source, target)), None)
            if gone and amount in (None, -gone.amount):
                return self.assign(id, target, -gone.amount, by, at=at)
            if gone:
                text = f"{-gone.amount} of it went on to that order already."
                raise Refusal("assigned_already", text)
            part = min(known.given(source), customers_money(seen.order))
            wanted = part if amount is None else amount
            if not 0 < wanted <= part:
                text = f"{part} {known.currency} of it are too much for the order."
                raise Refusal("more_than_left", text, {"amount": f"at most {part}"})
            taken = Received(f"{id}/{len(known.assigned)}", -wanted, at.date(), reverses=id, at=at)
            order = receive(seen.order, taken, at=at)
            given = Assigned(source, -wanted, by.actor, to=target)
            if done := self._changed(known, seen, order, given, by):
                return self.assign(done.id, target, wanted, by, at=at)
        raise NotNow(f"{id} is being assigned by many at once")

    # -- whom it is for -----------------------------------------------------------------------

    def _plan(self, came: Transfer, named: Sequence[Named]) -> tuple[Planned, ...]:
        if came.amount < 0:
            original = self._reversed(came)
            return reversed_by(came, original) if original else outgoing(came, named)
        if named:
            tolerance = min(self._tolerance(each.order) for each in named)
            return incoming(came, named, tolerance)
        return self._of_payer(came)

    def _tolerance(self, order: Order) -> Decimal:
        return self._catalogue.cached_shop(order.shop).payment.tolerance

    def _reversed(self, went: Transfer) -> Transfer | None:
        """The payment that the bank takes back: it says which, or its text does."""
        words = [went.reverses] if went.reverses else words_of(went.reference)
        found = self._table.get_many(keys.payment(word) for word in words if word)
        known = [each for each in map(stored_transfer, found) if each.amount > 0 and each.assigned]
        fits = [each for each in known if each.currency == went.currency]
        return fits[0] if len(fits) == 1 else None

    def _of_payer(self, came: Transfer) -> tuple[Planned, ...]:
        """The one open document of a customer that it pays, or all of them together.

        The customer is known by the number in the text, or by an account that paid before.
        """
        found: list[tuple[Planned, ...]] = []
        for shop in [came.shop] if came.shop else self._catalogue.shops():
            tolerance = self._catalogue.cached_shop(shop).payment.tolerance
            for customer in self._customers(shop, came):
                listed = self._open_items.documents(shop, "open", customer=customer)
                groups = [*islice(listed, MOST_OPEN + 1)]
                if len(groups) > MOST_OPEN:
                    continue
                able = [each for each in groups if each[0].currency == came.currency]
                exact = [plan for group in able if (plan := self._paid(came, group, tolerance))]
                everything = tuple(item for group in able for item in group)
                whole = self._paid(came, everything, tolerance) if not exact else ()
                found += [*exact, *([whole] if whole else [])]
        return found[0] if len(found) == 1 else ()

    def _customers(self, shop: str, came: Transfer) -> list[str]:
        """The customers of a shop that a transaction may be of."""
        words = (*words_of(came.reference),)
        items = self._table.get_many(keys.account(shop, word) for word in words)
        numbers = [item["pk"].rpartition("#")[2] for item in items]
        payer = (
            self._table.get(keys.payer(shop, came.payer_account)) if came.payer_account else None
        )
        return [*dict.fromkeys([*numbers, *([payer["customer"]] if payer else [])])]

    def _paid(
        self, came: Transfer, items: Sequence[Listed], tolerance: Decimal
    ) -> tuple[Planned, ...]:
        """Orders that get it if it settles these open items; none otherwise."""
        most = sum((item.open + item.charges for item in items), Decimal(0))
        if not items or not most * NEAR <= came.amount <= most:
            return ()
        ids: dict[str, tuple[str, ...]] = {}
        for item in items:
            ids[item.order] = (*ids.get(item.order, ()), item.document)
        named = [Named(self._orders.get(id).order, documents) for id, documents in ids.items()]
        wanted = [claims(each.order, came.value_date, each.documents) for each in named]
        if not fits(came.amount, sum(wanted, ()), tolerance):
            return ()
        return incoming(came, named, tolerance)

    def named(self, came: Transfer) -> Iterator[Named]:
        """The orders that a transaction's text names."""
        shops = [came.shop] if came.shop else self._catalogue.shops()
        documents: dict[str, list[str]] = {}
        for order, document in self._by_invoice(shops, invoices_in(came.reference)):
            documents.setdefault(order, []).append(document)
        ids = {
            *orders_in(came.reference),
            *self._by_external_number(shops, words_of(came.reference)),
            *documents,
        }
        for id in sorted(ids):
            try:
                seen = self._orders.get(id)
            except Unknown:
                continue
            if seen.order.shop in shops:
                yield Named(seen.order, tuple(sorted(documents.get(id, ()))))

    def _by_external_number(self, shops: list[str], words: Iterable[str]) -> Iterator[str]:
        wanted = [keys.external_number(shop, word) for word in words for shop in shops]
        return (item["order_id"] for item in self._table.get_many(wanted))

    def _by_invoice(
        self, shops: list[str], numbers: Iterable[Printed]
    ) -> Iterator[tuple[str, str]]:
        """The orders and documents of numbers that were printed; a collective one has several."""
        texts = {
            keys.numbered(f"{shop}/{each.range}", each.number): each.text
            for each in numbers
            for shop in shops
        }
        found = self._table.get_many(texts)
        ids = [i["document"] for i in found if i["text"] == texts[keys.Key(i["pk"], i["sk"])]]
        items = self._table.get_many(keys.document(id) for id in ids)
        for item in items:
            owner, id = item["order_id"], item["id"]
            bill = self._table.get(keys.bill(owner)) if is_bill(owner) else None
            shares = BILL.read(bill).bill.shares(id) if bill else ()
            yield from ((each.order, id) for each in shares)
            if not is_bill(owner):
                yield owner, id

    # -- who gets it --------------------------------------------------------------------------

    def _assigned(
        self, transfer: Transfer, seen: StoredOrder, part: Planned, by: Saved, at: datetime
    ) -> Transfer | None:
        """The transaction once the order has got it, None when somebody was faster."""
        order = self._done(transfer, seen.order, part, at)
        given = Assigned(seen.order.id, part.amount, by.actor)
        return self._changed(transfer, seen, order, given, by)

    def _done(self, transfer: Transfer, order: Order, part: Planned, at: datetime) -> Order:
        """The order after its part of a transaction."""
        if part.deed == "refund":
            refund = Refund("", part.of, -part.amount, at, transfer.id, "bank")
            return note_refund(order, refund, at=at)
        on, payer = transfer.value_date, transfer.payer
        if part.deed == "reverse":
            money = Received(transfer.id, part.amount, on, payer, reverses=part.of, at=at)
            return receive(order, money, at=at)
        tolerance = self._tolerance(order)
        laid = allocate(order, part.amount, on, documents=part.documents, tolerance=tolerance)
        money = Received(transfer.id, part.amount, on, payer, laid, at=at)
        return receive(order, money, at=at)

    def _changed(
        self, transfer: Transfer, seen: StoredOrder, order: Order, given: Assigned, by: Saved
    ) -> Transfer | None:
        after = replace(transfer, assigned=(*transfer.assigned, given), candidates=())
        also = [self._next(after)]
        if transfer.payer_account and transfer.amount > 0:
            key = keys.payer(order.shop, transfer.payer_account)
            also.append(self._table.put(key, {"customer": order.customer.id}))
        try:
            self._orders.save(seen, order, by._replace(also=tuple(also)))
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
            "gsi1pk": indexes.payments(stored.state),
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


def _wanted(
    transfer: Transfer, order: Order, amount: Decimal | None, documents: tuple[str, ...]
) -> Planned:
    """The part of a transaction that somebody gives an order; raises Refusal and Unknown."""
    if transfer.currency != order.currency:
        text = f"The payment is in {transfer.currency}, the order in {order.currency}."
        raise Refusal("currency_differs", text, {"order": "another currency"})
    if transfer.shop not in ("", order.shop):
        raise Unknown("order_unknown", f"There is no order {order.id}.")
    for id in documents:
        order.document(id)
    wanted, left = transfer.left if amount is None else amount, transfer.left
    if not 0 < wanted * (1 if left > 0 else -1) <= abs(left):
        text = f"{left} {transfer.currency} of the payment are left."
        raise Refusal("more_than_left", text, {"amount": f"at most {left}"})
    if wanted > 0:
        return Planned(order.id, wanted, documents=documents)
    part = given_back(transfer, Named(order, documents), -wanted)
    if part is None:
        text = "The order has not that much too much, and no payment of that amount."
        raise Refusal("nothing_to_give_back", text, {"amount": "neither credit nor a payment"})
    return part


def place_of(transfer: Transfer) -> str:
    """The place of a transaction in a list."""
    return f"{transfer.value_date}#{transfer.id}"


def stored_transfer(item: Mapping[str, Any]) -> Transfer:
    """The transaction in a table item."""
    return msgspec.json.decode(item["body"], type=Transfer)
