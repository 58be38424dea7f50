"""Open items in DynamoDB: a list that follows from the orders, written with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby, islice
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oms.core.pseudonyms import Vault, blanked
from oms.core.values import BUSINESS_ZONE
from oms.master.shop import Shop
from oms.orders.advances import Advance, advances, place_of, step_id
from oms.orders.documents import Document
from oms.orders.ledger import OpenItem
from oms.orders.order import Order
from oms.payments.open_items import due_of, open_items
from oms.records.reductions import Reduction, reductions
from oms.tax.exchange import EURO, exchange_on
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import unpacked
from oms_aws.platform.table import Action, Table
from oms_aws.platform.vaults import vaults

AT_ONCE = 100


class Listed(Struct, frozen=True, kw_only=True):
    """An open item as the list shows it; `due` is when it is to be paid."""

    order: str
    external_number: str
    shop: str
    customer: str
    customer_name: str
    document: str
    number: str
    type: str
    issued_on: date | None
    due: date
    currency: str
    amount: Decimal
    credited: Decimal
    paid: Decimal
    discount: Decimal
    waived: Decimal
    open: Decimal
    level: int | None = None
    last_letter_on: date | None = None
    next_on: date | None = None
    held_until: date | None = None
    held_reason: str = ""
    charges: Decimal = Decimal(0)

    @property
    def place(self) -> str:
        """The place in a list: by due date, the shares of one document side by side."""
        return f"{self.due}#{self.document}#{self.order}"


class DynamoOpenItems:
    """Open items of the orders of all shops."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def documents(
        self,
        shop: str,
        state: str,
        *,
        customer: str = "",
        before: date | None = None,
        after: str = "",
        limit: int | None = None,
    ) -> Iterator[tuple[Listed, ...]]:
        """The items of a state by due date, those of one document together, behind a place."""
        found = self._items(shop, state, customer, before, after)
        groups = groupby(found, key=lambda item: item.document or item.order)
        return islice((tuple(items) for _, items in groups), limit)

    def told(self, groups: Iterable[tuple[Listed, ...]]) -> list[tuple[Listed, ...]]:
        """The items with the names and reasons that their orders' vaults have."""
        found = [*groups]
        keys_of = {each.order: keys.order_vault(each.order) for group in found for each in group}
        known = vaults(self._table, keys_of.values())
        return [tuple(_told(each, known[keys_of[each.order]]) for each in group) for group in found]

    def advances(self, order: str, deposit: str, count: int) -> list[Advance]:
        """The first steps of what is taxed of an order's deposit, so many."""
        wanted = [keys.advance(order, step_id(deposit, n)) for n in range(1, count + 1)]
        found = [stored_advance(item) for item in self._table.get_many(wanted)]
        return sorted(found, key=lambda each: place_of(each.id))

    def _items(
        self, shop: str, state: str, customer: str, before: date | None, after: str
    ) -> Iterator[Listed]:
        until = before.isoformat() if before else ""
        if not customer:
            pk = indexes.open_items(shop, state)
            for item in self._table.listed("gsi1", pk, after=after, until=until):
                yield stored_listed(item)
            return
        pk = indexes.open_items_of(shop, customer, state)
        entries = self._table.listed("gsi2", pk, after=after, until=until)
        while some := list(islice(entries, AT_ONCE)):
            read = self._table.get_many(keys.Key(item["pk"], item["sk"]) for item in some)
            listed = (stored_listed(item) for item in read if "gsi1pk" in item)
            yield from sorted(listed, key=lambda item: item.place)


def listed_items(order: Order) -> dict[str, Listed]:
    """Items of an order that stand in the lists, by document."""
    return {
        item.document: _listed(order, item) for item in open_items(order) if item.state != "settled"
    }


def _listed(order: Order, item: OpenItem) -> Listed:
    document = order.document(item.document) if item.document else None
    letters = document.dunning.letters if document and document.dunning else ()
    return Listed(
        order=order.id,
        external_number=order.external_number,
        shop=order.shop,
        customer=order.customer.id,
        customer_name=order.customer.company or order.customer.name,
        document=item.document,
        number=item.number,
        type=item.type,
        issued_on=item.issued_at.astimezone(BUSINESS_ZONE).date()
        if item.issued_at and document
        else None,
        due=due_of(item),
        currency=order.currency,
        amount=item.amount,
        credited=item.credited,
        paid=item.paid,
        discount=item.discount,
        waived=item.waived,
        open=item.open,
        **dunning_of(document),
        charges=letters[-1].charges if letters else Decimal(0),
    )


def dunning_of(document: Document | None) -> dict[str, Any]:
    """State of a document's dunning, as a list shows it."""
    dunning = document.dunning if document else None
    last = dunning.letters[-1] if dunning and dunning.letters else None
    return {
        "level": last.level if last else None,
        "last_letter_on": last.issued_at.astimezone(BUSINESS_ZONE).date() if last else None,
        "next_on": dunning.next_on if dunning else None,
        "held_until": dunning.held_until if dunning else None,
        "held_reason": dunning.reason if dunning and dunning.held_until else "",
    }


def attributes(listed: Listed | None) -> dict[str, Any]:
    """The attributes of an item; one that is settled stands in no list any more."""
    if listed is None:
        return {"kind": "open_item"}
    state = "open" if listed.open > 0 else "credit"
    return {
        "kind": "open_item",
        "body": msgspec.json.encode(listed).decode(),
        "gsi1pk": indexes.open_items(listed.shop, state),
        "gsi1sk": listed.place,
        "gsi2pk": indexes.open_items_of(listed.shop, listed.customer, state),
        "gsi2sk": listed.place,
    }


def moved(table: Table, before: Order, after: Order) -> list[Action]:
    """The actions that bring the lists from what the order was to what it is now."""
    money = after.settlement
    paid = money.payments or money.captures or after.payment.status == "captured"
    if not (paid or after.documents):
        return []
    was, now = listed_items(before), listed_items(after)
    known = {each.id for each in reductions(before)} | {each.id for each in advances(before)}
    return [
        *(
            table.put(keys.open_item(after.id, document), attributes(now.get(document)))
            for document in sorted(was.keys() | now.keys())
            if was.get(document) != now.get(document)
        ),
        *(
            table.put(keys.reduction(after.id, each.id), _reduction_attributes(each))
            for each in reductions(after)
            if each.id not in known
        ),
        *(
            table.put(keys.advance(after.id, each.id), _advance_attributes(each))
            for each in _converted(table, after, [a for a in advances(after) if a.id not in known])
        ),
    ]


def _converted(table: Table, order: Order, steps: list[Advance]) -> list[Advance]:
    """New steps with the rates of the months in which money came, as the shop knows them now.

    They stay so: what was taxed at a rate is deducted at it (§ 16 (6) UStG).
    """
    if not steps or order.currency == EURO:
        return steps
    item = table.get(keys.seller(order.shop))
    shop = msgspec.json.decode(unpacked(item["body"]), type=Shop) if item else None
    rates = shop.tax.exchange if shop else {}
    return [
        replace(each, exchange=exchange_on(order.currency, each.on, rates))
        if each.after > each.before
        else each
        for each in steps
    ]


def stored_advance(item: Mapping[str, Any]) -> Advance:
    """The step of a table item."""
    return msgspec.json.decode(item["body"], type=Advance)


def _reduction_attributes(reduction: Reduction) -> dict[str, Any]:
    partition = indexes.reductions_of(reduction.shop, f"{reduction.on:%Y-%m}")
    return _entry("reduction", reduction, partition, f"{reduction.on}#{reduction.id}")


def _advance_attributes(advance: Advance) -> dict[str, Any]:
    partition = indexes.advances_of(advance.shop, f"{advance.recorded_on:%Y-%m}")
    return _entry("advance", advance, partition, f"{advance.at.isoformat()}#{advance.id}")


def _entry(kind: str, entry: Struct, partition: str, place: str) -> dict[str, Any]:
    """The attributes of an entry in a list of the books; it stays as it is."""
    body = msgspec.json.encode(entry).decode()
    return {"kind": kind, "body": body, "gsi1pk": partition, "gsi1sk": place}


def _told(listed: Listed, vault: Vault) -> Listed:
    return msgspec.json.decode(blanked(vault.shown(msgspec.json.encode(listed))), type=Listed)


def stored_listed(item: Mapping[str, Any]) -> Listed:
    """The item of a table item."""
    return msgspec.json.decode(item["body"], type=Listed)
