"""Settling of stock: what orders shipped leaves it, what they dropped is given back, once each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from oms.core.refusals import NotNow
from oms.orders.order import Order
from oms.sourcing.stock import Reservation, claims, settled
from oms_aws.orders.store import StoredOrder
from oms_aws.platform.logs import logger
from oms_aws.platform.table import MOST_ACTIONS, Action, ConditionFailed
from oms_aws.sourcing.stock import MOVE_TRIES, Move
from oms_aws.sourcing.wiring import SourcingWiring

MOST_MOVES = (MOST_ACTIONS - 1) // 2


class Due(NamedTuple):
    """What settles an order as it was read; `moving` if a step may be at work on what moves."""

    seen: StoredOrder
    moves: list[Move]
    moving: bool

    def guard(self, oms: SourcingWiring) -> Action:
        """The action that demands the order as it was read; a step at work on it starts again."""
        return oms.orders.touched(self.seen) if self.moving else oms.orders.unchanged(self.seen)


def settle(oms: SourcingWiring, order_id: str) -> Order:
    """Issue what the order shipped and give back what it dropped, exactly once.

    Answers the order as it was read. Raises NotNow.
    """
    for _ in range(MOVE_TRIES):
        seen = oms.orders.get(order_id)
        due = _due(seen, oms.stock.reservations(seen.order))
        try:
            _settle(oms, due)
            return seen.order
        except ConditionFailed:
            continue
    raise NotNow(f"the reservations of {order_id} are being changed by many at once")


def settle_all(oms: SourcingWiring, order_ids: Iterable[str]) -> dict[str, Order | Exception]:
    """Settle orders together: answers each as it was read, or why it could not be settled.

    They are read at once and written in as few transactions as hold them. What cannot be done
    together is done one by one, so that none keeps the others waiting.
    """
    ids = [*dict.fromkeys(order_ids)]
    done: dict[str, Order] = {}
    for some in _packed(_read(oms, ids)):
        if _settle_together(oms, some):
            done |= {due.seen.order.id: due.seen.order for due in some}
    return {id: done[id] if id in done else _alone(oms, id) for id in ids}


def _read(oms: SourcingWiring, ids: Sequence[str]) -> list[Due]:
    """What settles each order that exists; nothing when they cannot be read at once."""
    try:
        found = oms.orders.get_many(ids)
        held = oms.stock.reservations_of([seen.order for seen in found.values()])
        return [_due(seen, held[id]) for id, seen in found.items()]
    except Exception as error:
        logger.warning("not read together", extra={"why": repr(error)})
        return []


def _due(seen: StoredOrder, reservations: Mapping[str, Reservation]) -> Due:
    wanted = claims(seen.order)
    moves = [Move(held, settled(held, wanted[sku])) for sku, held in reservations.items()]
    moves = [move for move in moves if move.before != move.after]
    return Due(seen, moves, any(wanted[move.before.sku].in_motion for move in moves))


def _settle(oms: SourcingWiring, due: Due) -> None:
    """Do the moves of one order, in several transactions if there are many."""
    for start in range(0, len(due.moves), MOST_MOVES):
        some = due.moves[start : start + MOST_MOVES]
        oms.table.write([due.guard(oms), *oms.stock.merged(some)])
        if due.moving:
            due = due._replace(seen=due.seen._replace(version=due.seen.version + 1))


def _settle_together(oms: SourcingWiring, dues: Sequence[Due]) -> bool:
    """Do the moves of some orders in one transaction, all or none; true if they are done."""
    moving = [due for due in dues if due.moves]
    moves = [move for due in moving for move in due.moves]
    try:
        if moves:
            oms.table.write([*(due.guard(oms) for due in moving), *oms.stock.merged(moves)])
    except Exception as error:
        logger.warning("not settled together", extra={"why": repr(error), "orders": len(dues)})
        return False
    return True


def _packed(dues: Iterable[Due]) -> Iterator[list[Due]]:
    """The orders in packs that a transaction holds each; one too large for any is left out."""
    pack: list[Due] = []
    for due in dues:
        if _actions([due]) > MOST_ACTIONS:
            continue
        if _actions([*pack, due]) > MOST_ACTIONS:
            yield pack
            pack = []
        pack.append(due)
    if pack:
        yield pack


def _actions(dues: Sequence[Due]) -> int:
    """The most actions that it takes to settle some orders in one transaction."""
    moves = [move for due in dues for move in due.moves]
    skus = {move.before.sku for move in moves}
    return sum(bool(due.moves) for due in dues) + len(moves) + len(skus)


def _alone(oms: SourcingWiring, order_id: str) -> Order | Exception:
    try:
        return settle(oms, order_id)
    except Exception as error:
        return error
