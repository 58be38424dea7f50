"""The mails of a delivery are claimed, sent and noted together; a bad one holds up no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from oms.core.refusals import NotNow
from oms_aws.orders.store import DynamoOrders, PreparedOrder
from oms_aws.platform import keys
from oms_aws.platform.aggregates import Conflict
from tests.world.merchant import Merchant
from tests.world.world import World

STEP = "notices/tell_customer"
QUEUE = "auftakt-notices-tell_customer"


def placed(merchant: Merchant, number: int = 10) -> list[str]:
    """Orders whose customers are to hear that they came, and nothing was delivered yet."""
    merchant.count("A", SOCKE_42=2 * number)
    bodies = [merchant.request(SOCKE_42=1) for _ in range(number)]
    for n, body in enumerate(bodies):
        body["customer"] = {**body["customer"], "email": f"kunde-{n}@post.example"}
    ids = [merchant.place(body) for body in bodies]
    merchant.world.settle_stream()
    assert waiting(merchant.world) == number
    return ids


def waiting(world: World) -> int:
    return len(world.outside.queues[QUEUE])


def told(world: World, id: str) -> int:
    """How many mails the order's log says were sent."""
    log = world.ports("orders/read_events").orders.log(id)
    return sum(event.type == "Notification.Sent" for event in log)


def mails(world: World) -> Counter[str]:
    return Counter(mail.cause for mail in world.outside.mails)


def test_ten_mails_cost_thirteen_requests_beside_master_data(
    world: World, merchant: Merchant
) -> None:
    """One read, one transaction that claims, ten mails, one transaction that notes."""
    merchant.place(merchant.request(SOCKE_42=1))
    world.settle()  # products and shop are remembered from then on
    ids = placed(merchant)
    calls = Counter(world.hand_over(STEP))
    assert calls == {"BatchGetItem": 1, "TransactWriteItems": 2, "SendEmail": 10}
    assert [told(world, id) for id in ids] == [1] * 10
    assert set(mails(world).values()) == {1}
    assert waiting(world) == 0


def test_a_mail_that_ses_refuses_comes_again_and_nine_are_out(
    world: World, merchant: Merchant
) -> None:
    ids = placed(merchant)
    world.outside.refusing_mail = "kunde-3@post.example"
    world.hand_over(STEP)
    assert waiting(world) == 1
    assert [told(world, id) for id in ids] == [1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    world.outside.refusing_mail = False
    world.settle()
    assert set(mails(world).values()) == {1}
    assert all(told(world, id) for id in ids)


def test_a_mail_that_is_out_already_is_not_sent_again_and_the_others_are(
    world: World, merchant: Merchant
) -> None:
    ids = placed(merchant)
    (first,) = [m for m in world.outside.queues[QUEUE] if ids[0] in m.body]
    world.outside.queues[QUEUE].append(first)
    (event,) = world.ports("orders/read_events").orders.log(ids[1], limit=1)
    mark = {"kind": "notification", "state": "sent", "message_id": "earlier"}
    world.table.write([world.table.put(keys.notification(event.id, "order_received"), mark)])
    world.settle()
    assert [told(world, id) for id in ids[:3]] == [1, 0, 1]
    assert event.id not in mails(world)
    assert set(mails(world).values()) == {1}


def test_an_order_of_which_nothing_is_known_holds_up_no_mail(
    world: World, merchant: Merchant
) -> None:
    ids = placed(merchant)
    (first,) = [m for m in world.outside.queues[QUEUE] if ids[0] in m.body]
    first.body = first.body.replace(ids[0], "ord_unheard")
    world.hand_over(STEP)
    assert [told(world, id) for id in ids] == [0, *[1] * 9]
    world.settle()
    (letter,) = world.letters()
    assert "ord_unheard" in letter["reason"]


def test_two_mails_of_one_order_are_both_noted(world: World, merchant: Merchant) -> None:
    ids = placed(merchant)
    assert merchant.cancel(ids[0]).status == 200
    world.settle()
    assert told(world, ids[0]) == 2
    assert set(mails(world).values()) == {1}


@pytest.mark.parametrize("error", [Conflict("ord_1"), NotNow("others write")])
def test_mails_that_cannot_be_noted_together_are_noted_alone(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refused(self: DynamoOrders, prepared: Sequence[PreparedOrder], also: Any = ()) -> None:
        raise error

    ids = placed(merchant)
    monkeypatch.setattr(DynamoOrders, "save_together", refused)
    world.hand_over(STEP)
    monkeypatch.undo()
    assert [told(world, id) for id in ids] == [1] * 10
    assert waiting(world) == 0


def test_when_nobody_knows_whether_mails_were_noted_none_is_noted_twice(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = DynamoOrders.save_together

    def cut(self: DynamoOrders, prepared: Sequence[PreparedOrder], also: Any = ()) -> None:
        save(self, prepared, also)
        raise TimeoutError("no answer")

    ids = placed(merchant)
    monkeypatch.setattr(DynamoOrders, "save_together", cut)
    world.hand_over(STEP)
    monkeypatch.undo()
    assert waiting(world) == 10
    world.settle()
    assert [told(world, id) for id in ids] == [1] * 10
    assert set(mails(world).values()) == {1}
