"""Stripe as it answers: one recorded answer after the other, or with a memory of its own."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oms_aws.payments.providers.stripe import Sent

RECORDED = Path(__file__).resolve().parents[1] / "recorded" / "stripe"
ENDPOINT_SECRET = "whsec_of_the_tests"


def recorded(name: str) -> dict[str, Any]:
    """The body of a recorded answer."""
    body: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_bytes())["body"]
    return body


def answer(name: str) -> Sent:
    """A recorded answer as it is sent."""
    found = json.loads((RECORDED / f"{name}.json").read_bytes())
    return found["status"], found.get("headers", {}), json.dumps(found["body"]).encode()


class RecordedStripe:
    """Gives the answers in turn, the last one again and again, and remembers what was asked."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.asked: list[tuple[str, str, dict[str, str], Mapping[str, str]]] = []

    def __call__(self, method: str, url: str, form: str, headers: Mapping[str, str]) -> Sent:
        self.asked.append((method, url, dict(parse_qsl(form)), headers))
        name = self.names.pop(0) if len(self.names) > 1 else self.names[0]
        if name == "offline":
            raise ConnectionRefusedError
        return (200, {}, b"<html>") if name == "nonsense" else answer(name)


class FakeStripe:
    """Keeps PaymentIntents and refunds; a key is done once, and answered the same again.

    `dies` lets that many commands take effect without an answer.
    """

    def __init__(self, *, several: bool = True) -> None:
        self.several = several
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: list[dict[str, Any]] = []
        self.keys: dict[str, Sent] = {}
        self.dies = 0

    def authorise(self, id: str, amount: int, currency: str = "eur") -> None:
        """What the shop's checkout has done."""
        intent = copy.deepcopy(recorded("authorised"))
        card = intent["latest_charge"]["payment_method_details"]["card"]
        card["multicapture"]["status"] = "available" if self.several else "unavailable"
        card["capture_before"] = 1796000000
        more = {"id": id, "amount": amount, "amount_capturable": amount, "currency": currency}
        self.intents[id] = intent | more

    def __call__(self, method: str, url: str, form: str, headers: Mapping[str, str]) -> Sent:
        split, key = urlsplit(url), headers.get("idempotency-key", "")
        asked = dict(parse_qsl(split.query)) | dict(parse_qsl(form))
        if key in self.keys:
            return self.keys[key]
        sent = self._answered(method, split.path.removeprefix("/v1/").split("/"), asked)
        if key:
            self.keys[key] = sent
        if key and self.dies:
            self.dies -= 1
            raise TimeoutError
        return sent

    def _answered(self, method: str, path: list[str], asked: dict[str, str]) -> Sent:
        match method, path:
            case "GET", ["payment_intents", id]:
                return self._intent(id) if id in self.intents else answer("error_missing")
            case "POST", ["payment_intents", id, "capture"]:
                return self._capture(id, asked)
            case "POST", ["payment_intents", id, "cancel"]:
                self.intents[id] |= {"status": "canceled", "amount_capturable": 0}
                return self._intent(id)
            case "GET", ["refunds"]:
                of = [r for r in self.refunds if r["payment_intent"] == asked["payment_intent"]]
                return _sent({"object": "list", "data": of[::-1], "has_more": False})
            case "POST", ["refunds"]:
                return self._refund(asked)
        raise AssertionError((method, path))

    def _intent(self, id: str) -> Sent:
        return _sent(self.intents[id])

    def _capture(self, id: str, asked: dict[str, str]) -> Sent:
        intent, amount = self.intents[id], int(asked["amount_to_capture"])
        last = asked.get("final_capture") != "false"
        assert last or self.several
        if intent["status"] != "requires_capture":
            return answer("error_captured_already")
        assert amount <= intent["amount_capturable"]
        intent["amount_received"] += amount
        intent["amount_capturable"] = 0 if last else intent["amount_capturable"] - amount
        if not intent["amount_capturable"]:
            intent["status"] = "succeeded"
        return self._intent(id)

    def _refund(self, asked: dict[str, str]) -> Sent:
        intent = self.intents[asked["payment_intent"]]
        gone = sum(r["amount"] for r in self.refunds if r["payment_intent"] == intent["id"])
        assert int(asked["amount"]) <= intent["amount_received"] - gone
        refund = recorded("refund") | {
            "id": f"re_{len(self.refunds) + 1}",
            "amount": int(asked["amount"]),
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": {"document": asked["metadata[document]"]},
        }
        self.refunds.append(refund)
        return _sent(refund)


def _sent(body: Any) -> Sent:
    return 200, {}, json.dumps(body).encode()


def event(type: str, about: dict[str, Any]) -> str:
    """An event as Stripe posts it."""
    data = {"object": about}
    return json.dumps({"id": f"evt_{type}", "object": "event", "type": type, "data": data})


def signature(raw: str, at: float, secret: str = ENDPOINT_SECRET) -> str:
    """The header that Stripe signs an event with."""
    mac = hmac.new(secret.encode(), f"{int(at)}.{raw}".encode(), hashlib.sha256).hexdigest()
    return f"t={int(at)},v1={'0' * 64},v1={mac},v0=old"
