"""The intake flow in Step Functions: start it for an order, and answer it when it waits."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from oms_aws.platform import keys
from oms_aws.platform.table import Table


class StepFunctionsIntake:
    """One execution an order; its name is the order's id, so that a second start does nothing."""

    def __init__(self, client: Any, machine: str, table: Table) -> None:
        self._client = client
        self._machine = machine
        self._table = table

    def start(self, order_id: str, *, again: str = "") -> None:
        """Start the flow; `again` sets a restart apart from the runs before it."""
        name = f"{order_id}-{again}" if again else order_id
        try:
            self._client.start_execution(
                stateMachineArn=self._machine,
                name=name,
                input=json.dumps({"order_id": order_id}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def keep_token(self, order_id: str, token: str) -> None:
        """Keep the token that lets the order's waiting run go on."""
        key = keys.waiting_run(order_id)
        self._table.write([self._table.put(key, {"kind": "token", "token": token})])

    def token(self, order_id: str) -> str | None:
        """The token of the order's waiting run."""
        item = self._table.get(keys.waiting_run(order_id))
        return item["token"] if item else None

    def go_on(self, token: str, answer: dict[str, Any]) -> bool:
        """Let a waiting run go on; answers whether there was one with this token."""
        try:
            self._client.send_task_success(taskToken=token, output=json.dumps(answer))
        except ClientError as error:
            if error.response["Error"]["Code"] in (
                "TaskTimedOut",
                "TaskDoesNotExist",
                "InvalidToken",
            ):
                return False
            raise
        return True
