"""Master data at the HTTP edge: every kind is stored, listed and looked back on in one way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from pydantic import BaseModel

from oms_aws.master.kinds import Kind, Record
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform.http import LAST_VERSION, Answer, Call, invalid, page
from oms_aws.platform.keys import Key
from oms_aws.platform.log import Saved
from oms_aws.platform.models import Batch
from oms_aws.platform.query import number
from oms_aws.platform.rows import parsed_rows
from oms_aws.platform.shown import whole

Row = TypeVar("Row", bound=BaseModel)
View = Callable[[Any], dict[str, Any]]
"""What a record is shown as."""


def record(kind: Kind[Record], values: Mapping[str, Any]) -> Record:
    """The record that a request's values make."""
    return msgspec.convert(values, kind.type)


def shown(value: Record, view: View = whole) -> Answer:
    """The whole record, with its version as ETag."""
    return Answer(view(value), headers={"ETag": f'"{value.version}"'})


def put(
    call: Call[Any], oms: MasterWiring, kind: Kind[Record], view: View = whole, **named: Any
) -> Answer:
    """Store what the body says under the names that the path gives, if it is as If-Match says."""
    wanted = record(kind, {**call.body.model_dump(by_alias=True), **named})
    return shown(oms.catalogue.store(kind, wanted, by(call), if_version=call.if_version), view)


def put_rows(
    call: Call[Batch],
    oms: MasterWiring,
    kind: Kind[Record],
    model: type[Row],
    id_of: Callable[[Record], str],
    **named: str | None,
) -> Answer:
    """Store each row that fits the model by itself; answers what became of each."""
    rows, broken = parsed_rows(call.body.items, model, oms.now())
    wanted = {n: record(kind, {**row.model_dump(by_alias=True), **named}) for n, row in rows}
    told: dict[int, dict[str, Any]] = {
        n: {"row": n, "id": id_of(wanted[n]), **outcome._asdict()}
        for n, outcome in oms.catalogue.store_all(kind, wanted, by(call)).items()
    }
    for row in broken:
        told[row["row"]] = {
            "row": row["row"],
            "id": row["sku"],
            "outcome": "refused",
            "version": None,
            "reason": row["reason"],
        }
    answers = [told[n] for n in sorted(told)]
    count = {name: [a for a in answers if a["outcome"] == name] for name in _OUTCOMES}
    body = {name: len(found) for name, found in count.items() if name != "refused"}
    refused = [{"row": a["row"], "sku": a["id"], "reason": a["reason"]} for a in count["refused"]]
    return Answer({**body, "refused": refused, "rows": answers})


_OUTCOMES = ("stored", "unchanged", "refused")


def listed(
    call: Call[Any], oms: MasterWiring, kind: Kind[Record], name: str, view: View = whole
) -> Answer:
    """One page of a list of records."""
    limit = call.limit()
    found, last = oms.catalogue.master.page(kind, name, after=call.cursor, limit=limit)
    return Answer(page([view(each) for each in found], limit, last))


def history(call: Call[Any], oms: MasterWiring, kind: Kind[Record], key: Key) -> Answer:
    """One page of a record's changes, newest first; empty when there is no such record."""
    limit, cursor = call.limit(), call.cursor
    before = number(cursor, 0, LAST_VERSION) if cursor else None
    if cursor and before is None:
        raise invalid({"cursor": "not one of ours"})
    found = oms.catalogue.master.history(kind, key, before=before, limit=limit)
    last = str(found[-1].version) if found else ""
    return Answer(page([change._asdict() for change in found], limit, last))


def by(call: Call[Any]) -> Saved:
    """Author of a write, and the request in which it is made."""
    return Saved(call.actor, f"request:{call.request_id}")
