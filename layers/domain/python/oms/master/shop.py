"""Shops: the sales channels of the merchant, and who sells there."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from oms.core.parties import Language
from oms.master.bookkeeping import Bookkeeping
from oms.master.letterhead import Letterhead, PaperRules, Wording
from oms.master.seller import Seller, XRechnung
from oms.master.terms import RESERVE_HOURS, TOLERANCE, DunningRules, PaymentRules
from oms.tax.seller import Registrations


class Method(Struct, frozen=True):
    """A shipping method: with which carrier, and what that needs of an address.

    Without a carrier it is not known who carries it, and nothing is held against an address for it
    but a PO box.
    """

    carrier: str = ""
    po_box: bool = False
    phone: bool = False


Weight = Literal["off", "hint", "hold"]
"""What a doubt does: nothing, a remark on the order, or a hold until the customer answers."""


class AddressRules(Struct, frozen=True):
    """Weight that a shop gives to doubts about an address that its country's form allows.

    `house_number`: a street without one. `place`: a place that does not fit its postcode.
    """

    house_number: Weight = "hint"
    place: Weight = "hint"


class MailRules(Struct, frozen=True):
    """Senders of a shop's mails, and who gets the answers.

    Without a sender it is the deployment's, under the shop's name; without `reply_to` the shop's
    `support_email`.
    """

    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    reply_to_name: str = ""


class Shop(Struct, frozen=True, kw_only=True):
    """A sales channel; `invoice_prefix` begins its invoice numbers, as in `RE-2026-000123`.

    `number_patterns` says otherwise for a kind of document (`oms.billing.numbering`).

    `language` is what its team is written in, `countries` where it delivers to (everywhere, if it
    names none), `methods` what its shipping methods are, `address` what doubts about an address
    weigh. A held order keeps its reservation `reserve_hours`. `bookkeeping` is how its books are
    kept, `tax` what the tax office knows of the seller. `price_tolerance` is how far a unit price
    may lie below the price list, in percent.
    `xrechnung` is the syntax in which public buyers get their e-invoices.
    `texts` are what its papers say, by kind and language, `*` for every other kind.
    `mail` is whom its mails come from. `time_zone` (IANA) is where the periods of collective
    invoices begin and end.
    """

    id: str
    name: str
    seller: Seller
    support_email: str
    invoice_prefix: str = "RE"
    number_patterns: dict[str, str] = {}
    language: Language = "de"
    reserve_hours: int = RESERVE_HOURS
    bookkeeping: Bookkeeping | None = None
    payment: PaymentRules = PaymentRules()
    dunning: DunningRules = DunningRules()
    tax: Registrations = Registrations()
    countries: tuple[str, ...] = ()
    methods: dict[str, Method] = {}
    address: AddressRules = AddressRules()
    price_tolerance: Decimal = TOLERANCE
    xrechnung: XRechnung = "ubl"
    letterhead: Letterhead | None = None
    texts: dict[str, dict[Language, Wording]] = {}
    papers: PaperRules = PaperRules()
    mail: MailRules = MailRules()
    time_zone: str = "Europe/Berlin"
    version: int = 0

    def method(self, name: str) -> Method:
        """Shipping method of the name; one that is not known has no carrier and no needs."""
        return self.methods.get(name, Method())
