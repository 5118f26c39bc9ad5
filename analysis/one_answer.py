"""Sheets that give one answer throughout: counted apart, never left out.

An all-"strongly disagree" sheet may be somebody who did not read, or somebody frightened or
furious. So the result keeps them, and beside it stands what the score would be without
(STATISTICS 2.9).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.dataset import PREFER_NOT_TO_SAY
from analysis.patterns import Patterns, Points, sums
from analysis.scoring import COLUMNS, IntArray, Key

LEAST_QUESTIONS = 6
LOOK_EVERY = 3
NO_ANSWER = PREFER_NOT_TO_SAY % 256  # the highest byte, and no option's
NEXT = np.uint8(1)  # after the highest byte comes 0, so no answer is also below every option


@dataclass(frozen=True, eq=False)
class OneAnswer:
    """People who gave one answer to every question they answered, six or more; the whole wave.

    ``scores[scale]`` has the shape (items + 1, 7) of a tally's, summed over units.
    """

    people: int
    scores: Mapping[str, IntArray]

    def __add__(self, other: "OneAnswer") -> "OneAnswer":
        scores = {name: table + other.scores[name] for name, table in self.scores.items()}
        return OneAnswer(self.people + other.people, scores)

    def to_dict(self) -> dict[str, Any]:
        return {
            "people": self.people,
            "scores": {name: table.tolist() for name, table in self.scores.items()},
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "OneAnswer":
        return cls(
            raw["people"],
            {
                name: np.array(table, dtype=np.int64).reshape(-1, COLUMNS)
                for name, table in raw["scores"].items()
            },
        )


def throughout(
    given: Mapping[str, NDArray[np.uint8]], codes: Mapping[str, tuple[int, ...]], people: int
) -> NDArray[np.bool_]:
    """Who gave the same code to every question that they answered, six at least.

    Shape: each item's answers as bytes (people,) -> (people,). Blank, preferred not to say and
    not asked are no answers; neither is a question that asks for a number.

    >>> items = {name: np.array([4, 4], dtype=np.uint8) for name in "abcde"}
    >>> items["f"] = np.array([4, 5], dtype=np.uint8)
    >>> throughout(items, dict.fromkeys("abcdef", (1, 2, 3, 4, 5)), 2).tolist()
    [True, False]
    """
    rows: NDArray[np.intp] | slice = slice(None)
    least = np.full(people, NO_ANSWER, dtype=np.uint8)
    most, answered = np.zeros_like(least), np.zeros_like(least, dtype=np.int16)
    for number, (name, options) in enumerate(codes.items(), start=1):
        told_as = np.full(256, NO_ANSWER, dtype=np.uint8)
        one_byte = [code % 256 for code in options]
        told_as[one_byte] = one_byte
        told = np.take(told_as, given[name][rows])
        np.minimum(least, told, out=least)
        np.maximum(most, told + NEXT, out=most)
        answered += told != NO_ANSWER
        if number % LOOK_EVERY == 0:
            # Hardly anybody is left after a few questions, so the rest cost next to nothing.
            still = np.flatnonzero(most == least + NEXT)
            rows = still if isinstance(rows, slice) else rows[still]
            least, most, answered = least[still], most[still], answered[still]
    found = np.zeros(people, dtype=np.bool_)
    found[rows] = (most == least + NEXT) & (answered >= LEAST_QUESTIONS)
    return found


def count_throughout(
    marked: NDArray[np.bool_], folded: Mapping[str, tuple[Patterns, Points, Key]]
) -> OneAnswer:
    """Sums of the scores of the people ``marked`` (people,)."""
    scores = {}
    for name, (patterns, points, key) in folded.items():
        counts = np.bincount(patterns.of_row[marked], minlength=len(patterns.columns))
        some = np.flatnonzero(counts)
        scores[name] = sums(counts[None, some], points.at(some), key, int(marked.sum()))[0]
    return OneAnswer(int(marked.sum()), scores)
