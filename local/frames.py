"""Messages between emulator, host and workers: a small header and a body passed on unread."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Any

Header = dict[str, Any]
_LENGTHS = struct.Struct(">II")


def pack(header: Header, body: bytes = b"") -> bytes:
    """One message as bytes."""
    head = json.dumps(header, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(head), len(body)) + head + body


async def read(reader: asyncio.StreamReader) -> tuple[Header, bytes]:
    """The next message; asyncio.IncompleteReadError when the other side is gone."""
    head, body = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
    return json.loads(await reader.readexactly(head)), await reader.readexactly(body)


def receive(link: socket.socket) -> tuple[Header, bytes]:
    """The next message, waiting for it; EOFError when the other side is gone."""
    head, body = _LENGTHS.unpack(_exactly(link, _LENGTHS.size))
    return json.loads(_exactly(link, head)), _exactly(link, body)


def _exactly(link: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = link.recv(min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
