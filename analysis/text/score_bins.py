"""One question's comments counted by the machine's score: all that a share is estimated from.

The table holds counts alone, no comment and no score, so it outlives the comments, and tables of
directorates add up to that of the whole. Which comments are counted where is TEXT 3.3: stratum A
is what may be read (publish, board only), stratum U what its authors kept for the software.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

CUTS = (0.03, 0.15, 0.5)
BINS = len(CUTS) + 1
PUBLISH, BOARD, THEMES = range(3)  # what an author allowed, in the order of counts.USES

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
COUNTS = ("readable", "audited", "positive", "board_audited", "board_positive", "closed")
BORROWED = ("earlier_audited", "earlier_positive")
_HEAD = ("wave", "question", "coder", "labels", "out_of_fold", "own")


class ScoreError(ValueError):
    """Scores, codes and choices that cannot be counted together."""


@dataclass(frozen=True, eq=False)
class ScoreBins:
    """Comments to one question of one wave by score, for each label; shapes (labels, 4).

    A label is a theme, or ``theme/direction``. ``readable`` counts stratum A, ``audited`` those of
    it that people coded without seeing the machine's codes, ``positive`` the audited with the
    label; ``board_audited`` and ``board_positive`` the same of board-only comments alone;
    ``closed`` counts stratum U. ``earlier_audited`` and ``earlier_positive`` are rows borrowed from
    earlier audits, already weighted. ``coder`` names scorer, version, model hash and codebook.
    ``out_of_fold``: the audited rows were scored by a model that had not learnt from them. ``own``
    has the fingerprint of each theme of the organisation's own, beside what ``coder`` codes.
    """

    wave: str
    question: str
    coder: str
    labels: tuple[str, ...]
    readable: IntArray
    audited: IntArray
    positive: IntArray
    board_audited: IntArray
    board_positive: IntArray
    closed: IntArray
    earlier_audited: FloatArray
    earlier_positive: FloatArray
    out_of_fold: bool = False
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def comments(self) -> int:
        """Comments in all: the denominator, "of those who wrote here"."""
        return int(self.readable[0].sum() + self.closed[0].sum())

    @property
    def rows(self) -> int:
        """Comments in this wave's audit."""
        return int(self.audited[0].sum())

    @property
    def closed_share(self) -> float:
        """The part of all comments that are *themes only*; nought without comments."""
        return float(self.closed[0].sum() / self.comments) if self.comments else 0.0

    def place(self, label: str) -> int:
        return self.labels.index(label)

    def __add__(self, other: "ScoreBins") -> "ScoreBins":
        if any(getattr(self, name) != getattr(other, name) for name in _HEAD):
            raise ScoreError("Only counts of one question of one wave by one coder can be added.")
        added = {name: getattr(self, name) + getattr(other, name) for name in (*COUNTS, *BORROWED)}
        return replace(self, **added)

    def without(self, part: "ScoreBins") -> "ScoreBins":
        """The comments that are not in ``part``, a directorate's; what is borrowed stays."""
        left = {name: getattr(self, name) - getattr(part, name) for name in COUNTS}
        if self.labels != part.labels or any((counts < 0).any() for counts in left.values()):
            raise ScoreError("These comments are not a part of the others.")
        return replace(self, **left)

    def only(self, labels: Sequence[str]) -> "ScoreBins":
        """The same comments, counted for some labels."""
        places = [self.place(label) for label in labels]
        kept = {name: getattr(self, name)[places] for name in (*COUNTS, *BORROWED)}
        return replace(self, labels=tuple(labels), **kept)

    def to_dict(self) -> dict[str, Any]:
        counts = {name: getattr(self, name).tolist() for name in (*COUNTS, *BORROWED)}
        return {
            "wave": self.wave,
            "question": self.question,
            "coder": self.coder,
            "labels": list(self.labels),
            "out_of_fold": self.out_of_fold,
            "own": dict(self.own),
            **counts,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "ScoreBins":
        found = {**raw, "labels": tuple(raw["labels"])}
        found |= {name: np.asarray(raw[name], dtype=np.int64) for name in COUNTS}
        found |= {name: np.asarray(raw[name], dtype=np.float64) for name in BORROWED}
        return cls(**found)


def tabulate(
    head: tuple[str, str, str],
    labels: Sequence[str],
    scores: FloatArray,
    use: NDArray[np.integer[Any]],
    audited: BoolArray,
    human: BoolArray,
    *,
    out_of_fold: bool = False,
) -> ScoreBins:
    """Count comments by score bin: [0, .03), [.03, .15), [.15, .5), [.5, 1].

    ``head`` is wave, question and coder. Shapes: ``scores`` (comments, labels), calibrated
    probabilities, p·p for a theme and direction; ``use`` (comments,) of PUBLISH, BOARD and THEMES;
    ``audited`` (comments,); ``human`` (comments, labels), read in audited rows alone. Comments
    without content are left out by the caller. The order of comments does not matter. Raises
    :class:`ScoreError` for shapes that do not fit, a score that is no probability, and an audited
    *themes only* comment, which nobody may have read.
    """
    _check(labels, scores, use, audited, human)
    bins = np.digitize(scores, CUTS)
    readable = use != THEMES
    board = audited & (use == BOARD)

    def count(rows: BoolArray, among: BoolArray | None = None) -> IntArray:
        chosen = np.broadcast_to(rows[:, None], bins.shape)
        if among is not None:
            chosen = chosen & among
        found = [(chosen & (bins == b)).sum(axis=0) for b in range(BINS)]
        return np.stack(found, axis=1).astype(np.int64)

    coded = human.astype(bool)
    nothing = np.zeros((len(labels), BINS))
    return ScoreBins(
        *head,
        tuple(labels),
        readable=count(readable),
        audited=count(audited),
        positive=count(audited, coded),
        board_audited=count(board),
        board_positive=count(board, coded),
        closed=count(~readable),
        earlier_audited=nothing,
        earlier_positive=nothing,
        out_of_fold=out_of_fold,
    )


def _check(
    labels: Sequence[str],
    scores: FloatArray,
    use: NDArray[np.integer[Any]],
    audited: BoolArray,
    human: BoolArray,
) -> None:
    rows = len(use)
    if not labels or len(set(labels)) != len(labels):
        raise ScoreError("Every label must have a name of its own, and there must be one.")
    wide = (rows, len(labels))
    if scores.shape != wide or human.shape != wide or audited.shape != (rows,):
        raise ScoreError("Scores, codes and choices are not of the same comments.")
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ScoreError("A score is missing or is no probability.")
    if not np.isin(use, (PUBLISH, BOARD, THEMES)).all():
        raise ScoreError("A comment has no known choice of who may read it.")
    if (audited & (use == THEMES)).any():
        raise ScoreError("A comment that is for the software alone stands in the audit.")


def merged(audited: IntArray) -> IntArray:
    """Which bin each bin is counted with: one without audited rows joins the next lower one that
    has some, and the lowest ones join the next upper one. Shape (4,) -> (4,); there must be a row.

    >>> merged(np.array([9, 0, 4, 0])).tolist(), merged(np.array([0, 0, 4, 2])).tolist()
    ([0, 0, 2, 2], [2, 2, 2, 3])
    """
    known = np.flatnonzero(audited)
    if not len(known):
        raise ScoreError("No comment was audited, so no rate is known.")
    below = np.searchsorted(known, np.arange(len(audited)), side="right") - 1
    return known[np.maximum(below, 0)].astype(np.int64)
