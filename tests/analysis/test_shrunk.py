import numpy as np
import pytest

from analysis.disclosure import Rule, nearest
from analysis.release.shrunk import estimates
from analysis.release.visible import Theme
from analysis.separation import separation
from tests.analysis.made import flat, instrument
from tests.analysis.summarised import counted, summary

BOOK = instrument(items=1)
NAMES = tuple("abcdefgh")
# Answers of 5 and of 1 among 60 people of each group: the first group stands out.
HIGH = dict(zip(NAMES, (12, 40, 42, 38, 41, 39, 37, 43), strict=True))


def shrunken(high, *, n=60, people=80):
    rows = [
        (name, code)
        for name, fives in high.items()
        for code, times in ((5, fives), (1, n - fives))
        for _ in range(times)
    ]
    found = summary(rows, flat(*((name, people) for name in high)), book=BOOK)
    return {row.unit: row for row in found.rows}


def test_each_group_moves_towards_the_middle_and_keeps_its_range():
    found = shrunken(HIGH)
    assert found["org"].shrunk is None
    for name in NAMES:
        row = found[name]
        assert row.shrunk.low <= row.shrunk.score <= row.shrunk.high
    assert found["a"].figure.score < found["a"].shrunk.score < 50
    assert 50 < found["h"].shrunk.score <= found["h"].figure.score


def test_without_differences_beyond_chance_there_is_none():
    assert all(row.shrunk is None for row in shrunken(dict.fromkeys(NAMES, 40)).values())


def test_groups_that_differ_and_print_alike_have_none():
    """Sixty groups of 49 answers with means of 48 and 52: all print as 50, so as printed nobody
    differs. Results come out all the same."""
    rows = [
        (f"g{place}", code)
        for place in range(60)
        for code, times in ((3, 39), (2, 3 + 4 * (place % 2)), (4, 7 - 4 * (place % 2)))
        for _ in range(times)
    ]
    groups = flat(*((f"g{place}", 80) for place in range(60)))
    found = summary(rows, groups, book=BOOK)
    scores = {row.figure.score for row in found.rows if row.unit != "org"}
    assert scores == {50.0}
    theme = Theme(counted(rows, groups, BOOK), BOOK, BOOK.scales[0], Rule())
    assert separation(list(theme.strata.values())).low > 0
    assert all(row.shrunk is None for row in found.rows)


def test_with_few_groups_there_is_none():
    few = {name: HIGH[name] for name in NAMES[:5]}
    assert all(row.shrunk is None for row in shrunken(few).values())


def test_it_is_made_from_printed_figures_alone():
    """Attack A12: answers that print alike have the same shrunken scores, to the last digit."""
    told = {}
    for more in range(12):
        high = HIGH | {"h": 240 + more}
        rows = [
            (name, code)
            for name, fives in high.items()
            for code, times in ((5, fives * (1 if name == "h" else 6)),
                                (4, 1), (1, 359 - fives * (1 if name == "h" else 6)))
            for _ in range(times)
        ]  # fmt: skip
        found = summary(rows, flat(*((name, 500) for name in high)), book=BOOK)
        printed = tuple(row.figure.score for row in found.rows)
        told.setdefault(printed[1:], set()).add(tuple(row.shrunk for row in found.rows))
    assert 1 < len(told) < 12
    assert all(len(shrunk) == 1 for shrunk in told.values())


@pytest.mark.parametrize(("groups", "icc"), [(6, 0.05), (12, 0.1), (20, 0.03)])
def test_the_worst_is_no_longer_overstated_and_ranges_cover(groups, icc):
    """STATISTICS 2.6: the lowest of many looks lower than it is."""
    rng = np.random.default_rng(3)
    sd = 22.0
    tau = sd * np.sqrt(icc / (1 - icc))
    hits, raw, drawn = [], [], []
    for _ in range(200):
        n = rng.integers(20, 60, groups)
        true = 60 + tau * rng.normal(size=groups)
        scores = true + sd / np.sqrt(n) * rng.normal(size=groups)
        steps = [5 if one < 50 else 1 for one in n]
        printed = [nearest(score, step) for score, step in zip(scores, steps, strict=True)]
        found = estimates(printed, [nearest(one, 5) for one in n], 25.0, steps)
        if not found:
            continue
        hits += [one.low <= mean <= one.high for one, mean in zip(found, true, strict=True)]
        worst = int(np.argmin(scores))
        raw.append(scores[worst] - true[worst])
        drawn.append(found[worst].score - true[worst])
    assert np.mean(hits) >= 0.95
    assert np.mean(raw) < -1.5
    assert abs(np.mean(drawn)) < abs(np.mean(raw))
    assert np.mean(drawn) > -0.5
