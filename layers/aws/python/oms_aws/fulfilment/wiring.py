"""Wiring of fulfilment: what its steps work with, each made when it is first used."""

from __future__ import annotations

from oms_aws.orders.wiring import OrdersWiring


class FulfilmentWiring(OrdersWiring):
    """Collaborators of steps that pack and ship."""
