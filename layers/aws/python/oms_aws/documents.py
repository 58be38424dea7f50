"""Documents: what was true at issue in the table, the rendered file write-once in S3."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from oms.invoice import Invoice
from oms.letterhead import Letterhead
from oms.refusals import Refusal, Unknown
from oms_aws import keys
from oms_aws.table import Action, Table, packed, unpacked

PRESIGNED_LIVES = timedelta(minutes=10)

Snapshot = TypeVar("Snapshot")


class S3Documents:
    """The archive: a bucket with Object Lock, where nothing is written twice."""

    def __init__(self, client: Any, bucket: str, table: Table, lock: str) -> None:
        self._client = client
        self._bucket = bucket
        self._table = table
        self._lock = lock
        self._logos: dict[str, bytes] = {}

    # -- what was true at issue ---------------------------------------------------------------

    def record(self, id: str, order_id: str, shop: str, snapshot: Invoice) -> Action:
        """The action that keeps what a document is made from; it fails if that is kept already."""
        attributes = {
            "kind": "document",
            "id": id,
            "order_id": order_id,
            "shop": shop,
            "body": packed(msgspec.json.encode(snapshot)),
            "gsi1pk": keys.documents_of(shop, f"{snapshot.issued_on:%Y-%m}"),
            "gsi1sk": f"{snapshot.issued_on}#{snapshot.number}",
        }
        return self._table.put(keys.document(id), attributes, unless_exists=True)

    def letter(self, id: str, order_id: str, shop: str, says: Struct) -> Action:
        """The action that keeps what a letter says; it is in no list of documents."""
        attributes = {
            "kind": "letter",
            "id": id,
            "order_id": order_id,
            "shop": shop,
            "body": packed(msgspec.json.encode(says)),
        }
        return self._table.put(keys.document(id), attributes, unless_exists=True)

    def snapshot(self, id: str, type: type[Snapshot]) -> Snapshot:
        """What the document was made from; raises Unknown."""
        return msgspec.json.decode(unpacked(self._item(id)["body"]), type=type)

    def owner(self, id: str) -> tuple[str, str]:
        """The order, or the bill, and the shop of a document; raises Unknown."""
        item = self._item(id)
        return item["order_id"], item["shop"]

    def _item(self, id: str) -> dict[str, Any]:
        item = self._table.get(keys.document(id))
        if item is None:
            raise Unknown("document_unknown", f"There is no document {id}.")
        return item

    # -- the file -----------------------------------------------------------------------------

    def keep(self, key: str, content: bytes, content_type: str, *, until: datetime) -> str:
        """Put a file into the archive, locked until a time; answers its SHA-256 in hex.

        A file that is there already stays, and must be the same; raises Refusal if it is not.
        """
        digest = hashlib.sha256(content).hexdigest()
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType=content_type,
                Metadata={"sha256": digest},
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
                ObjectLockMode=self._lock,
                ObjectLockRetainUntilDate=until,
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (409, 412):
                raise
            if self.digest(key) != digest:
                raise Refusal("archive_differs", f"{key} is archived with other content.") from None
        return digest

    def digest(self, key: str) -> str:
        """The SHA-256, in hex, of a file as it is in the archive."""
        return hashlib.sha256(self.read(key)).hexdigest()

    def read(self, key: str) -> bytes:
        """A file as it is in the archive."""
        content: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return content

    def logo(self, worn: Letterhead | None) -> bytes | None:
        """The bytes of a letterhead's logo, which are read once: they never change."""
        if worn is None or worn.logo is None:
            return None
        key = worn.logo.key
        if key not in self._logos:
            self._logos[key] = self.read(key)
        return self._logos[key]

    def url(self, key: str, name: str) -> str:
        """An address that opens the file for ten minutes, without a key."""
        address: str = self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'inline; filename="{name}"',
            },
            ExpiresIn=int(PRESIGNED_LIVES.total_seconds()),
        )
        return address
