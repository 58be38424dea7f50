"""An overdue invoice is reminded of or dunned, as the shop and what was agreed say."""

from __future__ import annotations

from oms_aws.edges.dunning import dunned
from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    dunned(signal, oms)
