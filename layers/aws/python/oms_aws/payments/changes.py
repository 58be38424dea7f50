"""Changes of orders: weighed with the checks that apply, previewed, and kept until confirmed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from oms.billing.estimates import vat_id_matters
from oms.billing.invoice import Invoice
from oms.core.refusals import Refusal, Unknown
from oms.orders.applying import applied
from oms.orders.changing import (
    Outcome,
    basis,
    changed,
    confirmed,
    dropped,
    foreseen,
    given_back,
    needed,
    part_changed,
    part_left,
    refused_by,
    requested,
)
from oms.orders.findings import Finding, Hold
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.orders.order_events import OrderChanged
from oms.orders.owing import secured
from oms.orders.pending import Change
from oms.payments.payment import check_payment, on_account
from oms.screening.address import check_address
from oms.screening.vat_check import finding as vat_finding
from oms_aws.billing.invoicing import estimated, vat_found
from oms_aws.billing.issuable import examined
from oms_aws.orders.seen import lines_of
from oms_aws.payments.b2b_checks import of_business
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform import keys
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.screening.gazetteer import gazetteer
from oms_aws.screening.pricing import priced
from oms_aws.sourcing.reserving import foreseen as sourced

PREVIEW_LIVES = timedelta(hours=1)
"""How long a preview can be confirmed."""


class Weighed(NamedTuple):
    """A change with all that it comes to.

    `recalls` is what warehouses have to give back first, by fulfilment; all else is as if they had.
    `before` is None while the old order has no taxes; `sourced` is the order after the change once
    it has claimed stock, as stock is now.
    """

    event: OrderChanged
    recalls: dict[str, Pieces]
    findings: tuple[Finding, ...]
    outcome: Outcome
    before: Invoice | None
    after: Invoice
    sourced: Order

    @property
    def digest(self) -> str:
        """Digest of what must still be true when the change is confirmed; stock is no promise."""
        parts = (
            self.recalls,
            self.after.taxes,
            self.outcome.raised,
            [h.id for h in self.outcome.mended],
        )
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


class Preview(NamedTuple):
    """A change that was shown, and what must not differ when it is confirmed."""

    change: Change
    basis: str
    digest: str
    expires_at: datetime


def weighed(order: Order, change: Change, id: str, by: str, oms: PaymentsWiring) -> Weighed:
    """Weight of the change as things stand. Raises Refusal and NotNow."""
    at = oms.now()
    recalls = needed(order, change)
    order = given_back(order, recalls, at)
    event = changed(order, change, id=id, by=by, at=at)
    after = applied(order, event)
    totals = estimated(part_left(after), oms)
    findings = tuple(_checked(order, after, event, totals, oms))
    outcome = foreseen(order, event, findings)
    try:
        before = estimated(part_left(order), oms)
    except Refusal:
        before = None
    return Weighed(event, recalls, findings, outcome, before, totals, sourced(oms, outcome.order))


def keep(order: Order, change: Change, shown: Weighed, oms: PaymentsWiring) -> datetime:
    """Keep a preview so that it can be confirmed; answers until when."""
    expires_at = oms.now() + PREVIEW_LIVES
    attributes = {
        "kind": "preview",
        "change": packed(msgspec.json.encode(change)),
        "basis": basis(order),
        "digest": shown.digest,
        "expires_at": expires_at.isoformat(),
        "expires": int((expires_at + PREVIEW_LIVES).timestamp()),
    }
    oms.table.write([oms.table.put(keys.preview(order.id, shown.event.change), attributes)])
    return expires_at


def preview(order_id: str, id: str, oms: PaymentsWiring) -> Preview:
    """The preview of that id; raises Unknown."""
    item = oms.table.get(keys.preview(order_id, id))
    if item is None:
        raise Unknown("change_unknown", f"There is no preview {id} of this order.")
    return Preview(
        msgspec.json.decode(unpacked(item["change"]), type=Change),
        item["basis"],
        item["digest"],
        datetime.fromisoformat(item["expires_at"]),
    )


def confirm(order: Order, id: str, shown: Preview, by: str, oms: PaymentsWiring) -> Order:
    """The order changed as the preview showed it, or as it is if that was done already.

    Where warehouses have to give something back, the change waits for that.
    Raises Refusal when the order, or what the change comes to, is not what was shown any more.
    """
    if id in order.changes.confirmed or (order.changes.pending and order.changes.pending.id == id):
        return order
    if shown.expires_at < oms.now():
        raise Refusal("preview_expired", "The preview is too old: ask for a new one.")
    if basis(order) != shown.basis:
        raise Refusal("order_changed", "The order has changed since: ask for a new preview.")
    now = weighed(order, shown.change, id, by, oms)
    if now.digest != shown.digest:
        raise Refusal("preview_outdated", "The change comes to something else by now: look again.")
    if now.recalls:
        return requested(order, shown.change, now.recalls, id=id, by=by, at=oms.now())
    return confirmed(order, now.event, now.findings)


def finish(order: Order, oms: PaymentsWiring) -> Order:
    """The order with its waiting change done or dropped, once all warehouses have answered."""
    pending = order.changes.pending
    if pending is None or any(fulfilment.recalled for fulfilment in order.fulfilments):
        return order
    try:
        if location := refused_by(order):
            text = f"Warehouse {location} cannot give the pieces back any more."
            raise Refusal("recall_refused", text)
        now = weighed(order, pending.wanted, pending.id, pending.by, oms)
        if now.recalls:
            raise Refusal("order_changed", "Pieces went to a warehouse meanwhile.")
        return confirmed(order, now.event, now.findings)
    except Refusal as refusal:
        return dropped(order, refusal, at=oms.now())


def _checked(
    order: Order, after: Order, event: OrderChanged, totals: Invoice, oms: PaymentsWiring
) -> Iterator[Finding]:
    """The findings of the checks that a change makes necessary again."""
    left = part_left(after)
    if after.ship_to != order.ship_to:
        yield from check_address(left, oms.catalogue.shop_if_known(order.shop), gazetteer())
    if event.lines:
        some = left if _holds(order, "price") else part_changed(left, event)
        yield from priced(oms, some.within("screening", claimed_total=None))
    held = _holds(order, "payment")
    vat = None
    if event.vat_id and vat_id_matters(left, oms.catalogue.cached_shop(order.shop)):
        shop = oms.catalogue.cached_shop(order.shop)
        vat = vat_found(left, shop, oms)
        yield vat_finding(left, vat.check, shop.tax.vies_unreachable)
    yield examined(after, oms, vat)
    if event.payment or event.vat_id or event.total != event.total_before or held:
        rules = oms.catalogue.cached_shop(order.shop).payment
        finding = check_payment(left, totals.gross, rules, at=event.at)
        more = event.payment or event.vat_id or event.total > event.total_before
        if finding.verdict != "hold" or more or held:
            yield finding
    yield from of_business(order, left, event, totals.gross, oms)


def _holds(order: Order, check: str) -> bool:
    """True if a check holds the order right now."""
    reasons = {finding.reason for finding in order.screening.findings if finding.check == check}
    return any(hold.reason in reasons for hold in order.open_holds)


def view(order: Order, shown: Weighed) -> dict[str, Any]:
    """The effects of a change as callers see them."""
    after, outcome = shown.outcome.order, shown.outcome
    payment = after.payment
    return {
        "before": _totals(order, shown.before),
        "after": _totals(after, shown.after),
        "lines": list(_lines(order, after, shown)),
        "recalls": [
            {
                "fulfilment": id,
                "location": order.fulfilment(id).location,
                "lines": lines_of(order, pieces),
            }
            for id, pieces in shown.recalls.items()
        ],
        "payment": {
            "status": payment.status,
            "amount": str(secured(after)),
            "due": str(shown.after.gross),
            "covered": None if on_account(payment) else secured(after) >= shown.after.gross,
        },
        "holds": [
            *({"reason": f.reason, "text": f.text, "owner": f.owner} for f in outcome.raised),
            *({"reason": h.reason, "text": h.text, "owner": h.owner} for h in _by_stock(shown)),
        ],
        "ends_holds": [hold.id for hold in outcome.mended],
        "approval_needed": any(f.check == "approval" for f in outcome.raised),
        "credit_covered": not any(f.check == "credit" for f in outcome.raised),
    }


def _by_stock(shown: Weighed) -> tuple[Hold, ...]:
    """The holds that claiming stock for the change would raise."""
    return shown.sourced.screening.holds[len(shown.outcome.order.screening.holds) :]


def _totals(order: Order, invoice: Invoice | None) -> dict[str, Any]:
    return {
        "goods": str(part_left(order).goods_total),
        "discount": str(part_left(order).discount),
        "shipping": str(order.shipping.price),
        "total": str(order.charged),
        "taxes": [
            {"rate": str(t.rate), "net": str(t.net), "tax": str(t.tax), "gross": str(t.gross)}
            for t in (invoice.taxes if invoice else ())
        ],
        "gross": str(invoice.gross) if invoice else None,
        "currency": order.currency,
    }


def _lines(order: Order, after: Order, shown: Weighed) -> Iterator[dict[str, Any]]:
    before = {line.number: line for line in order.lines}
    waited = after.pieces("backordered")
    for number in (change.number for change in shown.event.lines):
        line, known = after.line(number), before.get(number)
        yield {
            "number": number,
            "sku": line.sku,
            "quantity_before": known.ordered - known.cancelled if known else 0,
            "quantity": line.ordered - line.cancelled,
            "unit_price_before": str(known.unit_price) if known else None,
            "unit_price": str(line.unit_price),
            "backordered": shown.sourced.line(number).backordered - waited.get(number, 0),
        }
