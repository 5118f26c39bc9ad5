"""Comments of the made-up staff, put together from hand-made sentences.

What a person writes about follows from how they lean: the worse a theme is for them, the likelier
they complain of it; the better, the likelier they praise it.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import numpy as np

from analysis.dataset import Comment, Use
from analysis.instrument import Item, Purpose

FILE = Path(__file__).parent / "comments.toml"
SLOT = re.compile(r"\{(\w+)\}")
PLAIN = ("offer", "nothing", "no_theme", "openers", "closers", "joining", "slots")

# How likely somebody who answers writes to a question of each purpose, and in which direction.
WRITES: Mapping[Purpose, float] = {"shadow": 0.62, "peak": 0.5, "wish": 0.5, "offer": 0.3}
WRITES_ELSE = 0.3
DIRECTIONS: Mapping[Purpose, tuple[float, float, float]] = {
    "shadow": (0.84, 0.02, 0.14),
    "peak": (0.04, 0.96, 0.0),
    "wish": (0.12, 0.0, 0.88),
    "open": (0.45, 0.2, 0.35),
}
TWO_THINGS = 0.24
NOTHING = 0.04
LOWER_CASE = 0.06
OPENED = 0.4
CLOSED = 0.35
OFFERS = 0.75
USES: tuple[Use, ...] = get_args(Use)
USE_SHARES = (0.44, 0.34, 0.22)
STEEPNESS = 1.2


@lru_cache(maxsize=1)
def sentences() -> Mapping[str, Any]:
    """Everything in ``comments.toml``."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def themes() -> tuple[str, ...]:
    """The themes that have sentences to write from, in the order of ``comments.toml``."""
    return tuple(theme for theme in sentences() if theme not in PLAIN)


class Pen:
    """Writes comments; the same generator writes the same ones."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def comment(
        self, item: Item, leaning: Mapping[str, float], place: str, new: float = 0.0
    ) -> Comment | None:
        """What somebody with these leanings writes to a question, if they write at all; with the
        chance ``new``, under the shadow question, of something that no theme covers."""
        if self._rng.random() >= WRITES.get(item.purpose, WRITES_ELSE):
            return None
        if item.purpose == "shadow" and self._rng.random() < new:
            text = self._one(sentences()["no_theme"]["texts"])
        else:
            text = self._text(item.purpose, leaning)
        use = USES[self._rng.choice(len(USES), p=USE_SHARES)]
        return Comment(item.id, text, use, place)

    def _text(self, purpose: Purpose, leaning: Mapping[str, float]) -> str:
        parts = sentences()
        if self._rng.random() < NOTHING:
            return self._one(parts["nothing"]["texts"])
        text, way = self._sentence(purpose, leaning)
        if self._rng.random() < TWO_THINGS:
            text += self._one(parts["joining"]["texts"]) + self._sentence(purpose, leaning)[0]
        if self._rng.random() < OPENED:
            text = self._one(parts["openers"][way]) + text
        if self._rng.random() < CLOSED:
            text += ("." if text[-1].isalnum() else "") + self._one(parts["closers"][way])
        text = self._filled(text)
        return text.lower().rstrip(".") if self._rng.random() < LOWER_CASE else text

    def _sentence(self, purpose: Purpose, leaning: Mapping[str, float]) -> tuple[str, str]:
        """A sentence and its direction."""
        if purpose == "offer" and self._rng.random() < OFFERS:
            offers = sentences()["offer"]
            return self._one(offers[self._one(sorted(offers))]), "suggestion"
        shares = DIRECTIONS.get(purpose, DIRECTIONS["wish" if purpose == "offer" else "open"])
        direction = ("negative", "positive", "suggestion")[self._rng.choice(3, p=shares)]
        sign = 1.0 if direction == "positive" else -1.0
        weights = np.array([np.exp(sign * STEEPNESS * leaning[theme]) for theme in themes()])
        theme = themes()[self._rng.choice(len(weights), p=weights / weights.sum())]
        return self._one(sentences()[theme][direction]), direction

    def _filled(self, text: str) -> str:
        slots = sentences()["slots"]
        return SLOT.sub(lambda match: self._one(slots[match[1]]), text)

    def _one(self, choices: Sequence[str]) -> str:
        return choices[int(self._rng.integers(len(choices)))]
