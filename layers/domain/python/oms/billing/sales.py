"""Sales as an invoice takes them: pieces with their prices, and what is known of the buyer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from oms.billing.invoice import Checked, Invoice, Sale, Sold
from oms.billing.invoice_texts import payment_text
from oms.core import money
from oms.core.parties import Address, party_of
from oms.core.refusals import Refusal
from oms.master.account import VatCheck
from oms.master.product import Product
from oms.master.shop import Shop
from oms.master.vat_checks import confirms
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms.screening.vat_check import buyer_of
from oms.tax.exchange import EURO, without_need
from oms.tax.table import Kind as Supplied
from oms.tax.threshold import Standing


def without_rate(order: Order, shop: Shop) -> Shop:
    """The shop for sums in the order's currency, which are right without a rate of exchange too."""
    if order.currency == EURO:
        return shop
    table = without_need(order.currency, shop.tax.exchange)
    return replace(shop, tax=replace(shop.tax, exchange=table))


def billed_before(earlier: Sequence[Invoice]) -> Counter[str]:
    """Pieces of each line of the order that invoices have billed."""
    done = Counter[str]()
    for invoice in earlier:
        for line in invoice.lines:
            done[line.order_line or line.number] += line.quantity
    return done


def sale_of(
    order: Order,
    ship_to: Address,
    shop: Shop,
    products: Mapping[str, Product],
    vat_check: VatCheck | None,
    distance_sales: Standing,
) -> Sale:
    billed = order.billing_address
    buyer = party_of(billed, company=billed.company or order.customer.company)
    buyer = replace(
        buyer,
        vat_id=order.customer.vat_id,
        number=order.customer.id,
        email=order.customer.email,
    )
    proof = _proof(vat_check, order)
    return Sale(
        order_id=order.id,
        external_number=order.external_number,
        currency=order.currency,
        price_mode=order.price_mode,
        locale=order.customer.locale,
        seller=shop.seller,
        buyer=buyer,
        buyer_type=order.customer.type,
        ship_to=party_of(ship_to),
        goods=sold_of(order, order.pieces("ordered"), products, {}),
        shipping=order.shipping.price,
        registrations=shop.tax,
        vat_id_checked=proof is not None,
        vat_check=proof,
        distance_sales=distance_sales,
        payment=payment_text(order.payment.method, order.customer.locale),
    )


def _proof(check: VatCheck | None, order: Order) -> Checked | None:
    """The proof that an id is valid: only what was asked for counts, not its format alone."""
    vat_id = order.customer.vat_id
    if check is None or vat_id is None or not check.valid:
        return None
    if not confirms(check, vat_id, buyer_of(order)):
        return None
    return Checked(
        vat_id=check.vat_id,
        checked_at=check.checked_at,
        source=check.source,
        consultation=check.consultation,
    )


_KINDS: Mapping[str, Supplied] = {"service": "service", "digital": "digital"}


def sold_of(
    order: Order, pieces: Pieces, products: Mapping[str, Product], done: Mapping[str, int]
) -> tuple[Sold, ...]:
    """The pieces as they are sold, with their parts of all discounts; `done` were sold before."""
    missing = sorted({li.sku for li in order.lines if li.number in pieces} - products.keys())
    if missing:
        raise Refusal("product_unknown", f"Not in the catalogue: {', '.join(missing[:5])}.")
    shares = order.discount_shares()
    sold = []
    for line in order.lines:
        if line.number not in pieces:
            continue
        product, quantity = products[line.sku], pieces[line.number]
        split = (done.get(line.number, 0), quantity, line.ordered, order.currency)
        sold.append(
            Sold(
                number=line.number,
                sku=line.sku,
                description=product.name_in(order.customer.locale),
                quantity=quantity,
                unit_price=line.unit_price,
                tax_category=product.tax_category,
                kind=_KINDS.get(product.kind, "goods"),
                abroad=product.tax_abroad,
                discount=money.portion(line.discount, *split),
                order_discount=money.portion(shares[line.number], *split),
            )
        )
    return tuple(sold)
