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

from analysis.counting.patterns import FIRST, Patterns, Points, sums
from analysis.scoring import COLUMNS, IntArray, Key

LEAST_QUESTIONS = 6
LOOK_EVERY = 3


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

    Shape: each item's answers as bytes, code + 3 (people,) -> (people,). Blank, preferred not to
    say and not asked are no answers; neither is a question that asks for a number.

    >>> items = {name: np.array([4, 4], dtype=np.uint8) for name in "abcde"}
    >>> items["f"] = np.array([4, 5], dtype=np.uint8)
    >>> throughout(items, dict.fromkeys("abcdef", (1, 2, 3, 4, 5)), 2).tolist()
    [True, False]
    """
    rows: NDArray[np.intp] | slice = slice(None)
    # The bits that some answer has and those that every answer has: alike in one answer alone.
    some, every = np.zeros(people, dtype=np.uint8), np.full(people, 255, dtype=np.uint8)
    answered = np.zeros(people, dtype=np.int16)
    asked = (given[name] for name, options in codes.items() if options)
    for number, answers in enumerate(asked, start=1):
        told = answers[rows]
        said = (told >= FIRST).view(np.uint8)
        some |= told * said
        every &= told | (said - np.uint8(1))
        answered += said.astype(np.int16)
        if number % LOOK_EVERY == 0:
            # Hardly anybody is left after a few questions, so the rest cost next to nothing.
            still = np.flatnonzero((some & ~every) == 0)
            rows = still if isinstance(rows, slice) else rows[still]
            some, every, answered = some[still], every[still], answered[still]
    found = np.zeros(people, dtype=np.bool_)
    found[rows] = ((some & ~every) == 0) & (answered >= LEAST_QUESTIONS)
    return found


def count_throughout(
    marked: NDArray[np.bool_], folded: Mapping[str, tuple[Patterns, Points, Key]]
) -> OneAnswer:
    """Sums of the scores of the people ``marked`` (people,)."""
    scores = {}
    for name, (patterns, points, _) in folded.items():
        counts = np.bincount(patterns.of_row[marked], minlength=len(patterns.columns))
        some = np.flatnonzero(counts)
        scores[name] = sums(counts[None, some], points.at(some), int(marked.sum()))[0]
    return OneAnswer(int(marked.sum()), scores)
