"""Reconciling: each document adds up, all of an order are worth what left, no credit takes more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from oms.billing.crediting import left_of, shipping_left
from oms.billing.deposits import IssuedDeposit
from oms.billing.documenting import SIGNS, credit_notes_of
from oms.billing.invoice import Charge, Group, Invoice, InvoiceLine, TaxTotal
from oms.core import money
from oms.orders.documents import Document
from oms.orders.order import Order
from oms.records.breach import Breach

Papers = Mapping[str, Invoice]
"""What each document was made from, by its id."""

SHIPPED = ("invoice", "partial", "final")
"""Kinds that bill what left, one after the other; a corrected one takes the place of one."""

NOTHING = Decimal(0)
SUMS = ("priced", "net", "tax", "gross")
Sums = dict[str, Decimal]
Item = InvoiceLine | Charge


def adding_up(where: str, paper: Invoice) -> Iterator[Breach]:
    """A document's own arithmetic: lines, then tax groups, then the sums at its end.

    A final invoice bills its lines less the deposits; both are compared with the lines.
    """
    for line in paper.lines:
        price = money.times(line.unit_price, line.quantity) - line.discount
        if line.total != price:
            what = f"{paper.number}: line {line.number}: total {line.total}, not {price}"
            yield Breach(where, what)
    priced, billed = _priced([*paper.lines, *paper.charges]), summed(_billed(paper))
    for group in sorted(priced.keys() | billed.keys()):
        said, due = billed.get(group, _zero())["priced"], priced.get(group, NOTHING)
        if said != due:
            yield Breach(where, f"{paper.number}: {named(group)}: lines make {due}, not {said}")
    for tax in paper.taxes:
        if tax.net + tax.tax != tax.gross:
            rate = named((tax.category, tax.rate))
            what = f"{paper.number}: {rate}: net {tax.net} and tax {tax.tax} are not {tax.gross}"
            yield Breach(where, what)
    for name in ("net", "tax", "gross"):
        said = getattr(paper, name)
        made = money.total([getattr(tax, name) for tax in paper.taxes])
        if said != made:
            yield Breach(where, f"{paper.number}: {name} {said}, its rates make {made}")


def agreeing(order: Order, papers: Papers) -> Iterator[Breach]:
    """An order says of its documents what they say themselves."""
    for document in order.documents:
        if document.type not in SIGNS:
            continue
        paper = papers.get(document.id)
        if paper is None:
            yield Breach(order.id, f"{document.number} ({document.id}) has no record")
            continue
        said: dict[str, tuple[object, object]] = {
            "kind": (document.type, paper.kind),
            "order": (order.id, paper.order_id),
            "currency": (order.currency, paper.currency),
            "gross": (document.gross, paper.gross),
        }
        for field, (mine, its) in said.items():
            if mine != its:
                what = f"{document.number}: {field} is {its}, the order says {mine}"
                yield Breach(order.id, what)


def rounded_once(order: Order, papers: Papers) -> Iterator[Breach]:
    """Each rate is rounded once over all that was billed so far, whatever the split.

    So the partial documents of an order add up to it in net, tax and gross of each rate.
    """
    bills = [(d, papers[d.id]) for d in order.documents if d.type in SHIPPED and d.id in papers]
    so_far: dict[Group, Sums] = {}
    for _, paper in bills:
        yield from _step(order, so_far, paper)
    for document in order.documents:
        original = next((d for d, _ in bills if d.id == document.original), None)
        if document.type == "corrected" and document.id in papers and original:
            before = [p for d, p in bills if d.issued_at < original.issued_at]
            earlier = summed(tax for paper in before for tax in _billed(paper))
            yield from _step(order, earlier, papers[document.id])


def _step(order: Order, so_far: dict[Group, Sums], paper: Invoice) -> Iterator[Breach]:
    """Add a bill to the sums before it and compare them with the one rounding of their prices."""
    for group, sums in summed(_billed(paper)).items():
        before = so_far.get(group, _zero())
        now = so_far[group] = {name: before[name] + sums[name] for name in SUMS}
        gross, net = _of_price(now["priced"], group[1], order)
        for name, due in (("gross", gross), ("net", net), ("tax", gross - net)):
            if now[name] != due:
                what = f"{named(group)}: {name} {now[name]} so far, {due} by the prices"
                yield Breach(order.id, f"{paper.number}: {what}")


def _of_price(priced: Decimal, rate: Decimal, order: Order) -> tuple[Decimal, Decimal]:
    amount = money.rounded(priced, order.currency)
    if order.price_mode == "gross":
        return amount, money.net_of(amount, rate, order.currency)
    return money.gross_of(amount, rate, order.currency), amount


def shipped_value(order: Order, papers: Papers) -> Iterator[Breach]:
    """Breaches where what left is not billed once, piece by piece, with all its price.

    What has no document yet is on its way to it: `silent_orders` watches how long.
    """
    bills: dict[str, list[tuple[Document, Invoice]]] = defaultdict(list)
    for document in order.documents:
        if document.type in SHIPPED and document.id in papers:
            for id in document.billed:
                bills[id].append((document, papers[document.id]))
    for fulfilment in order.fulfilments:
        found = bills.pop(fulfilment.id, [])
        for document, paper in found:
            if not fulfilment.shipped_at:
                yield Breach(order.id, f"{document.number} bills {fulfilment.id}, which is here")
            elif (pieces := _pieces(paper, fulfilment.id)) != fulfilment.pieces:
                what = f"bills {pieces} of {fulfilment.id}, {fulfilment.pieces} left"
                yield Breach(order.id, f"{document.number} {what}")
        if len(found) > 1:
            numbers = ", ".join(document.number for document, _ in found)
            yield Breach(order.id, f"{fulfilment.id} is billed by {numbers}")
    for unknown, found in bills.items():
        yield from (Breach(order.id, f"{d.number} bills {unknown!r}, unknown") for d, _ in found)
    billed = [papers[d.id] for d in order.documents if d.type in SHIPPED and d.id in papers]
    yield from _worth(order, billed)
    yield from _corrected(order, papers)


def _pieces(paper: Invoice, fulfilment: str = "") -> dict[str, int]:
    """The pieces by the order's lines; over several fulfilments, those of one of them."""
    pieces: dict[str, int] = {}
    for line in paper.lines:
        if not fulfilment or line.delivery_note in (None, fulfilment):
            number = _number(line)
            pieces[number] = pieces.get(number, 0) + line.quantity
    return pieces


def _worth(order: Order, bills: Sequence[Invoice]) -> Iterator[Breach]:
    """The bills of each line, and of what is charged beside the lines, add up to the order's."""
    shares, off = order.discount_shares(), NOTHING
    lines = [line for bill in bills for line in bill.lines]
    for line in order.lines:
        mine = [each for each in lines if _number(each) == line.number]
        pieces = sum(each.quantity for each in mine)
        if pieces > line.ordered:
            what = f"{pieces} pieces of line {line.number} are billed, {line.ordered} were ordered"
            yield Breach(order.id, what)
        if not 0 < pieces <= line.ordered:
            continue
        part = (0, pieces, line.ordered, order.currency)
        discount = money.portion(line.discount, *part)
        off += money.portion(shares[line.number], *part)
        dues = {
            "total": money.times(line.unit_price, pieces) - discount,
            "discount": discount,
        }
        for name, amount in dues.items():
            said = money.total([getattr(each, name) for each in mine])
            if said != amount:
                what = f"{pieces} pieces of line {line.number} are billed with {name} {said}"
                yield Breach(order.id, f"{what}, not {amount}")
    for number in {_number(each) for each in lines} - {line.number for line in order.lines}:
        yield Breach(order.id, f"line {number} is billed, which was never ordered")
    charges = [charge for bill in bills for charge in bill.charges]
    expected = {"discount": -off, "shipping": order.shipping.price if bills else NOTHING}
    for kind, amount in expected.items():
        said = money.total([charge.amount for charge in charges if charge.kind == kind])
        if said != amount:
            yield Breach(order.id, f"{kind} is billed with {said}, not {amount}")


def _number(line: InvoiceLine) -> str:
    """The number that the order gives a line."""
    return line.order_line or line.number


def _corrected(order: Order, papers: Papers) -> Iterator[Breach]:
    """A corrected invoice bills the pieces and prices of the one that it replaces."""
    for document in order.documents:
        if document.type != "corrected" or document.id not in papers:
            continue
        paper, original = papers[document.id], papers.get(document.original or "")
        if original is None:
            yield Breach(order.id, f"{document.number} corrects {document.original}, unknown")
            continue
        if _pieces(paper) != _pieces(original):
            yield Breach(order.id, f"{document.number} bills other pieces than {original.number}")
        said, due = (money.total(list(_priced([*p.lines, *p.charges]).values()))
                     for p in (paper, original))  # fmt: skip
        if said != due:
            yield Breach(order.id, f"{document.number} bills {said}, {original.number} {due}")


def credited(order: Order, papers: Papers) -> Iterator[Breach]:
    """Credit notes take no more than their invoice billed: of no line, no rate, no shipping costs.

    Once all is credited, they are worth the invoice to the cent.
    """
    for document in order.documents:
        if document.type not in SIGNS or document.id not in papers:
            continue
        if document.type == "credit_note":
            if not _original(order, document):
                what = f"{document.number} credits {document.original}, which is no invoice of it"
                yield Breach(order.id, what)
            continue
        known = credit_notes_of(order, document.id)
        notes = [papers[note.id] for note in known if note.id in papers]
        yield from taken(order.id, papers[document.id], notes)


def _original(order: Order, note: Document) -> bool:
    return any(each.id == note.original and SIGNS.get(each.type, 0) > 0 for each in order.documents)


def taken(where: str, original: Invoice, notes: Sequence[Invoice]) -> Iterator[Breach]:
    """Breaches where credit notes take more than their invoice billed."""
    left = left_of(original, notes)
    for number, rest in left.items():
        for name, amount in (("pieces", rest.quantity), ("amount", rest.amount)):
            if amount < 0:
                what = f"{-amount} {name} of line {number} are credited that it never billed"
                yield Breach(where, f"{original.number}: {what}")
    shipping = shipping_left(original, notes)
    if shipping < 0:
        yield Breach(where, f"{original.number}: {-shipping} of shipping too much are credited")
    billed = summed(_billed(original))
    gone = summed(tax for note in notes for tax in note.taxes)
    everything = not shipping and not any(r.quantity or r.amount for r in left.values())
    for group, sums in gone.items():
        whole = billed.get(group, _zero())
        for name in ("net", "tax", "gross"):
            if abs(sums[name]) > abs(whole[name]) or (everything and sums[name] != whole[name]):
                what = f"{named(group)}: {name} {sums[name]} is credited of {whole[name]}"
                yield Breach(where, f"{original.number}: {what}")


def _billed(paper: Invoice) -> Iterator[TaxTotal]:
    """Taxes that a document bills; on a final invoice also those of the deposits it deducts."""
    yield from paper.taxes
    for deposit in paper.deposits:
        yield from deposit.taxes


def _priced(items: Iterable[Item]) -> dict[Group, Decimal]:
    found: dict[Group, list[Decimal]] = defaultdict(list)
    for item in items:
        amount = item.total if isinstance(item, InvoiceLine) else item.amount
        found[item.category, item.rate].append(amount)
    return {group: money.total(amounts) for group, amounts in found.items()}


def summed(taxes: Iterable[TaxTotal]) -> dict[Group, Sums]:
    """Price, net, tax and gross by tax group."""
    sums: dict[Group, Sums] = {}
    for tax in taxes:
        known = sums.setdefault((tax.category, tax.rate), _zero())
        for name in SUMS:
            known[name] += getattr(tax, name)
    return sums


def _zero() -> Sums:
    return dict.fromkeys(SUMS, NOTHING)


def named(group: Group) -> str:
    """A tax group as text."""
    return f"{group[0]} {group[1].normalize():f} %"


def deducted(order: Order, papers: Papers) -> Iterator[Breach]:
    """A final invoice deducts what stood of the deposits before it, once, and nothing else.

    None is asked for of what is not to come any more: it is deducted, or credited.
    """
    before: list[Document] = []
    for document in order.documents:
        paper = papers.get(document.id)
        if document.type == "prepayment":
            before.append(document)
        if document.type != "final" or paper is None:
            continue
        said = {each.number: summed(each.taxes) for each in paper.deposits}
        stood = _standing(order, papers, before, document)
        for number in sorted(said.keys() | stood.keys()):
            mine, its = said.get(number, {}), stood.get(number, {})
            if mine != its:
                what = f"deducts {mine} of {number}, {its} was to be deducted"
                yield Breach(order.id, f"{document.number} {what}")
        before = []


def _standing(
    order: Order, papers: Papers, deposits: Sequence[Document], final: Document
) -> dict[str, dict[Group, Sums]]:
    """Amounts of deposits not credited yet when a final invoice was issued, rate by rate."""
    found: dict[str, dict[Group, Sums]] = {}
    earlier = order.documents[: order.documents.index(final)]
    for deposit in deposits:
        notes = [papers[d.id] for d in earlier if d.original == deposit.id and d.id in papers]
        if deposit.id in papers:
            stood = IssuedDeposit(papers[deposit.id], tuple(notes)).standing
            found |= {deposit.number: summed(stood)} if stood else {}
    return found


CHECKS: Mapping[str, tuple[Callable[[Order, Papers], Iterator[Breach]], ...]] = {
    "documents": (agreeing, rounded_once),
    "shipped_value": (shipped_value,),
    "credit_notes": (credited, deducted),
}
"""What must hold of each order and its documents, by the name of the check."""
