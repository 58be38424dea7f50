"""The order: one aggregate from capture to archive, whose every piece is in exactly one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import field
from msgspec.structs import replace

from oms.core import money
from oms.core.parties import Address
from oms.core.refusals import Broken, Refusal, Unknown
from oms.core.values import PLACE, Due, Value, Waiting
from oms.master.terms import RESERVE_HOURS
from oms.orders import astray, balance, deposits, stalled
from oms.orders.advances import followed
from oms.orders.customer import Customer, Gift, Shipping
from oms.orders.deadlines import (
    BILL_WITHIN,
    DELIVER_WITHIN,
    LATE_AFTER,
    MEND_WITHIN,
    PERFORM_WITHIN,
    RESERVE_WITHIN,
    RESTOCK_WITHIN,
    Stalled,
)
from oms.orders.document_news import (
    CreditNoteIssued,
    DocumentArchived,
    DocumentRejected,
    DocumentValidated,
    DocumentWithdrawn,
    DunningHeld,
    DunningPlanned,
    InvoiceAwaited,
    InvoiceCollected,
    InvoiceDeferred,
    InvoiceDunned,
    InvoiceIssued,
    InvoiceOverdue,
    InvoiceReduced,
    InvoiceReminded,
    LetterArchived,
    PaperArchived,
)
from oms.orders.documents import Collected, Document, Paper
from oms.orders.findings import SUPPLIER_NEEDED, Approval, Finding, Hold
from oms.orders.fulfilment_news import (
    FulfilmentPacked,
    FulfilmentPlanned,
    FulfilmentRecallAccepted,
    FulfilmentRecallRefused,
    FulfilmentRecallRequested,
    FulfilmentReleased,
    ShipmentConfirmed,
    ShipmentDelivered,
    ShipmentFailed,
    ShipmentOverdue,
    ShipmentReturned,
    ShipmentTracked,
    recall_refused,
)
from oms.orders.fulfilments import DIGITAL, Cause, Fulfilment, Parcel, ParcelFailure
from oms.orders.ledger import ledger
from oms.orders.lines import FREE, Discount, Line, LineChanged, Pieces
from oms.orders.money_news import (
    CaptureDeferred,
    CaptureDue,
    CreditReserved,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDisputed,
    PaymentFailed,
    PaymentLeft,
    PaymentReceived,
    PaymentRefunded,
    PaymentReminded,
    PaymentRetried,
    PaymentVoided,
)
from oms.orders.money_parts import (
    Capture,
    Credit,
    Dispute,
    Payment,
    PaymentFailure,
    Received,
    Refund,
)
from oms.orders.news import (
    ApprovalEscalated,
    ApprovalReminded,
    News,
    NotificationSent,
    OrderAddressCorrected,
    OrderApproved,
    OrderCancelled,
    OrderChanged,
    OrderChangeDropped,
    OrderChangeRequested,
    OrderCompleted,
    OrderHeld,
    OrderHoldEscalated,
    OrderRefused,
    OrderRejected,
    OrderReleased,
    OrderScreened,
    OrderStalled,
    WebhookExhausted,
)
from oms.orders.overdue import DunningNews, awaited, due_of, letters_to_keep, told
from oms.orders.pending import PendingChange
from oms.orders.sourcing_news import (
    BackorderAllocated,
    BackorderDue,
    EtaChanged,
    LineBackordered,
    OrderSourced,
    StockReleased,
    StockReserved,
)


class OrderCreated(News, frozen=True, tag="Order.Created"):
    order: Order


class Order(Value, frozen=True, omit_defaults=True):
    """One customer order. Commands return the order after them, with their news in `news`.

    Money is in `currency`, gross or net as `price_mode` says. `priority` is what the shop said, and
    `rank` what counts among those who wait: the order's own priority, or the customer's. Without
    `partial_said` the customer's account says whether a part may go first. `lapsed_at` is when the
    reservation of a held order expired, `expected` what the customer was told last of lines that
    wait, `looked_at` when their days were last looked at. `claimed_total` is what the shop says
    that the order comes to. Sources: `domain.md` § 2 and § 6.
    """

    id: str
    shop: str
    external_number: str
    placed_at: datetime
    received_at: datetime
    currency: str
    price_mode: Literal["gross", "net"]
    customer: Customer
    billing_address: Address
    lines: tuple[Line, ...]
    shipping: Shipping
    payment: Payment
    shipping_address: Address | None = None
    partial_allowed: bool = True
    claimed_total: Decimal | None = None
    partial_said: bool = True
    priority: int | None = None
    promised_on: date | None = None
    rank: int = 0
    reserve_hours: int = RESERVE_HOURS
    lapsed_at: datetime | None = None
    expected: dict[str, date | None] = field(default_factory=dict)
    looked_at: datetime | None = None
    note: str | None = None
    client_ip: str | None = None
    cost_centre: str | None = None
    purchase_order: str | None = None
    ordered_by: str | None = None
    gift: Gift | None = None
    discounts: tuple[Discount, ...] = ()
    screened_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    holds: tuple[Hold, ...] = ()
    fulfilments: tuple[Fulfilment, ...] = ()
    documents: tuple[Document, ...] = ()
    papers: tuple[Paper, ...] = ()
    collected: tuple[Collected, ...] = ()
    refused: str | None = None
    changed_at: datetime | None = None
    completed_at: datetime | None = None
    changes: tuple[str, ...] = ()
    payments: tuple[Received, ...] = ()
    captures: tuple[Capture, ...] = ()
    refunds: tuple[Refund, ...] = ()
    failures: tuple[PaymentFailure, ...] = ()
    voided: tuple[str, ...] = ()
    capture_by: datetime | None = None
    disputes: tuple[Dispute, ...] = ()
    credit: Credit | None = None
    approvals: tuple[Approval, ...] = ()
    pending: PendingChange | None = None
    stalled: Stalled | None = None
    news: tuple[AnyNews, ...] = ()

    # -- what is asked of an order ------------------------------------------------------------

    @property
    def ship_to(self) -> Address:
        return self.shipping_address or self.billing_address

    @property
    def goods_total(self) -> Decimal:
        return sum((line.unit_price * line.ordered for line in self.lines), Decimal(0))

    @property
    def discount(self) -> Decimal:
        """What is off the whole order, with what is off its lines."""
        of_lines = sum((line.discount for line in self.lines), Decimal(0))
        return of_lines + sum((each.amount for each in self.discounts), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.goods_total - self.discount + self.shipping.price

    @property
    def charged(self) -> Decimal:
        """What it costs without the cancelled pieces, in its price mode."""
        left = {li.number: n for li in self.lines if (n := li.ordered - li.cancelled)}
        return self.worth(left) + (self.shipping.price if left else 0)

    def worth(self, pieces: Pieces) -> Decimal:
        """What pieces cost, in the price mode, with their parts of all discounts."""
        shares = self.discount_shares()
        some = [(line, n) for line in self.lines if (n := pieces.get(line.number, 0))]
        return sum((self._worth(line, n, shares[line.number]) for line, n in some), Decimal(0))

    def _worth(self, line: Line, pieces: int, share: Decimal) -> Decimal:
        off = (
            money.portion(amount, 0, pieces, line.ordered, self.currency)
            for amount in (line.discount, share)
            if amount
        )
        return line.unit_price * pieces - sum(off)

    def discount_shares(self) -> dict[str, Decimal]:
        """What is off the whole order, shared over its lines by their price after their discounts.

        By price, not by net value: so that the shares do not depend on a rate that may change
        between two shipments. Every rate's net falls by the same percentage (section 10.3 UStAE).
        """
        off = money.total([each.amount for each in self.discounts])
        if not off:
            return dict.fromkeys((line.number for line in self.lines), Decimal(0))
        weights = [money.times(li.unit_price, li.ordered) - li.discount for li in self.lines]
        shares = money.allocate(off, weights, self.currency)
        return {line.number: share for line, share in zip(self.lines, shares, strict=True)}

    @property
    def open_holds(self) -> tuple[Hold, ...]:
        return tuple(hold for hold in self.holds if hold.released_at is None)

    def unsupplied(self, line: Line) -> bool:
        """Whether a line still waits for somebody to say who supplies it."""
        if line.nature.kind != "drop_ship":
            return False
        return not any(
            hold.released_at and line.number in hold.data.get("lines", ())
            for hold in self.holds
            if hold.reason == SUPPLIER_NEEDED
        )

    @property
    def reserved_until(self) -> datetime | None:
        """When a held order gives back what it has reserved."""
        raised = [hold.raised_at for hold in self.open_holds]
        if not raised or not self.count("reserved"):
            return None
        return min(raised) + timedelta(hours=self.reserve_hours)

    def count(self, place: str) -> int:
        """How many pieces of all lines are in a place (`ordered` counts all)."""
        return sum(getattr(line, place) for line in self.lines)

    def pieces(self, place: str) -> Pieces:
        """The pieces in a place, by line, lines without any left out."""
        return {line.number: n for line in self.lines if (n := getattr(line, place))}

    def by_sku(self, place: str) -> dict[str, int]:
        """The pieces in a place, by SKU."""
        counts: dict[str, int] = {}
        for line in self.lines:
            if n := getattr(line, place):
                counts[line.sku] = counts.get(line.sku, 0) + n
        return counts

    @property
    def skus(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.sku for line in self.lines))

    @property
    def verdict(self) -> Literal["pass", "hold", "refuse"]:
        """Where the checks have left the order."""
        if self.refused:
            return "refuse"
        return "hold" if self.open_holds else "pass"

    @property
    def status(self) -> str:
        """One word for the whole order, derived from its pieces."""
        active = self.count("ordered") - self.count("cancelled")
        if self.completed_at:
            return "completed"
        if self.refused:
            return "refused"
        if not active:
            return "cancelled"
        if self.open_holds:
            return "held"
        if not self.screened_at:
            return "received"
        if self.count("delivered") == active:
            return "delivered"
        if self.count("returned") == active:
            return "returned"
        gone = self.count("shipped") + self.count("delivered") + self.count("returned")
        if gone:
            return "shipped" if gone == active else "partially_shipped"
        for place, word in (("released", "released"), ("packed", "packed")):
            if self.count(place):
                return word
        waiting = [line for line in self.lines if line.backordered]
        if waiting:
            early = all(line.nature.kind == "preorder" for line in waiting)
            return "preordered" if early else "backordered"
        return "accepted"

    @property
    def finished(self) -> bool:
        """Whether all pieces are at rest, each shipment is billed and all money moved."""
        at_rest = self.count("delivered") + self.count("cancelled") + self.count("returned")
        if at_rest < self.count("ordered"):
            return False
        if self.to_collect or not all(document.kept for document in self.documents):
            return False
        return not self._to_settle() and not any(balance.waits(self))

    def waiting(self) -> tuple[Waiting, ...]:
        """Whom it waits for; but for the payment nobody only once it is finished (invariant 6)."""
        money = tuple(self._waits_for_payment())
        return money if self.finished else (*self._waits(), *money)

    def _waits_for_payment(self) -> Iterator[Waiting]:
        """Who is to see to the invoices that are open, whether or not the order is finished."""
        yield from filter(None, map(awaited, self._payable_later()))
        yield from (wait for document in self.documents for wait in letters_to_keep(document))
        for fulfilment in self.fulfilments:
            if fulfilment.returned_at and not self._credited_since(fulfilment.returned_at):
                until = fulfilment.returned_at + astray.DECIDE_WITHIN
                yield Waiting("clerk", "goods_back", until)

    def _credited_since(self, at: datetime) -> bool:
        return any(d.type == "credit_note" and d.issued_at >= at for d in self.documents)

    def _payable_later(self) -> Iterator[Document]:
        """The documents with a due date that are still open; its bill has those of a bill."""
        able = [d for d in self.documents if d.due_on and d.key and d.type != "collective"]
        book = ledger(self) if able else None
        for document in able:
            item = book.item(document.id) if book else None
            if item and item.open > 0 and not document.withdrawn_at:
                yield document

    def dunning_due(self) -> Iterator[Due]:
        """When each open invoice is to be looked at, unless somebody wants it left alone."""
        yield from filter(None, map(due_of, self._payable_later()))

    def _waits(self) -> Iterator[Waiting]:
        since = self.changed_at or self.received_at
        holds = self.open_holds
        yield from (hold.waiting for hold in holds)
        for fulfilment in self.fulfilments:
            if fulfilment.status in ("released", "packed"):
                party = f"warehouse {fulfilment.location}"
                yield Waiting(party, fulfilment.status, fulfilment.ship_by)
                if fulfilment.recall and fulfilment.recalled:
                    yield Waiting(party, "recall", fulfilment.recall.until)
            elif fulfilment.status == "shipped" and fulfilment.shipped_at:
                until = fulfilment.shipped_at + DELIVER_WITHIN
                lost = tuple(astray.waits(fulfilment))
                yield from lost or (Waiting("carrier", "shipped", until),)
        yield from self._waits_for_goods(since)
        ours = any(self._moving(line) for line in self.lines) or (
            self.count("reserved") and (self.partial_allowed or not self.count("backordered"))
        )
        asked = self.pending and any(f.recalled for f in self.fulfilments)
        if ours and not holds and not asked:
            yield Waiting("auftakt", "open", since + RESERVE_WITHIN)
        if self._to_settle():
            yield Waiting("auftakt", "invoice", since + RESERVE_WITHIN)
        for collected in self.to_collect:
            until = collected.due_at + BILL_WITHIN
            yield Waiting("auftakt", "collective_invoice", until)
        for document in self.documents:
            if document.rejected_at:
                until = document.rejected_at + MEND_WITHIN
                yield Waiting("clerk", "document_rejected", until)
            elif not document.kept:
                yield Waiting("auftakt", "document", since + RESERVE_WITHIN)
        yield from balance.waits(self)

    def unbilled(self) -> tuple[Fulfilment, ...]:
        """What has left without an invoice, and is not to be billed with others."""
        return deposits.unbilled(self)

    def _to_settle(self) -> bool:
        """Whether something is to be billed, or a deposit to be given back, as things stand."""
        if deposits.awaits_final(self):
            return False
        standing = not deposits.to_come(self) and deposits.open_deposits(self.documents)
        return bool(standing or self.unbilled())

    @property
    def to_collect(self) -> tuple[Collected, ...]:
        """The shipments that a collective invoice is still to bill."""
        billed = {id for each in self.documents if each.bill for id in each.billed}
        return tuple(each for each in self.collected if each.fulfilment not in billed)

    @property
    def through(self) -> bool:
        """Whether all pieces have left or were cancelled, and what left is billed or collected."""
        here = ("open", "reserved", "backordered", "released", "packed")
        return not any(map(self.count, here)) and not self.unbilled()

    def due(self) -> tuple[Due, ...]:
        """What the clock has to see to, the earliest first."""
        return tuple(sorted(self._dues(), key=lambda due: due.at))

    def _dues(self) -> Iterator[Due]:
        yield from self.dunning_due()
        if at := stalled.due_at(self.waiting(), self.stalled, self.changed_at):
            yield Due("stalled", "", at)
        if self.finished:
            return
        for hold in self.open_holds:
            if hold.reason == "payment_awaited" and not hold.escalated_at:
                yield Due("payment_end", hold.id, hold.deadline)
                if "reminded_at" not in hold.data:
                    patience = timedelta(days=hold.data["remind_after"])
                    yield Due("payment_reminder", hold.id, hold.raised_at + patience)
            elif not hold.escalated_at:
                yield Due("hold", hold.id, hold.deadline)
        yield from self._approvals_due()
        if self.capture_by and balance.to_capture(self):
            yield Due("capture", "", self.capture_by)
        if self.reserved_until:
            yield Due("reservation", "", self.reserved_until)
        for number, again in self.days_to_look_again():
            yield Due("backorder", number, again)
        yield from (due for fulfilment in self.fulfilments for due in astray.dues(fulfilment))

    def _approvals_due(self) -> Iterator[Due]:
        held = {hold.id for hold in self.open_holds}
        for number, stage in enumerate(self.approvals):
            if stage.hold not in held or not stage.asked_at or stage.decision:
                continue
            if not stage.reminded_at:
                half = timedelta(hours=stage.hours / 2)
                yield Due("approval_reminder", str(number), stage.asked_at + half)
            if stage.substitute and not stage.escalated_at:
                yield Due("approval", str(number), stage.asked_at + timedelta(hours=stage.hours))

    def days_to_look_again(self) -> Iterator[tuple[str, datetime]]:
        """When a waiting line is to be looked at: its day of sale, or when its ETA has passed."""
        for line in self.lines:
            if not line.backordered:
                continue
            for day in (line.nature.available_from, _passed(self.expected.get(line.number))):
                at = datetime.combine(day, time(), PLACE) if day else None
                if at and not (self.looked_at and self.looked_at >= at):
                    yield line.number, at

    def _waits_for_goods(self, since: datetime) -> Iterator[Waiting]:
        for line in self.lines:
            if line.backordered and line.nature.available_from:
                until = datetime.combine(line.nature.available_from, time(), PLACE) + RESTOCK_WITHIN
                yield Waiting("supplier", "preordered", until)
                break
        if any(line.backordered and not line.nature.available_from for line in self.lines):
            yield Waiting("supplier", "backordered", since + RESTOCK_WITHIN)
        if any(line.open and line.nature.kind == "service" for line in self.lines):
            yield Waiting("clerk", "service_to_perform", since + PERFORM_WITHIN)

    def _moving(self, line: Line) -> bool:
        """Whether it is for us to move a line's open pieces on."""
        return bool(line.open) and line.nature.kind != "service" and not self.unsupplied(line)

    def line(self, number: str) -> Line:
        """The line of that number; raises Unknown."""
        for line in self.lines:
            if line.number == number:
                return line
        raise Unknown("line_unknown", f"The order has no line {number}.")

    def fulfilment(self, id: str) -> Fulfilment:
        """The fulfilment of that id; raises Unknown."""
        for fulfilment in self.fulfilments:
            if fulfilment.id == id:
                return fulfilment
        raise Unknown("fulfilment_unknown", f"The order has no fulfilment {id}.")

    def document(self, id: str) -> Document:
        """The document of that id; raises Unknown."""
        for document in self.documents:
            if document.id == id:
                return document
        raise Unknown("document_unknown", f"The order has no document {id}.")

    # -- what is done to an order -------------------------------------------------------------

    def screen(self, findings: Iterable[Finding], *, at: datetime) -> Order:
        """Take the findings of all checks at once; a second time changes nothing."""
        if self.screened_at or not self.count("open"):
            return self
        found = tuple(findings)
        order = self.tell(OrderScreened(found, at))
        for finding in found:
            if finding.verdict == "refuse":
                refused = OrderRefused(finding.reason, finding.text, at, finding.text_de)
                return order.tell(refused)
        for finding in found:
            if finding.verdict == "hold":
                order = order.hold(finding, at=at)
        return order

    def hold(self, finding: Finding, *, at: datetime) -> Order:
        """Hold the order for a finding, whatever holds it already."""
        return self.tell(OrderHeld(self._hold(finding, at)))

    def _hold(self, finding: Finding, at: datetime) -> Hold:
        return Hold(
            id=f"hold_{len(self.holds) + 1}",
            reason=finding.reason,
            text=finding.text,
            owner=finding.owner,
            raised_at=at,
            deadline=at + timedelta(hours=finding.hours),
            data=finding.data,
            text_de=finding.text_de,
        )

    def release_hold(
        self, id: str, *, by: str, reason: str, at: datetime, findings: tuple[Finding, ...] = ()
    ) -> Order:
        """Let one hold go, with what was found again; letting it go twice changes nothing.

        Raises Unknown.
        """
        for hold in self.holds:
            if hold.id == id:
                if hold.released_at or not self.count("ordered") - self.count("cancelled"):
                    return self
                return self.tell(OrderReleased(id, by, reason, at, findings))
        raise Unknown("hold_unknown", f"The order has no hold {id}.")

    def cancel(
        self,
        wanted: Mapping[str, int] | None,
        *,
        reason: str,
        by: str,
        at: datetime,
        cause: Cause = "other",
    ) -> Order:
        """Cancel pieces that no warehouse has yet: open, backordered or reserved ones.

        `wanted` is line number -> quantity, None for every piece of the order. Raises Refusal
        naming the lines of which fewer pieces can be cancelled; then nothing is cancelled.
        """
        asked = (
            {line.number: line.ordered - line.cancelled for line in self.lines}
            if wanted is None
            else {self.line(number).number: quantity for number, quantity in wanted.items()}
        )
        pieces, others = self.split_free(asked)
        short = {
            f"lines.{n}": f"{asked[n] - rest} of {asked[n]} pieces can still be cancelled"
            for n, rest in others.items()
        }
        if short:
            raise Refusal(
                "not_cancellable",
                "Pieces that are with a warehouse, shipped or cancelled already stay as they are.",
                short,
            )
        if not pieces:
            return self
        whole = sum(asked.values()) == self.count("ordered") - self.count("cancelled")
        return self.tell(OrderCancelled(pieces, reason, by, whole, at, cause))

    def split_free(self, asked: Mapping[str, int]) -> tuple[dict[str, Pieces], Pieces]:
        """Of the asked pieces those that no warehouse has, by place, and by line the others."""
        free: dict[str, Pieces] = {}
        others: Pieces = {}
        for number, quantity in asked.items():
            line, rest = self.line(number), quantity
            for place in FREE:
                take = min(rest, getattr(line, place))
                if take:
                    free.setdefault(place, {})[number] = take
                rest -= take
            if rest:
                others[number] = rest
        return free, others

    def cancel_rest(self, *, reason: str, by: str, at: datetime, cause: Cause = "other") -> Order:
        """Cancel every piece that no warehouse has yet."""
        rest = {
            line.number: n
            for line in self.lines
            if (n := line.open + line.backordered + line.reserved)
        }
        return self.cancel(rest, reason=reason, by=by, at=at, cause=cause)

    def reserve(self, taken: Pieces, short: Pieces, *, at: datetime) -> Order:
        """Open pieces become reserved (`taken`) or backordered (`short`)."""
        order = self
        if taken:
            order = order.tell(StockReserved(taken, at))
        if short:
            order = order.tell(LineBackordered(short, "open", at))
        return order

    def lose_reservation(self, pieces: Pieces, *, at: datetime) -> Order:
        """Reserved pieces that no shelf covers any more wait in backorder again."""
        return self.tell(LineBackordered(pieces, "reserved", at)) if pieces else self

    def allocate(self, pieces: Pieces, *, at: datetime) -> Order:
        """Backordered pieces got stock."""
        return self.tell(BackorderAllocated(pieces, at)) if pieces else self

    def release_to_warehouse(
        self,
        location: str,
        pieces: Pieces,
        *,
        ship_by: datetime,
        reasons: tuple[str, ...],
        at: datetime,
        capacity: int | None = None,
    ) -> Order:
        """Offer reserved pieces to a warehouse as a new fulfilment."""
        fulfilment = Fulfilment(
            id=self._next_fulfilment(),
            location=location,
            pieces=pieces,
            planned_at=at,
            ship_by=ship_by,
            reasons=reasons,
            capacity=capacity,
        )
        return self.tell(FulfilmentPlanned(fulfilment), FulfilmentReleased(fulfilment.id, location))

    def _next_fulfilment(self) -> str:
        return f"ful_{self.id.removeprefix('ord_')}-{len(self.fulfilments) + 1}"

    def provide(self, *, at: datetime) -> Order:
        """Hand over the open pieces that no parcel carries: at once, as one fulfilment."""
        pieces = {
            li.number: li.open for li in self.lines if li.open and li.nature.kind == "digital"
        }
        if not pieces:
            return self
        fulfilment = Fulfilment(
            id=self._next_fulfilment(),
            location=DIGITAL,
            pieces=pieces,
            planned_at=at,
            ship_by=at,
            reasons=("needs no parcel",),
        )
        return self.tell(
            FulfilmentPlanned(fulfilment, "open"),
            FulfilmentPacked(fulfilment.id, (), at),
            ShipmentConfirmed(fulfilment.id, DIGITAL, (), at),
            ShipmentDelivered(fulfilment.id, at),
        )._deferred(at)

    def pack(self, id: str, contents: list[tuple[int, Pieces | None]], *, at: datetime) -> Order:
        """Pack a fulfilment whole, as parcels of (weight in grams, pieces; None: everything).

        Packing it again with the same parcels changes nothing. Raises Refusal.
        """
        fulfilment = self.fulfilment(id)
        parcels = tuple(
            Parcel(
                id=f"par_{id.removeprefix('ful_')}-{n}",
                weight_g=weight,
                pieces=dict(fulfilment.pieces) if pieces is None else pieces,
            )
            for n, (weight, pieces) in enumerate(contents, 1)
        )
        if [(p.weight_g, p.pieces) for p in fulfilment.parcels] == [
            (p.weight_g, p.pieces) for p in parcels
        ]:
            return self
        if fulfilment.status != "released":
            raise Refusal(
                "fulfilment_not_released", f"The fulfilment is {fulfilment.status} already."
            )
        if fulfilment.recalled:
            raise Refusal("recall_open", "Pieces of it are recalled: answer that before you pack.")
        _require_same_pieces(parcels, fulfilment.pieces)
        return self.tell(FulfilmentPacked(id, parcels, at))

    def ship(
        self, id: str, *, carrier: str, tracking_numbers: tuple[str, ...], at: datetime
    ) -> Order:
        """Confirm that a packed fulfilment has left; repeating it changes nothing.

        What has left cannot be given back: an open recall is refused by that.
        """
        fulfilment = self.fulfilment(id)
        known = tuple(p.tracking_number for p in fulfilment.parcels)
        if fulfilment.shipped_at and known == tracking_numbers:
            return self
        if fulfilment.status != "packed":
            raise Refusal(
                "fulfilment_not_packed", f"The fulfilment is {fulfilment.status}, not packed."
            )
        if len(tracking_numbers) != len(fulfilment.parcels):
            raise Refusal(
                "tracking_numbers_do_not_match",
                f"{len(fulfilment.parcels)} parcels need as many tracking numbers.",
                {"tracking_numbers": f"{len(tracking_numbers)} given"},
            )
        if len(set(tracking_numbers)) < len(tracking_numbers):
            raise Refusal(
                "tracking_number_taken",
                "Each parcel has a tracking number of its own.",
                {"tracking_numbers": "one stands twice"},
            )
        confirmed = ShipmentConfirmed(id, carrier, tracking_numbers, at)
        if fulfilment.recalled:
            refused = recall_refused(fulfilment, "It has left already.", at)
            return self.tell(refused, confirmed)._deferred(at)
        return self.tell(confirmed)._deferred(at)

    def invoice(self, document: Document) -> Order:
        """Put an issued document on record; a second one of its id changes nothing."""
        if any(known.id == document.id for known in self.documents):
            return self
        return self.tell(InvoiceIssued(document))._deferred(document.issued_at)

    def _deferred(self, at: datetime) -> Order:
        """Say of what has left that the final invoice bills it, if there will be one."""
        if not deposits.awaits_final(self):
            return self
        gone = (f.id for f in self.unbilled() if not f.awaits)
        return self.tell(*(InvoiceAwaited(id, at) for id in gone))

    def archive(self, id: str, *, key: str, sha256: str, at: datetime) -> Order:
        """Put on record where a document is kept; repeating it changes nothing."""
        if self.document(id).key:
            return self
        return self.tell(DocumentArchived(id, key, sha256, at))

    def note_notification(self, kind: str, cause: str, message_id: str, at: datetime) -> Order:
        """Put on record that the customer was told."""
        return self.tell(NotificationSent(kind, cause, message_id, at))

    def note_exhausted(self, endpoint: str, delivery: str, reason: str, at: datetime) -> Order:
        """Put on record that a webhook delivery was given up."""
        return self.tell(WebhookExhausted(endpoint, delivery, reason, at))

    # -- news ---------------------------------------------------------------------------------

    def tell(self, *news: AnyNews) -> Order:
        """The order after the news, carrying them; completes it when nothing more is to happen."""
        order = self
        for item in news:
            order = replace(order.apply(item), news=(*order.news, item))
        at = order.changed_at
        arrived = order.count("delivered") or order.count("returned")
        if at and order.finished and arrived and not order.completed_at:
            done = OrderCompleted(at)
            order = replace(order.apply(done), news=(*order.news, done))
        return order

    def apply(self, news: AnyNews) -> Order:
        """The order after one piece of news, as replaying the log does it (invariant 5)."""
        order: Order = _AFTER[type(news)](self, news)
        if order.expected:
            order = order._forget_expected()
        at = getattr(news, "at", None)
        return followed(self, replace(order, changed_at=at) if at else order, news)

    def _forget_expected(self) -> Order:
        """The order without what was said of lines of which nothing waits any more."""
        waiting = self.pieces("backordered")
        return replace(self, expected={n: d for n, d in self.expected.items() if n in waiting})

    def move(self, pieces: Pieces, origin: str, target: str) -> Order:
        """The order with pieces moved from place to place; raises Broken if they are not there."""
        lines = tuple(
            line.move(pieces[line.number], origin, target) if line.number in pieces else line
            for line in self.lines
        )
        if any(not line.conserved for line in lines):
            raise Broken(f"{self.id}: pieces of a line do not add up")
        return replace(self, lines=lines)

    def with_document(self, changed: Document) -> Order:
        """The order with one document replaced."""
        return replace(
            self, documents=tuple(changed if d.id == changed.id else d for d in self.documents)
        )

    def with_fulfilment(self, changed: Fulfilment) -> Order:
        """The order with one fulfilment replaced."""
        return replace(
            self,
            fulfilments=tuple(changed if f.id == changed.id else f for f in self.fulfilments),
        )


AnyNews = (
    OrderCreated
    | OrderStalled
    | OrderScreened
    | OrderSourced
    | OrderHeld
    | OrderReleased
    | OrderHoldEscalated
    | OrderAddressCorrected
    | OrderRefused
    | OrderCancelled
    | OrderChangeRequested
    | OrderChangeDropped
    | OrderChanged
    | PaymentReceived
    | PaymentReminded
    | InvoiceOverdue
    | DunningPlanned
    | InvoiceReminded
    | InvoiceDunned
    | LetterArchived
    | DunningHeld
    | PaymentAuthorised
    | PaymentCaptured
    | CaptureDeferred
    | CaptureDue
    | PaymentVoided
    | PaymentRefunded
    | PaymentFailed
    | PaymentRetried
    | PaymentLeft
    | PaymentDisputed
    | CreditReserved
    | OrderApproved
    | OrderRejected
    | ApprovalReminded
    | ApprovalEscalated
    | StockReserved
    | StockReleased
    | LineBackordered
    | BackorderAllocated
    | EtaChanged
    | BackorderDue
    | FulfilmentPlanned
    | FulfilmentReleased
    | FulfilmentRecallRequested
    | FulfilmentRecallAccepted
    | FulfilmentRecallRefused
    | FulfilmentPacked
    | ShipmentConfirmed
    | ShipmentTracked
    | ShipmentDelivered
    | ShipmentFailed
    | ShipmentOverdue
    | ShipmentReturned
    | InvoiceAwaited
    | InvoiceIssued
    | InvoiceDeferred
    | InvoiceReduced
    | InvoiceCollected
    | CreditNoteIssued
    | DocumentValidated
    | DocumentRejected
    | DocumentWithdrawn
    | DocumentArchived
    | PaperArchived
    | NotificationSent
    | WebhookExhausted
    | OrderCompleted
)


def _passed(day: date | None) -> date | None:
    return day + LATE_AFTER if day else None


def order_of(fulfilment_id: str) -> str:
    """The id of the order that a fulfilment is of, which its own id carries: `ful_<order>-1`."""
    return f"ord_{fulfilment_id.removeprefix('ful_').rpartition('-')[0]}"


def replayed(log: Iterable[AnyNews]) -> Order:
    """The order that its log tells of; raises Broken for a log without a beginning."""
    order: Order | None = None
    for news in log:
        if isinstance(news, OrderCreated):
            order = news.order
        elif order is None:
            raise Broken("the log does not begin with Order.Created")
        else:
            order = order.apply(news)
    if order is None:
        raise Broken("the log is empty")
    return order


def _require_same_pieces(parcels: tuple[Parcel, ...], expected: Pieces) -> None:
    packed: Pieces = {}
    for parcel in parcels:
        for number, quantity in parcel.pieces.items():
            packed[number] = packed.get(number, 0) + quantity
    if packed != expected:
        wrong = {
            f"lines.{n}": f"{packed.get(n, 0)} packed, {expected.get(n, 0)} to pack"
            for n in sorted(packed.keys() | expected.keys())
            if packed.get(n, 0) != expected.get(n, 0)
        }
        raise Refusal(
            "contents_do_not_match", "The parcels do not hold what is to be packed.", wrong
        )


def _created(_: Order, news: OrderCreated) -> Order:
    return news.order


def _screened(order: Order, news: OrderScreened) -> Order:
    return replace(order, screened_at=news.at, findings=news.findings)


def _sourced(order: Order, news: OrderSourced) -> Order:
    lines = tuple(
        replace(line, nature=news.natures[line.number]) if line.number in news.natures else line
        for line in order.lines
    )
    return replace(
        order,
        lines=lines,
        rank=news.rank,
        partial_allowed=news.partial_allowed,
        reserve_hours=news.reserve_hours,
    )


def _held(order: Order, news: OrderHeld) -> Order:
    hold = news.hold
    return replace(
        order,
        holds=(*order.holds, hold),
        approvals=(*order.approvals, *_stages(hold)),
        changed_at=hold.raised_at,
    )


def _stages(hold: Hold) -> tuple[Approval, ...]:
    """The stages of approval that a hold asks for; the first one is asked at once."""
    stages = [{**stage, "hold": hold.id} for stage in hold.data.get("stages", ())]
    asked = msgspec.convert(stages, tuple[Approval, ...])
    return tuple(replace(s, asked_at=hold.raised_at) if n == 0 else s for n, s in enumerate(asked))


def _released(order: Order, news: OrderReleased) -> Order:
    holds = tuple(
        replace(h, released_at=news.at, released_by=news.by, release_reason=news.reason)
        if h.id == news.hold
        else h
        for h in order.holds
    )
    held = any(hold.released_at is None for hold in holds)
    order = replace(
        order,
        holds=holds,
        lapsed_at=order.lapsed_at if held else None,
        findings=_found_again(order, news.findings),
    )
    (hold,) = [hold for hold in holds if hold.id == news.hold]
    booked = hold.data.get("credit")
    if booked is None:
        return order
    return replace(order, credit=replace(msgspec.convert(booked, Credit), booked_by=news.by))


def _paid(order: Order, news: PaymentReceived) -> Order:
    return replace(order, payments=(*order.payments, news.payment))


def _reminded(order: Order, news: PaymentReminded) -> Order:
    holds = tuple(
        replace(h, data={**h.data, "reminded_at": news.at.isoformat()}) if h.id == news.hold else h
        for h in order.holds
    )
    return replace(order, holds=holds)


def _authorised(order: Order, news: PaymentAuthorised) -> Order:
    return replace(order, payment=news.payment, capture_by=None)


def _captured(order: Order, news: PaymentCaptured) -> Order:
    capture = news.capture
    ended = {*order.voided, capture.authorisation} if news.last else order.voided
    order = replace(order, captures=(*order.captures, capture), voided=tuple(sorted(ended)))
    return replace(order, capture_by=None) if news.last else order


def _deferred(order: Order, news: CaptureDeferred) -> Order:
    return replace(order, capture_by=news.until)


def _capture_due(order: Order, news: CaptureDue) -> Order:
    return replace(order, capture_by=news.at)


def _voided(order: Order, news: PaymentVoided) -> Order:
    ended = {*order.voided, news.authorisation}
    return replace(order, voided=tuple(sorted(ended)), capture_by=None)


def _refunded(order: Order, news: PaymentRefunded) -> Order:
    return replace(order, refunds=(*order.refunds, news.refund))


def _failed(order: Order, news: PaymentFailed) -> Order:
    failure = news.failure
    refunds = tuple(
        refund
        for refund in order.refunds
        if failure.of != "refund" or not refund.reference or refund.reference != failure.reference
    )
    return replace(order, failures=(*order.failures, failure), refunds=refunds)


def _closed(order: Order, news: PaymentRetried | PaymentLeft) -> Order:
    closed = {"closed_at": news.at, "closed_by": news.by, "left": isinstance(news, PaymentLeft)}
    failures = tuple(replace(f, **closed) if f.id == news.failure else f for f in order.failures)
    return replace(order, failures=failures)


def _disputed(order: Order, news: PaymentDisputed) -> Order:
    others = tuple(each for each in order.disputes if each.id != news.dispute.id)
    return replace(order, disputes=(*others, news.dispute))


def _dunning(order: Order, news: DunningNews) -> Order:
    return order.with_document(told(order.document(news.document), news))


def _escalated(order: Order, news: OrderHoldEscalated) -> Order:
    holds = tuple(replace(h, escalated_at=news.at) if h.id == news.hold else h for h in order.holds)
    return replace(order, holds=holds)


def _credited(order: Order, news: CreditReserved) -> Order:
    return replace(order, credit=news.credit)


def _stage(order: Order, number: int, **changes: Any) -> Order:
    approvals = list(order.approvals)
    approvals[number] = replace(approvals[number], **changes)
    return replace(order, approvals=tuple(approvals))


def _approved(order: Order, news: OrderApproved) -> Order:
    order = _stage(
        order,
        news.stage,
        decision="approved",
        person=news.person,
        by=news.by,
        decided_at=news.at,
        reason=news.reason,
    )
    follower = news.stage + 1
    if follower == len(order.approvals):
        return order
    stage = order.approvals[follower]
    if stage.hold != order.approvals[news.stage].hold:
        return order
    until = news.at + timedelta(hours=stage.longest)
    holds = (
        replace(h, deadline=until, escalated_at=None) if h.id == stage.hold else h
        for h in order.holds
    )
    return _stage(replace(order, holds=tuple(holds)), follower, asked_at=news.at)


def _rejected(order: Order, news: OrderRejected) -> Order:
    return _stage(
        order,
        news.stage,
        decision="rejected",
        person=news.person,
        by=news.by,
        decided_at=news.at,
        reason=news.reason,
    )


def _approver_reminded(order: Order, news: ApprovalReminded) -> Order:
    return _stage(order, news.stage, reminded_at=news.at)


def _approval_escalated(order: Order, news: ApprovalEscalated) -> Order:
    return _stage(order, news.stage, escalated_at=news.at)


def _found_again(order: Order, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The order's findings, those of checks that ran again in place of what they found before."""
    again = {finding.check for finding in found}
    return (*(each for each in order.findings if each.check not in again), *found)


def _address_corrected(order: Order, news: OrderAddressCorrected) -> Order:
    place = {"billing_address" if news.billing else "shipping_address": news.address}
    return replace(
        order,
        customer=replace(order.customer, email=news.email, phone=news.phone),
        findings=_found_again(order, news.findings),
        **place,
    )


def _refused(order: Order, news: OrderRefused) -> Order:
    return replace(order.move(order.pieces("open"), "open", "cancelled"), refused=news.reason)


def _cancelled(order: Order, news: OrderCancelled) -> Order:
    for place, pieces in news.pieces.items():
        order = order.move(pieces, place, "cancelled")
    return order


def _change_requested(order: Order, news: OrderChangeRequested) -> Order:
    return replace(order, pending=news.pending, changed_at=news.pending.requested_at)


def _change_dropped(order: Order, _: OrderChangeDropped) -> Order:
    return replace(order, pending=None)


def _changed(order: Order, news: OrderChanged) -> Order:
    lines = {line.number: line for line in order.lines}
    for change in news.lines:
        lines[change.number] = _line_changed(lines.get(change.number), change)
    customer = replace(order.customer, vat_id=news.vat_id or order.customer.vat_id)
    changed = replace(
        order,
        customer=customer,
        lines=tuple(lines.values()),
        billing_address=news.billing_address or order.billing_address,
        shipping_address=news.shipping_address or order.shipping_address,
        shipping=news.shipping or order.shipping,
        payment=news.payment or order.payment,
        findings=_found_again(order, news.findings),
        changes=(*order.changes, news.change),
        pending=None,
    )
    if changed.ship_to == order.ship_to:
        return changed
    fulfilments = (replace(f, ship_to=f.ship_to or order.ship_to) for f in order.fulfilments)
    return replace(changed, fulfilments=tuple(fulfilments))


def _line_changed(line: Line | None, change: LineChanged) -> Line:
    if line is None:
        if change.sku is None or change.unit_price is None:
            raise Broken(f"line {change.number}: a new line without SKU or price")
        line = Line(change.number, change.sku, change.unit_price, 0)
    left = {place: getattr(line, place) - n for place, n in change.removed.items()}
    if any(n < 0 for n in left.values()):
        raise Broken(f"line {change.number}: {change.removed} pieces are not there")
    left["open"] = left.get("open", line.open) + change.added
    return replace(
        line,
        unit_price=line.unit_price if change.unit_price is None else change.unit_price,
        discounts=line.discounts if change.discounts is None else change.discounts,
        ordered=line.ordered + change.added - sum(change.removed.values()),
        **left,
    )


def _reserved(order: Order, news: StockReserved) -> Order:
    return order.move(news.pieces, "open", "reserved")


def _lapsed(order: Order, news: StockReleased) -> Order:
    for place, pieces in news.pieces.items():
        order = order.move(pieces, place, "open")
    return replace(order, lapsed_at=news.at)


def _backordered(order: Order, news: LineBackordered) -> Order:
    return order.move(news.pieces, news.origin, "backordered")


def _allocated(order: Order, news: BackorderAllocated) -> Order:
    return order.move(news.pieces, "backordered", "reserved")


def _expected(order: Order, news: EtaChanged) -> Order:
    return replace(order, expected={**order.expected, **news.expected})


def _looked_again(order: Order, news: BackorderDue) -> Order:
    return replace(order, looked_at=news.at)


def _stalled(order: Order, news: OrderStalled) -> Order:
    return replace(order, stalled=stalled.counted(order.stalled, order.changed_at, news.stalled_at))


def _planned(order: Order, news: FulfilmentPlanned) -> Order:
    order = order.move(news.fulfilment.pieces, news.origin, "released")
    return replace(
        order,
        fulfilments=(*order.fulfilments, news.fulfilment),
        changed_at=news.fulfilment.planned_at,
    )


def _offered(order: Order, _: FulfilmentReleased) -> Order:
    return order


def _recall_requested(order: Order, news: FulfilmentRecallRequested) -> Order:
    fulfilment = replace(order.fulfilment(news.fulfilment), recall=news.recall)
    return replace(order.with_fulfilment(fulfilment), changed_at=news.recall.requested_at)


def _recall_accepted(order: Order, news: FulfilmentRecallAccepted) -> Order:
    """What is given back is reserved again; what is left of a packed fulfilment is packed anew."""
    fulfilment = order.fulfilment(news.fulfilment)
    recall = fulfilment.recall
    if recall is None or fulfilment.status not in ("released", "packed"):
        raise Broken(f"{fulfilment.id}: nothing is recalled")
    order = order.move(recall.pieces, fulfilment.status, "reserved")
    given = {n: q - recall.pieces.get(n, 0) for n, q in fulfilment.pieces.items()}
    left = {number: quantity for number, quantity in given.items() if quantity}
    answered = replace(recall, status="accepted", answer=news.reason, answered_at=news.at)
    if not left:
        return order.with_fulfilment(replace(fulfilment, status="cancelled", recall=answered))
    if fulfilment.status == "packed":
        order = order.move(left, "packed", "released")
    return order.with_fulfilment(
        replace(fulfilment, pieces=left, status="released", parcels=(), recall=answered)
    )


def _recall_refused(order: Order, news: FulfilmentRecallRefused) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    recall = fulfilment.recall
    if recall is None:
        raise Broken(f"{fulfilment.id}: nothing is recalled")
    answered = replace(recall, status="refused", answer=news.reason, answered_at=news.at)
    return order.with_fulfilment(replace(fulfilment, recall=answered))


def _packed(order: Order, news: FulfilmentPacked) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    order = order.move(fulfilment.pieces, "released", "packed")
    return order.with_fulfilment(replace(fulfilment, status="packed", parcels=news.parcels))


def _shipped(order: Order, news: ShipmentConfirmed) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    parcels = tuple(
        replace(parcel, carrier=news.carrier, tracking_number=number)
        for parcel, number in zip(fulfilment.parcels, news.tracking_numbers, strict=True)
    )
    order = order.move(fulfilment.pieces, "packed", "shipped")
    return order.with_fulfilment(
        replace(fulfilment, status="shipped", parcels=parcels, shipped_at=news.at)
    )


def _tracked(order: Order, news: ShipmentTracked) -> Order:
    changes = {"status": news.status, "scanned_at": news.at}
    return _with_parcel(order, news.fulfilment, news.parcel, **changes)


def _with_parcel(order: Order, id: str, parcel: str, **changes: Any) -> Order:
    fulfilment = order.fulfilment(id)
    parcels = (replace(p, **changes) if p.id == parcel else p for p in fulfilment.parcels)
    return order.with_fulfilment(replace(fulfilment, parcels=tuple(parcels)))


def _delivered(order: Order, news: ShipmentDelivered) -> Order:
    """Parcels that came back meanwhile are where they came from."""
    fulfilment = order.fulfilment(news.fulfilment)
    for place, pieces in astray.places(fulfilment):
        order = order.move(pieces, "shipped", place)
    back = news.at if any(p.status == "returned" for p in fulfilment.parcels) else None
    return order.with_fulfilment(
        replace(fulfilment, status="delivered", delivered_at=news.at, returned_at=back)
    )


def _failed_to_arrive(order: Order, news: ShipmentFailed) -> Order:
    failure = ParcelFailure(news.status, news.at, news.until, news.text)
    return _with_parcel(order, news.fulfilment, news.parcel, failure=failure)


def _overdue(order: Order, news: ShipmentOverdue) -> Order:
    parcels = order.fulfilment(news.fulfilment).parcels
    (failure,) = (each.failure for each in parcels if each.id == news.parcel)
    assert failure
    told = replace(failure, reminded_at=news.at)
    return _with_parcel(order, news.fulfilment, news.parcel, failure=told)


def _came_back(order: Order, news: ShipmentReturned) -> Order:
    fulfilment = order.fulfilment(news.fulfilment)
    order = order.move(fulfilment.pieces, "shipped", "returned")
    return order.with_fulfilment(replace(fulfilment, status="returned", returned_at=news.at))


def _awaited(order: Order, news: InvoiceAwaited) -> Order:
    return order.with_fulfilment(replace(order.fulfilment(news.fulfilment), awaits=True))


def _invoiced(order: Order, news: InvoiceIssued | CreditNoteIssued | InvoiceCollected) -> Order:
    return replace(
        order, documents=(*order.documents, news.document), changed_at=news.document.issued_at
    )


def _left_to_collect(order: Order, news: InvoiceDeferred) -> Order:
    entry = Collected(news.fulfilment, news.bill, news.due_at, news.gross, news.at)
    return replace(order, collected=(*order.collected, entry))


def _reduced(order: Order, news: InvoiceReduced) -> Order:
    collected = tuple(
        replace(each, credited=each.credited + news.gross, credits=each.credits + 1)
        if each.fulfilment == news.fulfilment
        else each
        for each in order.collected
    )
    return replace(order, collected=collected)


def _validated(order: Order, news: DocumentValidated) -> Order:
    valid = replace(
        order.document(news.document),
        xml_key=news.key,
        xml_sha256=news.sha256,
        rejected=(),
        rejected_at=None,
    )
    return order.with_document(valid)


def _found_wrong(order: Order, news: DocumentRejected) -> Order:
    document = order.document(news.document)
    return order.with_document(replace(document, rejected=news.rules, rejected_at=news.at))


def _withdrawn(order: Order, news: DocumentWithdrawn) -> Order:
    document = replace(order.document(news.document), format=None, withdrawn_at=news.at)
    return order.with_document(replace(document, rejected=(), rejected_at=None))


def _archived(order: Order, news: DocumentArchived) -> Order:
    document = order.document(news.document)
    return order.with_document(replace(document, key=news.key, sha256=news.sha256))


def _filed(order: Order, news: PaperArchived) -> Order:
    return replace(order, papers=(*order.papers, news.paper))


def _noted(order: Order, _: News) -> Order:
    return order


def _completed(order: Order, news: OrderCompleted) -> Order:
    return replace(order, completed_at=news.at)


_AFTER: dict[type, Any] = {
    OrderCreated: _created,
    OrderScreened: _screened,
    OrderSourced: _sourced,
    OrderHeld: _held,
    OrderReleased: _released,
    OrderHoldEscalated: _escalated,
    OrderAddressCorrected: _address_corrected,
    OrderRefused: _refused,
    OrderCancelled: _cancelled,
    OrderChangeRequested: _change_requested,
    OrderChangeDropped: _change_dropped,
    OrderChanged: _changed,
    PaymentReceived: _paid,
    PaymentReminded: _reminded,
    InvoiceOverdue: _dunning,
    DunningPlanned: _dunning,
    InvoiceReminded: _dunning,
    InvoiceDunned: _dunning,
    LetterArchived: _dunning,
    DunningHeld: _dunning,
    PaymentAuthorised: _authorised,
    PaymentCaptured: _captured,
    CaptureDeferred: _deferred,
    CaptureDue: _capture_due,
    PaymentVoided: _voided,
    PaymentRefunded: _refunded,
    PaymentFailed: _failed,
    PaymentRetried: _closed,
    PaymentLeft: _closed,
    PaymentDisputed: _disputed,
    CreditReserved: _credited,
    OrderApproved: _approved,
    OrderRejected: _rejected,
    ApprovalReminded: _approver_reminded,
    ApprovalEscalated: _approval_escalated,
    StockReserved: _reserved,
    StockReleased: _lapsed,
    LineBackordered: _backordered,
    BackorderAllocated: _allocated,
    EtaChanged: _expected,
    BackorderDue: _looked_again,
    OrderStalled: _stalled,
    FulfilmentPlanned: _planned,
    FulfilmentReleased: _offered,
    FulfilmentRecallRequested: _recall_requested,
    FulfilmentRecallAccepted: _recall_accepted,
    FulfilmentRecallRefused: _recall_refused,
    FulfilmentPacked: _packed,
    ShipmentConfirmed: _shipped,
    ShipmentTracked: _tracked,
    ShipmentDelivered: _delivered,
    ShipmentFailed: _failed_to_arrive,
    ShipmentOverdue: _overdue,
    ShipmentReturned: _came_back,
    InvoiceAwaited: _awaited,
    InvoiceIssued: _invoiced,
    InvoiceDeferred: _left_to_collect,
    InvoiceReduced: _reduced,
    InvoiceCollected: _invoiced,
    CreditNoteIssued: _invoiced,
    DocumentValidated: _validated,
    DocumentRejected: _found_wrong,
    DocumentWithdrawn: _withdrawn,
    DocumentArchived: _archived,
    PaperArchived: _filed,
    NotificationSent: _noted,
    WebhookExhausted: _noted,
    OrderCompleted: _completed,
}

decode_order = msgspec.json.Decoder(Order).decode
decode_news = msgspec.json.Decoder(AnyNews).decode
encode = msgspec.json.encode
