"""Voice messages as a phone records them, made of drawn bits: nobody's voice is kept. Benches and tests use them as well."""

import random

HEAD, FRAMES_A_SECOND = b"#!AMR\n", 50


def babble(seconds: float) -> bytes:
    """AMR-NB at 12.2 kbit/s that is about as loud as somebody speaking."""
    draw = random.Random(3)
    frames = [b"\x3c" + draw.randbytes(31) for _ in range(5)]
    return HEAD + b"".join(frames[number % 5] for number in range(round(seconds * FRAMES_A_SECOND)))


def silence(seconds: float) -> bytes:
    """AMR in which nothing is heard."""
    return HEAD + (b"\x04" + bytes(12)) * round(seconds * FRAMES_A_SECOND)
