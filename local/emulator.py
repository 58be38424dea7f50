"""The pinned emulator, adjusted at the few places where the embedded cloud is ours."""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from ministack import app as emulator
from ministack.services import (
    apigateway,
    cloudformation,
    dynamodb,
    eventbridge,
    lambda_svc,
    s3,
    ses,
    sqs,
    stepfunctions,
)

from local.bridge import NEVER_REACHED, Bridge
from local.identities import Identities
from local.journal import promised

asgi = emulator.app
Stores = dict[str, Any]

# What the emulator's own persistence forgets, though it is needed to go on where it stopped.
FORGOTTEN: tuple[tuple[Any, str], ...] = (
    (dynamodb, "_stream_trimmed"),
    (dynamodb, "_stream_records"),
    (s3, "_object_retention"),
    (s3, "_object_legal_hold"),
    (ses, "_sent_emails"),
)


@dataclass(frozen=True)
class Underway:
    """What the system is still working on; all zero means that it is quiet."""

    calls: int
    messages: int
    records: int
    executions: int

    @property
    def quiet(self) -> bool:
        return not (self.calls or self.messages or self.records or self.executions)


def host_functions(bridge: Bridge, identities: Identities, keeping: Callable[[], bool]) -> None:
    """Let the function host run every function, whatever wakes it, signing as its own role.

    Nothing new is begun in the background while its results could not be kept.
    """

    def facts(config: Stores) -> Stores:
        return {**_facts(config), "identity": identities.of(config)}

    def dispatch(
        func: Stores, config: Stores, event: Any, request_id: str, started: float
    ) -> Stores:
        while not keeping():
            time.sleep(0.2)
        ok, body = bridge.invoke(facts(config), request_id, event)
        _reached.here = ok or body.get("errorType") != NEVER_REACHED
        return _result(ok, body)

    async def answer_caller(run: Any, func: Stores, event: Any, *, thread_name: str) -> Stores:
        """A call of the API needs no thread of its own: its caller waits in the event loop."""
        while not bridge.open.is_set():
            await asyncio.sleep(0.05)
        config = func.get("config") or func
        call = bridge.begin(facts(config), str(uuid.uuid4()), event, urgent=True)
        if promise := promised.get():
            call.add_done_callback(lambda _: promise.given())
        return _result(*await asyncio.shield(asyncio.wrap_future(call)))

    lambda_svc._execute_function_dispatch = dispatch
    apigateway.run_reentrant = answer_caller


_reached = threading.local()  # whether what this thread delivers came as far as the function host


def free_what_was_refused(say: Callable[[str], None]) -> None:
    """Messages whose delivery never reached its function are there for the next at once."""
    run = lambda_svc._run_sqs_batch

    def run_or_free(
        mapping: Stores, func: Stores, event: Any, batch: list[Stores], url: str, name: str
    ) -> None:
        _reached.here = False
        run(mapping, func, event, batch, url, name)
        if not _reached.here:
            with sqs._queues_lock:
                for message in batch:
                    _free(message)
            say(f"refused: {len(batch)} messages of {name}; they are free again")

    lambda_svc._run_sqs_batch = run_or_free


def _free(message: Stores) -> None:
    """As if the message had not been received this time; nobody sees it free before it is."""
    message["receive_count"] -= 1
    message["visible_at"] = time.time()


def _facts(config: Stores) -> Stores:
    return {
        "name": config["FunctionName"],
        "arn": config.get("FunctionArn", ""),
        "handler": config.get("Handler", "handler.handler"),
        "environment": (config.get("Environment") or {}).get("Variables") or {},
        "memory": int(config.get("MemorySize") or 128),
        "seconds": int(config.get("Timeout") or 3),
    }


def _result(ok: bool, body: Any) -> Stores:
    return {"body": body} if ok else {"body": body, "error": True}


def keep_messages() -> None:
    """Take messages off a queue in place: a new list in its stead loses what comes meanwhile."""
    sweep = sqs._dlq_sweep

    def sweep_in_place(queue: Stores) -> None:
        held = list(queue["messages"])
        copy = {**queue, "messages": held}
        sweep(copy)
        kept = {id(message) for message in copy["messages"]}
        for message in held:
            if id(message) not in kept:
                queue["messages"].remove(message)

    def delete_in_place(url: str, handles: set[str]) -> None:
        with sqs._queues_lock:
            messages = sqs._get_q(url)["messages"]
            for message in [held for held in messages if held.get("receipt_handle") in handles]:
                messages.remove(message)

    sqs._dlq_sweep = sweep_in_place
    sqs._delete_messages_for_esm = delete_in_place


def http_api() -> str | None:
    """The id of the deployed HTTP API."""
    return next((key[2] for key, _ in apigateway._apis.all_items()), None)


def stacks() -> dict[str, str]:
    """The deployed stacks and their status."""
    return {key[2]: stack["StackStatus"] for key, stack in cloudformation._stacks.all_items()}


def mails() -> list[Stores]:
    """Every mail that was sent, oldest first."""
    held = [list(value) for _, value in ses._sent_emails.all_items()]
    return [mail for mails in held for mail in mails]


def buckets() -> list[str]:
    """The names of all buckets."""
    return [cast(str, key[1]) for key in list(s3._buckets._data)]


def underway(bridge: Bridge) -> Underway:
    """What has still to be worked off; executions that wait for somebody's word do not count."""
    letters = {arn for _, queue in sqs._queues.all_items() if (arn := _letters(queue))}
    messages = sum(
        len(queue["messages"])
        for _, queue in sqs._queues.all_items()
        if queue["attributes"].get("QueueArn") not in letters
    )
    running = sum(e["status"] == "RUNNING" for e in stepfunctions._executions.all_values())
    waiting = sum(1 for _ in stepfunctions._task_tokens.all_items())
    return Underway(bridge.waiting, messages, _unread(), max(0, running - waiting))


def _letters(queue: Stores) -> str | None:
    policy = queue["attributes"].get("RedrivePolicy")
    return json.loads(policy).get("deadLetterTargetArn") if policy else None


def _unread() -> int:
    return sum(
        max(0, dynamodb.stream_end_position(table, account_id=account, region=region) - position)
        for (account, region, table), position in _read_to().items()
    )


def _read_to() -> dict[tuple[str, str, str], int]:
    """Per table (account, region, name) the position in its stream that every reader has passed."""
    passed: dict[tuple[str, str, str], int] = {}
    for (account, region, number), position in lambda_svc._dynamodb_stream_positions.all_items():
        mapping = lambda_svc._esms.get_scoped(account, region, number)
        if mapping is not None:
            table = mapping["EventSourceArn"].split("/stream/")[0].split("/")[-1]
            scope = (account, region, table)
            passed[scope] = min(position, passed.get(scope, position))
    return passed


def read_streams_whole() -> None:
    """Let no reader of a stream see it while its head is being cut off."""
    for name in ("stream_records_since", "stream_start_position", "stream_end_position"):
        setattr(dynamodb, name, _locked(getattr(dynamodb, name)))


def _locked(read: Callable[..., Any]) -> Callable[..., Any]:
    def reading(*arguments: Any, **named: Any) -> Any:
        with _streams:
            return read(*arguments, **named)

    return reading


_streams = threading.RLock()


def forget() -> None:
    """Let go of what nobody will read again, so that a long run does not grow."""
    for scope, position in _read_to().items():
        with _streams:
            records = dynamodb._stream_records.get_scoped(*scope) or []
            trimmed = dynamodb._stream_trimmed.get_scoped(*scope, 0)
            read = min(len(records), position - trimmed)
            if read > 0:
                del records[:read]
                dynamodb._stream_trimmed.set_scoped(*scope, trimmed + read)
    eventbridge._events_log.clear()


def remembered() -> Stores:
    """The state of every service, as the emulator saves it, and what it would forget."""
    state = {name: get() for name, get in emulator._build_persistence_save_dict().items()}
    state["forgotten"] = {name: getattr(module, name) for module, name in FORGOTTEN}
    return state


def restore_forgotten(saved: Stores) -> None:
    """Put back what the emulator's own persistence does not know of."""
    for module, name in FORGOTTEN:
        if name in saved:
            getattr(module, name).update(saved[name])


def free_messages() -> None:
    """Messages that somebody was working on when all ended are there for the next at once."""
    for _, queue in sqs._queues.all_items():
        for message in queue["messages"]:
            if message["receive_count"] and message["visible_at"] > time.time():
                _free(message)


def hold_pollers() -> Callable[[], None]:
    """Let no event source deliver before the answer is called."""
    start = lambda_svc._ensure_poller
    lambda_svc._ensure_poller = lambda: None

    def release() -> None:
        lambda_svc._ensure_poller = start
        if lambda_svc._esms.has_any():
            start()

    return release


def leave_saving_to_us() -> None:
    """The emulator does not save when it ends."""
    emulator.PERSIST_STATE = False


def interrupted() -> list[Stores]:
    """Executions that the restart broke off."""
    executions = stepfunctions._executions.all_items()
    broken = [
        (key, execution)
        for key, execution in executions
        if execution.get("error") == "States.ServiceRestart" or execution["status"] == "RUNNING"
    ]
    return [execution for _, execution in broken]


def resume(execution: Stores) -> None:
    """Begin an interrupted execution anew under its name: its steps may all be run twice."""
    for fact in ("stopDate", "error", "cause"):
        execution.pop(fact, None)
    execution["status"] = "RUNNING"
    del execution["events"][1:]
    arn = execution["executionArn"]
    context = contextvars.copy_context()
    context.run(emulator.set_request_region, arn.split(":")[3])
    run = (stepfunctions._run_execution, arn)
    threading.Thread(target=context.run, args=run, daemon=True, name="resumed").start()
    time.sleep(0.005)
