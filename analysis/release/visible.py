"""One theme of one wave, cut into the cells that a release makes visible.

The mask depends on counts of answers and on headcounts, never on what was answered. A cell is a
shown group without its shown children; groups that are not shown exist only inside their cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from analysis.counting.outside import Outside, walk
from analysis.dataset import Unit, descendants
from analysis.disclosure import (
    Group,
    Rule,
    holders,
    may_show,
    release,
    residuals,
    step,
    steps,
)
from analysis.estimate import (
    LEAST_ANSWERS,
    Cells,
    Estimate,
    Spread,
    Stratum,
    heaviest,
    of_cells,
    stand_in,
    stratified,
    weights_of,
)
from analysis.instrument import Instrument, Scale
from analysis.scoring import ABOVE, LEANS, IntArray, Key, Moments, N, lean, moments
from analysis.tally import Counted


def roll_up(units: Sequence[Unit], order: tuple[str, ...], table: IntArray) -> dict[str, IntArray]:
    """For each unit its rows and those of everything below it, added.

    ``order`` names the rows of ``table``. Shapes: (units, …) -> (…) for each unit, in whole counts.
    """
    parents = {unit.id: unit.parent for unit in units}
    place = {unit: i for i, unit in enumerate(order)}
    totals = {unit.id: table[place[unit.id]].copy() for unit in units}
    depth = {unit.id: 0 for unit in units}
    for below in descendants(tuple(units)).values():
        for unit_id in below:
            depth[unit_id] += 1
    for unit_id in sorted(parents, key=lambda unit_id: -depth[unit_id]):
        parent = parents[unit_id]
        if parent is not None:
            totals[parent] += totals[unit_id]
    return totals


def is_sensitive(instrument: Instrument, scale: Scale) -> bool:
    """Whether ``Rule.k_sensitive`` holds: the scale, or any of its items, is marked sensitive."""
    return scale.sensitive or any(instrument.item(item_id).sensitive for item_id in scale.items)


@dataclass(frozen=True)
class Theme:
    """What of a theme may be seen in one wave, and the sums behind each visible cell."""

    counted: Counted
    instrument: Instrument
    scale: Scale
    rule: Rule
    # Groups that the check of the whole release took out.
    withheld: frozenset[str] = frozenset()

    @cached_property
    def key(self) -> Key:
        return Key.of(self.instrument, self.scale)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The scale's items that were put to anybody in this wave."""
        return tuple(
            item_id
            for item_id in self.scale.items
            if (self.counted.tally.responses - self.counted.tally.items[item_id].not_asked).any()
        )

    @cached_property
    def sensitive(self) -> bool:
        return is_sensitive(self.instrument, self.scale)

    @cached_property
    def tables(self) -> Mapping[str, IntArray]:
        tally = self.counted.tally
        return roll_up(self.counted.units, tally.units, tally.scores[self.scale.id])

    @cached_property
    def leanings(self) -> Mapping[str, IntArray]:
        """For each unit the answers to the theme's items: favourable, neutral, unfavourable."""
        tally = self.counted.tally
        table = np.zeros((len(tally.units), len(LEANS)), dtype=np.int64)
        for item_id in self.asked:
            table += item_leanings(self.counted, self.instrument, item_id)
        return roll_up(self.counted.units, tally.units, table)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        tally = self.counted.tally
        responses = roll_up(self.counted.units, tally.units, tally.responses)
        return tuple(
            Group(
                unit.id,
                unit.parent,
                int(self.tables[unit.id][:, N].sum()),
                int(responses[unit.id]),
                unit.headcount,
            )
            for unit in self.counted.units
        )

    @cached_property
    def put_to(self) -> Mapping[str, int]:
        """For each unit how many people were asked about the theme, whether they answered or not:
        the most that any of its items was put to."""
        tally = self.counted.tally
        asked = np.array([tally.responses - tally.items[name].not_asked for name in self.asked])
        return {
            unit: int(most)
            for unit, most in roll_up(self.counted.units, tally.units, asked.max(axis=0)).items()
        }

    @cached_property
    def shown(self) -> tuple[str, ...]:
        return release(self.groups, self.rule, sensitive=self.sensitive, withheld=self.withheld)

    @cached_property
    def cells(self) -> Mapping[str, Group]:
        """Non-empty residuals by the shown group that they belong to."""
        found = residuals(self.groups, self.shown)
        return {unit: rest for unit, rest in found.items() if rest.answers}

    @cached_property
    def _below(self) -> Mapping[str, frozenset[str]]:
        return descendants(self.counted.units)

    @cached_property
    def _holders(self) -> Mapping[str, str | None]:
        return holders(self.groups, self.shown)

    @cached_property
    def _shown_children(self) -> Mapping[str, list[str]]:
        children: dict[str, list[str]] = {unit: [] for unit in self.shown}
        for unit, holder in self._holders.items():
            if holder is not None:
                children[holder].append(unit)
        return children

    @cached_property
    def _by_id(self) -> Mapping[str, Group]:
        return {group.id: group for group in self.groups}

    def group(self, unit: str) -> Group:
        return self._by_id[unit]

    def inside(self, unit: str) -> list[str]:
        """The visible cells that make up a shown group, parents before children."""
        return self._inside[unit]

    def rest(self, unit: str) -> Estimate | None:
        """The :meth:`cautious` mean over the visible cells outside a group; ``None`` without any.

        Sums from both ends give it at a cost that does not grow with the tree; a rest of few
        answers has few cells, and its own spread is looked at.
        """
        start = self._walk[1][unit]
        stop = start + len(self.inside(unit))
        if stop - start == len(self.cells):
            return None
        if self._side_by_side.n.min() >= LEAST_ANSWERS:
            found = self._outside.estimate(start, stop)
            if found.n >= self.rule.large:
                return found
        order = self._walk[0]
        return self.cautious(order[:start] + order[stop:])

    @cached_property
    def _walk(self) -> tuple[list[str], dict[str, int]]:
        return walk(self.counted.units, self.cells)

    @cached_property
    def _outside(self) -> Outside:
        order = [self._place[cell] for cell in self._walk[0]]
        return Outside.of(self._side_by_side.at(order), self.within)

    @cached_property
    def _inside(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {unit.id: [] for unit in self.counted.units}
        for cell in self.cells:
            unit: str | None = cell
            while unit is not None:
                found[unit].append(cell)
                unit = self.group(unit).parent
        return found

    @cached_property
    def _steps(self) -> Mapping[str, int]:
        return steps(self.groups, self.shown, self.rule)

    def step(self, unit: str) -> int:
        """What a group's figures are rounded to, see :func:`analysis.disclosure.steps`."""
        return self._steps.get(unit) or step(self.group(unit).answers, self.rule)

    def holder(self, unit: str) -> str | None:
        """The nearest shown group above a shown group."""
        return self._holders[unit]

    def shown_children(self, unit: str) -> list[str]:
        """The shown groups next below a shown group."""
        return self._shown_children[unit]

    def above(self, unit: str) -> int:
        """How many people of a group score above the middle of the scale."""
        return int(self.tables[unit][:, ABOVE].sum())

    def below(self, unit: str) -> frozenset[str]:
        """The ids of a group and of all groups in it."""
        return self._below[unit]

    def may_show_rest(self, unit: str) -> bool:
        """Whether everybody outside a group could be shown as one group."""
        rest = self.group(self.root).without([self.group(unit)])
        return may_show(rest, self.rule, sensitive=self.sensitive)

    def cut(self, totals: Mapping[str, IntArray], cell: str) -> IntArray:
        """A cell's own sums: its group's without those of the shown groups just below it."""
        own = totals[cell].copy()
        for unit in self._shown_children[cell]:
            own -= totals[unit]
        return own

    @cached_property
    def strata(self) -> Mapping[str, Stratum]:
        return {
            cell: Stratum(moments(self.cut(self.tables, cell), self.key), rest.headcount)
            for cell, rest in self.cells.items()
        }

    @cached_property
    def overall(self) -> Moments:
        """The scores of the whole organisation, unweighted."""
        return moments(self.tables[self.root], self.key)

    @cached_property
    def within(self) -> Spread:
        """How much people differ inside the visible cells; it stands in for a small cell's own
        spread, which would tell how alike its people answered."""
        return stand_in(list(self.strata.values()), self.rule.large)

    @property
    def root(self) -> str:
        return next(unit.id for unit in self.counted.units if unit.parent is None)

    def estimate(self, cells: Sequence[str]) -> Estimate:
        """The mean over cells. For a cell of under ``rule.large`` answers the spread of people
        within all cells is used, never its own."""
        asked = tuple(cells)
        if asked not in self._estimates:
            self._estimates[asked] = self._estimated(asked)
        return self._estimates[asked]

    def cautious(self, cells: Sequence[str]) -> Estimate:
        """The same mean with the larger of two errors: that, and the one from the group's own
        spread. For words alone: a group more divided than others is not said to have moved
        because their spread is small."""
        found = self.estimate(cells)
        if found.n >= self.rule.large:
            return found
        own = stratified([self.strata[cell] for cell in cells])
        return own if own.se > found.se else found

    @cached_property
    def _estimates(self) -> dict[tuple[str, ...], Estimate]:
        return {}

    def _estimated(self, cells: tuple[str, ...]) -> Estimate:
        side_by_side = self._side_by_side.at([self._place[cell] for cell in cells])
        n = side_by_side.n
        if len(n) > 1 and n.min() < LEAST_ANSWERS:
            return stratified([self.strata[cell] for cell in cells], self.within)
        return of_cells(side_by_side, self.within)

    @cached_property
    def _place(self) -> Mapping[str, int]:
        return {cell: place for place, cell in enumerate(self.cells)}

    @cached_property
    def _side_by_side(self) -> Cells:
        return Cells.of(list(self.strata.values()))

    def weighted_leanings(self, cells: Sequence[str]) -> tuple[float, float, float]:
        """Answers favourable, neutral, unfavourable, weighted as the estimate is, same total."""
        return weigh(
            [self._cell_leanings[cell] for cell in cells],
            weights_of(self._side_by_side.at([self._place[cell] for cell in cells])),
        )

    def heaviest(self, cells: Sequence[str]) -> float:
        """See :func:`analysis.estimate.heaviest`."""
        return heaviest([self.strata[cell] for cell in cells])

    def favourable(self, unit: str) -> float:
        """Percent of a shown group's answers that are favourable, weighted as its estimate is."""
        weighted = self.weighted_leanings(self.inside(unit))
        return 100 * weighted[0] / sum(weighted)

    @cached_property
    def _cell_leanings(self) -> Mapping[str, IntArray]:
        return {cell: self.cut(self.leanings, cell) for cell in self.cells}

    @cached_property
    def middle(self) -> bool:
        """Whether any of the theme's questions has an option in the middle of its range."""
        return has_middle(self.instrument, self.asked)


def item_leanings(counted: Counted, instrument: Instrument, item_id: str) -> IntArray:
    """By unit, answers to one item: favourable, neutral, unfavourable.

    Shape: (units, 3), in answers. What was left blank, not asked or not said is in no column.
    """
    counts = counted.tally.items[item_id]
    item = instrument.item(item_id)
    places = [LEANS.index(lean(instrument, item, code)) for code in counts.codes]
    table = np.zeros((len(counts.table), len(LEANS)), dtype=np.int64)
    for position, place in enumerate(places):
        table[:, place] += counts.options[:, position]
    return table


def has_middle(instrument: Instrument, item_ids: Sequence[str]) -> bool:
    """Whether any of the items has an option in the middle of its range."""
    return any(
        lean(instrument, item, code) == "neutral"
        for item in map(instrument.item, item_ids)
        for code in instrument.response_set(item).codes()
    )


def weigh(tables: Sequence[IntArray], weights: ArrayLike) -> tuple[float, float, float]:
    """The sum of weighted counts, scaled back to as many answers as there were.

    Formula: c = Σ w_h·c_h, then c·(Σ c_h)/(Σ c), over strata h. Shapes: a table of (3,) and one
    weight for each stratum -> three numbers of answers, no longer whole.
    """
    plain = sum(int(table.sum()) for table in tables)
    summed = np.asarray(weights) @ np.array(tables)
    first, second, third = (float(value) for value in summed * (plain / summed.sum()))
    return first, second, third
