"""The delivery note and the packing slip on paper."""

from __future__ import annotations

from decimal import Decimal

from oms.core.money import total
from oms.fulfilment.slips import Slip, SlipLine, SlipParcel
from oms.orders.customer import Gift
from oms_aws.papers.letter import Row, Words, letter, paragraphs, row, table
from oms_aws.papers.press import Sheet
from oms_aws.platform.rendering import words
from oms_aws.platform.wording import amount_text, clean, date_text, lines, money_text


def slip_sheet(slip: Slip) -> Sheet:
    """Every text of a paper that lies in the parcel."""
    locale = slip.locale
    known: Words = words("papers")[locale]
    said = known["slips"][slip.kind]
    sheet = letter(
        locale=locale,
        title=said["title"].format(slip.number),
        made_on=slip.made_on,
        seller=slip.seller,
        to=slip.buyer,
        info=[
            (f"{slip.kind}_number", slip.number),
            ("letter_on", date_text(slip.shipped_on or slip.made_on, locale)),
            ("order", slip.external_number),
            ("ordered_on", date_text(slip.ordered_on, locale)),
            ("purchase_order", slip.purchase_order),
            ("customer", slip.buyer.number),
        ],
        intro=paragraphs(slip.intro or said["intro"]),
        letterhead=slip.letterhead,
    )
    parcels = [_parcel(n, each, known) for n, each in enumerate(slip.parcels, 1)]
    mode = known[f"prices_{slip.price_mode}"] if slip.priced else None
    later = known["follows_later"] if any(line.following for line in slip.lines) else None
    return {
        **sheet,
        "message": gift_message(slip.gift, known) if slip.gift else None,
        "table": _table(slip, known),
        "totals": _totals(slip, known) if slip.priced else None,
        "after": paragraphs(later, *parcels, mode, slip.closing),
    }


def gift_message(gift: Gift, known: Words) -> dict[str, object]:
    """A message as it is framed on paper: for whom, what, from whom."""
    return {
        "to": known["gift_to"].format(clean(gift.recipient)) if gift.recipient else None,
        "lines": lines(gift.message),
        "from": known["gift_from"].format(clean(gift.sender)) if gift.sender else None,
    }


def _table(slip: Slip, known: Words) -> dict[str, object]:
    heads = [*known["slip_columns"], *(known["price_columns"] if slip.priced else [])]
    rows = [_row(line, slip, known) for line in slip.lines]
    return table(heads, rows, wide=1)


def _row(line: SlipLine, slip: Slip, known: Words) -> Row:
    def amount(value: Decimal | None) -> str:
        return "" if value is None else amount_text(value, slip.currency, slip.locale)

    cells = [
        clean(line.number),
        clean(line.description),
        str(line.ordered),
        str(line.quantity) if line.quantity else "–",
        str(line.following) if line.following else "",
    ]
    if slip.priced:
        cells += [amount(line.unit_price), amount(line.total)]
    return row(cells, below=clean(line.sku), strong=False)


def _totals(slip: Slip, known: Words) -> dict[str, object]:
    worth = total([line.total for line in slip.lines if line.total is not None])
    return {"rows": [], "due": [known["goods"], money_text(worth, slip.currency, slip.locale)]}


def _parcel(number: int, parcel: SlipParcel, known: Words) -> str:
    kilos = amount_text(Decimal(parcel.weight_g) / 1000, "EUR", known["locale"])
    text = known["parcel"].format(number=number, weight=kilos)
    if parcel.carrier and parcel.tracking_number:
        text += known["tracking"].format(carrier=parcel.carrier, number=parcel.tracking_number)
    return str(text)
