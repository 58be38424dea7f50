"""Documents: what was true at issue in the table, the rendered file write-once in S3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from oms.billing.counterfoil import Counterfoil
from oms.billing.invoice import Invoice
from oms.core.refusals import Refusal, Unknown
from oms.master.letterhead import Letterhead
from oms_aws.billing.numbers import Number
from oms_aws.platform import indexes, keys
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.table import Action, Table

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

    def record(
        self, id: str, order_id: str, shop: str, snapshot: Invoice, number: Number, at: datetime
    ) -> Action:
        """The action that keeps what a document is made from; it fails if that is kept already."""
        attributes = _attributes(id, order_id, shop, snapshot, number, at)
        return self._table.put(keys.document(id), attributes, unless_exists=True)

    def recalled(self, counterfoil: Counterfoil, at: datetime) -> Action:
        """The action that puts a document on record again that no order tells of any more."""
        found = counterfoil
        number = Number(found.range, found.number, found.text)
        attributes = _attributes(
            found.document, found.owner, found.shop, found.snapshot, number, found.issued_at
        )
        attributes["recalled_at"] = at.isoformat()
        return self._table.put(keys.document(found.document), attributes, unless_exists=True)

    def adopted(self, id: str) -> Counterfoil | None:
        """A document that was issued before the table was restored, if it is to be issued again."""
        item = self._table.get(keys.document(id))
        return counterfoil_of(item) if item and "recalled_at" in item else None

    def adopt(self, known: Counterfoil) -> Action:
        """The action that gives it to the order that issues it again; it fails the second time."""
        return self._table.update(
            keys.document(known.document),
            "SET adopted = :adopted REMOVE recalled_at",
            {":adopted": True},
            condition="attribute_exists(recalled_at)",
        )

    def counterfoil(self, id: str) -> Counterfoil:
        """A document with its number, for the archive; raises Unknown."""
        return counterfoil_of(self._item(id))

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
        """Snapshot that the document was made from; raises Unknown."""
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

    def keep(
        self, place: str, content: bytes, content_type: str, *, until: datetime
    ) -> tuple[str, str]:
        """Put a file into the archive, locked until a time; answers its key and SHA-256 in hex.

        The key is the place with the SHA-256 in it: the same content again stays as it is, other
        content of the same place lies beside it.
        """
        digest = hashlib.sha256(content).hexdigest()
        stem, dot, ending = place.rpartition(".")
        key = f"{stem}-{digest}{dot}{ending}"
        there = self.keep_once(key, content, content_type, until=until)
        if there is not None and hashlib.sha256(there).hexdigest() != digest:
            raise Refusal("archive_damaged", f"{key} is not what was archived under its name.")
        return key, digest

    def keep_once(
        self, key: str, content: bytes, content_type: str, *, until: datetime
    ) -> bytes | None:
        """Put a file into the archive under a key; answers what is there already, which stays."""
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType=content_type,
                Metadata={"sha256": hashlib.sha256(content).hexdigest()},
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
                ObjectLockMode=self._lock,
                ObjectLockRetainUntilDate=until,
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (409, 412):
                raise
            return self.read(key)
        return None

    def keys(self, folder: str, *, after: str = "") -> Iterator[str]:
        """The keys of a folder of the archive in order, from behind a key on."""
        asked: dict[str, Any] = {"Bucket": self._bucket, "Prefix": folder}
        if after:
            asked["StartAfter"] = after
        while True:
            page = self._client.list_objects_v2(**asked)
            yield from (each["Key"] for each in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

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


def counterfoil_of(item: Mapping[str, Any]) -> Counterfoil:
    """The counterfoil of a document's record."""
    return Counterfoil(
        range=item["range"],
        number=item["number"],
        text=item["text"],
        document=item["id"],
        owner=item["order_id"],
        shop=item["shop"],
        issued_at=datetime.fromisoformat(item["issued_at"]),
        snapshot=msgspec.json.decode(unpacked(item["body"]), type=Invoice),
    )


def _attributes(
    id: str, order_id: str, shop: str, snapshot: Invoice, number: Number, at: datetime
) -> dict[str, Any]:
    return {
        "kind": "document",
        "id": id,
        "order_id": order_id,
        "shop": shop,
        "range": number.range,
        "number": number.value,
        "text": number.text,
        "issued_at": at.isoformat(),
        "body": packed(msgspec.json.encode(snapshot)),
        "gsi1pk": indexes.documents_of(shop, f"{snapshot.issued_on:%Y-%m}"),
        "gsi1sk": f"{snapshot.issued_on}#{snapshot.number}",
    }
