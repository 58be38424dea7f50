"""Values as DynamoDB's attributes: typed, and compressed where they are large."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

COMPRESS_ABOVE = 100_000


def packed(body: bytes) -> str | bytes:
    """JSON as an attribute: text, or compressed when it is large (an item holds 400 KB).

    LZMA finds the line numbers of a large order again wherever they stand; zlib looks back 32 KB.
    """
    if len(body) <= COMPRESS_ABOVE:
        return body.decode()
    import lzma

    return lzma.compress(body, preset=1)


def unpacked(attribute: str | bytes) -> bytes:
    """The JSON that `packed` made an attribute of, now or when it still was zlib's."""
    if isinstance(attribute, str):
        return attribute.encode()
    if not attribute.startswith(_XZ):
        return zlib.decompress(attribute)
    import lzma

    return lzma.decompress(attribute)


_XZ = b"\xfd7zXZ\x00"


def marshal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values as DynamoDB attributes; None is left out."""
    return {name: _typed(value) for name, value in values.items() if value is not None}


def unmarshal(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB attributes as plain values; numbers are int."""
    return {name: _plain(value) for name, value in item.items()}


def _typed(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case dict():
            return {"M": marshal(value)}
        case list() | tuple():
            return {"L": [_typed(each) for each in value]}
    raise TypeError(f"no attribute type for {type(value).__name__}")


def _plain(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    match kind:
        case "N":
            return int(value)
        case "M":
            return unmarshal(value)
        case "L":
            return [_plain(each) for each in value]
    return value
