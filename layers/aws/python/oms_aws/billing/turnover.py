"""Distance sales in DynamoDB: a counter for each seller and year, moved with each invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from oms.master.shop import Shop
from oms.tax.threshold import Watch, YearSales
from oms_aws.platform import keys
from oms_aws.platform.table import Action, Table


class Seen(NamedTuple):
    """This and last year of a seller; `moves`, as it was read, guards the next move."""

    seller: str
    watch: Watch
    moves: int

    def adding(self, net: Decimal, shop: Shop) -> Seen:
        """The same after another sale of `net` EUR, not written yet."""
        this = self.watch.this.adding(net, shop.tax)
        return self._replace(watch=Watch(this=this, last=self.watch.last))

    def written(self) -> Seen:
        """The same once it was written."""
        return self._replace(moves=self.moves + 1)


def seller_of(shop: Shop) -> str:
    """Seller in the eyes of the tax office: several shops can be one seller."""
    return shop.seller.vat_id or shop.seller.tax_number or shop.id


def cents(amount: Decimal) -> int:
    """An amount in EUR as it is kept."""
    return int(amount.scaleb(2))


class DynamoTurnover:
    """Sales of all sellers to consumers of other member states."""

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

    def moved(self, seen: Seen) -> Action:
        """The action that writes a year with its new sales; it fails when another was faster."""
        year = seen.watch.this
        key = keys.distance_sales(seen.seller, year.year)
        item = {
            "kind": "distance_sales",
            "seller": seen.seller,
            "year": year.year,
            "cents": cents(year.net),
            "crossed": year.crossed,
            "moves": seen.moves + 1,
        }
        if not seen.moves:
            return self._table.put(key, item, unless_exists=True)
        return self._table.put_if(key, item, moves=seen.moves)
