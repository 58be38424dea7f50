"""A table that is restored to an earlier time deals no number again that stands on a paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256

import pytest

from local import putting_back
from oms_aws.platform import keys
from oms_aws.records.reconcile import Reconciling
from oms_aws.records.scanned import Snapshot
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.world import World


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


def test_what_was_lost_is_named_once_and_brought_back(merchant: Merchant) -> None:
    """Orders are shipped, delivered and lost behind the restore; the books stay whole."""
    world, doors = merchant.world, packed(merchant, 3)
    shipped(merchant, doors[:1])
    before = world.remember()
    shipped(merchant, doors[1:2])
    lost = merchant.place(merchant.request(RUCK_45=1))
    merchant.whole_life(lost)
    for day in (1, 2):
        world.time = world.time.replace(hour=12) + timedelta(days=1)
        world.strike("records/seal_day")
        if day == 1:
            shipped(merchant, doors[2:])
    papers_then, sealed = papers(world), [k for k in world.objects() if k.startswith("seals/")]
    assert len(papers_then) == 4
    world.restore(before)
    fresh = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    merchant.whole_life(fresh)
    shipped(merchant, doors[1:2])

    then = world.broken()
    said = world.reconciled(apply=False)
    assert world.broken() == then
    assert world.reconciled() == said

    where = "\n".join(f"{each}: {what}" for each, what in said)
    assert f"({lost})" not in where  # its number came back before the first new one was dealt
    assert f"stays on record by itself: {lost} is gone" in where
    assert f"order/{lost} is gone" in where
    assert all(key in where for key in papers_then if lost[4:] in key)
    assert {each for each, what in said if "archive alone" in what} == {
        f"seal {key[11:21]}" for key in sealed
    }
    assert "is gone" in where
    assert world.broken() == []
    assert world.reconciled() == []
    shipped(merchant, doors[2:])
    assert world.broken() == []
    assert len(numbers(world)) == 5


def test_numbers_come_back_though_nothing_new_is_dealt(merchant: Merchant) -> None:
    world, doors = merchant.world, packed(merchant, 3)
    before = world.remember()
    shipped(merchant, doors)
    then = numbers(world)
    world.restore(before)
    said = world.reconciled()
    assert {each for each, what in said if "its range does not know it" in what} == set(then)
    assert numbers(world) == then
    assert world.reconciled() == []
    assert world.broken() == []
    shipped(merchant, doors)
    assert numbers(world) == then
    assert world.broken() == []


def test_a_number_that_was_taken_out_of_its_range_comes_back(merchant: Merchant) -> None:
    world = merchant.world
    shipped(merchant, packed(merchant, 2))
    (row,) = [i for i in world.items() if i.get("kind") == "number" and i["number"] == 1]
    key = {name: {"S": row[name]} for name in ("pk", "sk")}
    world.dynamodb.delete_item(TableName=world.blueprint.table_name, Key=key)
    assert any("number 1 is missing" in each for each in world.broken())
    assert [where for where, _ in world.reconciled()] == [row["text"]]
    assert world.broken() == []


def test_a_restored_copy_is_put_back_item_by_item(merchant: Merchant) -> None:
    """As on AWS, where a restore makes a table of its own: no event is relayed again by it."""
    world, doors = merchant.world, packed(merchant, 2)
    client, live, then = world.dynamodb, world.blueprint.table_name, "restored"
    shape = client.describe_table(TableName=live)["Table"]
    schema = {name: shape[name] for name in ("KeySchema", "AttributeDefinitions")}
    indexes = [
        {name: each[name] for name in ("IndexName", "KeySchema", "Projection")}
        for each in shape["GlobalSecondaryIndexes"]
    ]
    client.create_table(
        TableName=then, **schema, GlobalSecondaryIndexes=indexes, BillingMode="PAY_PER_REQUEST"
    )
    for change in putting_back.changes(client, then, live):
        putting_back.put_back(client, then, change)
    before = list(world.items())
    shipped(merchant, doors)
    heard = len(world.outside.mails)
    assert list(world.items()) != before
    for change in putting_back.changes(client, live, then):
        putting_back.put_back(client, live, change)
    assert list(world.items()) == before
    assert list(putting_back.changes(client, live, then)) == []
    world.settle()
    assert len(world.outside.mails) == heard
    assert list(world.items()) == before


def test_a_damaged_file_hides_no_other_difference(merchant: Merchant) -> None:
    world, doors = merchant.world, packed(merchant, 2)
    before = world.remember()
    shipped(merchant, doors)
    world.restore(before)
    archive = world.archive
    damaged = next(key for key in archive.keys("numbers/"))
    archive.files[damaged] = b"\xff" + archive.files[damaged][1:]
    scan = Snapshot(world.items(), at=world.now(), archive=archive, told=lambda _: None)
    said = {each.where: each.what for each in Reconciling(scan).differences}
    assert said[damaged] == "cannot be read"
    assert "its range does not know it" in said["RE-2026-000002"]
