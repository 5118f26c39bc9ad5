"""How far probabilities are drawn to one half, decided on writers that nothing had learnt from."""

import numpy as np
import pytest
from scipy.special import logit

from analysis.text.calibration import PRECISE, SURE, drawn

MANY = 100


def writers(*given):
    """Logits, labels, writer and manner: for each writer (plain, rows of (logit, right, of))."""
    rows = [
        (z, float(number < right), writer, plain)
        for writer, (plain, groups) in enumerate(given)
        for z, right, of in groups
        for number in range(of)
    ]
    logits, labels, fold, plain = (np.array(column) for column in zip(*rows, strict=True))
    return logits[:, None], labels[:, None], fold, plain


def least(step):
    """A logit that is called sure when drawn by this much, and not when drawn by less."""
    return logit(SURE) / step + 1e-6


GOOD = (True, [(least(0.2), 100, MANY), (least(0.8), 99, MANY)])


def test_who_is_always_right_needs_no_drawing():
    assert drawn(*writers((True, [(3.0, MANY, MANY)]), (False, [(3.0, MANY, MANY)]))) == 1.0


def test_one_manner_cannot_hide_the_other():
    """Eight plain writers who are nearly always right lift the mean of all over .93; those who
    mislead are right that often only where more is drawn."""
    mislead = (False, [(least(0.3), 95, MANY), (least(0.6), 60, MANY)])
    given = writers(*[GOOD] * 8, mislead)
    logits, labels, fold, _ = given
    sure = logits[:, 0] * 0.8 >= logit(SURE)
    naive = np.mean([labels[(fold == one) & sure].mean() for one in range(9)])
    assert naive >= PRECISE
    assert drawn(*given) == pytest.approx(0.55)


def test_each_writer_counts_once_however_much_they_wrote():
    few = (False, [(least(0.5), 8, 10)])
    much = (False, [(least(0.2), 1000, 1000), (least(0.5), 1000, 1000)])
    assert drawn(*writers(GOOD, few, much)) == pytest.approx(0.45)


def test_the_most_is_drawn_where_nothing_is_right_enough():
    assert drawn(*writers((True, [(20.0, 1, 2)]), (False, [(20.0, 1, 2)]))) == pytest.approx(0.2)
