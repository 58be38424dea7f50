"""A table that is restored to an earlier time deals no number again that stands on a paper."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest

from oms_aws import keys
from tests.world.merchant import Merchant
from tests.world.world import World, opened


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with opened() as world:
        made = Merchant(world)
        made.count("A", RUCK_45=50)
        yield made


def packed(merchant: Merchant, many: int) -> list[str]:
    """Fulfilments at the warehouse's door."""
    found = []
    for _ in range(many):
        order = merchant.place(merchant.request(RUCK_45=1))
        merchant.world.settle()
        (fulfilment,) = merchant.order(order)["fulfilments"]
        merchant.pack(fulfilment["id"])
        found.append(fulfilment["id"])
    merchant.world.settle()
    return found


def shipped(merchant: Merchant, fulfilments: list[str]) -> None:
    for each in fulfilments:
        merchant.ship(each)
    merchant.world.settle()


def numbers(world: World) -> dict[str, str]:
    """The documents that have numbers, by number."""
    rows = [item for item in world.items() if item.get("kind") == "number"]
    assert len({item["text"] for item in rows}) == len(rows)
    return {item["text"]: item["document"] for item in rows}


def papers(world: World) -> list[str]:
    return [key for key in world.objects() if key.startswith("invoices/")]


def test_what_is_archived_has_its_content_in_its_name(merchant: Merchant) -> None:
    shipped(merchant, packed(merchant, 1))
    (key,) = papers(merchant.world)
    assert sha256(merchant.world.object(key)).hexdigest() in key


def test_other_bytes_of_a_document_lie_beside_the_first(merchant: Merchant) -> None:
    documents = merchant.world.ports("billing/render_document").documents
    until = merchant.world.now().replace(year=2036)
    first, again, other = (
        documents.keep("invoices/2026/11/inv_1.pdf", content, "application/pdf", until=until)
        for content in (b"first", b"first", b"other")
    )
    assert first == again
    assert first != other
    assert merchant.world.object(first[0]) == b"first"


def test_shipped_again_a_document_is_the_one_on_paper(merchant: Merchant) -> None:
    world, doors = merchant.world, packed(merchant, 3)
    shipped(merchant, doors[:1])
    before = world.remember()
    shipped(merchant, doors[1:])
    then, on_paper = numbers(world), papers(world)
    world.restore(before)
    assert len(numbers(world)) == 1
    shipped(merchant, [*reversed(doors)])
    assert numbers(world) == then
    assert papers(world) == on_paper
    assert world.broken() == []


def test_new_documents_go_on_behind_numbers_on_paper(merchant: Merchant) -> None:
    world, doors = merchant.world, packed(merchant, 4)
    shipped(merchant, doors[:1])
    before = world.remember()
    shipped(merchant, doors[1:3])
    then = numbers(world)
    world.restore(before)
    shipped(merchant, doors[3:])
    now = numbers(world)
    assert now.items() > then.items()
    assert [int(text[-6:]) for text in sorted(now)] == [1, 2, 3, 4]
    shipped(merchant, doors[1:3])
    assert numbers(world) == now
    assert world.broken() == []


def test_a_number_between_that_is_on_no_paper_is_explained(merchant: Merchant) -> None:
    world, doors = merchant.world, packed(merchant, 4)
    before = world.remember()
    for each in doors[:2]:
        merchant.ship(each)
    world.settle_only("billing/line_up_shipments", "billing/issue_invoice")
    world.restore(world.remember())
    shipped(merchant, doors[2:3])
    world.restore(before)
    shipped(merchant, doors)
    (name,) = {item["range"] for item in world.items() if item.get("kind") == "range"}
    found = [world.table.get(keys.numbered(name, n)) for n in range(1, 7)]
    assert ["unused" in each for each in found if each] == [True, True, False, False, False, False]
    assert world.broken() == []


def test_a_paper_with_a_number_of_another_paper_is_never_archived(merchant: Merchant) -> None:
    """Whoever deals a number of the archive all the same finds out before there is a paper."""
    world, doors = merchant.world, packed(merchant, 2)
    before = world.remember()
    shipped(merchant, doors[:1])
    world.restore(before)
    recall = world.ports("billing/issue_invoice").recall
    (name,) = {each.range for each in world.ports("billing/issue_invoice").counterfoils.all()}
    recall._checked.keep(name, True)
    kept = papers(world)
    shipped(merchant, doors[1:])
    assert papers(world) == kept
    (letter,) = world.letters()
    assert "stands on the archived paper of" in letter["reason"]
