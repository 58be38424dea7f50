"""A person whose data are told from all others', and every place where they are found."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader

from oms_aws.platform.attributes import unpacked
from tests.world.merchant import Merchant
from tests.world.world import Answered, World

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
    "quendelmoser", "8341 667788", "8341667788", "kalvarienberg", "quittengarten",
    "bertoldshofen", "zacharias", "kreszentia", "walburga", ADDRESS_OF_DEVICE, "ottilie",
    "marktoberdorf",
)  # fmt: skip
"""What is found of nobody else: words, as the digits of a postal code are also those of a hash."""


ERASE = "POST /v1/customers/{customer}/erasure"
READ = "GET /v1/customers/{customer}"
DATA = "GET /v1/customers/{customer}/data"
IN_DOCUMENTS = {"DOCUMENT DOCUMENT", "invoices/", "numbers/"}
"""Where § 14b UStG wants the person to stay."""

PSEUDONYMS = re.compile("~[pn][0-9a-f]{8}")


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


def ask(merchant: Merchant, customer: str = "C-4711", **body: str) -> Answered:
    return merchant.world.call(ERASE, merchant.shop, body, customer=customer)


def erase(merchant: Merchant, customer: str = "C-4711") -> Any:
    """Look, and confirm."""
    seen = ask(merchant, customer)
    assert seen.status == 200, seen.body
    done = ask(merchant, customer, confirm=seen.body["confirm"])
    assert done.status == 200, done.body
    merchant.world.settle()
    return done.body


def keep_account(merchant: Merchant) -> None:
    """The shop keeps the customer, who has moved once."""
    account = {name: value for name, value in CUSTOMER.items() if name != "id"}
    for address in (SECOND, ADDRESS):
        body = account | {"addresses": [address]}
        merchant.do("PUT /v1/customers/{customer}", merchant.shop, body, customer="C-4711")


def live(merchant: Merchant, **quantities: int) -> str:
    """An order that waits, is changed and cancelled in part, and is delivered."""
    id = merchant.place(request(merchant, **quantities))
    merchant.world.settle()
    merchant.change(id, shipping_address=ADDRESS)
    cancelled = merchant.world.call(
        "POST /v1/orders/{order}/cancellations",
        merchant.shop,
        {"reason": REASON, "lines": [{"number": "1", "quantity": 1}]},
        headers={"Idempotency-Key": f"cancel-{id}"},
        order=id,
    )
    assert cancelled.status == 200
    merchant.world.settle()
    merchant.count("A", RUCK_45=50)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id
