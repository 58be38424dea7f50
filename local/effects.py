"""What the emulator changes becomes records of the journal, and the records changes again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

from ministack import app as emulator
from ministack.core import persistence
from ministack.services import dynamodb, lambda_svc, s3, ses, ses_v2, sqs, stepfunctions

from local.journal import Journal
from local.watching import Messages, Queue, Tail, Watched

Add = Callable[..., None]
Key = tuple[Any, ...]

WRITES = ("_put_item", "_update_item", "_delete_item", "_batch_write_item", "_transact_write_items")
LOCKS = {"retention": s3._object_retention, "hold": s3._object_legal_hold}
ENDED = ("status", "stopDate", "output", "error", "cause")
WHOLE = {"ssm": "ssm", "secretsmanager": "secretsmanager", "cognito-idp": "cognito"}
"""Services that change seldom: after a change all of their state is one record."""
DEDUPLICATED_SECONDS = 300


def watch(journal: Journal) -> None:
    """From now on every change that has to outlive this process is noted in the journal."""
    _watch_tables(journal.add)
    _watch_queues(journal.add)
    _watch_executions(journal.add)
    _watch_readers(journal.add)
    _watch_mails(journal.add)
    _watch_locks(journal.add)


def note_whole(journal: Journal, service: str) -> None:
    """Something has changed in a service of which all is noted."""
    name = WHOLE[service]
    state = emulator._build_persistence_save_dict()[name]()
    journal.add("whole", name, json.dumps(state, default=persistence._json_default))


class _Writes(threading.local):
    """The items and stream records of one request, which are noted together or not at all."""

    items: list[Any] | None = None
    records: list[Any] | None = None


def _watch_tables(add: Add) -> None:
    together = _Writes()
    set_item, remove_item = dynamodb._set_item, dynamodb._remove_item

    def note(items: list[Any], records: list[Any]) -> None:
        if together.items is None or together.records is None:
            add("table", items, [_without_image(record, items) for record in records])
        else:
            together.items.extend(items)
            together.records.extend(records)

    def set_watched(table: Any, partition: str, sort: str, item: Any) -> Any:
        before = set_item(table, partition, sort, item)
        note([(table["TableArn"], partition, sort, item)], [])
        return before

    def remove_watched(table: Any, partition: str, sort: str) -> Any:
        before = remove_item(table, partition, sort)
        note([(table["TableArn"], partition, sort, None)], [])
        return before

    def watched(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def writing(data: Any) -> Any:
            together.items, together.records = [], []
            try:
                return write(data)
            finally:
                items, records = together.items, together.records
                together.items = together.records = None
                if items or records:
                    note(items, records)

        return writing

    dynamodb._set_item, dynamodb._remove_item = set_watched, remove_watched
    for name in WRITES:
        setattr(dynamodb, name, watched(getattr(dynamodb, name)))
    _watch_streams(lambda record: note([], [record]))


def _watch_streams(note: Callable[[tuple[Key, int, Any]], None]) -> None:
    def tail(key: Key, held: list[Any]) -> Tail:
        def appended(index: int, record: Any) -> None:
            position = index + dynamodb._stream_trimmed.get_scoped(*key, 0)
            note((key, position, record))

        return Tail(held, appended)

    held = dynamodb._stream_records
    held._data = Watched(held._data, _quietly, tail)


def _without_image(record: tuple[Key, int, Any], items: list[Any]) -> tuple[Key, int, Any, Any]:
    """A stream record that names the item it is about, in place of repeating it."""
    key, position, body = record
    image = body["dynamodb"].get("NewImage")
    index = next((n for n, item in enumerate(items) if item[3] is image), None)
    if image is None or index is None:
        return key, position, body, None
    change = {name: value for name, value in body["dynamodb"].items() if name != "NewImage"}
    return key, position, {**body, "dynamodb": change}, index


def _watch_queues(add: Add) -> None:
    def queue(key: Key, held: dict[str, Any]) -> Queue:
        messages = Messages(
            held["messages"],
            lambda message: add("come", key, message),
            lambda message: add("gone", key, message["id"]),
        )
        return Queue({**held, "messages": messages})

    sqs._queues._data = Watched(sqs._queues._data, _quietly, queue)


def _watch_executions(add: Add) -> None:
    tell = stepfunctions._emit_execution_status_event

    def started(key: Key, before: Any, execution: Any) -> None:
        add("run", key, execution)

    def telling(execution: Any) -> None:
        if execution["status"] != "RUNNING":
            facts = {name: execution.get(name) for name in ENDED}
            add("ran", execution["executionArn"], facts)
        tell(execution)

    held = stepfunctions._executions
    held._data = Watched(held._data, started)
    stepfunctions._emit_execution_status_event = telling


def _watch_readers(add: Add) -> None:
    def moved(key: Key, before: Any, position: int) -> None:
        if position != before:
            add("read", key, position)

    held = lambda_svc._dynamodb_stream_positions
    held._data = Watched(held._data, moved)


def _watch_mails(add: Add) -> None:
    def tail(key: Key, held: list[Any]) -> Tail:
        return Tail(held, lambda index, mail: add("mail", key, index, mail))

    def listed() -> list[Any]:
        held: list[Any] = ses._sent_emails.setdefault("entries", [])
        return held

    ses._sent_emails._data = Watched(ses._sent_emails._data, _quietly, tail)
    # Their own would append the first mail to the list it made, not to the one that is watched.
    ses._sent_emails_list = ses_v2._sent_emails_list = listed


def _watch_locks(add: Add) -> None:
    def watched(name: str, store: Any) -> None:
        store._data = Watched(store._data, lambda key, _, value: add("lock", name, key, value))

    for name, store in LOCKS.items():
        watched(name, store)


def _quietly(key: Any, before: Any, after: Any) -> None:
    """What is put there is watched itself."""


def repeat(records: Iterable[list[Any]]) -> int:
    """Do again what the records say, unless it is there already; how many there were.

    A record may tell of something that the snapshot knows: each of them can be done twice.
    """
    repeating = _Repeating()
    count = 0
    for kind, *facts in records:
        getattr(repeating, kind)(*facts)
        count += 1
    _bring_back_readers()
    return count


class _Repeating:
    """One method for each kind of record."""

    def __init__(self) -> None:
        self._messages = {
            key: {message["id"]: message for message in queue["messages"]}
            for key, queue in sqs._queues._data.items()
        }

    def table(self, items: list[Any], records: list[Any]) -> None:
        for arn, partition, sort, item in items:
            _, _, _, region, account, name = arn.split(":", 5)
            table = dynamodb._tables.get_scoped(account, region, name.removeprefix("table/"))
            if table is None:
                continue
            if item is None:
                dynamodb._remove_item(table, partition, sort)
            else:
                dynamodb._set_item(table, partition, sort, item)
        for key, position, record, index in records:
            if index is not None:
                record["dynamodb"]["NewImage"] = items[index][3]
            held = dynamodb._stream_records._data.setdefault(tuple(key), [])
            if position >= len(held) + dynamodb._stream_trimmed.get_scoped(*key, 0):
                held.append(record)

    def come(self, key: list[str], message: dict[str, Any]) -> None:
        queue, held = sqs._queues.get_scoped(*key), self._messages.setdefault(tuple(key), {})
        if queue is None or message["id"] in held:
            return
        held[message["id"]] = message
        queue["messages"].append(message)
        if message.get("seq"):
            queue["fifo_seq"] = max(queue["fifo_seq"], int(message["seq"]))
        if message.get("dedup_cache_key"):
            queue["dedup_cache"][message["dedup_cache_key"]] = {
                "expire": message["sent_at"] + DEDUPLICATED_SECONDS,
                "id": message["id"],
                "md5": message["md5_body"],
                "md5a": message["md5_attrs"],
                "seq": message["seq"],
            }

    def gone(self, key: list[str], number: str) -> None:
        queue = sqs._queues.get_scoped(*key)
        message = self._messages.get(tuple(key), {}).pop(number, None)
        if queue is not None and message is not None:
            queue["messages"].remove(message)

    def run(self, key: list[str], execution: dict[str, Any]) -> None:
        stepfunctions._executions._data.setdefault(tuple(key), execution)

    def ran(self, arn: str, facts: dict[str, Any]) -> None:
        _, _, _, region, account, _ = arn.split(":", 5)
        execution = stepfunctions._executions.get_scoped(account, region, arn)
        if execution is not None:
            execution.update(facts)

    def read(self, key: list[str], position: int) -> None:
        lambda_svc._dynamodb_stream_positions._data[tuple(key)] = position

    def mail(self, key: list[str], index: int, mail: dict[str, Any]) -> None:
        held = ses._sent_emails._data.setdefault(tuple(key), [])
        if index >= len(held):
            held.append(mail)

    def lock(self, name: str, key: list[Any], value: Any) -> None:
        account, which = key
        LOCKS[name]._data[(account, tuple(which))] = value

    def whole(self, name: str, text: str) -> None:
        module = emulator._get_module(emulator._state_map[name])
        module.reset()
        module.load_persisted_state(json.loads(text, object_hook=persistence._json_object_hook))


def _bring_back_readers() -> None:
    """No reader of a stream is beyond its end."""
    positions = lambda_svc._dynamodb_stream_positions._data
    for (account, region, number), position in list(positions.items()):
        mapping = lambda_svc._esms.get_scoped(account, region, number)
        if mapping is not None:
            name = mapping["EventSourceArn"].split("/stream/")[0].split("/")[-1]
            scope = {"account_id": account, "region": region}
            end = dynamodb.stream_end_position(name, **scope)
            positions[(account, region, number)] = min(position, end)
