"""Moving money: ask the provider, put on record what it says, do the next thing, until all is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Literal

from oms.core.refusals import NotNow
from oms.orders import balance
from oms.orders.money_parts import Refund
from oms.orders.order import Order
from oms.payments import capturing
from oms.payments.capturing import AuthorisationStatus, Fail, GiveBack, Take, Void, Wait
from oms_aws.orders.store import StoredOrder
from oms_aws.payments.providers import Provider, Refused
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.log import Saved

MOST_MOVES = 60


def capture(order_id: str, cause: str, oms: PaymentsWiring) -> None:
    """Capture what is billed, or let go what will not be needed; again changes nothing.

    Raises NotNow and Misconfigured.
    """
    seen = oms.orders.get(order_id)
    name, order = seen.order.payment.provider, seen.order
    if name is None or order.payment.status != "authorised":
        return
    if balance.to_capture(order) or balance.to_void(order):
        _Captures(seen, oms.provider(name), Saved("auftakt", cause), oms).settle()


class _Captures:
    """The captures of one order, and what is known of them.

    The process may die after any call: what the provider did is seen when it is asked again, and a
    command that is sent again carries the same key, so that nothing is moved twice.
    """

    def __init__(
        self, seen: StoredOrder, provider: Provider, by: Saved, oms: PaymentsWiring
    ) -> None:
        self._seen: StoredOrder | None = seen
        self._id = seen.order.id
        self._provider = provider
        self._by = by
        self._oms = oms
        self._refused: Take | None = None

    def settle(self) -> None:
        """Move until there is nothing to move."""
        order = self._order
        try:
            holding = self._provider.holding(order.payment, order.currency)
        except Refused as refused:
            self._not_known(order, refused)
            return
        for _ in range(MOST_MOVES):
            order = self._noted(holding)
            if order.payment.reference != holding.authorisation:
                raise NotNow(f"{self._id} has got another authorisation")
            move = capturing.next_capture(order, holding, at=self._oms.now())
            if isinstance(move, Wait):
                self._change(partial(capturing.wait, until=move.until, at=self._oms.now()))
            if move is None or isinstance(move, Wait):
                return
            holding = self._done(order, move, holding)
        raise NotNow(f"the money of {self._id} does not come to rest")

    @property
    def _order(self) -> Order:
        self._seen = self._seen or self._oms.orders.get(self._id)
        return self._seen.order

    def _change(self, command: Callable[[Order], Order]) -> Order:
        self._seen = self._oms.orders.change(self._id, command, self._by, seen=self._seen)
        return self._seen.order

    def _noted(self, holding: AuthorisationStatus) -> Order:
        return self._change(partial(capturing.note, holding=holding, at=self._oms.now()))

    def _done(
        self, order: Order, move: Take | Void | Fail, holding: AuthorisationStatus
    ) -> AuthorisationStatus:
        """Status of the authorisation after a move.

        What the provider refuses may be done already, by somebody who was faster: it is asked once
        more before that is a failure.
        """
        try:
            if isinstance(move, Take):
                return self._provider.capture(order.payment, order.currency, move, self._id)
            if isinstance(move, Void):
                return self._provider.void(order.payment, order.currency, move)
        except Refused as refused:
            self._seen = None
            if isinstance(move, Void):
                self._failed("void", "", move.amount, refused)
            elif isinstance(move, Take) and self._may_be_done(move, refused):
                self._refused = move
            else:
                self._failed("capture", move.document, move.amount, refused)
            return self._provider.holding(order.payment, order.currency)
        text = f"{move.amount} {order.currency} could not be captured: {move.reason}."
        self._failed("capture", move.document, move.amount, Refused(move.reason, text))
        return holding

    def _may_be_done(self, move: Take, refused: Refused) -> bool:
        return refused.reason == "not_capturable" and move != self._refused

    def _not_known(self, order: Order, refused: Refused) -> None:
        """The provider has no such authorisation: nothing of it can be captured, or let go."""
        for document, amount in balance.to_capture(order).items():
            self._failed("capture", document, amount, refused)
        if void := balance.to_void(order):
            self._failed("void", "", void, refused)

    def _failed(
        self, of: Literal["capture", "void"], document: str, amount: Decimal, why: Refused
    ) -> None:
        """Put on record that money could not be moved: a clerk looks at it."""

        def failed(order: Order) -> Order:
            reference, at = order.payment.reference or "", self._oms.now()
            return capturing.fail(
                order,
                of,
                document,
                amount,
                reason=why.reason,
                text=why.text,
                at=at,
                reference=reference,
            )

        self._change(failed)


def refund(order_id: str, cause: str, oms: PaymentsWiring) -> None:
    """Give back what is the customer's, to where it came from; again changes nothing.

    Raises NotNow and Misconfigured.
    """
    by = Saved("auftakt", cause)
    for _ in range(MOST_MOVES):
        seen = oms.orders.get(order_id)
        if (move := capturing.next_refund(seen.order)) is None:
            return
        provider = oms.provider(move.source.provider)
        known = provider.refunds(move.source, seen.order.currency)
        seen = oms.orders.change(order_id, partial(_known, known, oms), by, seen=seen)
        if capturing.next_refund(seen.order) == move:
            _given(seen, move, provider, by, oms)
    raise NotNow(f"the refunds of {order_id} do not come to rest")


def _known(refunds: tuple[Refund, ...], oms: PaymentsWiring, order: Order) -> Order:
    """The order with everything on record that went back."""
    for each in refunds:
        order = capturing.note_refund(order, each, at=oms.now())
    return order


def _given(
    seen: StoredOrder, move: GiveBack, provider: Provider, by: Saved, oms: PaymentsWiring
) -> None:
    order, at = seen.order, oms.now()
    command: Callable[[Order], Order]
    try:
        command = partial(_known, (provider.refund(move, order.currency, order.id),), oms)
    except Refused as refused:
        command = partial(
            capturing.fail,
            of="refund",
            document=move.document,
            amount=move.amount,
            reason=refused.reason,
            text=refused.text,
            at=at,
        )
    oms.orders.change(order.id, command, by, seen=seen)
