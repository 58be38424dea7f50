"""Lives of orders of which something comes back, and a walk over the routes of returns."""

from __future__ import annotations

from tests.world.lives import plain, stocked
from tests.world.merchant import Merchant


def sent_back(merchant: Merchant) -> str:
    """One order of which a piece comes back, in one parcel, and lies on the shelf again."""
    id, call = plain(merchant), merchant.world.call
    body = {"order": id, "lines": [{"number": "1", "quantity": 1}]}
    once = {"Idempotency-Key": f"back-{id}"}
    rma = call("POST /v1/returns", merchant.shop, body, headers=once).body["id"]
    shelf = stocked(merchant, "SOCKE-42")
    parcel = {"number": "WE-1", "location": "A", "lines": body["lines"]}
    assert call("POST /v1/returns/{rma}/receipts", merchant.wms, parcel, rma=rma).status == 201
    merchant.world.settle()
    assert stocked(merchant, "SOCKE-42") == shelf + 1
    merchant.count("A", SOCKE_42=shelf)
    back = merchant.do("GET /v1/returns/{rma}", merchant.shop, rma=rma)
    assert (back["status"], len(back["credits"])) == ("completed", 1)
    documents = merchant.order(id)["documents"]
    assert [d["type"] for d in documents] == ["invoice", "credit_note"]
    return id


def worthless(merchant: Merchant) -> str:
    """One order of which a piece comes back worthless, and is paid back all the same."""
    id, call = plain(merchant), merchant.world.call
    piece = {"number": "1", "quantity": 1}
    once = {"Idempotency-Key": f"back-{id}"}
    said = {"order": id, "lines": [piece]}
    rma = call("POST /v1/returns", merchant.shop, said, headers=once).body["id"]
    line = {**piece, "grade": "D", "disposition": "scrap"}
    parcel = {"number": "WE-1", "location": "A", "lines": [line]}
    assert call("POST /v1/returns/{rma}/receipts", merchant.wms, parcel, rma=rma).status == 201
    body = {"receipt": "WE-1", "lines": [{"number": "1", "decision": "accepted"}], "reason": "ok"}
    assert call("POST /v1/returns/{rma}/decisions", merchant.clerk, body, rma=rma).status == 200
    merchant.world.settle()
    back = merchant.do("GET /v1/returns/{rma}", merchant.shop, rma=rma)
    assert (back["status"], len(back["credits"])) == ("completed", 1)
    return id


def give_back(merchant: Merchant) -> None:
    """Every route of a return is asked once: a clerk decides on what came back worthless."""
    call, piece = merchant.world.call, {"number": "1", "quantity": 1}
    merchant.count("A", RUCK_45=9)
    id = merchant.place(merchant.request(RUCK_45=1))
    merchant.whole_life(id)
    body = {"order": id, "lines": [piece]}
    rma = call("POST /v1/returns", merchant.shop, body).body["id"]
    line = {**piece, "grade": "D", "disposition": "scrap"}
    parcel = {"number": "WE-1", "location": "A", "lines": [line]}
    call("POST /v1/returns/{rma}/receipts", merchant.wms, parcel, rma=rma)
    merchant.world.settle()
    call("GET /v1/returns", merchant.clerk, query={"status": "review"})
    decision = {"receipt": "WE-1", "lines": [{"number": "1", "decision": "declined"}]}
    call("POST /v1/returns/{rma}/decisions", merchant.clerk, {**decision, "reason": "x"}, rma=rma)
    call("GET /v1/returns/{rma}", merchant.shop, rma=rma)
    call("POST /v1/returns/{rma}/close", merchant.clerk, {"reason": "settled"}, rma=rma)
    merchant.world.tick()
