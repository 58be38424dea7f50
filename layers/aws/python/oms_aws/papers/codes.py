"""Draws the QR code of a transfer."""

from __future__ import annotations


def drawn(payload: str) -> str:
    """The code as SVG, a module being one unit wide, with its quiet zone.

    Source: EPC069-12, § 3: error correction M, and the text's bytes without a mark of their own.
    """
    import zint

    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.QRCODE
    symbol.input_mode = zint.InputMode(0)  # bytes as they are
    symbol.option_1 = 2  # error correction M
    symbol.encode(payload.encode())
    symbol.buffer_vector()
    scale = symbol.vector.width / symbol.width
    boxes = (
        [round(side / scale) for side in (each.x, each.y, each.width, each.height)]
        for each in symbol.vector.rectangles
    )
    path = "".join(f"M{x + 4} {y + 4}h{wide}v{high}h-{wide}z" for x, y, wide, high in boxes)
    side = symbol.width + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path d="{path}" fill="#000"/></svg>'
    )
