"""Merkle trees: one hash that speaks for many entries (RFC 9162, § 2.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").hexdigest()
"""The root of no entries."""


def root(entries: Sequence[bytes]) -> str:
    """The Merkle tree hash of the entries in their order: SHA-256, in hex.

    Leaves and nodes are hashed apart (0x00 and 0x01 before them), so that no node passes for a
    leaf; a list that does not fill a tree is split at the largest power of two below its length.
    """
    level = [_hash(b"\x00" + entry) for entry in entries]
    if not level:
        return EMPTY
    while len(level) > 1:
        pairs = [_hash(b"\x01" + a + b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = [*pairs, level[-1]] if len(level) % 2 else pairs
    return level[0].hex()


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
