"""The order confirmation on paper."""

from __future__ import annotations

from oms.billing.confirming import Confirmation
from oms_aws.papers.invoices import (
    delivery_of,
    item_rows,
    prices_said,
    tax_table,
    totals_of,
    vat_id_label,
)
from oms_aws.papers.letter import Words, letter, paragraphs, table
from oms_aws.papers.press import Sheet
from oms_aws.platform.rendering import words
from oms_aws.platform.wording import date_text, one_line


def confirmation_sheet(confirmation: Confirmation) -> Sheet:
    """Every text of an order confirmation."""
    draft, locale = confirmation.draft, confirmation.locale
    known: Words = words("papers")[locale]
    promised = confirmation.promised_on
    sheet = letter(
        locale=locale,
        title=known["confirmation"]["title"].format(confirmation.number),
        made_on=confirmation.made_on,
        seller=draft.seller,
        to=draft.buyer,
        info=[
            ("order", draft.external_number),
            ("ordered_on", date_text(confirmation.ordered_on, locale)),
            ("purchase_order", draft.purchase_order),
            ("customer", draft.buyer.number),
            ("letter_on", date_text(confirmation.made_on, locale)),
            ("promised_on", date_text(promised, locale) if promised else None),
            ("shipped_by", one_line(confirmation.method)),
            ("paid_by", known["methods"].get(draft.method, draft.method)),
            (vat_id_label(draft), draft.buyer.vat_id),
        ],
        intro=paragraphs(confirmation.intro or known["confirmation"]["intro"]),
        letterhead=confirmation.letterhead,
    )
    notes = (f"{note}." for note in draft.notes)
    gift = confirmation.gift
    said = known["with_gift"].format(one_line(gift.message)) if gift else None
    return {
        **sheet,
        "delivery": delivery_of(draft, known),
        "table": table(known["columns"], item_rows(draft, known), wide=1, carried=known["carried"]),
        "taxes": tax_table(draft, known),
        "totals": totals_of(draft, known, known["confirmation"]["due"]),
        "after": paragraphs(*notes, prices_said(draft, known), said, confirmation.closing),
    }
