"""Codes that people give to comments, as they are kept and as a coder may learn from them."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

BLIND = "blind"
OTHER = "other"  # content that no theme of the codebook covers

Kind = Literal["audit", "correction"]


class Code(NamedTuple):
    """One theme in one direction. ``start`` and ``end`` are offsets into the redacted text; the
    whole text where nobody pointed to a part of it."""

    theme: str
    direction: str
    function: str
    start: int
    end: int


@dataclass(frozen=True)
class HumanCode:
    """All codes that one person gave to one comment; none means that no theme fits.

    ``comment`` is its place in the wave's block of comments, ``text`` its redacted words. An
    ``audit`` was drawn at random and coded before the machine's codes were ``seen`` (``blind``);
    a ``correction`` was chosen by people and may train a coder, never estimate. ``seen`` is then
    the mark of the coder whose codes were shown. ``coder`` tells people apart and names nobody.
    """

    comment: str
    question: str
    text: str
    codes: tuple[Code, ...]
    kind: Kind
    coder: str
    codebook: str
    seen: str
