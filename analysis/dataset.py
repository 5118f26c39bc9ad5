"""PulseData: the one shape of the data, checked on the way in.

A wave's answers are a table with one row a response and nothing that says whose: the unit's id
and one small whole number an item. Comments stand apart, in their own order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from analysis.instrument import NOT_ASKED as NOT_ASKED
from analysis.instrument import PREFER_NOT_TO_SAY as PREFER_NOT_TO_SAY
from analysis.instrument import Instrument

UNIT = "unit"

Use = Literal["publish", "board", "themes"]
Origin = Literal["ballots", "imported"]


class DataError(ValueError):
    """The data cannot be used; ``problems`` holds one sentence a problem, with line numbers."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Unit:
    """A place in the organisation. ``headcount`` is the frozen number of people in it and below
    it, or ``None`` when an imported file does not say."""

    id: str
    name: str
    parent: str | None
    headcount: int | None = None


@dataclass(frozen=True)
class Comment:
    """What somebody wrote, to one question. ``unit`` is a directorate or the whole, never a team.
    ``use`` is the author's choice; without one a comment counts as ``themes`` only."""

    question: str
    text: str
    use: Use = "themes"
    unit: str = ""


@dataclass(frozen=True)
class Wave:
    """One round of answers.

    ``responses`` has the column ``unit`` (id of the finest unit the response may be counted in)
    and one ``Int8`` column an item of ``instrument.ratings``: an option's code, ``null`` where
    left blank, ``PREFER_NOT_TO_SAY`` or ``NOT_ASKED``.
    """

    id: str
    label: str
    date: str
    responses: pl.DataFrame
    units: tuple[Unit, ...]
    comments: tuple[Comment, ...] = ()
    origin: Origin = "imported"
    simulated: bool = False

    @property
    def root(self) -> Unit:
        return next(unit for unit in self.units if unit.parent is None)


@dataclass(frozen=True)
class PulseData:
    """Waves of one instrument, oldest first."""

    instrument: Instrument
    waves: tuple[Wave, ...]
    notes: tuple[str, ...] = field(default=())


def descendants(units: tuple[Unit, ...]) -> Mapping[str, frozenset[str]]:
    """For each unit its own id and all below it. Raises on a ring or a lost parent."""
    parents = {unit.id: unit.parent for unit in units}
    below: dict[str, set[str]] = {unit_id: set() for unit_id in parents}
    for unit_id in parents:
        seen: list[str] = []
        step: str | None = unit_id
        while step is not None:
            if step in seen:
                raise DataError([f"The groups {' → '.join([*seen, step])} form a ring."])
            if step not in parents:
                raise DataError([f"The group {seen[-1]!r} lies in {step!r}, which is not listed."])
            seen.append(step)
            below[step].add(unit_id)
            step = parents[step]
    return {unit_id: frozenset(ids) for unit_id, ids in below.items()}


def check_wave(wave: Wave, instrument: Instrument) -> list[str]:
    """What is wrong with a wave's table, one sentence each: columns, units, codes out of range."""
    problems: list[str] = []
    expected = {UNIT, *(item.id for item in instrument.ratings)}
    lacking = sorted(expected - set(wave.responses.columns))
    surplus = sorted(set(wave.responses.columns) - expected)
    if lacking:
        problems.append(f"Wave {wave.label}: the columns {', '.join(lacking)} are missing.")
    if surplus:
        problems.append(f"Wave {wave.label}: nobody knows the columns {', '.join(surplus)}.")
    if problems:
        return problems
    known = {unit.id for unit in wave.units}
    strangers = sorted(set(wave.responses[UNIT].unique().to_list()) - known, key=str)
    problems.extend(f"Wave {wave.label}: the group {unit!r} is not listed." for unit in strangers)
    special = (PREFER_NOT_TO_SAY, NOT_ASKED)
    for item in instrument.ratings:
        if item.kind == "number":
            continue
        allowed = [*instrument.response_set(item).codes(), *special]
        wrong = (
            wave.responses[item.id]
            .drop_nulls()
            .filter(~wave.responses[item.id].drop_nulls().is_in(allowed))
        )
        if len(wrong):
            problems.append(
                f"Wave {wave.label}, item {item.id}: {len(wrong)} answers are out of range "
                f"(for example {wrong[0]}); it takes {min(allowed[:-2])} to {max(allowed)}."
            )
    return problems
