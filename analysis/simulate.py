"""A made-up children's service whose truth is known: for tests, power tables and the demo.

About 600 people in 9 services and 45 teams of 4 to 30. Six waves are answered and a seventh is
open. Fear of speaking out is high, and falls after an action that follows the third wave; workload
gets worse; one service is cut anew before the fourth wave; people who are afraid answer less. No
person, place or word in it is real, and everything it gives is marked as simulated.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from analysis.dataset import UNIT, Comment, Unit, Wave
from analysis.instrument import Instrument
from analysis.question_sets import build
from analysis.simulation import people, ratings, writing

SETS = ("discover", "dream", "design", "destiny", "check", "discover", "check")
DATES = (
    "2025-07-04",
    "2025-10-03",
    "2025-12-12",
    "2026-03-06",
    "2026-06-05",
    "2026-09-11",
    "2026-11-27",
)
WAVES = len(SETS)
# How much more than their own leaning people write about what is bad, or good, for everybody.
TALKED_OF = 2.0
# What was on everybody's mind beyond that, in waves 1 to 7: above nought it is complained of more,
# below it praised more.
ON_MINDS: Mapping[str, tuple[float, ...]] = {
    "workload": (0.3, 0.3, 0.4, 0.4, 0.4, 1.2, 1.2),
    "imposed_change": (0.3, 0.3, 0.5, 0.8, 0.8, 0.1, 0.1),
    "fear_speaking_out": (1.3, 1.3, 1.3, 1.2, 1.1, 1.0, 0.9),
    "supervision_support": (-0.3, -0.3, -0.3, -0.3, -0.3, -0.4, -0.4),
}
# How many of those who name a difficulty write of something that no theme covers.
NO_THEME = (0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.1)


@dataclass(frozen=True)
class Answer:
    """What one person sent. ``ratings`` maps items to codes, ``None`` where left blank."""

    email: str
    unit: str
    ratings: Mapping[str, int | None]
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class Organisation:
    """A made-up organisation over seven waves. ``truth`` maps a wave and a theme to the mean
    score of everybody on that wave's roster, those who did not answer included."""

    name: str
    truth: Mapping[int, Mapping[str, float]]
    rosters: tuple[people.Roster, ...]
    simulated: bool = True
    _place: people.Place = field(repr=False, kw_only=True)
    _answers: tuple[tuple[Answer, ...], ...] = field(repr=False, kw_only=True)

    def instrument(self, wave: int) -> Instrument:
        """The question set asked in a wave, marked as simulated."""
        return replace(build(SETS[wave - 1]), simulated=True)

    def units(self, wave: int) -> tuple[Unit, ...]:
        """The tree of a wave with head counts, the whole first. Ids are paths."""
        return people.units(self._place, self.rosters[wave - 1])

    def roster_csv(self, wave: int) -> str:
        """The roster of a wave as a file: columns name, email, unit."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(("name", "email", "unit"))
        for person in self.rosters[wave - 1]:
            writer.writerow((person.name, person.email, person.unit))
        return buffer.getvalue()

    def answers(self, wave: int) -> list[Answer]:
        """What those who answered a wave sent, in the order of the roster."""
        return list(self._answers[wave - 1])

    def wave(self, number: int) -> Wave:
        """The same answers as an import of them looks: no person, responses in no order."""
        answers = self._answers[number - 1]
        instrument = self.instrument(number)
        order = np.random.default_rng([number, len(answers)]).permutation(len(answers))
        columns: dict[str, list[str] | list[int | None]] = {
            UNIT: [answers[place].unit for place in order]
        }
        for item in instrument.ratings:
            columns[item.id] = [answers[place].ratings[item.id] for place in order]
        schema = {UNIT: pl.String(), **{item.id: pl.Int8() for item in instrument.ratings}}
        comments = sorted(
            (comment for answer in answers for comment in answer.comments),
            key=lambda comment: (comment.question, comment.text, comment.use, comment.unit),
        )
        return Wave(
            id=f"simulated-{number}",
            label=f"Pulse {number}",
            date=DATES[number - 1],
            responses=pl.DataFrame(columns, schema=schema),
            units=self.units(number),
            comments=tuple(comments),
            simulated=True,
        )


def organisation(seed: int = 1) -> Organisation:
    """Make the organisation up. The same seed gives the same one, to the letter."""
    where = people.place()
    rosters = people.rosters(where, WAVES, np.random.default_rng([seed, 0]))
    teams = sorted({person.unit for roster in rosters for person in roster})
    most = max(person.number for roster in rosters for person in roster)
    minds = ratings.Minds(most, teams, np.random.default_rng([seed, 1]))
    truth: dict[int, Mapping[str, float]] = {}
    answers: list[tuple[Answer, ...]] = []
    for wave, roster in enumerate(rosters, start=1):
        instrument = build(SETS[wave - 1])
        made = ratings.sheet(
            instrument, roster, minds, wave, np.random.default_rng([seed, 2, wave])
        )
        truth[wave] = ratings.truth(instrument, made)
        pen = writing.Pen(np.random.default_rng([seed, 3, wave]))
        answers.append(_answers(instrument, roster, made, pen, wave))
    return Organisation(where.name, truth, rosters, _place=where, _answers=tuple(answers))


def _answers(
    instrument: Instrument, roster: people.Roster, made: ratings.Sheet, pen: writing.Pen, wave: int
) -> tuple[Answer, ...]:
    found: list[Answer] = []
    talk = {theme: TALKED_OF * values.mean() for theme, values in made.leaning.items()}
    talk |= {theme: talk[theme] - course[wave - 1] for theme, course in ON_MINDS.items()}
    for place in np.flatnonzero(made.answered):
        person = roster[place]
        leaning = {
            theme: float(values[place] + talk[theme]) for theme, values in made.leaning.items()
        }
        given = {
            item: None if code == ratings.BLANK else int(code)
            for item, code in zip(made.items, made.given[place], strict=True)
        }
        new = NO_THEME[wave - 1]
        written = (pen.comment(item, leaning, person.service, new) for item in instrument.texts)
        comments = tuple(comment for comment in written if comment is not None)
        found.append(Answer(person.email, person.unit, given, comments))
    return tuple(found)
