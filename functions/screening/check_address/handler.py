"""Can parcels reach the address, and mails the customer?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms.screening.address import check_address
from oms_aws.platform.task import StepInput, task
from oms_aws.screening.gazetteer import gazetteer
from oms_aws.screening.wiring import ScreeningWiring


@task
def handler(asked: StepInput, oms: ScreeningWiring) -> list[dict[str, Any]]:
    order = oms.orders.get(asked.order_id).order
    shop = oms.catalogue.shop_if_known(order.shop)
    findings: list[dict[str, Any]] = msgspec.to_builtins(check_address(order, shop, gazetteer()))
    return findings
