"""A subscriber's server: takes signed webhooks, and now and then refuses one to see it again."""

from __future__ import annotations

import json
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

REFUSE_EVERY = 25
REFUSE_AT_MOST = 4


class Receiver:
    """What has arrived; nothing counts before its signature is verified."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._webhook: Webhook | None = None
        self._seen: set[str] = set()
        self._refused: set[str] = set()
        self.url = ""
        self.counts: Counter[str] = Counter()

    def trust(self, secret: str) -> None:
        """Verify with this secret from now on; until then deliveries are asked to come again."""
        self._webhook = Webhook(secret)

    def has(self, event: str) -> bool:
        return event in self._seen

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """The HTTP status that answers one delivery."""
        with self._lock:
            if self._webhook is None:
                return self._count("early", 503)
            try:
                self._webhook.verify(body, headers)
            except WebhookVerificationError:
                return self._count("forged", 401)
            event = json.loads(body)["id"]
            if self._dislikes(event):
                self._refused.add(event)
                return self._count("refused_on_purpose", 503)
            if event in self._seen:
                return self._count("repeated", 200)
            self._seen.add(event)
            return self._count("received", 200)

    def _dislikes(self, event: str) -> bool:
        chosen = zlib.crc32(event.encode()) % REFUSE_EVERY == 0
        return (
            chosen
            and len(self._refused) < REFUSE_AT_MOST
            and event not in self._refused | self._seen
        )

    def _count(self, what: str, status: int) -> int:
        self.counts[what] += 1
        return status


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = receiver.take({name.lower(): v for name, v in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: stderr belongs to the progress display."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield receiver
        finally:
            server.shutdown()
