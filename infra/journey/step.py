"""One step: its folder, what wakes it, what it may do, and which rooms of the table it reaches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from infra.journey.triggers import Trigger

Grant = Literal[
    "table:read",  # GetItem, BatchGetItem, Query on the table and its indexes
    "table:write",  # PutItem, UpdateItem, ConditionCheckItem (TransactWriteItems is made of these)
    "table:forget",  # DeleteItem of what leads from a mail address to what is of it
    "bus:put",  # events:PutEvents
    "flow:start",  # states:StartExecution on the flows
    "flow:answer",  # states:SendTaskSuccess, SendTaskFailure
    "documents:put",  # s3:PutObject, PutObjectRetention
    "documents:read",  # s3:GetObject
    "numbers:find",  # s3:ListBucket and s3:GetObject on the counterfoils among the documents
    "uploads:put",  # s3:PutObject, which a signed form hands on for one object
    "uploads:read",  # s3:GetObject
    "mail:send",  # ses:SendEmail
    "queue:redrive",  # sqs:SendMessage to the steps' queues
    "queue:subscribers",  # sqs:SendMessage to the queues of the steps that call endpoints
    "secrets:stripe",  # ssm:GetParameter on the parameters of the Stripe account
    "secrets:links",  # ssm:GetParameter on the key that signs links
    "secrets:links:make",  # and ssm:PutParameter
    "secrets:carriers",  # ssm:GetParameter on the carriers' secrets
    "secrets:carriers:keep",  # ssm:PutParameter on them
    "secrets:webhooks",  # ssm:GetParameter on what signs for endpoints
    "secrets:webhooks:keep",  # and ssm:PutParameter, DeleteParameter
]

Room = Literal[
    "clients", "keyring", "key_uses", "carriers", "papers", "catalogue", "shops", "orders",
    "prices", "taxes", "vat_checks", "velocity", "lists", "replays", "holds", "stock", "incoming",
    "departures", "uploads", "failures", "holders", "products", "customers", "price_lists",
    "price_entries", "warehouses", "shop_records", "rules", "sellers", "ranges", "payments",
    "rehearsal", "order_lists", "fulfilment_lists", "exposures", "open_items", "exports",
    "notifications", "endpoints", "deliveries", "dead_letters", "due", "events", "seals",
    "traces", "withdrawals", "returns",
]  # fmt: skip
"""Partition keys that belong together; `infra.rooms` says which."""


@dataclass(frozen=True)
class Step:
    """One step: its folder under functions/, what wakes it, and what it may do.

    `reads` and `writes` are the rooms of the table that "table:read" and "table:write" reach: every
    step with such a grant names them.
    """

    name: str
    on: Trigger
    may: tuple[Grant, ...] = ()
    seconds: int = 20
    memory: int = 512
    layers: tuple[str, ...] = field(default=())
    reads: tuple[Room, ...] = ()
    writes: tuple[Room, ...] = ()

    @property
    def stage(self) -> str:
        return self.name.split("/")[0]

    @property
    def verb_noun(self) -> str:
        return self.name.split("/")[1]


R: Final = "table:read"
W: Final = "table:write"


# Rooms that many steps reach together.

ORDERS: Final[tuple[Room, ...]] = ("orders",)
SEEN: Final[tuple[Room, ...]] = ("orders", "catalogue", "carriers")  # an order, as it is shown
BILLABLE: Final[tuple[Room, ...]] = ("orders", "catalogue", "taxes")  # with its tax
SUPPLY: Final[tuple[Room, ...]] = (*BILLABLE, "stock", "incoming", "departures")
MOVED: Final[tuple[Room, ...]] = ("orders", "stock", "departures", "vat_checks")
BILLED: Final[tuple[Room, ...]] = (*BILLABLE, "papers", "carriers", "stock")  # with its papers
SETTLED: Final[tuple[Room, ...]] = ("orders", "papers", "vat_checks")
LOGS: Final[tuple[Room, ...]] = (
    "orders",
    "papers",
    "stock",
    "incoming",
    "exports",
    "endpoints",
    "events",
    "withdrawals",
    "returns",
)
TOLD: Final[tuple[Room, ...]] = (*LOGS, "deliveries", "holders", "catalogue")
