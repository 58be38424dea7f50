"""Wiring of master: what its steps work with, each made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from oms_aws.platform.wiring import PlatformWiring

if TYPE_CHECKING:
    from oms_aws.master.catalogue import DynamoCatalogue
    from oms_aws.master.keyring import DynamoKeyring
    from oms_aws.master.vat_checks import DynamoVatChecks
    from oms_aws.master.vies import Vies


class MasterWiring(PlatformWiring):
    """Collaborators of steps that keep master data."""

    @cached_property
    def catalogue(self) -> DynamoCatalogue:
        from oms_aws.master.catalogue import DynamoCatalogue

        return DynamoCatalogue(self.table, self.now)

    @cached_property
    def keyring(self) -> DynamoKeyring:
        from oms_aws.master.keyring import DynamoKeyring

        return DynamoKeyring(self.table, self.now, self.new_id)

    @cached_property
    def vies(self) -> Vies:
        from oms_aws.master.vies import Vies

        return Vies(self.settings.vies)

    @cached_property
    def vat_checks(self) -> DynamoVatChecks:
        from oms_aws.master.vat_checks import DynamoVatChecks

        return DynamoVatChecks(self.table, self.catalogue, self.vies, self.now)
