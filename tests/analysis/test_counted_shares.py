"""Where people read all comments, figures must not count those that only the board may read."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from analysis.disclosure import Rule
from analysis.text import printed_shares
from analysis.text.counts import in_words
from analysis.text.prevalence import Prevalence, estimate
from analysis.text.prevalence_change import SINCE, changes, verdicts
from analysis.text.printed_shares import printed
from analysis.text.second_coder import Agreement
from tests.analysis.test_text_prevalence import table

RULE = Rule()
LEAST = RULE.comments_theme
ALL = range(20, 201)


def coded_all(n, yes, closed=0):
    """A table of ``n`` comments that people read, all of one score, and some for the software."""
    return table((n, 0, 0, 0), (n, 0, 0, 0), (yes, 0, 0, 0), closed=(closed, 0, 0, 0))


def told(n, yes):
    """The share of ``yes`` comments among ``n`` that people read, as it is printed."""
    totals = np.full((1, 3), yes)
    found = printed(Prevalence(coded_all(n, yes), 1, n, totals, totals), RULE)
    return found.comments, *found.shares


def shares():
    return {(n, yes): told(n, yes) for n in ALL for yes in range(LEAST, n + 1, 1 + n // 60)}


@pytest.fixture(scope="module")
def every():
    return shares()


def test_a_share_of_comments_that_were_all_read_tells_no_more_than_the_words(every):
    """So one more that only the board may read is told only where the words turn."""
    by_words = defaultdict(set)
    for (n, yes), found in every.items():
        by_words[in_words(n, LEAST), in_words(yes, LEAST), n >= RULE.large].add(found)
    assert len(by_words) > 300
    assert all(len(found) == 1 for found in by_words.values())


def test_it_is_no_less_true_than_the_words(every):
    for (n, yes), (_, share) in every.items():
        assert share.low <= 100 * yes / n <= share.high
        if share.percent is not None:
            assert share.low <= share.percent <= share.high
            assert yes <= n - (RULE.clamp_small if n < RULE.large else RULE.clamp_large)
        # Two counts told to the nearest five, and a point of rounding at each end.
        if share.percent is not None and yes >= 20 and n >= RULE.large:
            widest = 100 * ((yes + 4) / (n - 4) - (yes - 4) / (n + 4))
            assert share.high - share.low <= widest + 2


def alike(n):
    """How many counts are printed like each of these of ``n`` comments."""
    found = [told(n, yes) for yes in range(20, n - 12)]
    return [sum(other == one for other in found) for one in found[5:-5]]


def test_exact_shares_would_give_every_count_back(monkeypatch):
    assert min(alike(90)) >= 3
    monkeypatch.setattr(printed_shares, "counted", lambda _: False)
    assert set(alike(90)) == {1}


TWICE = Agreement("workload", both=12, first=2, second=2, neither=34)


def apart(closed, agreed):
    """How often one board-only comment more is told, beyond the words: anything, and the share."""
    pairs = []
    for n in (118, 120, 121):
        for yes in range(20, 60, 3):
            found = [
                printed(
                    estimate(coded_all(n + more, yes + more, closed), 1, 500),
                    RULE,
                    agreement={"workload": TWICE} if agreed else None,
                )
                for more in (0, 1)
            ]
            one, two = ((found.comments, found.shares[0]) for found in found)
            if (one[0], one[1].count) == (two[0], two[1].count):
                pairs.append((one != two, one[1].percent != two[1].percent))
    return np.mean(pairs, axis=0).tolist()


@pytest.mark.parametrize(
    ("closed", "agreed", "at_most"), [(0, False, 0), (0, True, 0.15), (40, False, 0.3)]
)
def test_what_is_drawn_around_a_count_seldom_tells_of_one_comment(closed, agreed, at_most):
    anything, share = apart(closed, agreed)
    assert anything <= at_most
    assert share == 0


def test_exact_figures_would_tell_of_it_nearly_always(monkeypatch):
    monkeypatch.setattr(printed_shares, "counted", lambda _: False)
    assert apart(40, True)[0] > 0.9


def test_one_comment_not_coded_in_time_makes_no_share_exact():
    left_out = table((120, 0, 0, 0), (119, 0, 0, 0), (30, 0, 0, 0))
    (share,) = printed(estimate(left_out, 1), RULE).shares
    assert share.high - share.low > 3


def since(then, now):
    later, earlier = coded_all(*now), replace(coded_all(*then), wave="before")
    found = changes(estimate(later, 1), estimate(earlier, 1), RULE, "Autumn", ["workload"])
    return verdicts(found, RULE)[SINCE, "workload"]


def test_a_change_of_such_shares_has_a_word_and_no_points():
    assert since((400, 80), (400, 200)).difference == 30
    for then, now in (((150, 30), (400, 200)), ((400, 80), (150, 75))):
        found = since(then, now)
        assert (found.verdict, found.difference, found.low) == ("higher", None, None)
