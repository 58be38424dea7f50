"""The customer is told what waits, and can cancel it by link: once, twice, too late, forged."""

from __future__ import annotations

import re

import pytest

from tests.world.merchant import Merchant
from tests.world.world import Answered, World


def links(world: World) -> list[str]:
    """The tokens in the mails about what waits, in their order."""
    mails = [mail for mail in world.outside.mails if mail.kind == "order_waits"]
    return [found[1] for mail in mails if (found := re.search(r"/w/(\S+)", mail.text))]


def show(world: World, token: str) -> Answered:
    return world.call("GET /w/{token}", "", token=token)


def send(world: World, token: str) -> Answered:
    return world.call("POST /w/{token}", "", token=token)


@pytest.fixture
def waiting(world: World, merchant: Merchant) -> str:
    """An order of which one piece is released, and two wait until December."""
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-01"))
    merchant.count("A", RUCK_45=1)
    id = merchant.place(merchant.request(RUCK_45=3))
    world.settle()
    return id


def test_customer_is_told_what_waits_and_until_when(world: World, waiting: str) -> None:
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "order_waits"]
    assert mail.to == "ayse@mueller.example"
    assert mail.subject == "Ihre Bestellung BB-1 bei berg-beutel: Lieferzeit"
    for text in (mail.text, mail.html):
        assert "Ding RUCK-45" in text
        assert "01.12.2026" in text


def test_customer_is_told_again_only_of_a_real_change(
    world: World, merchant: Merchant, waiting: str
) -> None:
    for day in ("2026-12-02", "2026-12-01", "2026-12-05", "2026-12-05"):
        merchant.expect("PO-1", RUCK_45=(5, day))
        world.settle()
    mails = [mail for mail in world.outside.mails if mail.kind == "order_waits"]
    assert len(mails) == 2
    assert "05.12.2026" in mails[1].text
    assert mails[1].subject == "Ihre Bestellung BB-1 bei berg-beutel: neuer Liefertermin"


def test_what_waits_is_cancelled_once_and_the_rest_goes_on(
    world: World, merchant: Merchant, waiting: str
) -> None:
    (token,) = links(world)
    page = show(world, token)
    assert page.status == 200
    assert "Ding RUCK-45" in page.body
    assert "01.12.2026" in page.body
    for _ in range(2):
        answer = send(world, token)
        assert (answer.status, answer.headers["Location"]) == (303, f"/w/{token}")
    world.settle()
    quantities = merchant.order(waiting)["lines"][0]["quantities"]
    assert (quantities["released"], quantities["cancelled"]) == (1, 2)
    assert "Es wartet kein Artikel mehr" in show(world, token).body
    assert merchant.stock("RUCK-45")["backordered"] == 0
    kinds = [mail.kind for mail in world.outside.mails]
    assert kinds.count("order_cancelled") == 1


def test_what_came_meanwhile_is_not_cancelled(
    world: World, merchant: Merchant, waiting: str
) -> None:
    (token,) = links(world)
    merchant.receive("PO-1", "LS-1", RUCK_45=2)
    world.settle()
    assert send(world, token).status == 303
    world.settle()
    assert merchant.order(waiting)["lines"][0]["quantities"]["cancelled"] == 0


def test_link_that_is_forged_expired_or_for_something_else_opens_nothing(
    world: World, merchant: Merchant, waiting: str
) -> None:
    (token,) = links(world)
    other = merchant.place(merchant.request(RUCK_45=1))
    address = world.ports("notices/tell_customer").links.link("address", waiting, at=world.now())
    forged = [token.replace(waiting, other), token[:-1], "nonsense", address.rpartition("/")[2]]
    assert [send(world, each).status for each in forged] == [404] * 4
    world.pass_time(days=91)
    assert (show(world, token).status, send(world, token).status) == (410, 410)
    assert merchant.order(waiting)["lines"][0]["quantities"]["cancelled"] == 0


def test_english_customer_reads_english(world: World, merchant: Merchant) -> None:
    body = merchant.request(RUCK_45=1)
    body["customer"]["locale"] = "en"
    merchant.place(body)
    world.settle()
    mail = world.outside.mails[-1]
    assert mail.subject == "Your order BB-1 at berg-beutel: when it comes"
    assert "the date is not known yet" in mail.text
    assert "Cancel now" in show(world, links(world)[0]).body
