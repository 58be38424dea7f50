"""Uploads: files of rows that callers put into S3, and what became of each of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct
from msgspec.structs import replace

from oms.core.refusals import NotNow, Refusal, Unknown
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.objects import is_missing
from oms_aws.platform.table import ConditionFailed, Table

FOLDER = "stock"
LARGEST_UPLOAD = 5_000_000
FORM_LIVES_SECONDS = 900
FORM_LIVES = timedelta(seconds=FORM_LIVES_SECONDS)
UNHEARD = timedelta(minutes=15)
"""So long after a form has ended the clock looks for its file, in case nobody was told of it."""

UPLOAD_LIVES_SECONDS = 7 * 24 * 3600
MOST_NAMED = 1_000
"""How many refused rows are named; the others are only counted."""

Format = Literal["csv", "jsonl"]
Status = Literal["waiting", "working", "done", "refused"]


class Upload(Struct, frozen=True, kw_only=True):
    """A warehouse's count as a file.

    `taken` is how many of its rows were seen to, the others say what became of them. `refused`
    names the first of the `broken` ones, `not_counted` those of the `ignored` ones; `reason` says
    why the file was refused as a whole.
    """

    id: str
    location: str
    as_of: datetime
    format: Format
    actor: str
    created_at: datetime
    status: Status = "waiting"
    taken: int = 0
    changed: int = 0
    unchanged: int = 0
    ignored: int = 0
    not_counted: tuple[dict[str, Any], ...] = ()
    broken: int = 0
    refused: tuple[dict[str, Any], ...] = ()
    reason: str | None = None
    finished_at: datetime | None = None
    version: int = 0

    def refuse(self, reason: str, at: datetime) -> Upload:
        """The file is of no use as a whole."""
        return replace(self, status="refused", reason=reason, finished_at=at)

    def starts(self, refused: list[dict[str, Any]]) -> Upload:
        """Its rows are read, and some of them broken."""
        named = tuple(refused[:MOST_NAMED])
        return replace(self, status="working", broken=len(refused), refused=named)

    def counts(
        self, rows: int, changed: int, unchanged: int, ignored: list[dict[str, Any]]
    ) -> Upload:
        """More of its rows are seen to."""
        return replace(
            self,
            taken=self.taken + rows,
            changed=self.changed + changed,
            unchanged=self.unchanged + unchanged,
            ignored=self.ignored + len(ignored),
            not_counted=(*self.not_counted, *ignored)[:MOST_NAMED],
        )

    def finish(self, at: datetime) -> Upload:
        """All of its rows are seen to."""
        return replace(self, status="done", finished_at=at)


class S3Uploads:
    """The bucket of uploads, and their records."""

    def __init__(self, client: Any, bucket: str, table: Table) -> None:
        self._client = client
        self._bucket = bucket
        self._table = table

    def offer(self, upload: Upload) -> dict[str, Any]:
        """Record an upload and answer the form that lets one object in: `url` and `fields`.

        S3 itself refuses a larger one. Whoever has the form needs no key for a quarter of an hour.
        """
        self._save(upload, None)
        form: dict[str, Any] = self._client.generate_presigned_post(
            self._bucket,
            f"{FOLDER}/{upload.id}",
            Conditions=[["content-length-range", 1, LARGEST_UPLOAD]],
            ExpiresIn=FORM_LIVES_SECONDS,
        )
        return form

    def get(self, id: str) -> Upload:
        """The upload; raises Unknown."""
        item = self._table.get(keys.upload(id))
        if item is None:
            raise Unknown("upload_unknown", f"There is no upload {id}.")
        return msgspec.json.decode(unpacked(item["body"]), type=Upload)

    def content(self, id: str) -> bytes:
        """The file; raises Refusal when it is too large to be read or not there."""
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=f"{FOLDER}/{id}")
        except ClientError as error:
            if not is_missing(error):
                raise
            raise Unknown("file_unknown", f"There is no file of the upload {id}.") from None
        if found["ContentLength"] > LARGEST_UPLOAD:
            raise Refusal("file_too_large", f"A file has at most {LARGEST_UPLOAD} bytes.")
        content: bytes = found["Body"].read()
        return content

    def save(self, upload: Upload) -> Upload:
        """Store what has become of an upload; raises NotNow when another run is at it."""
        stored = replace(upload, version=upload.version + 1)
        try:
            self._save(stored, upload.version)
        except ConditionFailed:
            raise NotNow(f"another run takes the upload {upload.id}") from None
        return stored

    def _save(self, upload: Upload, seen: int | None) -> None:
        attributes = {
            "kind": "upload",
            "version": upload.version,
            "body": packed(msgspec.json.encode(upload)),
            "expires": int(upload.created_at.timestamp()) + UPLOAD_LIVES_SECONDS,
        }
        key = keys.upload(upload.id)
        if not upload.finished_at:
            looked = upload.created_at + FORM_LIVES + UNHEARD
            attributes |= indexes.clocked(upload.id, looked)
        put = self._table.put_if(key, attributes, version=seen) if seen is not None else None
        self._table.write([put or self._table.put(key, attributes, unless_exists=True)])
