"""Ranges hold the truth as often as they say, where counting the machine's codes does not.

``python -m benchmarks prevalence`` measures the same on many more waves.
"""

import numpy as np
import pytest

from analysis.sampling.proportions import wilson
from analysis.simulation.coded_waves import HOME, MOVED, coded_wave
from analysis.text.prevalence import estimate
from analysis.text.prevalence_change import change_of

WAVES = 80
DRAWS = 500


def made(seed, people=HOME, comments=800, audit=100, **unlike):
    rng = np.random.default_rng(seed)
    wave = coded_wave(rng, people, comments, **unlike)
    return wave, wave.audit(rng, audit)


def counted(wave, audited, seed):
    """Scores of a half or more, with the interval of a share."""
    n = len(wave.use)
    return n * np.array([wilson(int(yes), n) for yes in (wave.scores >= 0.5).sum(axis=0)])


def drawn(wave, audited, seed):
    found = estimate(wave.table(audited), seed, DRAWS)
    return np.array([found.interval(label)[1:] for label in wave.labels])


def coverage(method, **given):
    """How often the range of each theme holds its count, over waves. Shape (themes,)."""
    held = []
    for seed in range(WAVES):
        wave, audited = made(seed, **given)
        truth = wave.truth.sum(axis=0)
        low, high = method(wave, audited, seed).T
        held.append((low <= truth) & (truth <= high))
    return np.mean(held, axis=0)


@pytest.mark.parametrize("people", [HOME, MOVED], ids=["home", "moved"])
def test_ranges_hold_the_truth_where_counting_does_not(people):
    ours = coverage(drawn, people=people)
    assert 0.93 <= ours.mean() <= 0.97
    assert ours.min() >= 0.88
    naive = coverage(counted, people=people)
    assert naive.mean() < 0.5
    assert naive.min() < 0.05


@pytest.mark.parametrize("shift", [1.0, -1.0])
def test_ranges_hold_when_comments_that_nobody_may_read_differ_by_a_logit(shift):
    unlike = {"comments": 400, "audit": 150, "closed": 0.5, "shift": shift}
    ours = coverage(drawn, **unlike)
    assert ours.mean() >= 0.93
    assert ours.min() >= 0.88
    assert coverage(counted, **unlike).min() < 0.5


def test_the_range_of_a_change_holds_it_and_finds_it_more_often_than_the_audit_alone():
    later = HOME.with_odds(1.8)
    truth = 100 * (np.array(later.shares) - np.array(HOME.shares))
    held, found = [], []
    for seed in range(60):
        (now, here), (before, there) = made(seed, later, 700, 150), made(seed + 500, HOME, 700, 150)
        one = estimate(now.table(here, "now"), seed, DRAWS)
        two = estimate(before.table(there, "before"), seed, DRAWS)
        low, high = np.array([change_of(one, two, label).interval() for label in now.labels]).T
        held.append((low <= truth) & (truth <= high))
        found.append(low > 0)
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(found) > 0.42
