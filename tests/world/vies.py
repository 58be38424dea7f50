"""VIES as it answers, from recorded answers, and as it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).resolve().parents[1] / "recorded" / "vies"


class RecordedVies:
    """Answers each question with the recorded answer that is set, and remembers the question."""

    def __init__(self, answer: str = "valid") -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def __call__(self, url: str, body: bytes) -> tuple[int, bytes]:
        assert url.endswith("/check-vat-number")
        self.asked.append(json.loads(body))
        if self.answer == "offline":
            raise ConnectionRefusedError
        if self.answer == "nonsense":
            return 200, b"<html>Maintenance</html>"
        found = json.loads((RECORDED / f"{self.answer}.json").read_bytes())
        return int(found["status"]), json.dumps(found["body"]).encode()
