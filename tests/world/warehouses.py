"""Warehouses, suppliers and carriers that the tests work with."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from tests.world.world import Answered, World

SECRET = "a-secret-of-the-carrier"


class Warehouses:
    """Drives a world as warehouses, their suppliers and carriers do."""

    world: World
    wms: str
    clerk: str
    batches: int

    def do(self, route: str, key: str, body: Any = None, **path: Any) -> Any:
        """Call the API and demand that it says yes; answers the body."""
        answer = self.world.call(route, key, body, **path)
        assert answer.status < 300, (route, answer)
        return answer.body

    def count(self, location: str, /, **on_hand: int) -> Any:
        """A warehouse counts: `count("A", RUCK_45=3)`."""
        self.batches += 1
        return self.do(
            "POST /v1/stock/batch",
            self.wms,
            {
                "location": location,
                "as_of": (self.world.now() + timedelta(seconds=self.batches)).isoformat(),
                "rows": [{"sku": n.replace("_", "-"), "on_hand": q} for n, q in on_hand.items()],
            },
        )

    def expect(self, purchase: str, /, **lines: tuple[int, str]) -> Any:
        """A supplier is to deliver: `expect("PO-1", RUCK_45=(5, "2026-12-01"))`."""
        body = {
            "location": "A",
            "lines": [
                {
                    "number": name.replace("_", "-"),
                    "sku": name.replace("_", "-"),
                    "quantity": quantity,
                    "expected_on": day,
                }
                for name, (quantity, day) in lines.items()
            ],
        }
        route = "PUT /v1/purchase-orders/{purchase}"
        return self.do(route, self.clerk, body, purchase=purchase)

    def receive(self, purchase: str, receipt: str, /, **lines: int) -> Any:
        """Goods come: `receive("PO-1", "LS-1", RUCK_45=3)`."""
        body = {
            "number": receipt,
            "received_at": (self.world.now() + timedelta(seconds=self.batches)).isoformat(),
            "lines": [{"number": n.replace("_", "-"), "quantity": q} for n, q in lines.items()],
        }
        self.batches += 1
        route = "POST /v1/purchase-orders/{purchase}/receipts"
        return self.do(route, self.wms, body, purchase=purchase)

    def stock(self, sku: str) -> Any:
        return self.do("GET /v1/stock/{sku}", self.wms, sku=sku)

    def answer_recall(self, id: str, answer: str, reason: str = "") -> Answered:
        """The warehouse answers what is recalled of a fulfilment."""
        route = "POST /v1/fulfilments/{fulfilment}/recall"
        body = {"answer": answer, "reason": reason}
        return self.world.call(route, self.wms, body, fulfilment=id)

    def pack(self, id: str) -> Any:
        body = {"parcels": [{"weight_g": 1200, "lines": None}]}
        return self.do("POST /v1/fulfilments/{fulfilment}/pack", self.wms, body, fulfilment=id)

    def ship(self, id: str) -> Any:
        body = {"carrier": "dhl", "tracking_numbers": [tracking(id)]}
        return self.do("POST /v1/fulfilments/{fulfilment}/ship", self.wms, body, fulfilment=id)

    def scan(self, id: str, status: str, *, at: datetime | None = None) -> Answered:
        """The carrier scans the parcel of a fulfilment."""
        body = {
            "tracking_number": tracking(id),
            "status": status,
            "occurred_at": (at or self.world.now()).isoformat(),
        }
        return self.signed(json.dumps(body))

    def signed(self, raw: str, *, secret: str = SECRET, carrier: str = "dhl") -> Answered:
        mac = hmac.new(secret.encode(), raw.encode(), hashlib.sha256).hexdigest()
        route, headers = "POST /v1/carriers/{carrier}/webhook", {"X-Signature": f"sha256={mac}"}
        return self.world.call(route, "", raw, headers=headers, carrier=carrier)


def tracking(fulfilment: str) -> str:
    return f"T-{fulfilment.removeprefix('ful_')}"
