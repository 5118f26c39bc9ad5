"""The same people twice: what those who kept a diary phrase moved by since the pulse before.

A ballot with tags gives the opener one person's scores in two pulses next to each other. What is
kept of the earlier one until then must not lead back to its author's other answers. So each theme
is a record of its own, and its score is a rough one, drawn so that the mean of many is right and no
record fits fewer than ``FITS`` answers. What is kept of the pairs themselves is three sums a theme.
"""

import hashlib
import hmac
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.change import Contrast, judge
from analysis.disclosure import Group, Rule, nearest
from analysis.estimate import Difference
from analysis.instrument import Instrument
from analysis.release.audit import Subject, audit
from analysis.release.visible import Theme
from analysis.scoring import Key
from analysis.summary import PairedChange, Pairs, Summary
from analysis.verdicts import Before

LEAST = 30
STEPS = (25, 50, 100)
FITS = 10
SPREAD_STEP = 5.0
NOT_COMPARED = ("not_shown", "first", "break")


@dataclass(frozen=True)
class Sums:
    """Differences of ``n`` people on one theme, now less before, in points of 100: their sum and
    the sum of their squares."""

    n: int
    total: float
    squares: float

    @classmethod
    def of(cls, differences: Sequence[float]) -> "Sums":
        return cls(
            len(differences), math.fsum(differences), math.fsum(gap**2 for gap in differences)
        )

    def difference(self) -> Difference:
        """The mean difference of paired scores, with Student's interval.

        Formula: d̄ = Σd/n, SE = s/√n with s² = Σ(d − d̄)²/(n − 1), on n − 1 degrees of freedom.
        s is rounded up to whole steps of 5 points, so that the range tells nothing finer of how
        far people moved apart. Missing: only people with both scores count.

        >>> Sums.of([1.0, 2.0, 3.0, 6.0]).difference()
        Difference(value=3.0, se=2.5, df=3.0)
        """
        mean = self.total / self.n
        spread = math.sqrt(max(self.squares - self.n * mean**2, 0.0) / (self.n - 1))
        told = max(math.ceil(spread / SPREAD_STEP), 1) * SPREAD_STEP
        return Difference(mean, told / math.sqrt(self.n), float(self.n - 1))


@dataclass(frozen=True)
class Paired:
    """What a wave's pairs come to: ``since`` is the id of the wave before, ``themes`` the sums of
    each theme with at least :data:`LEAST` of them."""

    since: str
    themes: Mapping[str, Sums]

    def to_dict(self) -> dict[str, Any]:
        themes = {name: [s.n, s.total, s.squares] for name, s in self.themes.items()}
        return {"since": self.since, "themes": themes}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Paired":
        return cls(raw["since"], {name: Sums(*sums) for name, sums in raw["themes"].items()})


def keys_of(instrument: Instrument) -> tuple[Key, ...]:
    """How each theme is scored, for :func:`scores`."""
    return tuple(Key.of(instrument, scale) for scale in instrument.scales)


def scores(keys: Sequence[Key], ratings: Mapping[str, int]) -> dict[str, float]:
    """One person's score on each theme they have one on, 0–100.

    Formula: 100·T/(m·full) over the m answered items, or 100·F/m where the theme counts favourable
    answers; themes under the half rule are missing.
    """
    found = {key.scale.id: score(key, ratings) for key in keys}
    return {theme: value for theme, value in found.items() if value is not None}


def score(key: Key, ratings: Mapping[str, int]) -> float | None:
    """One person's score on a theme, 0–100; ``None`` when too few of its items were answered."""
    worth = [
        (points[ratings[item]], ratings[item] in good)
        for item, points, good in zip(key.scale.items, key.points, key.favourable, strict=True)
        if ratings.get(item) in points
    ]
    if len(worth) < key.needed[len(key.scale.items)]:
        return None
    if key.scale.formula == "favourable":
        return 100.0 * sum(good for _, good in worth) / len(worth)
    return 100.0 * sum(points for points, _ in worth) / (len(worth) * key.full)


def step(everybody: Iterable[float], fits: int = FITS) -> int | None:
    """The finest step at which no record gives away whose it is: ``None`` where none is coarse
    enough, and then nothing of the theme is kept.

    ``everybody``: the scores of all who answered, 0–100. Whoever can read both, and guesses from a
    record which of the answers is its author's, is right with probability max P(value | answer)
    over Σ P(value | answer): at most one in ``fits``, for each value that can occur.

    >>> step([0.0] * 12 + [50.0] * 12 + [100.0] * 12), step([50.0] * 40 + [10.0])
    (25, 100)
    >>> step([100.0] * 40 + [10.0])
    """
    held = list(everybody)
    for size in STEPS:
        total: dict[int, float] = defaultdict(float)
        most: dict[int, float] = defaultdict(float)
        for one in held:
            low, share = _between(one, size)
            for value, chance in ((low, 1.0 - share), (low + size, share)):
                if chance > 0:
                    total[value] += chance
                    most[value] = max(most[value], chance)
        # A hair below, for the tens that do not add up exactly.
        if held and all(total[value] >= fits * most[value] - 1e-9 for value in total):
            return size
    return None


def rough(exact: float, size: int, draw: float) -> int:
    """A score as it is kept: one of its two neighbours among the multiples of ``size``, the nearer
    one more often, so that on average it is the score. ``draw``: chance, from 0 up to 1.

    >>> [rough(60.0, 25, draw) for draw in (0.0, 0.39, 0.41, 0.99)], rough(100.0, 25, 0.0)
    ([75, 75, 50, 50], 100)
    """
    low, share = _between(exact, size)
    return low + size if draw < share else low


def _between(exact: float, size: int) -> tuple[int, float]:
    low = size * math.floor(exact / size)
    return low, (exact - low) / size


def tag_of(tag: bytes, theme: str) -> bytes:
    """What one theme's record goes by: without the tag, two themes of a person are strangers."""
    return hmac.digest(tag, theme.encode(), hashlib.sha256)[:16]


def told(
    paired: Paired,
    made: Summary,
    themes: Sequence[Theme],
    befores: Sequence[Before | None],
    rule: Rule,
) -> Pairs | None:
    """What may be said of the pairs, for the whole organisation; ``None`` where it is nothing.

    A theme is told from :data:`LEAST` pairs up, when its own change may be told and was measured
    since the same wave, and when those *without* a phrase are as many as any figure needs: their
    change follows from the two. Rounding and words are those of every change (rules D8, D9).
    """
    kept: list[tuple[str, Contrast]] = []
    for theme, before in zip(themes, befores, strict=True):
        sums = paired.themes.get(theme.scale.id)
        if sums is None or before is None or before.theme.counted.head.id != paired.since:
            continue
        row = made.row(theme.scale.id)
        if row.figure is None or row.change.verdict in NOT_COMPARED or sums.n < least(rule):
            continue
        if not audit((_subject(sums.n, one) for one in (theme, before.theme)), rule):
            kept.append((theme.scale.id, Contrast(sums.difference(), sums.n, row.change.against)))
    if not kept:
        return None
    judged = judge([(one, nearest(one.found.value, 1)) for _, one in kept], rule)
    people = min(one.n for _, one in kept) // 10 * 10
    changes = zip((theme for theme, _ in kept), judged, strict=True)
    return Pairs(f"at least {people}", tuple(PairedChange(*change) for change in changes))


def least(rule: Rule) -> int:
    """How many pairs a theme needs before anything is said of them."""
    return max(LEAST, rule.k, rule.k_sensitive)


def _subject(pairs: int, theme: Theme) -> Subject:
    answers = next(group.answers for group in theme.groups if group.id == theme.root)
    atoms = {
        name: Group(name, None, people, people, None)
        for name, people in (("kept", pairs), ("others", answers - pairs))
    }
    figures = {"pairs": frozenset({"kept"}), "everybody": frozenset(atoms)}
    return Subject(f"pairs on {theme.scale.id}", atoms, figures, theme.sensitive)
