"""Who keeps an endpoint is told once that it fails, and once that it works again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from oms_aws.notices.breaker import FAILURES, QUIET, Heard
from oms_aws.platform import keys
from oms_aws.platform.outgoing import Outcome
from oms_aws.platform.table import Action
from tests.world.faults import Trap
from tests.world.merchant import Merchant
from tests.world.world import World

ADD, ONE = "POST /v1/webhooks", "/v1/webhooks/{endpoint}"
SERVE = "notices/serve_line"
URL = "http://127.0.0.1:9/hook?token=secret"
BOTH = ["Webhook.Paused", "Webhook.Resumed"]


def add(merchant: Merchant, key: str, *events: str, url: str = URL, **more: str) -> str:
    body = {"url": url, "events": [*events] or ["Order.Created"], **more}
    id: str = merchant.do(ADD, key, body)["id"]
    return id


def log(world: World, id: str) -> list[str]:
    """The types of what an endpoint's log says."""
    return [item["type"] for item in items(world, id)]


def items(world: World, id: str) -> list[dict[str, Any]]:
    own = keys.event(f"webhook/{id}", 1).pk
    found = (item for item in world.items() if item["pk"] == own)
    return sorted(found, key=lambda item: int(item["sequence"]))


def mails(world: World) -> list[Any]:
    return [mail for mail in world.outside.mails if mail.kind.startswith("endpoint_")]


def breaches(world: World) -> dict[str, Any]:
    found = world.verify()["checks"]
    return {name: check["broken"] for name, check in found.items() if check["broken"]}


def trouble(world: World, id: str, *, calls: int, ok: bool = False) -> None:
    """Calls of an endpoint go wrong, or well, as the step that calls it notes that."""
    ports = world.ports(SERVE)
    endpoint = ports.webhooks.endpoint(id)
    outcome = Outcome(204, "") if ok else Outcome(503, "HTTP 503")
    for _ in range(calls):
        call = Heard("evt_1", outcome, timedelta(), world.now())
        ports.breakers.heard(endpoint, ports.breakers.standing(id), call)


def test_keeper_is_told_of_a_pause_and_of_its_end(world: World, merchant: Merchant) -> None:
    id = add(merchant, merchant.shop, description="Kasse")
    trouble(world, id, calls=FAILURES - 1)
    assert log(world, id) == []
    trouble(world, id, calls=1)
    for _ in range(6):
        world.pass_time(minutes=15)
        trouble(world, id, calls=1)
    trouble(world, id, calls=2, ok=True)
    assert log(world, id) == BOTH
    world.settle()
    paused, resumed = mails(world)
    assert paused.to == resumed.to == "hilfe@berg-beutel.example"
    assert "Webhook pausiert: http://127.0.0.1:9/hook (" in paused.subject
    assert "Webhook wieder in Betrieb" in resumed.subject
    for said in ("HTTP 503", "Kasse", "5 Aufrufe"):
        assert said in paused.text
    assert "secret" not in paused.text + resumed.text
    first, second = items(world, id)
    assert (first["shop"], first["actor"], first["cause"]) == ("berg-beutel", "auftakt", "evt_1")
    assert second["sequence"] == 2
    assert list(world.letters()) == []
    assert breaches(world) == {}


def test_endpoint_of_no_shop_tells_its_contact_and_shows_why(
    world: World, merchant: Merchant
) -> None:
    silent = add(merchant, merchant.wms, "Shipment.Confirmed")
    told = add(merchant, merchant.wms, "Stock.Changed", contact="it@lager.example", language="en")
    for id in (silent, told):
        trouble(world, id, calls=FAILURES)
        assert log(world, id) == ["Webhook.Paused"]
    world.settle()
    (mail,) = mails(world)
    assert mail.to == "it@lager.example"
    assert "Webhook paused: http://127.0.0.1:9/hook (Auftakt)" in mail.subject
    shown = merchant.do(f"GET {ONE}", merchant.wms, endpoint=silent)
    assert (shown["status"], shown["error"]) == ("paused", "HTTP 503")
    assert shown["paused_at"]
    assert shown["contact"] == ""


def test_contact_is_changed_and_taken_away(world: World, merchant: Merchant) -> None:
    id = add(merchant, merchant.shop, contact="it@shop.example", language="en")
    for body, shown in (
        ({"description": "x"}, ("it@shop.example", "en")),
        ({"contact": "", "language": "de"}, ("", "de")),
    ):
        answer = merchant.do(f"PATCH {ONE}", merchant.shop, body, endpoint=id)
        assert (answer["contact"], answer["language"]) == shown
    wrong: tuple[dict[str, Any], ...] = (
        {"contact": "x"}, {"contact": "a@b.example\nBcc: c@d.example"}, {"language": "fr"},
    )  # fmt: skip
    for body in wrong:
        assert world.call(f"PATCH {ONE}", merchant.shop, body, endpoint=id).status == 422


def test_what_the_keeper_does_is_no_mail(world: World, merchant: Merchant) -> None:
    id = add(merchant, merchant.shop)
    for paused in (True, True, False, False):
        merchant.do(f"PATCH {ONE}", merchant.shop, {"paused": paused}, endpoint=id)
    world.settle()
    assert log(world, id) == BOTH
    first, _ = items(world, id)
    assert first["actor"] == "shop:berg"
    assert mails(world) == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, 10))
def test_crash_tells_nothing_twice_and_forgets_nothing(
    world: World, merchant: Merchant, call: int, after: bool
) -> None:
    id = add(merchant, merchant.shop)
    trouble(world, id, calls=FAILURES)
    world.settle()
    world.subscriber.status = 204
    merchant.place(merchant.request(RUCK_45=1))
    world.traps.append(Trap(SERVE, call, after))
    world.settle()
    world.pass_time(minutes=21)
    world.tick()
    assert log(world, id) == BOTH
    assert len(mails(world)) == 2


def test_others_that_are_faster_leave_one_event(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten workers hear of the fifth failure at once."""
    id = add(merchant, merchant.shop)
    trouble(world, id, calls=FAILURES - 1)
    breakers = world.ports(SERVE).breakers
    write, late = breakers._table.write, [True]

    def overtaken(actions: list[Action]) -> tuple[int, ...]:
        if late and late.pop():
            trouble(world, id, calls=1)
        return write(actions)

    monkeypatch.setattr(breakers._table, "write", overtaken)
    trouble(world, id, calls=1)
    assert log(world, id) == ["Webhook.Paused"]
    late.append(True)
    monkeypatch.setattr(
        breakers._table, "write", lambda actions: well(world, id, actions, write, late)
    )
    trouble(world, id, calls=1, ok=True)
    assert log(world, id) == BOTH


def well(world: World, id: str, actions: list[Action], write: Any, late: list[bool]) -> Any:
    if late and late.pop():
        trouble(world, id, calls=1, ok=True)
    return write(actions)


def test_flapping_endpoint_writes_a_pair_an_hour_and_a_lasting_pause_is_told_late(
    world: World, merchant: Merchant
) -> None:
    id = add(merchant, merchant.shop)
    for _ in range(10):
        trouble(world, id, calls=FAILURES)
        world.pass_time(minutes=2)
        trouble(world, id, calls=1, ok=True)
    assert log(world, id) == BOTH
    trouble(world, id, calls=FAILURES)
    assert log(world, id) == BOTH
    world.pass_time(seconds=QUIET.total_seconds())
    trouble(world, id, calls=2)
    assert log(world, id) == [*BOTH, "Webhook.Paused"]
    assert len(merchant.do(f"GET {ONE}", merchant.shop, endpoint=id)["paused_at"]) > 0
    trouble(world, id, calls=1, ok=True)
    assert log(world, id) == BOTH * 2


def test_those_that_keep_an_endpoint_hear_of_it_and_it_hears_nothing_of_itself(
    world: World, merchant: Merchant
) -> None:
    other_wms = world.add_client("lager-b", "wms")
    keys_of = {
        "ill": merchant.wms, "mine": merchant.wms, "theirs": other_wms,
        "shop": merchant.shop, "clerk": merchant.clerk,
    }  # fmt: skip
    ids = {
        name: add(merchant, key, "*", url=f"http://127.0.0.1:9/{name}")
        for name, key in keys_of.items()
    }
    trouble(world, ids["ill"], calls=FAILURES)
    world.settle()
    trouble(world, ids["ill"], calls=1, ok=True)
    world.settle()
    heard = {(told["url"].rpartition("/")[2], told["type"]) for told in world.subscriber.heard}
    assert heard == {(name, type) for name in ("mine", "clerk") for type in BOTH}
    (told,) = [
        told for told in world.subscriber.heard
        if (told["url"], told["type"]) == ("http://127.0.0.1:9/mine", "Webhook.Paused")
    ]  # fmt: skip
    assert told["data"]["endpoint"] == ids["ill"]
    assert told["source"] == f"/v1/webhooks/{ids['ill']}"


def test_two_that_hear_of_each_other_and_fail_at_that_go_on_for_ever_no_more(
    world: World, merchant: Merchant
) -> None:
    """Each takes orders, and breaks at what it is told of the other."""
    ids = [add(merchant, merchant.shop, "*", url=f"http://127.0.0.1:9/{n}") for n in (1, 2)]
    world.subscriber.refuses = {*BOTH}
    trouble(world, ids[0], calls=FAILURES)
    world.settle()
    for _ in range(6):
        merchant.place(merchant.request(RUCK_45=1))
        world.settle()
        world.pass_time(hours=2)
    assert log(world, ids[0]) == BOTH
    assert log(world, ids[1]) == []


def test_log_of_an_endpoint_is_proven_and_emitted_again(world: World, merchant: Merchant) -> None:
    id = add(merchant, merchant.shop)
    trouble(world, id, calls=FAILURES)
    body = {"aggregate": f"webhook/{id}", "first": 1}
    world.settle()
    assert len(mails(world)) == 1
    merchant.do("POST /v1/emissions", merchant.clerk, body)
    world.settle()
    assert len(mails(world)) == 1
