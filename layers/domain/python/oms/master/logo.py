"""Logos: what a picture is, and whether it may stand on a shop's papers."""

from __future__ import annotations

import re
import struct
import zlib
from typing import Literal
from xml.etree import ElementTree

MOST_BYTES = 200_000
MOST_SIDE = 3_000
"""Pixels of a PNG's longer side: at 80 mm that is finer than any printer."""

MOST_ELEMENTS = 2_000
SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    *("svg", "g", "defs", "title", "desc", "use", "clipPath", "mask"),
    *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
    *("linearGradient", "radialGradient", "stop"),
}
"""What a drawing may be made of: shapes. No pictures, texts, scripts, styles or animations."""

_PNG = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_REFERENCE = re.compile(r"url\(\s*['\"]?(?!#)", re.IGNORECASE)


def type_of(content: bytes) -> Literal["png", "svg"] | None:
    """Kind of picture, or None for any other."""
    if content.startswith(_PNG):
        return "png"
    head = content[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "svg" if head.startswith((b"<svg", b"<?xml")) else None


def fault_of(content: bytes) -> str | None:
    """Reason for which a picture may not be a logo, or None."""
    if len(content) > MOST_BYTES:
        return f"has {len(content)} bytes; {MOST_BYTES} are the most"
    match type_of(content):
        case "png":
            return _png_fault(content)
        case "svg":
            return _svg_fault(content)
    return "is neither PNG nor SVG"


def _png_fault(content: bytes) -> str | None:
    """Fault of a PNG, or None (PNG, third edition, § 5 and § 11.2.1)."""
    data, at, head = b"", len(_PNG), b""
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        check = content[at + 8 + length : at + 12 + length]
        if len(check) < 4 or zlib.crc32(kind + body) != int.from_bytes(check, "big"):
            return "is a damaged PNG"
        head, data = (body, data) if kind == b"IHDR" else (head, data)
        data += body if kind == b"IDAT" else b""
        at += length + 12
    if len(head) != 13 or not data:
        return "is a damaged PNG"
    wide, high, depth, colour = struct.unpack(">IIBB", head[:10])
    if not 0 < max(wide, high) <= MOST_SIDE or min(wide, high) < 1:
        return f"has {wide} x {high} pixels; {MOST_SIDE} are the most on a side"
    whole = high * (1 + (wide * depth * _CHANNELS.get(colour, 4) + 7) // 8)
    try:
        # Interlacing adds a byte for each row of seven passes.
        unpacked = zlib.decompressobj().decompress(data, whole + 16 * high + 64)
    except zlib.error:
        return "is a damaged PNG"
    return "is a damaged PNG" if len(unpacked) < whole else None


def _svg_fault(content: bytes) -> str | None:
    """Fault of a drawing, or None: it may have shapes alone, and nothing from elsewhere."""
    if b"<!" in content.replace(b"<!--", b""):
        return "must not declare a document type or entities"
    if b"<?xml-stylesheet" in content:
        return "must not have style sheets"
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        return f"is no well-formed SVG: {error}"
    found = list(root.iter())
    if root.tag != f"{SVG}svg":
        return "is no SVG"
    if len(found) > MOST_ELEMENTS:
        return f"has {len(found)} elements; {MOST_ELEMENTS} are the most"
    for element in found:
        if fault := _element_fault(element):
            return fault
    return None


def _element_fault(element: ElementTree.Element) -> str | None:
    name = str(element.tag).removeprefix(SVG)
    if name not in ELEMENTS:
        bare = name.rpartition("}")[2]
        return f"must not have <{bare}>: draw with paths and shapes alone"
    for attribute, value in element.attrib.items():
        bare = attribute.rpartition("}")[2]
        if bare.lower().startswith("on"):
            return f"must not have the attribute {bare}"
        if (bare == "href" and not value.startswith("#")) or _REFERENCE.search(value):
            return f"must not refer to anything outside of it ({bare})"
    return None
