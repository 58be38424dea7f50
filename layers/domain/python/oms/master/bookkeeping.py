"""The seller's books: the chart of accounts and the accounts of each case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from msgspec import Struct, field

Chart = Literal["SKR03", "SKR04"]


Case = Literal[
    "standard", "reduced", "export", "intra_community", "reverse_charge", "destination",
    "destination_service", "small_business", "margin", "zero", "outside", "voucher", "deposit",
    "deposit_reduced", "deposit_other", "clearing", "debtors",
    "discount_standard", "discount_reduced", "discount_intra_community",
    "discount_reverse_charge", "discount_other",
    "reduction_standard", "reduction_reduced", "reduction_intra_community", "reduction_export",
    "reduction_other",
]  # fmt: skip
"""What an amount is to the books: the revenue accounts by tax case, what is owed to the bearers of
multi-purpose vouchers (Sonstige Verbindlichkeiten: § 3 (15) UStG taxes their redemption), deposits
received, what is asked for in advance (Verrechnungskonto erhaltene Anzahlungen bei Buchung über
Debitorenkonto), the debtors, cash discounts (gewährte Skonti) and other reductions
(Erlösschmälerungen)."""


ACCOUNTS: Mapping[Chart, Mapping[Case, str]] = {
    "SKR03": {
        "standard": "8400",
        "reduced": "8300",
        "export": "8120",
        "intra_community": "8125",
        "reverse_charge": "8337",
        "destination": "8320",
        "destination_service": "8336",
        "small_business": "8195",
        "margin": "8193",
        "zero": "8290",
        "outside": "8200",
        "voucher": "1700",
        "deposit": "1718",
        "deposit_reduced": "1711",
        "deposit_other": "1710",
        "clearing": "1593",
        "debtors": "10000",
        "discount_standard": "8736",
        "discount_reduced": "8731",
        "discount_intra_community": "8743",
        "discount_reverse_charge": "8741",
        "discount_other": "8730",
        "reduction_standard": "8720",
        "reduction_reduced": "8710",
        "reduction_intra_community": "8724",
        "reduction_export": "8705",
        "reduction_other": "8700",
    },
    "SKR04": {
        "standard": "4400",
        "reduced": "4300",
        "export": "4120",
        "intra_community": "4125",
        "reverse_charge": "4337",
        "destination": "4320",
        "destination_service": "4336",
        "small_business": "4185",
        "margin": "4136",
        "zero": "4290",
        "outside": "4200",
        "voucher": "3500",
        "deposit": "3272",
        "deposit_reduced": "3260",
        "deposit_other": "3250",
        "clearing": "1495",
        "debtors": "10000",
        "discount_standard": "4736",
        "discount_reduced": "4731",
        "discount_intra_community": "4743",
        "discount_reverse_charge": "4741",
        "discount_other": "4730",
        "reduction_standard": "4720",
        "reduction_reduced": "4710",
        "reduction_intra_community": "4724",
        "reduction_export": "4705",
        "reduction_other": "4700",
    },
}
"""DATEV's standard charts of accounts, 2026. The revenue accounts are automatic ones: they know
their rate, also that of the second half of 2020, by the date of supply. Others can be named."""


class Bookkeeping(Struct, frozen=True, kw_only=True):
    """Settings of the seller's books.

    `consultant` and `client` are DATEV's numbers of the tax adviser and of the seller;
    `year_begins` the month in which the financial year begins; `accounts` takes the place of the
    chart's own; `keys` are DATEV tax keys (BU-Schlüssel) by case, for accounts that need one.
    `debtors` says who has an account of their own: `each` business customer, or nobody, as all
    share `one`. Private customers always share one.
    """

    consultant: int
    client: int
    chart: Chart = "SKR03"
    year_begins: int = 1
    accounts: dict[str, str] = {}
    keys: dict[str, str] = field(default_factory=lambda: {"destination": "240"})
    debtors: Literal["each", "one"] = "each"

    def account(self, case: Case) -> str:
        """The account of a case."""
        return self.accounts.get(case) or ACCOUNTS[self.chart][case]

    def debtor(self, place: int) -> str:
        """The account of the customer in a place from 1 on, behind the one that others share.

        Debtors end where creditors begin, at 70000 (or 700000 ...); beyond they share one as well.
        """
        shared = self.account("debtors")
        number = int(shared) + place
        return str(number) if number < 7 * 10 ** (len(shared) - 1) else shared

    def year_of(self, day: date) -> date:
        """The first day of the financial year in which a day lies."""
        year = day.year if day.month >= self.year_begins else day.year - 1
        return date(year, self.year_begins, 1)
