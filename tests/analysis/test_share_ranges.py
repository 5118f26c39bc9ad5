import csv
import io
import math

import numpy as np
import pytest

from analysis import report_tables
from analysis.dataset import Unit
from analysis.disclosure import Rule, nearest
from analysis.release.share_ranges import (
    Sampled,
    least_told,
    likely_share,
    stratified_sample,
    with_range,
)
from analysis.sampling.exact_shares import hypergeometric
from analysis.sampling.proportions import wilson, wilson_finite
from analysis.summary import NOT_SHOWN, Figure
from tests.analysis.made import flat, instrument
from tests.analysis.summarised import counted, made, summary

BOOK = instrument(items=1)


def printed(words, sampled, by=1):
    return with_range(Figure("n", 50.0, 0.0, 100.0, None, (words, "", "")), sampled, by)


@pytest.mark.parametrize(("share", "n", "people"), [(0.5, 400, 1000), (0.9, 350, 352)])
def test_of_one_large_group_it_is_wilsons_with_the_finite_correction(share, n, people):
    found = likely_share(share, share, Sampled(n, people))
    # 1/n − 1/N in place of (N − n)/(n(N − 1)): alike but for one person in N.
    assert found == pytest.approx(wilson_finite(round(share * n), n, people), abs=2e-3)


def test_without_a_headcount_it_is_wilsons():
    assert likely_share(0.4, 0.4, Sampled(30, None)) == pytest.approx(wilson(12, 30))


def test_of_a_small_group_it_is_exact():
    assert likely_share(0.5, 0.5, Sampled(20, 40)) == hypergeometric(10, 20, 40)


def test_it_reaches_out_from_the_share_as_printed_in_whole_steps():
    # 57.5 to 62.5 % of 28 answers are 16.1 to 17.5: from 16 to 18 of them.
    low, high = hypergeometric(16, 28, 50)[0], hypergeometric(18, 28, 50)[1]
    found = printed("60%", Sampled(28, 50), 5).likely_share
    assert found == (5 * math.floor(20 * low), 5 * math.ceil(20 * high))
    assert printed("under 6%", Sampled(58, 90)).likely_share[0] == 0
    assert printed("over 94%", Sampled(58, 90)).likely_share[1] == 100


def test_a_figure_without_shares_has_no_range():
    assert with_range(Figure("10–19", None, None, None, "few", None), Sampled(20, 40), 5) == Figure(
        "10–19", None, None, None, "few", None
    )


def test_uneven_answering_widens_it():
    even = stratified_sample(198, 1000, [100, 100], [5, 5], [500, 500])
    uneven = stratified_sample(198, 1000, [20, 180], [25, 500 / 180], [500, 500])
    assert (even.weights, even.asked) == (1.0, 1.0)
    # 200·(0.25/20 + 0.25/180) = 2.78 times the variance.
    assert uneven.weights == 2.78
    wide, narrow = likely_share(0.5, 0.5, uneven), likely_share(0.5, 0.5, even)
    assert wide[1] - wide[0] > 1.5 * (narrow[1] - narrow[0])


@pytest.mark.parametrize(
    ("people", "answers", "true"),
    [
        ([40], [20], [24]),
        ([40], [36], [37]),
        ([300], [90], [180]),
        ([900], [450], [855]),
        ([40, 60, 100], [12, 30, 80], [36, 36, 30]),
        ([600, 100], [60, 90], [300, 95]),
        ([60] * 10, [12] * 4 + [54] * 6, [30] * 4 + [57] * 6),
    ],
)
def test_it_covers_the_share_of_everybody_as_often_as_it_says(people, answers, true):
    """By simulation: who answers is drawn, the share is weighted, rounded and given its range."""
    rng = np.random.default_rng(5)
    n, everybody, draws = sum(answers), sum(people), 600
    weights = [there / came for there, came in zip(people, answers, strict=True)]
    sampled = stratified_sample(max(nearest(n, 5) - 2, 20), everybody, answers, weights, people)
    yes = [
        rng.hypergeometric(k, m - k, a, draws)
        for k, m, a in zip(true, people, answers, strict=True)
    ]
    shares = 100 * sum(w * x for w, x in zip(weights, yes, strict=True)) / everybody
    by = 5 if n < 50 else 1
    ranges = [printed(f"{nearest(share, by)}%", sampled, by).likely_share for share in shares]
    truth = 100 * sum(true) / everybody
    assert np.mean([low <= truth <= high for low, high in ranges]) >= 0.95


def test_it_says_nothing_beyond_what_is_printed():
    """Attack A12: shares that print alike have the same range, whatever was answered."""
    told: dict[str, set] = {}
    for high in range(20, 41):
        rows = [("org", 5)] * high + [("org", 2)] * (60 - high)
        found = summary(rows, (Unit("org", "Org", None, 97),), book=BOOK)
        figure = found.row("s").figure
        assert figure.likely_share == found.items[0].figure.likely_share
        told.setdefault(figure.shares[0], set()).add(figure.likely_share)
    assert len(told) > 10
    assert all(len(ranges) == 1 for ranges in told.values())


def test_no_theme_tells_its_own_number_of_answers():
    # Rule D5: 58 and 60 are told alike, so both have the range of the smaller.
    counts = {60: 60, 58: 60, 47: 47}
    assert least_told(60, counts, Rule()) == least_told(58, counts, Rule()) == 58
    assert least_told(47, counts, Rule()) == 43


@pytest.mark.parametrize("seed", range(4))
def test_every_printed_share_has_its_range_around_it(seed):
    units, rows, earlier = made(seed)
    found = summary(rows, units, [earlier])
    figures = [row.figure for row in (*found.rows, *found.items) if row.figure]
    assert any(figure.shares for figure in figures)
    for figure in figures:
        assert (figure.shares is None) == (figure.likely_share is None)
        if figure.shares and figure.shares[0].rstrip("%").isdigit():
            low, high = figure.likely_share
            assert 0 <= low <= float(figure.shares[0].rstrip("%")) <= high <= 100


def test_a_table_has_the_ends_beside_the_share():
    rows = [("org", 5)] * 30 + [("org", 2)] * 30
    found = summary(rows, (Unit("org", "Org", None, 97),), book=BOOK)
    lines = list(csv.DictReader(io.StringIO(report_tables.csv([found]))))
    theme = next(line for line in lines if line["kind"] == "theme")
    low, high = found.row("s").figure.likely_share
    assert (theme["favourable_low"], theme["favourable_high"]) == (f"{low:g}", f"{high:g}")
    hidden = summary(
        [("east", 5)] * 30 + [("west", 1)] * 3, flat(("east", 40), ("west", 30)), book=BOOK
    )
    lines = list(csv.DictReader(io.StringIO(report_tables.csv([hidden]))))
    west = next(x for x in lines if (x["kind"], x["group"]) == ("theme", "west"))
    assert west["favourable_low"] == NOT_SHOWN


def silent(rows, units, book=BOOK):
    return {row.unit: (row.worst, row.best) for row in summary(rows, units, book=book).rows}


def test_what_the_silent_of_a_group_could_change_has_two_ends():
    rows = [("east", 5)] * 15 + [("east", 4)] * 30 + [("east", 3)] * 15 + [("west", 3)] * 60
    found = silent(rows, flat(("east", 100), ("west", 70)))
    # 58 answers or more of 100 people, with 74.5 to 75.5: 43.21 to 85.79.
    assert found["east"] == (43.0, 86.0)
    # Most of the others answered, and for the whole it is told elsewhere.
    assert found["west"] == found["org"] == (None, None)


def test_no_ends_where_a_group_has_words_or_nothing():
    rows = [("east", 5)] * 15 + [("west", 3)] * 40 + [("north", 3)] * 4
    found = silent(rows, flat(("east", 40), ("west", 80), ("north", 30)))
    assert found["east"] == found["north"] == (None, None)


@pytest.mark.parametrize("seed", range(4))
def test_the_ends_hold_whatever_the_silent_would_have_said(seed):
    units, rows, _ = made(seed)
    results = summary(rows, units)
    themes = counted(rows, units)
    people = {unit.id: unit.headcount for unit in units}
    inside = {unit.id: unit.parent for unit in units}
    for row in results.rows:
        if row.worst is None:
            continue
        assert row.worst <= row.figure.score <= row.best
        scored = themes.tally.scores[row.theme][:, :, 0].sum(axis=1)
        n = sum(
            count
            for unit, count in zip(themes.tally.units, scored, strict=True)
            if _within(unit, row.unit, inside)
        )
        assert row.best - row.worst >= 100 * (1 - n / people[row.unit])


def _within(unit, group, parents):
    while unit is not None and unit != group:
        unit = parents[unit]
    return unit == group
