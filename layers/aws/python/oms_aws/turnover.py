"""Distance sales in DynamoDB: a counter for each seller and year, moved with each invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from oms.shop import Shop
from oms.tax import Watch, YearSales
from oms_aws import keys
from oms_aws.table import Action, Table


class Seen(NamedTuple):
    """This and last year of a seller as they were read; `moves` guards the next move."""

    seller: str
    watch: Watch
    moves: int


def seller_of(shop: Shop) -> str:
    """Who sells in the eyes of the tax office: several shops can be one seller."""
    return shop.seller.vat_id or shop.seller.tax_number or shop.id


def cents(amount: Decimal) -> int:
    """An amount in EUR as it is kept."""
    return int(amount.scaleb(2))


class DynamoTurnover:
    """What all sellers sold to consumers of other member states."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def seen(self, shop: Shop, year: int) -> Seen:
        """The seller's sales of a year and of the one before."""
        seller = seller_of(shop)
        wanted = [keys.distance_sales(seller, each) for each in (year, year - 1)]
        items = {item["year"]: item for item in self._table.get_many(wanted)}
        years = [
            YearSales(
                year=each,
                net=Decimal(items[each]["cents"]).scaleb(-2),
                crossed=items[each]["crossed"],
            )
            if each in items
            else YearSales(year=each)
            for each in (year, year - 1)
        ]
        moves = items[year]["moves"] if year in items else 0
        return Seen(seller, Watch(this=years[0], last=years[1]), moves)

    def moved(self, seen: Seen, net: Decimal, shop: Shop) -> Action:
        """The action that adds a sale of `net` EUR; it fails when another was faster."""
        after = seen.watch.this.adding(net, shop.tax)
        key = keys.distance_sales(seen.seller, after.year)
        item = {
            "kind": "distance_sales",
            "seller": seen.seller,
            "year": after.year,
            "cents": cents(after.net),
            "crossed": after.crossed,
            "moves": seen.moves + 1,
        }
        if not seen.moves:
            return self._table.put(key, item, unless_exists=True)
        return self._table.put_if(key, item, moves=seen.moves)
