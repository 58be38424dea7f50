"""The whole system in one process: its API is called, and what it stored is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from infra.journey import Http
from oms_aws.platform.table import Table
from oms_aws.records import verify
from oms_aws.records.reconcile import Reconciling
from oms_aws.records.scanned import Snapshot
from tests.world.archived import Archived
from tests.world.blueprint import ACCOUNT, REGION, Blueprint
from tests.world.deliveries import Deliveries
from tests.world.faults import Chaos, Crash
from tests.world.functions import STEPS, step_of
from tests.world.reading import every_item


@dataclass(frozen=True)
class Answered:
    """An answer of the HTTP API."""

    status: int
    body: Any
    headers: dict[str, str]


class World(Deliveries):
    """One deployment and everything that happens in it."""

    def __init__(self, made: Blueprint, *, seed: int, chaos: Chaos) -> None:
        super().__init__(made, seed=seed, chaos=chaos)
        self.requests = 0

    # -- HTTP ---------------------------------------------------------------------------------

    def call(
        self,
        route: str,
        key: str = "",
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        **path: str,
    ) -> Answered:
        """Call the API as a client does that asks again when a request was cut off."""
        raw = body if isinstance(body, str | bytes | None) else json.dumps(body)
        for _ in range(3):
            self.pass_time(milliseconds=10)
            try:
                return self._request(route, key, raw, headers or {}, query or {}, path)
            except Crash:
                continue
        raise AssertionError(f"{route} was cut off again and again")

    def _request(
        self,
        route: str,
        key: str,
        raw: str | bytes | None,
        headers: dict[str, str],
        query: dict[str, str],
        path: dict[str, str],
    ) -> Answered:
        step = step_of(route)
        self.requests += 1
        context: dict[str, Any] = {"requestId": f"req-{self.requests}"}
        if key:
            headers = {**headers, "authorization": f"Bearer {key}"}
        if not (isinstance(step.on, Http) and step.on.public):
            if not key:
                return Answered(401, {"message": "Unauthorized"}, {})
            asked = {"headers": headers, "routeKey": route}
            said = self.invoke("master/authorise_client", asked)
            if not said["isAuthorized"]:
                return Answered(403, {"message": "Forbidden"}, {})
            context["authorizer"] = {"lambda": said["context"]}
        event = {
            "version": "2.0",
            "routeKey": route,
            "headers": {name.lower(): value for name, value in headers.items()},
            "queryStringParameters": query or None,
            "pathParameters": path or None,
            "body": raw.decode() if isinstance(raw, bytes) else raw,
            "isBase64Encoded": False,
            "requestContext": context,
        }
        answer = self.invoke(step.name, {k: v for k, v in event.items() if v is not None})
        text = answer["body"]
        parsed = json.loads(text) if text and "json" in answer["headers"]["Content-Type"] else text
        return Answered(answer["statusCode"], parsed, answer["headers"])

    # -- looking ------------------------------------------------------------------------------

    @property
    def dynamodb(self) -> Any:
        """The table's client, for what no step of ours ever does."""
        return self._clients["dynamodb"]

    @property
    def table(self) -> Table:
        return Table(self._clients["dynamodb"], self.blueprint.table_name)

    def items(self) -> Iterator[dict[str, Any]]:
        """Every item of the table."""
        return every_item(dynamodb_backends[ACCOUNT][REGION].tables[self.blueprint.table_name])

    def verify(self) -> dict[str, Any]:
        """The verdict of the checkers over the table as it is."""
        return verify.check(self.items(), at=self.time, archive=self.archive)

    @property
    def archive(self) -> Archived:
        """The archive as it is now, for checkers; what is altered in it is altered for them."""
        return Archived({key: self.object(key) for key in self.objects()})

    def reconciled(self, *, apply: bool = True) -> list[tuple[str, str]]:
        """Reconcile table and archive; answers what was said differently."""
        scan = Snapshot(self.items(), at=self.time, archive=self.archive, told=lambda _: None)
        found = Reconciling(scan)
        if apply:
            oms = self.ports("records/seal_day")
            found.apply(oms.recall, oms.documents, oms.seals, at=self.time)
        return [(each.where, each.what) for each in found.differences]

    def broken(self) -> list[str]:
        """What the checkers object to, as text."""
        return [
            f"{name}: {breach['where']}: {breach['what']}"
            for name, check in self.verify()["checks"].items()
            for breach in check["broken"]
        ]

    def letters(self) -> list[dict[str, Any]]:
        """The dead letters that were kept."""
        return [item for item in self.items() if item.get("kind") == "dead_letter"]

    def objects(self) -> list[str]:
        """What is in the archive."""
        bucket = self.ports(STEPS[0]).settings.documents
        pages = self._clients["s3"].get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    def object(self, key: str) -> bytes:
        bucket = self.ports(STEPS[0]).settings.documents
        content: bytes = self._clients["s3"].get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def placed(self, place: str) -> bytes:
        """The one file of a place of the archive, whatever its content."""
        stem, _, ending = place.rpartition(".")
        (key,) = [k for k in self.objects() if k.startswith(f"{stem}-") and k.endswith(ending)]
        return self.object(key)

    def locked_until(self, key: str) -> datetime:
        bucket = self.ports(STEPS[0]).settings.documents
        found = self._clients["s3"].head_object(Bucket=bucket, Key=key)
        until: datetime = found["ObjectLockRetainUntilDate"]
        return until

    def delete_version(self, key: str) -> None:
        """What an attacker with all rights but that of lifting locks would do."""
        bucket = self.ports(STEPS[0]).settings.documents
        s3 = self._clients["s3"]
        version = s3.head_object(Bucket=bucket, Key=key)["VersionId"]
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version)

    def arrive(self, key: str, body: bytes) -> None:
        """A caller's file is in the bucket of uploads, and S3 says so."""
        self._clients["s3"].put_object(Bucket=self.blueprint.uploads, Key=key, Body=body)
        told = {"type": "Upload.Arrived", "aggregate": key, "id": f"s3-{key}", "at": ""}
        for rule in self.blueprint.rules:
            if rule.matches("aws.s3", "Object Created") and key.startswith(rule.folder):
                self.outside.send(rule.queue, json.dumps(told))

    def remember(self) -> Any:
        """The table as it is now, for `restore`."""
        return deepcopy(self.stored.items)

    def restore(self, remembered: Any) -> None:
        """Put the table back to what it was; the archive stays, and every process begins anew."""
        self.stored.items = deepcopy(remembered)
        self._ports.clear()
        self._follow_stream()
        self._shards.clear()
        for messages in self.outside.queues.values():
            messages.clear()

    @property
    def stored(self) -> Any:
        """The table as moto keeps it."""
        return dynamodb_backends[ACCOUNT][REGION].tables[self.blueprint.table_name]

    def add_client(self, client: str, role: str, shop: str = "") -> str:
        return self.ports("master/keep_keys").keyring.add(client, role, shop, by="a test").key
