"""Filing at the edge: a paper is set when somebody first asks for it, and found from then on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, Protocol

from msgspec import Struct

from oms.billing import confirming
from oms.billing.filing import file, filed_as, paper_id
from oms.billing.retention import kept_until
from oms.billing.stationery import dressed
from oms.core.calendar import book_day
from oms.core.refusals import Refusal
from oms.fulfilment import slips
from oms.fulfilment.slips import SlipKind
from oms.orders.documents import Paper
from oms.orders.order import Order
from oms_aws.billing.invoicing import estimated
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.store import StoredOrder
from oms_aws.papers.typesetting import typeset_confirmation, typeset_slip
from oms_aws.platform.http import Answer
from oms_aws.platform.log import Saved


class Set(Protocol):
    """Sets a snapshot as a PDF, with the bytes of its logo."""

    def __call__(self, snapshot: Any, /, *, logo: bytes | None) -> bytes: ...


def filed(
    seen: StoredOrder,
    kind: str,
    facts: Mapping[str, Any],
    snapshot: Callable[[date], Any],
    set_it: Set,
    oms: BillingWiring,
    by: Saved,
    *,
    fulfilment: str = "",
) -> Paper:
    """The paper of a kind that is about these facts; it is set once, archived and put on record.

    `snapshot` makes what it is set from, on the day of the books. A second one of the same facts is
    not set again, whatever letterhead and names have become since.
    """
    order = seen.order
    if order.erased:
        return _newest(order, kind, fulfilment)
    id = paper_id(order, kind, facts, seen.vault.salt)
    if known := filed_as(order, id):
        return known
    at = oms.now()
    day = book_day(at)
    made = snapshot(day)
    pdf = set_it(made, logo=oms.documents.logo(made.letterhead))
    place, until = f"letters/{day:%Y/%m}/{id}.pdf", kept_until("letter", day)
    key, digest = oms.documents.keep(place, pdf, "application/pdf", until=until)
    paper = Paper(id, kind, key, digest, at, fulfilment)
    record = oms.documents.letter(id, order.id, order.shop, made)
    stored = oms.orders.change(
        order.id, lambda order: file(order, paper), by._replace(also=(record, *by.also)), seen=seen
    )
    return filed_as(stored.order, id) or paper


def _newest(order: Order, kind: str, fulfilment: str) -> Paper:
    """The last paper of a kind of an erased order; raises Refusal, as there can be no other."""
    for paper in reversed(order.papers):
        if (paper.kind, paper.fulfilment) == (kind, fulfilment):
            return paper
    raise Refusal("person_erased", "The order has no addressee any more: its customer is erased.")


def opened_paper(paper: Paper, name: str, oms: BillingWiring) -> Answer:
    """A redirect to the paper's PDF, which opens under a name."""
    return Answer(status=302, headers={"Location": oms.documents.url(paper.key, f"{name}.pdf")})


def slip(
    seen: StoredOrder, fulfilment_id: str, kind: SlipKind, oms: BillingWiring, by: Saved
) -> Paper:
    """The delivery note or packing slip of a fulfilment; raises Refusal."""
    order = seen.order
    fulfilment = order.fulfilment(fulfilment_id)
    shop = oms.catalogue.cached_shop(order.shop)
    made = partial(
        slips.slip_of,
        order,
        fulfilment,
        kind,
        shop=shop,
        account=oms.catalogue.cached_account(order.shop, order.customer.id),
    )
    facts = slips.facts_of(made(products={}, made_on=book_day(order.received_at)))

    def snapshot(day: date) -> Struct:
        return dressed(made(products=oms.catalogue.products(order.skus), made_on=day), shop)

    return filed(seen, kind, facts, snapshot, typeset_slip, oms, by, fulfilment=fulfilment.id)


def confirmation(seen: StoredOrder, oms: BillingWiring, by: Saved) -> Paper:
    """The confirmation of an order as it stands; raises Refusal when nothing is left of it."""
    order = seen.order
    stands: Order = confirming.as_it_stands(order)

    def snapshot(day: date) -> Struct:
        draft = estimated(stands, oms)
        shop = oms.catalogue.cached_shop(order.shop)
        return dressed(confirming.confirmation_of(order, draft, day), shop)

    facts = confirming.facts_of(order)
    return filed(seen, "confirmation", facts, snapshot, typeset_confirmation, oms, by)
