"""Lists by shop: aggregates of a kind in the order of their time, all or those in a status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from oms.core.values import Due
from oms_aws.platform import indexes
from oms_aws.platform.aggregates import Aggregate, AggregateStore, Read, State


class Standing(Aggregate, Protocol):
    """An aggregate of a shop that stands somewhere, in one word."""

    @property
    def status(self) -> str: ...


def found_by_shop(
    kind: indexes.ShopList, state: Standing, since: datetime, due: Sequence[Due]
) -> dict[str, Any]:
    """Attributes by which lists find an aggregate since a time, and the clock when it is due."""
    place = indexes.place(since, state.id)
    return {
        "shop": state.shop,
        "status": state.status,
        "gsi1pk": indexes.in_shop(kind, state.shop),
        "gsi1sk": place,
        "gsi2pk": indexes.in_shop(kind, state.shop, state.status),
        "gsi2sk": place,
        **indexes.clocked(state.id, due[0].at if due else None),
    }


class ByShop(AggregateStore[State, Read]):
    """Aggregates that are listed by their shop (`found_by_shop`)."""

    of: ClassVar[indexes.ShopList]

    def listed(
        self, shop: str, status: str, *, after: str, limit: int
    ) -> Sequence[tuple[str, Read]]:
        """Those of a shop, all or in a status, the newest first.

        Each comes with where a list goes on behind it.
        """
        index = "gsi2" if status else "gsi1"
        pk = indexes.in_shop(self.of, shop, status)
        rows = [*self._table.listed(index, pk, after=after, limit=limit, newest=True)]
        places = {str(row["pk"]).partition("#")[2]: row[f"{index}sk"] for row in rows}
        found = self.get_many(places)
        return [(place, found[id]) for id, place in places.items() if id in found]
