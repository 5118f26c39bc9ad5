"""Rows of answers as models want them: points of complete answers, scores, and who is where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.dataset import UNIT, Wave, descendants
from analysis.disclosure import Rule
from analysis.instrument import Instrument
from analysis.release.released import Released, settle
from analysis.release.visible import Theme
from analysis.reliability import Matrix
from analysis.scoring import Key
from analysis.tally import count


@dataclass(frozen=True, eq=False)
class Rows:
    """One wave: its answers, the questions behind them and the rule they are shown under."""

    wave: Wave
    instrument: Instrument
    rule: Rule

    @cached_property
    def released(self) -> Released:
        return settle(count(self.wave, self.instrument), self.instrument, self.rule)

    @cached_property
    def themes(self) -> tuple[Theme, ...]:
        """The themes that are shown for the whole organisation."""
        return tuple(theme for theme in self.released.themes if theme.root in theme.shown)

    def theme(self, theme_id: str) -> Theme | None:
        return next((theme for theme in self.themes if theme.scale.id == theme_id), None)

    def points(self, theme: Theme) -> Matrix:
        """Points of each person on each question asked; not a number where there is no answer.
        Shape: (people, items)."""
        key = dict(zip(theme.scale.items, theme.key.points, strict=True))
        return np.column_stack([self._worth(item_id, key[item_id]) for item_id in theme.asked])

    def scores(self, theme: Theme) -> Matrix:
        """Each person's score, 0 to 100; not a number under the half rule. Shape: (people,)."""
        key: Key = theme.key
        places = [theme.scale.items.index(item_id) for item_id in theme.asked]
        points = self.points(theme)
        answered = ~np.isnan(points)
        given = answered.sum(axis=1)
        if theme.scale.formula == "favourable":
            good = [
                np.isin(points[:, column], [key.points[place][c] for c in key.favourable[place]])
                for column, place in enumerate(places)
            ]
            got, whole = np.sum(good, axis=0), np.maximum(given, 1)
        else:
            got, whole = np.nansum(points, axis=1), np.maximum(given, 1) * key.full
        enough = (given >= key.needed[len(theme.asked)]) & (given > 0)
        found: Matrix = np.where(enough, 100.0 * got / whole, np.nan)
        return found

    def inside(self, unit: str) -> NDArray[np.bool_]:
        """Who is in a group or in one of those below it. Shape: (people,)."""
        below = descendants(self.wave.units)[unit]
        return np.array([where in below for where in self._units], dtype=np.bool_)

    def large(self, themes: Sequence[Theme]) -> tuple[str, ...]:
        """The groups next below the whole that are shown for every one of these themes."""
        first = themes[0].shown_children(themes[0].root) if themes else []
        return tuple(
            unit
            for unit in first
            if all(unit in theme.shown_children(theme.root) for theme in themes)
        )

    def cells(self, themes: Sequence[Theme]) -> NDArray[np.str_]:
        """For each person the smallest group around them that is shown for every theme, so that
        nothing depends on how answers lie in hidden groups (rule D13). Shape: (people,)."""
        shown = set.intersection(*(set(theme.shown) for theme in themes))
        parents = {unit.id: unit.parent for unit in self.wave.units}
        cell_of: dict[str, str] = {}
        for unit in parents:
            cell: str | None = unit
            while cell is not None and cell not in shown:
                cell = parents[cell]
            cell_of[unit] = cell or ""
        return np.array([cell_of[unit] for unit in self._units])

    @cached_property
    def _units(self) -> list[str]:
        found: list[str] = self.wave.responses[UNIT].to_list()
        return found

    def _worth(self, item_id: str, worth: Mapping[int, int]) -> Matrix:
        codes = self.wave.responses[item_id].fill_null(np.iinfo(np.int8).min).to_numpy()
        found = np.full(len(codes), np.nan)
        for code, points in worth.items():
            found[codes == code] = points
        return found


def complete(points: Matrix) -> Matrix:
    """The rows without a missing answer."""
    found: Matrix = points[~np.isnan(points).any(axis=1)]
    return found


def same_questions(one: Theme, other: Theme) -> bool:
    """Whether two waves asked a theme in the same words with the same options."""
    if one.asked != other.asked:
        return False
    return all(
        one.instrument.item(item) == other.instrument.item(item)
        and one.instrument.response_set(one.instrument.item(item))
        == other.instrument.response_set(other.instrument.item(item))
        for item in one.asked
    )
