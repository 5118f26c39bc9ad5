"""Shares of themes from score bins and an audit: worked by hand, and what must not change them."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from analysis.disclosure import Rule
from analysis.text.audited import MOSTLY_CLOSED, NO_AUDIT
from analysis.text.prevalence import (
    DRAWS,
    PrevalenceError,
    estimate,
    estimate_part,
    tau,
    why_unaudited,
)
from analysis.text.printed_shares import named, percent_of, printed
from analysis.text.score_bins import BOARD, PUBLISH, THEMES, ScoreBins, ScoreError, tabulate
from analysis.text.second_coder import Agreement, if_second_were_right

HEAD = ("now", "q", "coder 1")
MIDDLES = (0.01, 0.1, 0.3, 0.8)


def table(readable, audited, positive, closed=(0, 0, 0, 0), **others):
    """One label's counts, as written out."""

    def row(counts):
        return np.array([counts], dtype=np.int64)

    nothing = np.zeros((1, 4))
    given = {
        "readable": row(readable),
        "audited": row(audited),
        "positive": row(positive),
        "board_audited": row((0, 0, 0, 0)),
        "board_positive": row((0, 0, 0, 0)),
        "closed": row(closed),
        "earlier_audited": nothing,
        "earlier_positive": nothing,
    }
    return ScoreBins(*HEAD, ("workload",), **{**given, **others})


def wave(seed=3, comments=900, labels=("workload", "workload/negative", "team_peers")):
    rng = np.random.default_rng(seed)
    scores = rng.beta(0.3, 1.5, (comments, len(labels)))
    human = rng.random(scores.shape) < scores
    use = rng.choice([PUBLISH, BOARD, THEMES], comments, p=[0.5, 0.2, 0.3])
    audited = np.zeros(comments, dtype=bool)
    audited[np.flatnonzero(use != THEMES)[:150]] = True
    return labels, scores, use, audited, human


def test_comments_are_counted_by_score_and_by_who_may_read_them():
    scores = np.array([[0.0], [0.029], [0.03], [0.149], [0.15], [0.5], [1.0], [0.9]])
    use = np.array([PUBLISH, BOARD, PUBLISH, PUBLISH, BOARD, PUBLISH, BOARD, THEMES])
    audited = np.array([True, True, False, True, True, False, True, False])
    human = np.array([[0], [1], [1], [0], [1], [1], [1], [1]], dtype=bool)
    found = tabulate(HEAD, ["workload"], scores, use, audited, human)
    assert found.readable.tolist() == [[2, 2, 1, 2]]
    assert found.audited.tolist() == [[2, 1, 1, 1]]
    assert found.positive.tolist() == [[1, 0, 1, 1]]
    assert found.board_audited.tolist() == [[1, 0, 1, 1]]
    assert found.board_positive.tolist() == [[1, 0, 1, 1]]
    assert found.closed.tolist() == [[0, 0, 0, 1]]
    assert (found.comments, found.rows, found.closed_share) == (8, 5, 0.125)


def test_a_comment_for_the_software_alone_cannot_be_in_the_audit():
    labels, scores, use, audited, human = wave()
    audited[np.flatnonzero(use == THEMES)[0]] = True
    with pytest.raises(ScoreError, match="software alone"):
        tabulate(HEAD, labels, scores, use, audited, human)


@pytest.mark.parametrize("wrong", [math.nan, -0.1, 1.1])
def test_what_is_no_probability_is_refused(wrong):
    labels, scores, use, audited, human = wave()
    scores[5, 1] = wrong
    with pytest.raises(ScoreError, match="no probability"):
        tabulate(HEAD, labels, scores, use, audited, human)


def test_where_people_coded_everything_the_count_is_theirs():
    found = estimate(table((50, 10, 5, 15), (50, 10, 5, 15), (1, 2, 3, 14)), seed=1)
    assert found.interval("workload") == (20, 20, 20)


def test_unaudited_comments_are_drawn_at_the_audited_rate():
    # One bin: 100 audited, 24 of them yes; 200 not. p ~ Beta(1/3 + 24, 1/3 + 76).
    found = estimate(table((300, 0, 0, 0), (100, 0, 0, 0), (24, 0, 0, 0)), 1, draws=40_000)
    exact = stats.betabinom(200, 24 + 1 / 3, 76 + 1 / 3)
    middle, low, high = found.interval("workload")
    assert found.totals.mean() == pytest.approx(24 + 200 * (24 + 1 / 3) / (100 + 2 / 3), abs=0.2)
    assert middle == pytest.approx(24 + exact.median(), abs=1)
    assert low == pytest.approx(24 + exact.ppf(0.025), abs=1)
    assert high == pytest.approx(24 + exact.ppf(0.975), abs=1)


def test_a_bin_without_audited_rows_is_counted_with_its_neighbour():
    alone = estimate(table((500, 40, 0, 0), (90, 10, 0, 0), (0, 5, 0, 0)), 1, draws=20_000)
    above = estimate(table((500, 20, 15, 5), (90, 10, 0, 0), (0, 5, 0, 0)), 1, draws=20_000)
    assert np.array_equal(alone.totals, above.totals)
    lowest = estimate(table((10, 30, 0, 0), (0, 40, 0, 0), (0, 0, 0, 0)), 1)
    assert lowest.table.rows == 40


def test_comments_that_nobody_may_read_may_differ_by_one_shift_in_all_bins():
    counts = (200, 0, 0, 100), (60, 0, 0, 40), (3, 0, 0, 30)
    found = estimate(table(*counts, closed=(150, 0, 0, 50)), 2, draws=40_000)
    bare = estimate(table(*counts), 2, draws=40_000)

    grid = (np.arange(800) + 0.5) / 800
    shifts = stats.norm.ppf(grid)[:, None]

    def moved(x, n, power):
        rates = stats.beta.ppf(grid, 1 / 3 + x, 1 / 3 + n - x)
        return (expit(logit(rates) + shifts) ** power).mean()

    mean = 150 * moved(3, 60, 1) + 50 * moved(30, 40, 1)
    assert found.totals.mean() - bare.totals.mean() == pytest.approx(mean, rel=0.02)
    parts = [(150, moved(3, 60, 1), moved(3, 60, 2)), (50, moved(30, 40, 1), moved(30, 40, 2))]
    apart = sum(n * (m - m2) + n**2 * (m2 - m**2) for n, m, m2 in parts)
    # One shift for all bins: their totals go up together, so they spread more than apart.
    assert (found.totals - bare.totals).var() > 1.1 * apart
    assert np.ptp(found.interval("workload", wide=True)) > np.ptp(found.interval("workload"))


def test_the_shift_is_at_least_one_logit_and_as_far_as_board_only_comments_lie():
    def board(audited, positive):
        return {
            "board_audited": np.array([audited], dtype=np.int64),
            "board_positive": np.array([positive], dtype=np.int64),
        }

    alike = table(
        (80, 0, 0, 40), (80, 0, 0, 40), (8, 0, 0, 20), **board((40, 0, 0, 20), (4, 0, 0, 10))
    )
    assert tau(alike).tolist() == [1.0]
    # 20 of 40 board-only comments, 4 of 40 published ones: R = 20·36/80, S = 20·4/80.
    apart = table(
        (80, 0, 0, 0), (80, 0, 0, 0), (24, 0, 0, 0), **board((40, 0, 0, 0), (20, 0, 0, 0))
    )
    assert tau(apart).tolist() == pytest.approx([math.log(9.5 / 1.5)])
    few = table((80, 0, 0, 0), (80, 0, 0, 0), (3, 0, 0, 0), **board((3, 0, 0, 0), (1, 0, 0, 0)))
    assert tau(few).tolist() == [1.0]


def test_the_order_of_comments_and_other_labels_change_nothing():
    labels, scores, use, audited, human = wave()
    whole = estimate(tabulate(HEAD, labels, scores, use, audited, human), 7)
    order = np.random.default_rng(0).permutation(len(use))
    mixed = tabulate(HEAD, labels, scores[order], use[order], audited[order], human[order])
    assert estimate(mixed, 7).totals.tobytes() == whole.totals.tobytes()
    back = tabulate(HEAD, labels[::-1], scores[:, ::-1], use, audited, human[:, ::-1])
    assert estimate(back, 7).totals[::-1].tobytes() == whole.totals.tobytes()
    one = tabulate(HEAD, labels[:1], scores[:, :1], use, audited, human[:, :1])
    assert estimate(one, 7).totals.tobytes() == whole.totals[:1].tobytes()


def test_the_seed_gives_the_same_bytes_and_the_stored_counts_do_too():
    found = tabulate(HEAD, *wave())
    again = ScoreBins.from_dict(found.to_dict())
    assert again.to_dict() == found.to_dict()
    one, two = estimate(found, 11), estimate(again, 11)
    assert one.totals.tobytes() == two.totals.tobytes()
    assert one.conditions.tobytes() == two.conditions.tobytes()
    assert one.wide.tobytes() == two.wide.tobytes()
    assert one.totals.shape == (3, DRAWS)
    assert DRAWS >= 4000
    assert estimate(found, 12).totals.tobytes() != one.totals.tobytes()
    other_wave = replace(found, wave="before")
    assert estimate(other_wave, 11).totals.tobytes() != one.totals.tobytes()


def test_directorates_add_up_to_the_whole():
    labels, scores, use, audited, human = wave()
    first = np.arange(len(use)) % 3 == 0
    parts = [
        tabulate(HEAD, labels, scores[rows], use[rows], audited[rows], human[rows])
        for rows in (first, ~first)
    ]
    whole = parts[0] + parts[1]
    assert whole.to_dict() == tabulate(HEAD, labels, scores, use, audited, human).to_dict()
    drawn = [estimate_part(whole, part, name, 5) for part, name in zip(parts, "ab", strict=True)]
    together = drawn[0].totals + drawn[1].totals
    everybody = estimate(whole, 5).totals.mean(axis=1)
    assert together.mean(axis=1) == pytest.approx(everybody, rel=0.05)
    with pytest.raises(PrevalenceError, match="in words"):
        printed(drawn[0], Rule())
    with pytest.raises(PrevalenceError, match="not a part"):
        estimate_part(whole, whole + parts[1], "b", 5)


def test_earlier_rows_count_for_rates_and_for_nothing_else():
    plain = table((300, 0, 0, 0), (100, 0, 0, 0), (20, 0, 0, 0))
    lent = replace(
        plain,
        earlier_audited=np.array([[200.0, 0, 0, 0]]),
        earlier_positive=np.array([[40.0, 0, 0, 0]]),
    )
    one, two = (estimate(t, 1, draws=20_000) for t in (plain, lent))
    assert two.totals.mean() == pytest.approx(one.totals.mean(), abs=0.5)
    assert two.totals.std() < 0.8 * one.totals.std()
    assert two.totals.min() >= 20
    assert two.table.rows == 100


@pytest.mark.parametrize(
    ("counts", "closed", "why"),
    [
        (((300, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)), (0, 0, 0, 0), NO_AUDIT),
        (((300, 0, 0, 0), (99, 0, 0, 0), (0, 0, 0, 0)), (0, 0, 0, 0), NO_AUDIT),
        (((60, 0, 0, 0), (59, 0, 0, 0), (0, 0, 0, 0)), (0, 0, 0, 0), NO_AUDIT),
        (((60, 0, 0, 0), (60, 0, 0, 0), (0, 0, 0, 0)), (90, 0, 0, 0), ""),
        (((60, 0, 0, 0), (60, 0, 0, 0), (0, 0, 0, 0)), (91, 0, 0, 0), MOSTLY_CLOSED),
        (((300, 0, 0, 0), (100, 0, 0, 0), (0, 0, 0, 0)), (0, 0, 0, 0), ""),
        (((0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)), (0, 0, 0, 0), NO_AUDIT),
    ],
)
def test_what_was_not_audited_has_no_draws(counts, closed, why):
    found = table(*counts, closed=closed)
    assert why_unaudited(found) == why
    if not why:
        assert estimate(found, 1).comments == found.comments
        return
    with pytest.raises(PrevalenceError, match=why):
        estimate(found, 1)
    with pytest.raises(PrevalenceError, match=why):
        estimate_part(found, found, "a", 1)


def only(n, yes):
    """``n`` comments, all coded by people."""
    return estimate(table((n, 0, 0, 0), (n, 0, 0, 0), (yes, 0, 0, 0)), 1)


def share(n, yes, **given):
    shares = printed(only(n, yes), Rule(), **given).shares
    return shares[0] if shares else None


def test_what_is_printed_follows_the_tiers():
    assert share(9, 6) is None
    assert share(15, 7).count == "5–9"
    assert share(15, 7).percent is share(15, 7).low is None
    # All read by people, by their counts in words: 10–19 of 38 to 42, and of 88 to 92.
    assert (share(40, 13).percent, share(40, 13).low, share(40, 13).high) == (35, 20, 50)
    assert (share(90, 13).percent, share(90, 13).low, share(90, 13).high) == (16, 10, 22)
    assert (share(290, 41).percent, share(290, 41).low, share(290, 41).high) == (14, 14, 15)
    assert share(90, 4) is None
    assert not named(only(90, 4), "workload", Rule())


def test_nearly_everybody_is_not_told():
    found = share(40, 39)
    assert (found.percent, found.low, found.high) == (None, 80, 100)
    for yes in (83, 89, 90):  # 83 may be 87 by its words, of 88
        found = share(90, yes)
        assert found.percent is None
        assert found.high == 100
    assert percent_of(only(90, 82), "workload", Rule()) == 89
    for yes in (289, 290):
        found = share(290, yes)
        assert (found.percent, found.low, found.high) == (None, 99, 100)
    assert percent_of(only(290, 288), "workload", Rule()) == 99


def test_an_end_that_hardly_anybody_stands_behind_is_nought():
    """One comment of sixty is 2 %, and would say that somebody alone wrote of it."""
    apart = Agreement("workload", both=5, first=3, second=0, neither=42)
    assert if_second_were_right(only(60, 8), "workload", apart)[1] == 1
    assert share(60, 8, agreement={"workload": apart}).second_low == 0


def test_the_wider_range_allows_for_twice_as_much_also_where_board_only_comments_differ_most():
    counts = (80, 0, 0, 0), (80, 0, 0, 0), (24, 0, 0, 0)
    board = {
        "board_audited": np.array([[40, 0, 0, 0]]), "board_positive": np.array([[22, 0, 0, 0]])
    }  # fmt: skip
    far = table(*counts, closed=(90, 0, 0, 0), **board)
    assert tau(far)[0] > 2
    found = estimate(far, 1)
    assert found.wide.std() > 1.15 * found.totals.std()
    assert found.interval("workload", wide=True)[2] > found.interval("workload")[2]


def test_a_printed_question_holds_whole_numbers_and_words():
    found = estimate(tabulate(HEAD, *wave()), 3)
    question = printed(found, Rule(), grey={"team_peers": "Too few."})
    assert (question.comments, question.audited, question.closed[:5]) == (
        "about 900", "about 150", "about",
    )  # fmt: skip
    grey = next(one for one in question.shares if one.label == "team_peers")
    assert (grey.count, grey.percent, grey.low, grey.high) == ("", None, None, None)
    for one in question.shares:
        if not one.grey:
            ends = (one.wide_low, one.low, one.percent, one.high, one.wide_high)
            assert all(isinstance(end, int) for end in ends)
            assert list(ends) == sorted(ends)
            exact = found.interval(one.label)
            assert one.low <= 100 * exact[1] / 900 < one.low + 1
            assert one.high - 1 < 100 * exact[2] / 900 <= one.high
