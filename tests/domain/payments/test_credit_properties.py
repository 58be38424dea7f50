"""Whatever orders take, pay and give back in whatever sequence, credit counters tell the truth."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.core.parties import Address
from oms.core.refusals import Broken, Refusal
from oms.orders import cancelling, holding, invoicing, reserving, shipping
from oms.orders.applying import tell
from oms.orders.cancelling import cancel_rest
from oms.orders.customer import Customer, Shipping
from oms.orders.documents import Document
from oms.orders.findings import Finding
from oms.orders.holding import release_hold
from oms.orders.lines import Line
from oms.orders.money_parts import Payment, Received
from oms.orders.order import Order, OrderCreated, Placed, begun
from oms.orders.shipping import pack, release_to_warehouse
from oms.payments import credit, payment
from oms.payments.credit import NOTHING, Exceeded, Exposure, exposure

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIMIT = Decimal("100.00")
ADDRESS = Address("Ayşe Müller", "Ringstr. 5", "80331", "München", "DE")


def on_account(number: int, quantity: int, mode: str = "gross", price: str = "10.01") -> Order:
    placed = Placed(
        id=f"ord_{number}",
        shop="berg-beutel",
        external_number=f"BB-{number}",
        placed_at=NOW,
        received_at=NOW,
        currency="EUR",
        price_mode=mode,  # type: ignore[arg-type]
        customer=Customer("C-1", "B2B", "Ayşe Müller", "a@b.example", "de"),
        billing_address=ADDRESS,
        lines=(
            Line("1", "A", Decimal(price), quantity, open=quantity),
            Line("2", "B", Decimal("3.33"), 1, open=1),
        ),
        shipping=Shipping("standard", Decimal("4.90")),
        payment=Payment("invoice", "open", Decimal(0)),
    )
    return replace(tell(begun(placed), OrderCreated(placed)), events=())


def due(order: Order) -> Decimal:
    factor = Decimal(1) if order.price_mode == "gross" else Decimal("1.19")
    return (order.total * factor).quantize(Decimal("0.01"))


class Ledger:
    """The store in small: an order's change moves its customer's counters, or is refused."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.counters = NOTHING
        self.overridden = 0

    def save(self, before: Order, after: Order) -> None:
        most = credit.bearable(before, after)
        if most is not None and self.counters.used > most:
            raise Exceeded("credit_exceeded", "too much")
        change = exposure(after).minus(exposure(before))
        self.counters = self.counters.plus(change)
        self.orders[after.id] = replace(after, events=())

    def change(self, id: str, command: Callable[[Order], Order]) -> None:
        with suppress(Refusal, Broken):
            self.save(self.orders[id], command(self.orders[id]))

    def check(self) -> None:
        total = NOTHING
        for order in self.orders.values():
            total = total.plus(exposure(order))
        assert total == self.counters
        allowed = credit.units(LIMIT, "EUR")
        for order in self.orders.values():
            if order.settlement.credit and order.settlement.credit.booked_by:
                allowed += exposure(order).used
        assert self.counters.used <= allowed
        assert all(exposure(order).used >= 0 for order in self.orders.values())


def take(order: Order) -> Order:
    return credit.take(order, due(order), LIMIT, at=NOW)


def screen(order: Order) -> Order:
    """What the intake does with an order that found no credit: it holds it."""
    found = [] if order.settlement.credit else [credit.exceeded(order, due(order), LIMIT, 0)]
    asked = Finding("approval", "hold", credit.APPROVAL, "", data={"stages": []})
    return holding.screen(order, [*found, asked] if order.id.endswith("3") else found, at=NOW)


def release(order: Order) -> Order:
    for hold in order.open_holds:
        order = release_hold(order, hold.id, by="accountant:a", reason="good for it", at=NOW)
    return order


def reserve(order: Order) -> Order:
    if not order.screening.screened_at:
        return order
    return reserving.reserve(order, order.pieces("open"), {}, at=NOW)


def ship(order: Order) -> Order:
    ready = dict.fromkeys(order.pieces("reserved"), 1)
    if order.open_holds or not ready:
        return order
    order = release_to_warehouse(order, "A", ready, ship_by=NOW, reasons=(), at=NOW)
    id = order.fulfilments[-1].id
    order = pack(order, id, [(100, None)], at=NOW)
    return shipping.ship(order, id, carrier="dhl", tracking_numbers=(f"T-{id}",), at=NOW)


def invoice(order: Order) -> Order:
    """Invoices what has shipped, shipping costs with the first one, cents as tax rounds them."""
    for fulfilment in order.fulfilments:
        if all(d.fulfilment != fulfilment.id for d in order.documents):
            gross = sum(
                (order.line(n).unit_price * q for n, q in fulfilment.pieces.items()), Decimal(0)
            )
            gross += Decimal(0) if order.documents else order.shipping.price
            if order.price_mode == "net":
                gross = (gross * Decimal("1.19")).quantize(Decimal("0.01"))
            id = f"inv_{fulfilment.id}"
            return invoicing.invoice(order, Document(id, "invoice", id, fulfilment.id, NOW, gross))
    return order


def credited(order: Order) -> Order:
    """A credit note over the first invoice, as billing puts it on the order."""
    known = {document.id for document in order.documents}
    for document in order.documents:
        id = f"crn_{document.id}"
        if document.type == "invoice" and id not in known:
            note = Document(id, "credit_note", id, document.fulfilment, NOW, document.gross)
            return invoicing.invoice(order, note)
    return order


def pay(part: int) -> Callable[[Order], Order]:
    def command(order: Order) -> Order:
        id = f"T-{len(order.settlement.payments)}"
        came = Received(id, Decimal(part) / 100, date(2026, 11, 23))
        return payment.receive(order, came, at=NOW)

    return command


def cancel(order: Order) -> Order:
    return cancel_rest(order, reason="", by="shop:s", at=NOW)


def cancel_one(order: Order) -> Order:
    return cancelling.cancel(order, {"1": 1}, reason="", by="shop:s", at=NOW)


commands = st.one_of(
    st.sampled_from(
        [take, take, screen, release, reserve, ship, invoice, credited, cancel, cancel_one]
    ),
    st.builds(pay, st.integers(1, 6_000)),
)
steps = st.lists(st.tuples(st.sampled_from(["1", "2", "3", "4"]), commands), max_size=60)


@settings(max_examples=300, deadline=None)
@given(steps, st.sampled_from(["gross", "net"]))
def test_counters_are_the_records_and_never_above_the_limit(
    told: list[tuple[str, Callable[[Order], Order]]], mode: str
) -> None:
    ledger = Ledger()
    for number in (1, 2, 3, 4):
        ledger.orders[f"ord_{number}"] = on_account(number, number + 1, mode)
    for name, command in told:
        ledger.change(f"ord_{name}", command)
        ledger.check()


def test_twenty_orders_at_a_limit_of_ten_take_ten() -> None:
    ledger = Ledger()
    for number in range(20):
        order = on_account(number, 1, price="1.77")  # 10.00 with the rest of the order
        ledger.orders[order.id] = order
        ledger.change(order.id, take)
    assert ledger.counters.used == 100_00
    assert sum(1 for order in ledger.orders.values() if order.settlement.credit) == 10


def test_invoice_moves_what_it_bills_and_nothing_twice() -> None:
    order = reserve(screen(take(on_account(1, 2))))
    before = exposure(order)
    assert before == Exposure(unshipped=2825)
    order = ship(order)
    assert exposure(order) == before
    order = invoice(order)
    assert exposure(order) == Exposure(unshipped=1001, invoiced=1824)


def test_money_before_the_invoice_is_a_deposit_and_pays_it_later() -> None:
    order = pay(1000)(reserve(screen(take(on_account(1, 2)))))
    assert exposure(order) == Exposure(unshipped=2825, deposits=1000)
    order = invoice(ship(order))
    assert exposure(order) == Exposure(unshipped=1001, invoiced=824)


def test_more_money_than_the_order_costs_is_the_customers_and_gives_no_credit() -> None:
    order = pay(5000)(screen(take(on_account(1, 2))))
    assert exposure(order) == Exposure(unshipped=2825, deposits=2825, overpaid=2175)
    assert exposure(order).used == 0


def test_order_in_approval_takes_credit_and_gives_it_back_when_rejected() -> None:
    order = screen(take(on_account(3, 2)))
    assert exposure(order) == Exposure(approval=2825)
    assert exposure(cancel(order)) == NOTHING


def test_credit_note_frees_what_it_credits_and_a_corrected_invoice_takes_it_anew() -> None:
    order = invoice(ship(reserve(screen(take(on_account(1, 1))))))
    assert exposure(order) == Exposure(invoiced=1824)
    order = credited(order)
    assert exposure(order) == NOTHING
    first = order.documents[0]
    again = Document("cor_1", "corrected", "cor_1", first.fulfilment, NOW, first.gross)
    corrected = invoicing.invoice(order, replace(again, original=first.id))
    assert exposure(corrected) == Exposure(invoiced=1824)


def test_released_hold_books_the_order_and_names_who_let_it() -> None:
    order = screen(on_account(1, 20))
    assert exposure(order) == NOTHING
    order = release(order)
    assert order.settlement.credit is not None
    assert order.settlement.credit.booked_by == "accountant:a"
    assert exposure(order).used == 20843


def test_order_on_account_that_is_paid_in_full_goes_on_without_credit() -> None:
    order = pay(20843)(screen(on_account(1, 20)))
    assert order.open_holds == ()
    assert exposure(order).used == 0


def test_net_order_takes_its_tax_with_it_and_gives_back_its_share() -> None:
    order = take(on_account(1, 2, "net"))
    assert exposure(order) == Exposure(unshipped=3362)
    order = cancel_one(order)
    assert exposure(order) == Exposure(unshipped=2171)
