"""Pictures of pages: what a scanner sees of them."""

from __future__ import annotations

import struct
import zlib


def grey(png: bytes) -> memoryview:
    """The green of an 8-bit PNG with four channels, as rows of pixels (PNG, third edition, § 9)."""
    wide, high = struct.unpack(">II", png[16:24])
    assert png[24:29] == b"\x08\x06\x00\x00\x00", "not 8-bit RGBA without interlacing"
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    raw, above, rows = zlib.decompress(data), bytes(wide), bytearray()
    for y in range(high):
        start = y * (4 * wide + 1)
        line = raw[start + 2 : start + 4 * wide + 1 : 4]
        above = _unfiltered(raw[start], line, above)
        rows += above
    return memoryview(rows).cast("B", (high, wide))


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    if kind == 0:
        return line
    if kind == 2:
        return bytes((x + b) & 255 for x, b in zip(line, above, strict=True))
    left = corner = 0
    made = bytearray()
    for x, b in zip(line, above, strict=True):
        guess = (0, left, b, (left + b) // 2, _paeth(left, b, corner) if kind == 4 else 0)[kind]
        left, corner = (x + guess) & 255, b
        made.append(left)
    return bytes(made)


def _paeth(left: int, above: int, corner: int) -> int:
    expected = left + above - corner
    return min((left, above, corner), key=lambda each: abs(expected - each))
