"""What may be a logo: a sound PNG, or a drawing of shapes that refers to nothing outside of it."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest

from oms.master.logo import MOST_BYTES, fault_of, type_of
from oms_aws.platform.example_values import LOGO

SVG = base64.b64decode(LOGO)


def png(wide: int = 4, high: int = 2, *, data: bytes | None = None) -> bytes:
    """A picture with red, green, blue and alpha."""
    raw = b"".join(b"\0" + b"\x10\x20\x30\xff" * wide for _ in range(high))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(raw) if data is None else data),
        (b"IEND", b""),
    )
    made = b"\x89PNG\r\n\x1a\n"
    for kind, body in chunks:
        check = zlib.crc32(kind + body).to_bytes(4, "big")
        made += len(body).to_bytes(4, "big") + kind + body + check
    return made


def svg(inside: str, head: str = "") -> bytes:
    return f'{head}<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()


def test_sound_pictures_are_taken() -> None:
    assert (type_of(SVG), fault_of(SVG)) == ("svg", None)
    assert (type_of(png()), fault_of(png())) == ("png", None)
    assert fault_of(svg('<defs><path id="a" d="M0 0h1v1z"/></defs><use href="#a"/>')) is None


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "neither PNG nor SVG"),
        (b"GIF89a", "neither PNG nor SVG"),
        (png()[:-20], "damaged"),
        (png().replace(b"IDAT", b"IDAX"), "damaged"),
        (png(data=zlib.compress(b"\0")), "damaged"),
        (png(data=b"no zlib"), "damaged"),
        (png(wide=3_001, high=1), "pixels"),
        (png(wide=0, high=1), "pixels"),
        (b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES), "bytes"),
        (svg("<script>alert(1)</script>"), "<script>"),
        (svg("<foreignObject/>"), "<foreignObject>"),
        (svg("<style>@import url(x)</style>"), "<style>"),
        (svg('<image href="file:///etc/passwd"/>'), "<image>"),
        (svg('<text>"</text>'), "<text>"),
        (svg('<rect onload="x()"/>'), "onload"),
        (svg('<use href="https://evil.example/a.svg#b"/>'), "outside"),
        (svg('<rect fill="url(https://evil.example/a)"/>'), "outside"),
        (svg("<rect/>", '<!DOCTYPE svg [<!ENTITY a "b">]>'), "neither PNG nor SVG"),
        (svg("<rect/>", '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]>'), "entities"),
        (svg("<rect/>", '<?xml-stylesheet href="a.css"?>'), "style sheets"),
        (svg("<rect>"), "well-formed"),
        (b"<svg><rect/></svg>", "is no SVG"),
        (svg("<g/>" * 2_000), "elements"),
    ],
)
def test_others_are_told_why_not(content: bytes, fault: str) -> None:
    assert fault in str(fault_of(content))
