"""Counters of SKUs as they lie in the table: read by the bucket, split when hot, merged later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from oms.core.refusals import NotNow
from oms.sourcing.stock import Item
from oms.sourcing.stock_buckets import CONFLICTS, fitting
from oms_aws.platform import keys
from oms_aws.platform.edit import Edit
from oms_aws.platform.table import Action, ConditionFailed, Table
from oms_aws.sourcing.counters import Layout, View, arrangement, layout, marked, stored_summary

READ_TRIES = 12


class DynamoCounters:
    """The counters of all SKUs; those of a hot one lie in several buckets."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now
        self._layouts: dict[str, Layout] = {}
        self._views: dict[str, View] = {}
        self._met: Counter[str] = Counter()

    # -- reading ------------------------------------------------------------------------------

    def items(self, skus: Iterable[str]) -> dict[str, Item]:
        """The counters of each SKU; one that was never counted has none of anything.

        A move that follows takes them as they were read here.
        """
        self._views = self._read(skus)
        return {sku: view.item for sku, view in self._views.items()}

    def summaries(self, skus: Iterable[str]) -> dict[str, Item]:
        """The counters of each SKU by one read; those of a split one are a few seconds old."""
        wanted, now = list(dict.fromkeys(skus)), self._now()
        found = self._table.get_many(keys.stock(sku) for sku in wanted)
        views = {item["sku"]: View(item["sku"], (item,)) for item in found}
        known = {}
        for sku in wanted:
            view = views.get(sku) or View(sku, ({},))
            split = layout(view.main).parts > 1
            summary = stored_summary(sku, view.main) if not (split and view.mark.due(now)) else None
            known[sku] = summary or self._summed_up(sku)
        return known

    def _summed_up(self, sku: str) -> Item:
        view = self._read([sku])[sku]
        self._unless_late(partial(self._mark, view))
        return view.item

    def _read(self, skus: Iterable[str]) -> dict[str, View]:
        """Every part of each SKU: the buckets first, then the main item, which says whether pieces
        went from part to part meanwhile. If not, no piece was missed on its way. Raises NotNow."""
        wanted = list(dict.fromkeys(skus))
        left, found = wanted, {}
        for _ in range(READ_TRIES):
            buckets = self._buckets(left)
            mains = {
                item["sku"]: item for item in self._table.get_many(keys.stock(sku) for sku in left)
            }
            for sku in left:
                main = mains.get(sku, {})
                now, known = layout(main), self._layouts.pop(sku, None)
                if now.parts == 1 or now == known:
                    read = [buckets.get((sku, n), {}) for n in range(1, now.parts)]
                    found[sku] = View(sku, (main, *read))
                if now.parts > 1:
                    self._layouts[sku] = now
            left = [sku for sku in left if sku not in found]
            if not left:
                return {sku: found[sku] for sku in wanted}
        raise NotNow("the buckets of the stock are being rearranged")

    def _buckets(self, skus: list[str]) -> dict[tuple[str, int], dict[str, Any]]:
        """The buckets of the SKUs that are known to have some, by SKU and number."""
        where = {
            keys.stock_part(sku, n): (sku, n)
            for sku in skus
            for n in range(1, self._layouts.get(sku, Layout(1, 0)).parts)
        }
        items = self._table.get_many(where)
        return {where[keys.Key(item["pk"], item["sk"])]: item for item in items}

    # -- splitting and merging ----------------------------------------------------------------

    def arrange(self, sku: str, wanted: int) -> None:
        """Keep the SKU in as many parts as the merchant wants, 0 for as its writes need."""
        view = self._read([sku])[sku]
        if view.wanted == wanted:
            return
        edit = Edit()
        for name, value in {"sku": sku, "kind": "stock", "wanted": wanted}.items():
            edit.set(name, value)
        self._table.write([edit.action(self._table, keys.stock(sku))])
        self._unless_late(lambda: self._tend_one(self._read([sku])[sku], hot=False))

    def wish(self, buckets: Mapping[str, int]) -> None:
        """Keep SKUs that were just read in as many parts as their products say."""
        for sku, wanted in buckets.items():
            if (view := self._views.get(sku)) and view.wanted != wanted:
                self._unless_late(partial(self.arrange, sku, wanted))

    def _note(self, actions: list[Action], met: tuple[int, ...]) -> None:
        """Remember which SKUs' counters others were in the way of."""
        for index in met:
            pk = _partition(actions[index])
            if pk.startswith(keys.STOCK):
                self._met[pk.removeprefix(keys.STOCK).partition("#")[0]] += 1

    def _tend(self) -> None:
        """Split what is hot, merge what is not any more, level what is uneven."""
        met, self._met = self._met, Counter()
        for sku, view in list(self._views.items()):
            if view.main:
                hot = met[sku] >= CONFLICTS
                self._unless_late(partial(self._tend_one, view, hot=hot))

    def _tend_one(self, view: View, *, hot: bool) -> None:
        parts, mark, now = view.parts, view.mark, self._now()
        number = fitting(
            parts.number,
            view.wanted,
            pace=mark.pace(parts, now),
            hot=hot and mark.settled(now),
            rested=mark.rested(now),
        )
        if number != parts.number or parts.uneven:
            fresh = self._read([view.sku])[view.sku]
            if fresh.parts.number == parts.number:
                self._table.write(arrangement(self._table, fresh, number, now))
        elif number > 1 and mark.due(now):
            self._mark(self._read([view.sku])[view.sku])

    def _mark(self, view: View) -> None:
        edit = Edit()
        edit.see("mark_at", view.main.get("mark_at"))
        marked(edit, view, self._now())
        self._table.write([edit.action(self._table, keys.stock(view.sku))])

    def _unless_late(self, act: Callable[[], None]) -> None:
        """Do what anybody can do at any time; whoever is late leaves it to who was faster."""
        try:
            act()
        except (ConditionFailed, NotNow):
            return


def _partition(action: Action) -> str:
    ((_, arguments),) = action.items()
    key = arguments.get("Key") or arguments["Item"]
    return str(key["pk"]["S"])
