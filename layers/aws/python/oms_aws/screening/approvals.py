"""Approving an order: by API, and on the page that the approver's link opens."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from oms.core.parties import Person
from oms.core.refusals import Unknown
from oms.orders.findings import Approval
from oms.orders.order import Order
from oms.orders.owing import owed
from oms.screening import approval
from oms.screening.approval import Decision
from oms_aws.orders.store import StoredOrder
from oms_aws.platform.clients import Caller
from oms_aws.platform.http import Answer, Call
from oms_aws.platform.log import Saved
from oms_aws.platform.pages import form, page
from oms_aws.platform.rendering import words
from oms_aws.platform.wording import money_text
from oms_aws.screening.wiring import ScreeningWiring

LONGEST_REASON = 500


class Opened(NamedTuple):
    """Opened link: a stage of an order's approval, and the person who has the link."""

    seen: StoredOrder
    number: int
    person: Person

    @property
    def stage(self) -> Approval:
        return self.seen.order.screening.approvals[self.number]


def link(order: Order, number: int, person: Person, oms: ScreeningWiring, *, at: datetime) -> str:
    """The address under which a person decides a stage of the order's approval."""
    stage = order.screening.approvals[number]
    role = "approver" if person.id == stage.approver.id else "substitute"
    return oms.links.link("approval", f"{order.id}.{number}.{role}", at=at)


def spoken_for(caller: Caller, order: Order, person: str | None) -> str | None:
    """Person whose word a caller brings: the approver's own, or that of whom a clerk names.

    An approver's key is named `<customer>/<person>` and opens nothing of other customers. Raises
    Unknown.
    """
    if caller.role != "approver":
        return person
    customer, _, own = caller.client.rpartition("/")
    if customer != order.customer.id or person not in (None, own):
        raise Unknown("order_unknown", f"There is no order {order.id}.")
    return own


def decide(
    seen: StoredOrder,
    decision: Decision,
    oms: ScreeningWiring,
    by: Saved,
    *,
    person: str | None,
    reason: str,
    stage: int | None = None,
    if_version: int | None = None,
) -> StoredOrder:
    """Take somebody's word; whoever is faster is heard. Raises Refusal and Unknown."""

    def command(order: Order) -> Order:
        return approval.decide(
            order,
            decision,
            person=person,
            by=by.actor,
            reason=reason,
            at=oms.now(),
            stage=stage,
        )

    return oms.orders.change(seen.order.id, command, by, seen=seen, if_version=if_version)


def ask(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """The order and two buttons, or what became of it."""
    opened = _opened(call, oms)
    order, stage = opened.seen.order, opened.stage
    if stage.decision:
        return _decided(order, stage, oms)
    able = approval.eligible(order, opened.number)
    if approval.pending(order) != opened.number or opened.person not in able:
        return _told("approval_over", order)
    return _form(opened, oms)


def take(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """Save what the approver's button says; a rejection without a reason is asked for one."""
    opened, values = _opened(call, oms), form(call)
    decision, reason = values.get("decision"), values.get("reason", "")[:LONGEST_REASON]
    if decision not in ("approve", "reject") or (decision == "reject" and not reason):
        return _form(opened, oms, wrong=decision == "reject", status=422)
    actor = f"approver:{opened.seen.order.customer.id}/{opened.person.id}"
    by = Saved(actor, f"link:{opened.stage.hold}")
    word: Decision = "approve" if decision == "approve" else "reject"
    decide(
        opened.seen,
        word,
        oms,
        by,
        person=opened.person.id,
        reason=reason,
        stage=opened.number,
    )
    headers = {"Location": f"/approve/{call.path['token']}", "Cache-Control": "no-store"}
    return Answer(status=303, headers=headers)


def _opened(call: Call[Any], oms: ScreeningWiring) -> Opened:
    named = oms.links.subject("approval", call.path["token"], at=oms.now())
    order_id, number, role = named.rsplit(".", 2)
    seen = oms.orders.get(order_id)
    stage = seen.order.screening.approvals[int(number)]
    person = stage.approver if role == "approver" else stage.substitute
    if person is None:
        raise Unknown("link_invalid", "This link is not valid.")
    return Opened(seen, int(number), person)


def _decided(order: Order, stage: Approval, oms: ScreeningWiring) -> Answer:
    ours = oms.catalogue.cached_shop(order.shop).name
    name = approval.name_of(stage, stage.person) or ours
    return _told(f"approval_{stage.decision}", order, name)


def _told(kind: str, order: Order, name: str = "") -> Answer:
    language = order.customer.locale
    known = words("pages")[language]
    text = known[f"{kind}_text"].format(order=order.external_number, name=name)
    return page("message", language, title=known[f"{kind}_title"], text=text)


def _form(
    opened: Opened, oms: ScreeningWiring, *, wrong: bool = False, status: int = 200
) -> Answer:
    order, language = opened.seen.order, opened.seen.order.customer.locale
    shop = oms.catalogue.cached_shop(order.shop)
    products = oms.catalogue.products(order.skus)
    lines = [
        (line.ordered - line.cancelled, product.name_in(language) if product else line.sku)
        for line in order.lines
        if line.ordered > line.cancelled
        for product in (products.get(line.sku),)
    ]
    return page(
        "approval",
        language,
        status=status,
        shop=shop.name,
        order=order.external_number,
        person=opened.person.name,
        purchaser=order.customer.name,
        cost_centre=order.references.cost_centre,
        purchase_order=order.references.purchase_order,
        total=money_text(owed(order), order.currency, language),
        lines=lines,
        wrong=wrong,
    )
