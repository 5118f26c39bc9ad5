"""Bits as words that people can read out, keep and compare: the 2,048 words of BIP-39, English.

A word stands for eleven bits; no two words share their first four letters.
"""

from functools import cache
from pathlib import Path

BITS = 11


@cache
def listed() -> tuple[str, ...]:
    """The 2,048 words in their order."""
    return tuple(Path(__file__).with_name("words.txt").read_text("ascii").split())


def of(data: bytes, count: int) -> list[str]:
    """The first ``count`` × 11 bits of ``data`` as words.

    >>> of(bytes(17), 2), of(b"\\xff" * 17, 1)
    (['abandon', 'abandon'], ['zoo'])
    """
    length = 8 * len(data)
    if count * BITS > length:
        raise ValueError("There are not bits enough for so many words.")
    number = int.from_bytes(data) >> (length - count * BITS)
    places = [number >> BITS * place & 2**BITS - 1 for place in reversed(range(count))]
    return [listed()[place] for place in places]


def place(word: str) -> int | None:
    """Where a word stands in the list; its first four letters are enough.

    >>> place("zoo"), place("aban"), place("zebra crossing")
    (2047, 0, None)
    """
    at = _starts().get(word[:4])
    return at if at is not None and listed()[at].startswith(word) else None


@cache
def _starts() -> dict[str, int]:
    return {word[:4]: at for at, word in enumerate(listed())}
