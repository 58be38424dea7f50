"""VAT ids that were checked: kept for each shop with their proof, so that VIES is asked seldom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from oms.core.refusals import NotNow
from oms.master.account import VatCheck
from oms.master.shop import Shop
from oms.master.vat_checks import by_format, confirms, is_good, plain
from oms.orders.order import Order
from oms.screening.vat_check import buyer_of, waived
from oms_aws.master.catalogue import DynamoCatalogue
from oms_aws.master.kinds import ACCOUNTS
from oms_aws.master.vies import Vies
from oms_aws.platform import keys
from oms_aws.platform.log import Saved, VersionDiffers
from oms_aws.platform.table import Table

STORE_TRIES = 5
OURS = Saved("auftakt", "vies")


class Found(NamedTuple):
    """Check of an id, if one is known; without it `fault` is why VIES said nothing."""

    check: VatCheck | None
    fault: str = ""


class DynamoVatChecks:
    """The checks of all shops; each shop asks under its own id, so each has proof of its own."""

    def __init__(
        self, table: Table, catalogue: DynamoCatalogue, vies: Vies, now: Callable[[], datetime]
    ) -> None:
        self._table = table
        self._catalogue = catalogue
        self._vies = vies
        self._now = now

    def of(
        self, shop: Shop, customer: str, vat_id: str, name: str, *, again: bool = False
    ) -> Found:
        """The check of a customer's id: one on record that is good for the name, or a new one."""
        at, days = self._now(), shop.tax.vat_check_days
        for known in () if again else self._known(shop, customer, vat_id, name):
            if is_good(known, vat_id, name, days, at=at):
                return Found(known)
        if impossible := by_format(vat_id, at=at):
            return Found(impossible)
        answer = self._vies.ask(vat_id, shop.seller.vat_id)
        if answer.outcome == "unreachable":
            return Found(None, answer.fault)
        check = VatCheck(
            vat_id=vat_id,
            valid=answer.outcome == "valid",
            checked_at=at,
            source="vies",
            name=answer.name,
            consultation=answer.consultation,
        )
        self.keep(shop.id, customer, check)
        return Found(check)

    def at_issue(self, shop: Shop, order: Order) -> VatCheck | None:
        """The check on which an invoice may rest, None when its buyer is taxed as a consumer.

        Raises NotNow while VIES cannot be reached and the shop wants to know.
        """
        found = self.of(shop, order.customer.id, str(order.customer.vat_id), buyer_of(order))
        if found.check or shop.tax.vies_unreachable == "b2c" or waived(order):
            return found.check
        raise NotNow(f"the VAT id {order.customer.vat_id} could not be checked: {found.fault}")

    def keep(self, shop: str, customer: str, check: VatCheck, by: Saved = OURS) -> None:
        """Put a check on record: for the shop, and on the customer's account if there is one."""
        item = {"kind": "vat_check", "body": msgspec.json.encode(check).decode()}
        self._table.write([self._table.put(_key(shop, check), item)])
        for _ in range(STORE_TRIES):
            account = self._catalogue.account(shop, customer)
            if account is None or account.vat_id != check.vat_id:
                return
            if not confirms(check, check.vat_id, account.company or account.name):
                return
            checked = replace(account, vat_check=check)
            try:
                self._catalogue.store(ACCOUNTS, checked, by, if_version=account.version)
                return
            except VersionDiffers:
                continue
        raise NotNow(f"the customer {customer} is being changed by many at once")

    def _known(self, shop: Shop, customer: str, vat_id: str, name: str) -> Iterator[VatCheck]:
        """Checks on record: with the customer, by hand for the name, by VIES for anybody."""
        account = self._catalogue.account(shop.id, customer)
        if account and account.vat_id == vat_id and account.vat_check:
            yield account.vat_check
        for key in (keys.vat_check(shop.id, vat_id, plain(name)), keys.vat_check(shop.id, vat_id)):
            if item := self._table.get(key):
                yield msgspec.json.decode(item["body"], type=VatCheck)


def _key(shop: str, check: VatCheck) -> keys.Key:
    """Key of a check: one by hand is kept under its name, so that it hides none of VIES."""
    name = plain(check.name) if check.source == "manual" else ""
    return keys.vat_check(shop, check.vat_id, name)
