"""Scoring keys of other people's instruments: which items make which scale, and never their words.

A key scores columns that an organisation brings from its own licensed copy. Every key says where
it comes from and how far it has been checked: ``V`` verified in a source, ``S`` one secondary
source, ``R`` recalled from the literature.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import polars as pl

from analysis.dataset import DataError
from analysis.importers.table import capped, clean
from analysis.instrument import BUNDLED, InstrumentError, Source

KEYS = BUNDLED / "keys"
_WHOLE = re.compile(r"(-?\d+)\.0+", re.ASCII)

Mark = Literal["V", "S", "R"]


@dataclass(frozen=True)
class Norms:
    """Where the comparison figures come from, whom they describe and what to beware of."""

    verified: Mark
    level: str
    population: str
    source: str
    warning: str


@dataclass(frozen=True)
class KeyScale:
    """One scale: items in the key's numbering, points by answer, and the rule that joins them.

    ``mean``: mean of the points of the answered items. ``sum``: their sum times ``factor``.
    ``positive``: of all answers to its items, the percent worth 75 points or more; a figure of a
    group, not of a person. Fewer than ``min_answered`` answers give no score.
    """

    id: str
    title: str
    items: tuple[str, ...]
    points: str
    formula: Literal["mean", "sum", "positive"]
    min_answered: int
    theme: str = ""
    higher: Literal["better", "worse"] = "better"
    reverse: frozenset[str] = frozenset()
    other_points: Mapping[str, str] = field(default_factory=dict)
    factor: float = 1.0
    percentiles: Mapping[str, float] = field(default_factory=dict)
    norms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ScoringKey:
    """An instrument's key: points, scales, norms, source and licence."""

    id: str
    title: str
    verified: Mark
    note: str
    low: float
    high: float
    missing: tuple[str, ...]
    source: Source
    norms: Norms
    points: Mapping[str, Mapping[str, float]]
    scales: tuple[KeyScale, ...]

    def scale(self, scale_id: str) -> KeyScale:
        return next(scale for scale in self.scales if scale.id == scale_id)

    def worth(self, scale: KeyScale, item: str) -> Mapping[str, float]:
        """Points by answer for an item of a scale, after reversing."""
        points = self.points[scale.other_points.get(item, scale.points)]
        if item not in scale.reverse:
            return points
        ends = min(points.values()) + max(points.values())
        return {answer: ends - worth for answer, worth in points.items()}

    @property
    def items(self) -> tuple[str, ...]:
        """Every item that some scale needs, in the order first named."""
        return tuple(dict.fromkeys(item for scale in self.scales for item in scale.items))


@dataclass(frozen=True)
class GroupScore:
    """A scale's figure for a group; ``n`` people stand behind it."""

    scale: str
    value: float | None
    n: int


@cache
def keys() -> tuple[str, ...]:
    """The ids of the keys shipped."""
    return tuple(sorted(path.stem for path in KEYS.glob("*.toml")))


@cache
def key(key_id: str) -> ScoringKey:
    """A shipped key by its id. Raises :class:`InstrumentError` for an unknown one."""
    if key_id not in keys():
        raise InstrumentError(
            [f"There is no scoring key {key_id!r}. Choose one of: {', '.join(keys())}."]
        )
    return parse_key((KEYS / f"{key_id}.toml").read_text(encoding="utf-8"))


def parse_key(text: str) -> ScoringKey:
    """A key from TOML text."""
    raw = tomllib.loads(text)
    head = dict(raw["key"])
    head["missing"] = ("", *head["missing"])
    return ScoringKey(
        **head,
        source=Source(**raw["source"]),
        norms=Norms(**raw["norms"]),
        points=raw["points"],
        scales=tuple(_scale(body) for body in raw["scales"]),
    )


def score(
    scoring: ScoringKey, table: pl.DataFrame, columns: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Scores of people: one row a row of the table, one column a scale of ``mean`` or ``sum``.

    ``columns`` maps the key's items to columns; an item not named has a column of its own name.
    Scales with an item that has no column are left out. An answer without points that is not
    missing refuses the table. Raises :class:`DataError`.
    """
    scales = [scale for scale in _scorable(scoring, table, columns) if scale.formula != "positive"]
    worths = _worths(scoring, scales, table, columns)
    return pl.DataFrame(
        {scale.id: _person_scores(scale, worths) for scale in scales},
        schema={scale.id: pl.Float64 for scale in scales},
    )


def group_scores(
    scoring: ScoringKey, table: pl.DataFrame, columns: Mapping[str, str] | None = None
) -> tuple[GroupScore, ...]:
    """Every scale's figure for the people of a table taken together, not rounded.

    A ``mean`` or ``sum`` scale gives the mean of the people who have a score; a ``positive`` one
    pools all answers to its items, so that a person who answered more counts for more.
    """
    scales = _scorable(scoring, table, columns)
    worths = _worths(scoring, scales, table, columns)
    found: list[GroupScore] = []
    for scale in scales:
        if scale.formula == "positive":
            found.append(_pooled(scale, worths))
            continue
        found.append(mean_of_people(scale.id, _person_scores(scale, worths)))
    return tuple(found)


def mean_of_people(scale_id: str, scores: Sequence[float | None]) -> GroupScore:
    """The mean of the people who have a score, not rounded; ``None`` when nobody has one."""
    people = [one for one in scores if one is not None]
    return GroupScore(scale_id, sum(people) / len(people) if people else None, len(people))


def place(scoring: ScoringKey, scale_id: str, organisation_mean: float) -> str:
    """Where a whole organisation's mean lies among others, in words; empty without percentiles.

    Never for a team or a person: the percentiles are of organisations.
    """
    marks = scoring.scale(scale_id).percentiles
    if not marks:
        return ""
    among = scoring.norms.population
    if organisation_mean < marks["p20"]:
        return f"in the lowest fifth of {among}"
    if organisation_mean < marks["p50"]:
        return f"in the lower half of {among}, above the lowest fifth"
    if organisation_mean < marks["p80"]:
        return f"in the upper half of {among}, below the highest fifth"
    return f"in the highest fifth of {among}"


Worths = Mapping[tuple[str, str], Sequence[float | None]]


def _scale(body: Mapping[str, Any]) -> KeyScale:
    settings = dict(body)
    settings["items"] = tuple(settings["items"])
    settings["reverse"] = frozenset(settings.get("reverse", ()))
    return KeyScale(**settings)


def _scorable(
    scoring: ScoringKey, table: pl.DataFrame, columns: Mapping[str, str] | None
) -> list[KeyScale]:
    names = columns or {}
    there = [
        scale
        for scale in scoring.scales
        if all(names.get(item, item) in table.columns for item in scale.items)
    ]
    if not there:
        raise DataError(
            [f"The table has all items of no scale of {scoring.title}. Say which column is which."]
        )
    return there


def _worths(
    scoring: ScoringKey,
    scales: Sequence[KeyScale],
    table: pl.DataFrame,
    columns: Mapping[str, str] | None,
) -> Worths:
    """Points of every answer, by scale and item; ``None`` where missing."""
    names = columns or {}
    problems: dict[str, None] = {}
    found: dict[tuple[str, str], list[float | None]] = {}
    for scale in scales:
        for item in scale.items:
            name = names.get(item, item)
            points = {
                answer.casefold(): worth for answer, worth in scoring.worth(scale, item).items()
            }
            worths: list[float | None] = []
            for row, value in enumerate(table[name].cast(pl.String).to_list(), 1):
                answer = _answer(value)
                worths.append(points.get(answer))
                if answer not in points and answer not in scoring.missing:
                    problems[
                        f"Row {row}, {name}: “{value}” is out of range. "
                        f"It takes {', '.join(scoring.worth(scale, item))}."
                    ] = None
            found[scale.id, item] = worths
    if problems:
        raise DataError(capped(list(problems)))
    return found


def _answer(value: str | None) -> str:
    text = clean(value or "").casefold()
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def _person_scores(scale: KeyScale, worths: Worths) -> list[float | None]:
    scores: list[float | None] = []
    for row in zip(*(worths[scale.id, item] for item in scale.items), strict=True):
        answered = [worth for worth in row if worth is not None]
        if len(answered) < scale.min_answered:
            scores.append(None)
            continue
        total = sum(answered)
        scores.append(total * scale.factor if scale.formula == "sum" else total / len(answered))
    return scores


def _pooled(scale: KeyScale, worths: Worths) -> GroupScore:
    rows = list(zip(*(worths[scale.id, item] for item in scale.items), strict=True))
    answers = [worth for row in rows for worth in row if worth is not None]
    people = sum(any(worth is not None for worth in row) for row in rows)
    positive = sum(worth >= 75 for worth in answers)
    return GroupScore(scale.id, 100 * positive / len(answers) if answers else None, people)
