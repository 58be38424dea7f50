"""The keys of the example clients: made once, kept beside the state, stored only as hashes."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from typing import Any

from local import keyring, paths
from local.stack import Cloud

CLIENTS = {  # name of the key -> client, role, shop
    "shop": ("berg-beutel", "shop", "berg-beutel"),
    "other_shop": ("other-shop", "shop", "other-shop"),
    "wms": ("warehouses", "wms", ""),
    "clerk": ("clerk", "clerk", ""),
    "accountant": ("accountant", "accountant", ""),
    "admin": ("admin", "admin", ""),
}
MERCHANT = paths.ROOT / "local" / "player" / "berg_beutel" / "merchant.json"
CARRIERS = {
    "dhl": "https://www.dhl.de/de/privatkunden/dhl-sendungsverfolgung.html?piececode={tracking_number}",
    "testcarrier": "https://testcarrier.example/track/{tracking_number}",
}


def load() -> dict[str, str]:
    """The keys; those that are not there yet are made now."""
    try:
        held: dict[str, str] = json.loads(paths.KEYS.read_text())
    except FileNotFoundError:
        held = {"carrier_secret": secrets.token_urlsafe(32)}
        paths.KEYS.touch(mode=0o600)
    new = {name: f"ak_{secrets.token_urlsafe(32)}" for name in CLIENTS if name not in held}
    if new:
        held |= new
        paths.KEYS.write_text(json.dumps(held, indent=1))
    return held


def introduce(cloud: Cloud, base: str) -> bool:
    """Make keys, carriers and shops known to the running system; what is known stays as it is.

    Answers whether a shop was new.
    """
    held, ring = load(), keyring.of(cloud)
    for name, (client, role, shop) in CLIENTS.items():
        ring.add(client, role, shop, by="auftakt up", key=held[name])
    for carrier, tracking in CARRIERS.items():
        body = {"secret": held["carrier_secret"], "tracking_url": tracking}
        _ask(f"{base}/v1/carriers/{carrier}", held["clerk"], body)
    fresh = False
    for known in shops():
        place = f"{base}/v1/shops/{known.pop('id')}"
        if not _known(place, held["clerk"]):
            _ask(place, held["clerk"], known)
            fresh = True
    return fresh


def shops() -> list[dict[str, Any]]:
    """The example merchant's shop, and another that must never see its orders."""
    first: dict[str, Any] = json.loads(MERCHANT.read_text(encoding="utf-8"))["shop"]
    other = {**first, "id": "other-shop", "name": "Other Shop", "invoice_prefix": "OS"}
    other["seller"] = {**first["seller"], "name": "Other Shop GmbH", "vat_id": "DE987654321"}
    return [first, other]


def _known(place: str, key: str) -> bool:
    try:
        _ask(place, key)
    except urllib.error.HTTPError as refused:
        if refused.code == 404:
            return False
        raise
    return True


def _ask(place: str, key: str, body: dict[str, Any] | None = None) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    method = "GET" if body is None else "PUT"
    request = urllib.request.Request(place, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=30):
        pass
