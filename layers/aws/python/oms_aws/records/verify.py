"""The checks over a scan of the whole table and the archive, for operators and never for a step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from oms.records.breach import Breach
from oms.records.reconciling import CHECKS as RECONCILED
from oms_aws.records import archived, goods_back, proofs, pseudonymised, withdrawals
from oms_aws.records.scanned import Archive, Snapshot, Told, saying

Checks = dict[str, dict[str, Any]]


class UnknownCheck(Exception):
    """There is no check of that name."""


class Check(NamedTuple):
    """Check: how many things it looks at, and what does not hold of them."""

    size: Callable[[Snapshot], int]
    breaches: Callable[[Snapshot], Iterator[Breach]]


def _orders(found: Snapshot) -> int:
    return len(found.orders)


def _documents(found: Snapshot) -> int:
    return len(found.documents)


def _persons(found: Snapshot) -> int:
    return len(found.orders) + len(found.accounts) + len(found.withdrawn.kept)


CHECKS: dict[str, Check] = {
    "readable": Check(lambda found: found.items_read, proofs.readable),
    "line_conservation": Check(_orders, proofs.line_conservation),
    "stock": Check(lambda found: len(found.views), proofs.stock),
    "reservations": Check(_orders, proofs.reservations),
    "credit": Check(lambda found: len(found.ledgers.counters), proofs.credit),
    "departures": Check(lambda found: len(found.leaving), proofs.departures),
    "payments": Check(lambda found: len(found.ledgers.payments), proofs.payments),
    **{name: Check(_documents, proofs.reconciled(name)) for name in RECONCILED},
    "money": Check(_orders, proofs.money),
    "bookings": Check(_documents, proofs.bookings),
    "captures": Check(_orders, proofs.captures),
    "open_items": Check(lambda found: len(found.ledgers.listed), proofs.open_items),
    "bills": Check(lambda found: len(found.billed.bills), proofs.bills),
    "distance_sales": Check(_documents, proofs.distance_sales),
    "number_ranges": Check(_documents, proofs.number_ranges),
    "event_logs": Check(lambda found: found.shelf.count("event"), proofs.event_logs),
    "silent_orders": Check(_orders, proofs.silent_orders),
    "projections": Check(lambda f: len(f.orders) + len(f.fulfilments), proofs.projections),
    "archive": Check(
        lambda f: len(f.documents) + sum(len(s.order.papers) for s in f.orders.values()),
        archived.archive,
    ),
    "archived_logs": Check(_orders, archived.archived_logs),
    "counterfoils": Check(_documents, archived.counterfoils),
    "notifications": Check(lambda found: len(found.notified), archived.notifications),
    "seals": Check(lambda found: len(found.seals), archived.seals),
    "personal_data": Check(_persons, pseudonymised.personal_data),
    "withdrawals": Check(lambda found: len(found.withdrawn.kept), withdrawals.withdrawals),
    "returns": Check(lambda found: len(found.goods_back.kept), goods_back.returns),
}
"""All checks by name: the invariants 1 to 7 of an order system, the books and the archive."""


def check(
    scan: Iterable[Mapping[str, Any]],
    *,
    at: datetime,
    archive: Archive,
    only: Collection[str] = (),
    told: Told = lambda _: None,
) -> dict[str, Any]:
    """The verdict of all checks, or of `only` those; `told` hears how far it is.

    Answers `{"ok", "checks": {name: {"checked": n, "broken": [{"where", "what"}]}}}`; raises
    UnknownCheck. Each check runs alone: one that fails says so as a breach. A scan reads item by
    item, so that what is in motion can look broken: what is really broken stays.
    """
    if unknown := sorted(set(only) - CHECKS.keys()):
        raise UnknownCheck(f"no check {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    found = Snapshot(scan, at=at, archive=archive, told=told)
    checks = {}
    for name, each in CHECKS.items():
        if not only or name in only:
            told(name)
            checks[name] = _result(each, found)
    return verdict(checks)


def _result(check: Check, found: Snapshot) -> dict[str, Any]:
    broken: list[Breach] = []
    found.shelf.reading = ""
    size = 0
    try:
        size = check.size(found)
        broken.extend(check.breaches(found))
    except Exception as error:
        where = found.shelf.reading or "the check"
        broken.append(Breach(where, f"cannot be checked, nor what follows: {saying(error)}"))
    return {"checked": size, "broken": [msgspec.to_builtins(each) for each in broken]}


def verdict(checks: Checks) -> dict[str, Any]:
    """Verdict on all checks: `ok` if nothing is broken."""
    return {"ok": not any(each["broken"] for each in checks.values()), "checks": checks}


def persisting(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """The later verdict, without what the earlier one did not find broken in the same way."""
    checks = {
        name: {**each, "broken": [b for b in each["broken"] if b in _broken(earlier, name)]}
        for name, each in later["checks"].items()
    }
    return verdict(checks)


def _broken(verdict: dict[str, Any], name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = verdict["checks"].get(name, {}).get("broken", [])
    return found
