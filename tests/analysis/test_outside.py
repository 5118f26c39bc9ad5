"""Everybody outside a group, from sums at both ends, is what adding up its cells gives."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.counting.outside import Outside, walk
from analysis.dataset import Unit
from analysis.disclosure import Rule
from analysis.estimate import Cells, Spread, Stratum, of_cells
from analysis.release.visible import Theme
from analysis.scoring import Moments
from analysis.tally import count
from tests.analysis.made import instrument, wave

strata = st.lists(
    st.builds(
        lambda n, mean, variance, more: Stratum(
            Moments(n, mean, variance, 0), None if more is None else n + more
        ),
        st.integers(2, 4000),
        st.floats(0, 100),
        st.floats(0, 2500),
        st.one_of(st.none(), st.integers(-1, 3000)),
    ),
    min_size=2,
    max_size=30,
)


@settings(max_examples=200)
@given(strata, st.data())
def test_sums_from_both_ends_give_the_rest(strata, data):
    start = data.draw(st.integers(0, len(strata) - 1))
    stop = data.draw(st.integers(start, len(strata) - (start == 0)))
    cells, instead = Cells.of(strata), Spread(400.0, 77.0, 50)
    left = cells.at([i for i in range(len(strata)) if not start <= i < stop])
    found = Outside.of(cells, instead).estimate(start, stop)
    expected = astuple(of_cells(left, instead))
    # Products of numbers next to nought may vanish on one way and not on the other.
    np.testing.assert_allclose(astuple(found), expected, rtol=1e-12, atol=1e-300)


def test_a_small_rest_beside_a_large_group_loses_no_digit():
    large = [Stratum(Moments(10**6, 61.7, 633.3, 0), 2 * 10**6)] * 2000
    small = Stratum(Moments(60, 1e-3, 1e-6, 0), 61)
    cells, instead = Cells.of([small, *large]), Spread(400.0, 77.0, 50)
    found = Outside.of(cells, instead).estimate(1, 2001)
    np.testing.assert_allclose(
        astuple(found), astuple(of_cells(cells.at([0]), instead)), rtol=1e-12
    )


@pytest.mark.parametrize("large", [50, 400])
def test_a_groups_rest_is_the_cautious_mean_of_the_cells_outside_it(large):
    """Groups three deep, listed in no order, some too small to be shown."""
    rng = np.random.default_rng(4)
    teams = {f"d{d}t{t}": f"d{d}" for d in range(4) for t in range(5)}
    units = [Unit(team, team, home, 40) for team, home in teams.items()]
    units += [Unit(f"d{d}", f"D{d}", "org", 200) for d in range(4)] + [Unit("org", "O", None, 800)]
    rows = [
        (team, *(int(code) for code in rng.integers(1, 6, 3)))
        for team in teams
        for _ in range(int(rng.integers(1, 25)))
    ]
    shuffled = tuple(units[i] for i in rng.permutation(len(units)))
    book = instrument()
    theme = Theme(count(wave(rows, shuffled), book), book, book.scales[0], Rule(large=large))
    others = [unit for unit in theme.shown if unit != theme.root]
    assert len(others) > 8
    for unit in others:
        outside = [cell for cell in theme.cells if cell not in theme.below(unit)]
        wanted = theme.cautious(outside)
        np.testing.assert_allclose(astuple(theme.rest(unit)), astuple(wanted), rtol=1e-12)
    assert theme.rest(theme.root) is None


def test_a_walk_keeps_every_groups_cells_together():
    parents = {"org": None, "b": "org", "a": "org", "b2": "b", "a1": "a", "b1": "b"}
    units = [Unit(unit, unit, parent) for unit, parent in reversed(parents.items())]
    order, start = walk(units, set(parents) - {"b"})
    assert sorted(order) == sorted(set(parents) - {"b"})
    for unit, below in {"a": {"a", "a1"}, "b": {"b1", "b2"}, "org": {*order}}.items():
        assert set(order[start[unit] : start[unit] + len(below)]) == below
