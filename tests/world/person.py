"""A person whose data are told from all others', and every place where they are found."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader

from oms_aws.platform.attributes import unpacked
from tests.world.merchant import Merchant
from tests.world.world import World

CUSTOMER = {
    "id": "C-4711",
    "type": "B2C",
    "name": "Walburga Quendelmoser",
    "email": "w.quendelmoser@postfach.example",
    "phone": "+49 8341 667788",
    "locale": "de",
}
ADDRESS = {
    "name": "Walburga Quendelmoser",
    "line1": "Kalvarienbergstraße 9",
    "line2": "Hinterhaus Quittengarten",
    "postal_code": "87616",
    "city": "Marktoberdorf",
    "country": "DE",
}
SECOND = ADDRESS | {"name": "Xaver Quendelmoser", "line1": "Bertoldshofener Weg 3"}
NOTE = "bitte beim Schwager Zacharias klingeln"
GIFT = {"message": "Alles Gute, liebe Kreszentia", "from": "Walburga Q.", "to": "Kreszentia"}
ADDRESS_OF_DEVICE = "198.51.100.177"
REASON = "die Nichte Ottilie hat schon eine"

TRACES = (
    "quendelmoser", "667788", "kalvarienberg", "quittengarten", "bertoldshofen", "zacharias",
    "kreszentia", "walburga", ADDRESS_OF_DEVICE, "ottilie", "87616", "marktoberdorf",
)  # fmt: skip
"""What is found of nobody else."""


def request(merchant: Merchant, **quantities: int) -> dict[str, Any]:
    """The body of an order of this person, with all that an order can say of one."""
    body = merchant.request(**quantities)
    return body | {
        "customer": CUSTOMER,
        "billing_address": ADDRESS,
        "shipping_address": SECOND,
        "note": NOTE,
        "client_ip": ADDRESS_OF_DEVICE,
        "gift": GIFT,
    }


def found_in(world: World) -> dict[str, set[str]]:
    """What of the person is where: traces by the kind of an item, the folder of a file, a queue."""
    found: dict[str, set[str]] = {}
    for place, text in (*_items(world), *_files(world), *_messages(world)):
        lower = text.casefold()
        if here := {trace for trace in TRACES if trace in lower}:
            found.setdefault(place, set()).update(here)
    return found


def _items(world: World) -> Iterator[tuple[str, str]]:
    now = world.now().timestamp()
    for item in world.items():
        if "expires" in item and int(item["expires"]) <= now:
            continue  # DynamoDB takes it away by itself
        pk, sk = str(item["pk"]).partition("#")[0], str(item["sk"]).partition("#")[0]
        parts = (
            unpacked(value).decode() if isinstance(value, bytes) else json.dumps(value, default=str)
            for value in item.values()
        )
        text = "\n".join(parts)
        yield f"{pk} {sk}", text.encode().decode("unicode_escape", "ignore") + text


def _files(world: World) -> Iterator[tuple[str, str]]:
    for key in world.objects():
        content = world.object(key)
        yield key.partition("/")[0] + "/", text_of(key, content)


def text_of(key: str, content: bytes) -> str:
    """The text of a file of the archive."""
    if key.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode("utf-8", "replace")


def _messages(world: World) -> Iterator[tuple[str, str]]:
    for name, queue in world.outside.queues.items():
        for message in queue:
            yield f"queue {name}", message.body
