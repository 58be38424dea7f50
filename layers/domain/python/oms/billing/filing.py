"""Filing: a paper that was asked for is put on record, once for what it is about."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import msgspec

from oms.orders.applying import tell
from oms.orders.document_events import PaperArchived
from oms.orders.documents import Paper
from oms.orders.order import Order


def paper_id(order: Order, kind: str, facts: Any, salt: str) -> str:
    """The id of the paper of a kind that is about these facts: plain values, without any names."""
    said = msgspec.json.encode(facts, order="deterministic")
    digest = hmac.new(salt.encode(), said, hashlib.sha256).hexdigest()
    return f"pap_{order.id.removeprefix('ord_')}-{kind}-{digest[:16]}"


def filed_as(order: Order, id: str) -> Paper | None:
    """The paper of that id, if it was made already."""
    return next((paper for paper in order.papers if paper.id == id), None)


def file(order: Order, paper: Paper) -> Order:
    """Put an archived paper on record; a second one of its id changes nothing."""
    if filed_as(order, paper.id):
        return order
    return tell(order, PaperArchived(paper, paper.at))
