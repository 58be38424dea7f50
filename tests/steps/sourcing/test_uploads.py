"""Counts that come as a file: once, twice, too early, cut off, and of no use."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from oms.core.refusals import Unknown
from oms_aws.platform.uploads import S3Uploads
from oms_aws.sourcing.count_files import MOST_UPLOADED, read_rows
from tests.world.faults import Trap
from tests.world.merchant import Merchant
from tests.world.world import World

STEP = "sourcing/import_upload"
HEAD = "sku,on_hand\n"


def offered(world: World, merchant: Merchant, format: str = "csv") -> str:
    body = {"location": "A", "as_of": world.now().isoformat(), "format": format}
    answer = merchant.do("POST /v1/stock/uploads", merchant.wms, body)
    assert answer["fields"]["key"] == f"stock/{answer['id']}"
    assert {"policy", "x-amz-signature"} <= set(answer["fields"])
    return str(answer["id"])


def upload(world: World, merchant: Merchant, text: str | bytes, format: str = "csv") -> Any:
    id = offered(world, merchant, format)
    world.arrive(f"stock/{id}", text if isinstance(text, bytes) else text.encode())
    world.settle()
    return read(merchant, id)


def read(merchant: Merchant, id: str) -> Any:
    return merchant.do("GET /v1/stock/uploads/{upload}", merchant.wms, upload=id)


def changes(world: World) -> int:
    return sum(item.get("type") == "Stock.Changed" for item in world.items())


def test_rows_of_a_file_are_counted(world: World, merchant: Merchant) -> None:
    text = "sku,on_hand,safety\nRUCK-45,5,2\nZELT-2,0,\nSOCKE-42,7,\n"
    found = upload(world, merchant, text)
    assert (found["status"], found["taken"], found["changed"]) == ("done", 3, 3)
    assert merchant.stock("RUCK-45")["promisable"] == 3
    assert merchant.stock("SOCKE-42")["promisable"] == 7
    assert changes(world) == 3


def test_lines_of_json_are_read_one_by_one() -> None:
    lines = b'{"sku": "A", "on_hand": 1}\n\nnonsense\n{"sku": "B", "on_hand": 2}\n'
    a, b = {"sku": "A", "on_hand": 1}, {"sku": "B", "on_hand": 2}
    assert read_rows(lines, "jsonl") == [a, "nonsense", b]


def test_table_with_a_byte_order_mark_and_semicolons_is_read() -> None:
    text = "\ufeffSKU;On_Hand\nA;1\n\nB;-2\nC;x\n"
    assert [list(row.values()) for row in read_rows(text.encode(), "csv")] == [
        ["A", 1],
        ["B", -2],
        ["C", "x"],
    ]


def test_notification_that_comes_twice_changes_nothing(world: World, merchant: Merchant) -> None:
    id = offered(world, merchant)
    world.arrive(f"stock/{id}", f"{HEAD}RUCK-45,5\n".encode())
    world.arrive(f"stock/{id}", f"{HEAD}RUCK-45,5\n".encode())
    world.settle()
    world.arrive(f"stock/{id}", f"{HEAD}RUCK-45,11\n".encode())
    world.settle()
    assert changes(world) == 1
    assert (read(merchant, id)["changed"], read(merchant, id)["taken"]) == (1, 1)


def test_broken_rows_are_named_and_the_others_taken(world: World, merchant: Merchant) -> None:
    rows = "RUCK-45,5\nNO-SUCH,1\nZELT-2,-1\nSOCKE-42\nSOCKE-42,3\nSOCKE-42,4\n"
    found = upload(world, merchant, HEAD + rows)
    assert (found["changed"], found["broken"]) == (2, 4)
    assert [row["row"] for row in found["refused"]] == [1, 2, 3, 4]
    assert all(row["reason"] for row in found["refused"])
    assert merchant.stock("SOCKE-42")["promisable"] == 4


def put_untold(world: World, id: str, text: str) -> None:
    """The file is in the bucket, and nobody hears of it."""
    boto3.client("s3").put_object(
        Bucket=world.blueprint.uploads, Key=f"stock/{id}", Body=text.encode()
    )


def test_a_file_that_nobody_was_told_of_is_found_by_the_clock(
    world: World, merchant: Merchant
) -> None:
    id = offered(world, merchant)
    put_untold(world, id, f"{HEAD}RUCK-45,5\n")
    world.pass_time(minutes=29)
    world.strike("records/raise_due")
    world.settle()
    assert read(merchant, id)["status"] == "waiting"
    world.pass_time(minutes=2)
    world.strike("records/raise_due")
    world.settle()
    found = read(merchant, id)
    assert (found["status"], found["changed"]) == ("done", 1)
    world.pass_time(hours=7)
    world.strike("records/raise_due")
    world.settle()
    assert read(merchant, id)["version"] == found["version"]


def test_an_upload_whose_file_never_comes_ends(world: World, merchant: Merchant) -> None:
    id = offered(world, merchant)
    world.pass_time(minutes=31)
    world.strike("records/raise_due")
    world.settle()
    found = read(merchant, id)
    assert found["status"] == "refused"
    assert "no file" in found["reason"]


USELESS: dict[str, tuple[bytes, str]] = {
    "no rows": (HEAD.encode(), "no rows"),
    "other columns": (b"sku,pieces\nRUCK-45,1\n", "columns"),
    "no columns": (b"RUCK-45,1\n", "columns"),
    "no text": (b"\xff\xfe\x00", "UTF-8"),
    "open quote": (b'sku,on_hand\n"RUCK-45,1\n', "no CSV"),
    "too many rows": (HEAD.encode() + b"A,1\n" * (MOST_UPLOADED + 1), "at most"),
    "too large": (HEAD.encode() + b" " * 5_000_001, "bytes"),
}


@pytest.mark.parametrize("name", USELESS)
def test_file_of_no_use_is_refused_as_a_whole(world: World, merchant: Merchant, name: str) -> None:
    content, word = USELESS[name]
    found = upload(world, merchant, content)
    assert found["status"] == "refused"
    assert word in found["reason"]
    assert changes(world) == 0
    assert world.letters() == []


def test_older_file_is_ignored(world: World, merchant: Merchant) -> None:
    id = offered(world, merchant)
    world.pass_time(hours=1)
    merchant.count("A", RUCK_45=7)
    world.arrive(f"stock/{id}", f"{HEAD}RUCK-45,5\n".encode())
    world.settle()
    found = read(merchant, id)
    assert found["ignored"] == 1
    assert [(row["row"], row["sku"]) for row in found["not_counted"]] == [(0, "RUCK-45")]
    assert found["not_counted"][0]["counted_at"] > found["as_of"]
    assert merchant.stock("RUCK-45")["promisable"] == 7


def test_file_that_nobody_announced_becomes_a_dead_letter(world: World, merchant: Merchant) -> None:
    world.arrive("stock/upl_unknown", f"{HEAD}RUCK-45,5\n".encode())
    world.settle()
    (letter,) = world.letters()
    assert letter["step"] == STEP
    assert "no upload" in letter["reason"]
    assert changes(world) == 0


@pytest.mark.parametrize("call", range(1, 12))
@pytest.mark.parametrize("after", [False, True])
def test_cut_off_at_any_call_takes_every_row_once(
    world: World, merchant: Merchant, call: int, after: bool
) -> None:
    world.traps = [Trap(STEP, call, after=after)]
    found = upload(world, merchant, f"{HEAD}RUCK-45,5\nZELT-2,3\nSOCKE-42,7\n")
    assert (found["status"], found["taken"]) == ("done", 3)
    assert changes(world) == 3


def test_upload_to_nowhere_or_without_the_right_is_refused(
    world: World, merchant: Merchant
) -> None:
    route, body = "POST /v1/stock/uploads", {"location": "A", "as_of": world.now().isoformat()}
    unknown = world.call("GET /v1/stock/uploads/{upload}", merchant.wms, upload="upl_x")
    assert unknown.status == 404
    assert world.call(route, merchant.wms, {**body, "location": "Z"}).status == 404
    assert world.call(route, merchant.shop, body).status == 403
    assert world.call(route, merchant.wms, {**body, "format": "xlsx"}).status == 422


def test_refused_rows_beyond_a_thousand_are_counted(world: World, merchant: Merchant) -> None:
    lines = [json.dumps({"sku": f"X-{n}", "on_hand": 1}) for n in range(1_200)]
    found = upload(world, merchant, "\n".join(lines), "jsonl")
    assert (found["broken"], len(found["refused"]), found["status"]) == (1_200, 1_000, "done")


@pytest.mark.parametrize(
    ("code", "status"), [("NoSuchKey", 404), ("404", 404), ("AccessDenied", 403), ("403", 403)]
)
def test_file_that_is_not_there_is_unknown_whether_or_not_s3_says_so(
    world: World, code: str, status: int
) -> None:
    """Without s3:ListBucket, which no step has, S3 answers 403 for what is not there."""
    client = boto3.client("s3", region_name="eu-central-1")
    with Stubber(client) as stubbed:
        stubbed.add_client_error("get_object", code, http_status_code=status)
        with pytest.raises(Unknown, match="no file of the upload upl_1"):
            S3Uploads(client, "uploads", world.table).content("upl_1")


def test_file_that_cannot_be_read_now_is_not_taken_for_missing(world: World) -> None:
    client = boto3.client("s3", region_name="eu-central-1")
    with Stubber(client) as stubbed:
        stubbed.add_client_error("get_object", "SlowDown", http_status_code=503)
        with pytest.raises(ClientError, match="SlowDown"):
            S3Uploads(client, "uploads", world.table).content("upl_1")
