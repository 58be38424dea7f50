"""Withdrawals as consumers, shops and clerks ask for them, on every route."""

from __future__ import annotations

from tests.world.merchant import Merchant


def withdraw(merchant: Merchant) -> None:
    """Of a business a clerk decides; what nobody can place a clerk matches, or closes."""
    world, call = merchant.world, merchant.world.call
    query, form = {"shop": "berg-beutel"}, {"content-type": "application/x-www-form-urlencoded"}
    call("GET /withdraw", "", query=query)
    said_there = "name=Eva&contract=BB-0&email=eva%40post.example&once=1&step="
    for step in ("check", "confirm"):
        call("POST /withdraw", "", said_there + step, headers=form, query=query)
    world.settle()
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "withdrawal_receipt"]
    call("GET /withdrawal/{token}", "", token=mail.text.partition("/withdrawal/")[2].split()[0])
    merchant.business(credit_limit="500.00")
    merchant.count("A", SOCKE_42=2)
    order = merchant.place(merchant.on_account(SOCKE_42=2))
    said = {"name": "Verein", "contract": "no number of ours", "email": "kauf@verein.example"}
    id = call("POST /v1/withdrawals", merchant.shop, said).body["id"]
    call("GET /v1/withdrawals", merchant.clerk, query={"status": "unmatched"})
    call("POST /v1/withdrawals/{withdrawal}/match", merchant.clerk, {"order": order}, withdrawal=id)
    call("GET /v1/withdrawals/{withdrawal}", merchant.shop, withdrawal=id)
    body = {"lines": [{"number": "1", "decision": "declined"}], "reason": "no consumer"}
    call("POST /v1/withdrawals/{withdrawal}/decisions", merchant.clerk, body, withdrawal=id)
    merchant.count("A", SOCKE_42=9)
    sold = merchant.place(merchant.request(SOCKE_42=1))
    merchant.whole_life(sold)
    buyer = merchant.order(sold)["customer"]
    said = {"name": buyer["name"], "contract": merchant.order(sold)["external_number"]}
    made = call("POST /v1/withdrawals", merchant.shop, {**said, "email": buyer["email"]}).body
    world.settle()
    goods = "POST /v1/withdrawals/{withdrawal}/goods"
    call(goods, merchant.shop, {"proof": "dispatched"}, withdrawal=made["id"])
    why = {"reason": "settled by phone"}
    call("POST /v1/withdrawals/{withdrawal}/close", merchant.clerk, why, withdrawal=id)
