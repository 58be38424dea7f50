"""Twenty kinds of tampering: which check names it, and where."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple

import pytest

from oms_aws.records.verify import CHECKS, UnknownCheck, check
from tests.steps.records.test_verify import (
    DONE,
    Items,
    change,
    lived,
    of,
    remove,
    swap_body,
    swap_paper,
)
from tests.world.archived import Archived
from tests.world.world import World

__all__ = ["lived"]

Files = dict[str, bytes]


def on_disk(folder: str, ending: str) -> Callable[[Items, Files], None]:
    """A bit flips in the middle of a file of the archive."""

    def flip(_: Items, files: Files) -> None:
        key = next(k for k in sorted(files) if k.startswith(folder) and k.endswith(ending))
        middle = len(files[key]) // 2
        files[key] = (
            files[key][:middle] + bytes([files[key][middle] ^ 1]) + files[key][middle + 1 :]
        )

    return flip


def lost(folder: str) -> Callable[[Items, Files], None]:
    """The files of a folder of the archive are gone."""

    def lose(_: Items, files: Files) -> None:
        for key in [key for key in files if key.startswith(folder)]:
            del files[key]

    return lose


def stray(_: Items, files: Files) -> None:
    """A paper that no log names any more, with a bit that flipped."""
    key = next(key for key in sorted(files) if key.startswith("invoices/"))
    files[key.replace("2026/11/", "2026/11/x")] = files[key][:-9] + b"X" + files[key][-8:]


def garbled(kind: str, name: str, **seen: Any) -> Callable[[Items, Files], None]:
    """A byte on the disk under the table flips, so that an attribute is no JSON any more."""

    def flip(items: Items, _: Files) -> None:
        item = of(items, kind, **seen)
        item[name] = "\x7f" + item[name][1:]

    return flip


def retyped(kind: str, name: str, value: Any, **seen: Any) -> Callable[[Items, Files], None]:
    """An attribute has a value of another type, or none at all."""
    return lambda items, _: of(items, kind, **seen).update({name: value})


def in_table(tamper: Callable[[Items], None]) -> Callable[[Items, Files], None]:
    return lambda items, _: tamper(items)


def never_archived(items: Items, _: Files) -> None:
    """The order says of its invoice that no file of it was ever kept."""
    order = of(items, "order", **DONE)
    state = json.loads(order["state"])
    for name in ("key", "sha256"):
        del state["documents"][0][name]
    order["state"] = json.dumps(state)


def otherwise(items: Items, _: Files) -> None:
    """The record of an invoice names another buyer than its paper."""
    body = of(items, "document")["body"]
    of(items, "document")["body"] = body.replace('"seller":{"name":"', '"seller":{"name":"X', 1)
    assert of(items, "document")["body"] != body


def renumbered(items: Items, _: Files) -> None:
    """Number and document of the table agree with each other, and not with what is on paper."""
    for item in items:
        if item.get("kind") == "number":
            item["document"] = "inv_other"


def resealed(items: Items, files: Files) -> None:
    """A seal is replaced together with its sum in the table."""
    item = of(items, "seal")
    files[item["key"]] = files[item["key"]].replace(b'"entries":[', b'"entries":[ ')
    item["key"] = "seals/elsewhere.json"


def unnoticed(_: Items, files: Files) -> None:
    """A counterfoil says the same, but for the name of a field that nobody reads then."""
    key = next(key for key in sorted(files) if key.startswith("numbers/"))
    assert b'"delivery_note":null' in files[key]
    files[key] = files[key].replace(b'"delivery_note":null', b'"deliv\xe5ry_note":null', 1)


def log_altered(_: Items, files: Files) -> None:
    """A byte of an archived log, so that it still is JSON."""
    key = next(key for key in sorted(files) if key.startswith("orders/"))
    files[key] = files[key].replace(b"DE", b"AT", 1)


def in_export(ending: str, old: bytes, new: bytes, table: str = "") -> Callable[..., None]:
    """A file of an export is replaced, and its sum on record as well: so no check of files sees it.

    In a medium it is one of its tables."""

    def replaced(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    def swap(items: Items, files: Files) -> None:
        key = next(k for k in sorted(files) if k.startswith("exports/") and k.endswith(ending))
        if table:
            target = io.BytesIO()
            with (
                zipfile.ZipFile(io.BytesIO(files[key])) as medium,
                zipfile.ZipFile(target, "w") as made,
            ):
                for name in medium.namelist():
                    content = medium.read(name)
                    made.writestr(name, replaced(content) if name == table else content)
            files[key] = target.getvalue()
        else:
            files[key] = replaced(files[key])
        was = re.search(r"[0-9a-f]{64}", key)
        assert was
        item = next(i for i in items if i.get("kind") == "export" and was[0] in i["state"])
        digest = sha256(files[key]).hexdigest()
        files[key.replace(was[0], digest)] = files.pop(key)
        item["state"] = item["state"].replace(was[0], digest)

    return swap


class Kind(NamedTuple):
    """A kind of tampering: the check that names it, what its `where` contains, and the deed."""

    name: str
    check: str
    where: str
    tamper: Callable[[Items, Files], None]


FIRST, SECOND, OURS = {"sequence": 1}, {"sequence": 2}, {"actor": "auftakt"}
RUCK = {"sku": "RUCK-45"}
MORE = swap_body("order", '"amount":"1.00","at"', '"amount":"999.00","at"', **DONE)
DEARER = swap_body("order", '"129.90"', '"129.91"', **DONE)
KINDS = (
    Kind("a bit of a PDF on the disk", "archive", "ord_", on_disk("invoices/", ".pdf")),
    Kind("a bit of an export on the disk", "archive", "exp_", on_disk("exports/", ".csv")),
    Kind("a bit of an archived log", "archived_logs", "order/ord_", on_disk("orders/", ".jsonl")),
    Kind("a word of an archived log", "archived_logs", "order/ord_", log_altered),
    Kind("a bit of a counterfoil", "counterfoils", "numbers/", on_disk("numbers/", ".json")),
    Kind("a name in a counterfoil", "counterfoils", "numbers/", unnoticed),
    Kind("a record is not its paper", "counterfoils", "-2026-0", otherwise),
    Kind("a bit of a seal", "seals", "seal 2026-11-23", on_disk("seals/2026/2026-11-23", ".json")),
    Kind("a bit of a paper in no log", "archive", "invoices/", stray),
    Kind("papers are gone", "archive", "ord_", lost("invoices/")),
    Kind("archived logs are gone", "archived_logs", "order/ord_", lost("orders/")),
    Kind("a seal is another's", "seals", "seal ", resealed),
    Kind("an invoice was never archived", "archive", "ord_", never_archived),
    Kind("numbers are on other documents", "counterfoils", "RE-2026-0", renumbered),
    Kind("a number is gone", "counterfoils", "RE-2026-0", in_table(remove("number"))),
    Kind("a flipped byte in an order", "readable", "ORDER#ord_", garbled("order", "state")),
    Kind("a flipped byte in a document", "readable", "DOCUMENT#", garbled("document", "body")),
    Kind("a flipped byte in an event", "readable", " EVENT#", garbled("event", "data", **OURS)),
    Kind("a flipped byte in a fulfilment", "readable", "FULF", garbled("fulfilment", "body")),
    Kind("a count without a number", "stock", "RUCK-45", retyped("stock", "soft", "x", **RUCK)),
    Kind("an event of no time", "readable", " EVENT#", retyped("event", "at", None, **OURS)),
    Kind("a first event is gone", "event_logs", "/", in_table(remove("event", **FIRST))),
    Kind("an event between is gone", "event_logs", "/", in_table(remove("event", **SECOND))),
    Kind("another actor", "event_logs", "/", in_table(change("event", "actor", "x", **SECOND))),
    Kind("a mail is forgotten", "notifications", "order/", in_table(remove("notification"))),
    Kind(
        "a mail has another id",
        "notifications",
        "order/",
        in_table(change("notification", "message_id", "x")),
    ),
    Kind("an order is gone", "event_logs", "order/ord_", in_table(remove("order", **DONE))),
    Kind("a price in an order", "event_logs", "ord_", in_table(DEARER)),
    Kind("money given back", "captures", "ord_", in_table(MORE)),
    Kind("an account in a batch", "bookings", "exp_", in_export(".csv", b";8400;", b";8300;")),
    Kind("a debtor in a batch", "bookings", "exp_", in_export(".csv", b";10000;", b";10002;")),
    Kind(
        "an account in an auditor's table",
        "bookings",
        "exp_",
        in_export(".zip", b'"8400"', b'"8300"', "steuern.csv"),
    ),
    Kind(
        "tax in an auditor's table",
        "bookings",
        "exp_",
        in_export(".zip", b";113,28;21,52;", b";113,28;21,53;", "steuern.csv"),
    ),
    Kind(
        "the rate of a document's record",
        "bookings",
        "exp_",
        in_table(swap_paper("invoice", '"rate":"19"', '"rate":"7"')),
    ),
    Kind("a seal's place", "seals", "seal ", in_table(change("seal", "key", "seals/none"))),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_a_kind_of_tampering_is_named(lived: tuple[World, Items], kind: Kind) -> None:
    world, items = lived
    copies, archive = [dict(item) for item in items], world.archive
    kind.tamper(copies, archive.files)
    verdict = check(copies, at=world.now(), archive=archive)
    assert not verdict["ok"]
    assert set(verdict["checks"]) == set(CHECKS)
    broken = verdict["checks"][kind.check]["broken"]
    assert any(kind.where in each["where"] and each["what"] for each in broken), verdict


def test_an_account_that_is_wrong_is_named_with_the_difference(lived: tuple[World, Items]) -> None:
    """Document by document the sums are right, whichever account has them."""
    world, items = lived

    def wrong(ending: str, old: bytes, table: str = "") -> list[str]:
        copies, archive = [dict(item) for item in items], Archived({**world.archive.files})
        in_export(ending, old, old.replace(b"8400", b"8300"), table)(copies, archive.files)
        verdict = check(copies, at=world.now(), archive=archive, only=["bookings"])
        broken = verdict["checks"]["bookings"]["broken"]
        return [each["what"].partition(": ")[2] for each in broken]

    assert wrong(".csv", b";8400;") == [
        "the batch on account 8300 is -134.80, the documents make 0: -134.80 apart",
        "the batch on account 8400 is 0, the documents make -134.80: +134.80 apart",
    ]
    found = wrong(".zip", b'"8400"', "steuern.csv")
    assert found[-2:] == [
        "Brutto_EUR of Z3 on account 8300 is -134.80, the documents make 0: -134.80 apart",
        "Brutto_EUR of Z3 on account 8400 is 0, the documents make -134.80: +134.80 apart",
    ]
    assert "Steuer of Z3 on account 8300 is -21.52, the documents make 0: -21.52 apart" in found


def test_one_broken_order_hides_no_other(lived: tuple[World, Items]) -> None:
    world, items = lived
    copies = [dict(item) for item in items]
    orders = [item for item in copies if item.get("kind") == "order"]
    orders[0]["state"] = "{"
    orders[1]["hash"] = orders[2]["hash"] = "0" * 64
    checks = check(copies, at=world.now(), archive=world.archive)["checks"]
    named = {each["where"] for each in checks["event_logs"]["broken"]}
    assert {f"order/{order['pk'].removeprefix('ORDER#')}" for order in orders[:3]} <= named


def test_a_check_that_fails_says_so_and_the_others_go_on(
    lived: tuple[World, Items], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, items = lived

    def fails(found: Any) -> Iterator[Any]:
        next(iter(found.orders.values()))
        raise ZeroDivisionError("nobody thought of it")

    monkeypatch.setitem(CHECKS, "stock", CHECKS["stock"]._replace(breaches=fails))
    copies = [dict(item) for item in items]
    change("order", "status", "held")(copies)
    checks = check(copies, at=world.now(), archive=world.archive)["checks"]
    (breach,) = checks["stock"]["broken"]
    assert breach["where"].startswith("ord_")
    assert "ZeroDivisionError: nobody thought of it" in breach["what"]
    assert checks["projections"]["broken"]


def test_an_archive_that_does_not_answer_is_named_by_each_check(lived: tuple[World, Items]) -> None:
    world, items = lived

    class Silent(Archived):
        def read(self, key: str) -> bytes | None:
            raise OSError("the disk does not answer")

    checks = check(items, at=world.now(), archive=Silent(world.archive.files))["checks"]
    broken = {name for name, each in checks.items() if each["broken"]}
    assert broken == {"bookings", "archive", "archived_logs", "counterfoils", "seals"}
    assert all("does not answer" in b["what"] for name in broken for b in checks[name]["broken"])


def test_one_check_alone(lived: tuple[World, Items]) -> None:
    world, items = lived
    heard: list[str] = []
    only = ["seals", "stock"]
    verdict = check(items, at=world.now(), archive=world.archive, only=only, told=heard.append)
    assert list(verdict["checks"]) == ["stock", "seals"] == heard


def test_a_check_that_there_is_not_is_refused_with_those_that_there_are(
    lived: tuple[World, Items],
) -> None:
    world, items = lived
    with pytest.raises(UnknownCheck, match=r"no check stocks; there are .*stock, reservations"):
        check(items, at=world.now(), archive=world.archive, only=["stocks"])
