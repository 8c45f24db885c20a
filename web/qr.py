"""A QR code as a picture. Pure."""

from io import BytesIO

import segno
from PIL import Image


def picture(url: str, size: int, *, border: int) -> Image.Image:
    """`size` pixels square with its quiet zone, every square of as many pixels: a camera reads uneven ones badly."""
    code, made = segno.make(url, error="m", micro=False), BytesIO()
    code.save(made, kind="png", scale=max(1, size // code.symbol_size(border=border)[0]), border=border)
    drawn, framed = Image.open(made), Image.new("RGB", (size, size), "white")
    framed.paste(drawn.convert("RGB"), ((size - drawn.width) // 2, (size - drawn.height) // 2))
    return framed
