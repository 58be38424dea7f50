"""What the HTTP API answers, route by route: for its description and tests, never at run time."""

from __future__ import annotations

from oms_aws.edges.answers import (
    bills,
    captures,
    changes,
    core,
    crediting,
    customers,
    deposits,
    exports,
    keys,
    master,
    open_items,
    payments,
    picking,
    purchases,
    screening,
    stock,
    tax,
    webhooks,
)
from oms_aws.edges.answers.core import ID, EventId, Problem, Told, Turned

# One part a module, so that each area of the API is read by itself.
ANSWERS: dict[str, Told] = {
    **core.ANSWERS,
    **master.ANSWERS,
    **keys.ANSWERS,
    **customers.ANSWERS,
    **changes.ANSWERS,
    **exports.ANSWERS,
    **screening.ANSWERS,
    **payments.ANSWERS,
    **open_items.ANSWERS,
    **captures.ANSWERS,
    **picking.ANSWERS,
    **purchases.ANSWERS,
    **crediting.ANSWERS,
    **deposits.ANSWERS,
    **tax.ANSWERS,
    **bills.ANSWERS,
    **stock.ANSWERS,
    **webhooks.ANSWERS,
}

__all__ = ["ANSWERS", "ID", "EventId", "Problem", "Told", "Turned"]
