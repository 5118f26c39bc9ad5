"""Two people's codes: how far they agree, by hand and against formulas from elsewhere."""

import json

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score, f1_score

from analysis.disclosure import Rule
from analysis.sampling.proportions import wilson
from analysis.text.audit_sample import AuditError, AuditSample, draw_audit
from analysis.text.human_codes import Code
from analysis.text.prevalence import estimate
from analysis.text.printed_shares import printed
from analysis.text.second_coder import (
    Agreement,
    AgreementError,
    agreement,
    direction_kappa,
    if_second_were_right,
    with_evidence,
)
from tests.analysis.test_text_prevalence import table


def test_agreement_by_hand():
    found = Agreement("workload", both=4, first=1, second=1, neither=94)
    assert found.f1 == pytest.approx(8 / 10)
    assert found.kappa == pytest.approx((0.98 - 0.905) / 0.095)
    assert found.ac1 == pytest.approx((0.98 - 0.095) / 0.905)
    assert found.prevalence == 0.05
    assert found.rows == 100
    assert Agreement.from_dict(found.to_dict()) == found


def test_agreement_is_that_of_another_library():
    rng = np.random.default_rng(5)
    first = rng.random((60, 3)) < (0.1, 0.4, 0.7)
    second = np.where(rng.random((60, 3)) < 0.15, ~first, first)
    for place, found in enumerate(agreement(["a", "b", "c"], first, second).values()):
        one, two = first[:, place], second[:, place]
        assert found.kappa == pytest.approx(cohen_kappa_score(one, two))
        assert found.f1 == pytest.approx(f1_score(one, two))


def test_where_a_theme_was_never_found_there_is_no_agreement_to_tell():
    found = agreement(["a"], np.zeros((50, 1), bool), np.zeros((50, 1), bool))["a"]
    assert found.f1 is found.kappa is None
    assert found.ac1 == 1.0
    with pytest.raises(AgreementError):
        agreement(["a"], np.zeros((0, 1), bool), np.zeros((0, 1), bool))
    with pytest.raises(AgreementError):
        agreement(["a"], np.zeros((5, 1), bool), np.zeros((6, 1), bool))


def test_directions_are_compared_by_kappa():
    one = ["negative"] * 8 + ["positive"] * 4 + ["suggestion"] * 3
    two = ["negative"] * 7 + ["positive"] * 5 + ["suggestion"] * 2 + ["mixed"]
    assert direction_kappa(one, two) == pytest.approx(cohen_kappa_score(one, two))
    assert direction_kappa(["negative"] * 3, ["negative"] * 3) is None
    assert direction_kappa([], []) is None
    with pytest.raises(AgreementError):
        direction_kappa(["negative"], [])


TEXT = "We do far too much work at night"
WHOLE = (0, len(TEXT))
FAR, WORK, LATE = (6, 18), (14, 23), (24, 32)  # far too much; much work; at night


def code(span=WHOLE, direction="negative", theme="workload"):
    return Code(theme, direction, "barrier", *span)


def evidence(*comments):
    """What is kept of so many comments, of which each coder gave these codes."""
    found = {"workload": Agreement("workload", len(comments), 0, 0, 0)}
    kept = with_evidence(found, [(TEXT, one, other) for one, other in comments])["workload"]
    assert Agreement.from_dict(json.loads(json.dumps(kept.to_dict()))) == kept
    return kept


def test_evidence_is_compared_word_by_word_over_all_comments():
    assert evidence(([code(FAR)], [code(FAR)])).span_f1 == 1.0
    assert evidence(([code(FAR)], [code(LATE)])).span_f1 == 0.0
    half = ([code(FAR)], [code(WORK)])  # one word of 3 and 2 is shared
    assert evidence(half).span_f1 == pytest.approx(2 / 5)
    assert evidence(half, ([code(LATE)], [code(LATE)])).span_f1 == pytest.approx(2 * 3 / (5 + 4))
    two_parts = [code(FAR), code(LATE, "positive")]
    assert evidence((two_parts, [code(LATE)])).span_f1 == pytest.approx(2 * 2 / (5 + 2))


def test_who_points_to_nothing_agrees_with_nobody_on_evidence():
    """Else two who never mark a word would seem to agree on all of them."""
    found = evidence(([code()], [code()]), ([code()], [code(FAR)]))
    assert (found.span_f1, found.pointed) == (None, 0)
    assert found.ways == (("negative", "negative", 2),)


def test_directions_count_where_both_found_the_theme_and_several_are_one_answer():
    both = [code(FAR), code(LATE, "positive")]
    found = evidence(
        *[([code()], [code()])] * 6,
        *[([code(direction="positive")], [code(direction="positive")])] * 3,
        (both, [code()]),
        (both, both[::-1]),
        ([code()], [code(theme="communication")]),
        ([], []),
    )
    assert sum(count for *_, count in found.ways) == 11
    one = ["n"] * 6 + ["p"] * 3 + ["np", "np"]
    other = ["n"] * 6 + ["p"] * 3 + ["n", "np"]
    assert found.direction_kappa == pytest.approx(cohen_kappa_score(one, other))


def test_the_range_of_f1_is_that_of_the_comments_that_either_found():
    found = Agreement("workload", both=12, first=1, second=3, neither=34)
    low, high = (end / (2 - end) for end in found.f1_interval())
    assert (low, high) == pytest.approx(wilson(12, 16))
    assert found.f1_interval()[0] < found.f1 < found.f1_interval()[1]
    assert Agreement("workload", 0, 0, 0, 50).f1_interval() is None


def test_if_the_second_coder_were_right():
    found = estimate(table((100, 0, 0, 0), (100, 0, 0, 0), (20, 0, 0, 0)), 1, draws=40_000)
    agreed = Agreement("workload", both=4, first=1, second=1, neither=44)
    kept = stats.betabinom(20, 4 + 1 / 3, 1 + 1 / 3).pmf(np.arange(101))
    added = stats.betabinom(80, 1 + 1 / 3, 44 + 1 / 3).pmf(np.arange(101))
    exact = np.cumsum(np.convolve(kept, added))
    middle, low, high = if_second_were_right(found, "workload", agreed)
    assert middle == pytest.approx(np.searchsorted(exact, 0.5), abs=1)
    assert low == pytest.approx(np.searchsorted(exact, 0.025), abs=1)
    assert high == pytest.approx(np.searchsorted(exact, 0.975), abs=1)
    (share,) = printed(found, Rule(), agreement={"workload": agreed}).shares
    # 20 to 22 of 98 to 102, and the ends as far from there as the second coder would put them.
    assert (share.low, share.high) == (19, 23)
    assert low - 8 < share.second_low <= low
    assert high <= share.second_high < high + 8
    sure = Agreement("workload", both=10**6, first=0, second=0, neither=10**6)
    assert if_second_were_right(found, "workload", sure) == (20, 20, 20)


def uses(readable, closed=40):
    return {
        **{f"c{i}": ("publish", "board")[i % 2] for i in range(readable)},
        **{f"u{i}": "themes" for i in range(closed)},
    }


def test_the_audit_never_holds_a_comment_for_the_software_alone():
    for seed in range(20):
        found = draw_audit(uses(250, closed=2000), seed)
        assert len(found.comments) == len(set(found.comments)) == 150
        assert all(comment.startswith("c") for comment in found.comments)
        assert found.twice == found.comments[:50]
    assert AuditSample.from_dict(found.to_dict()) == found


def test_all_are_coded_where_there_are_two_hundred_or_fewer():
    assert sorted(draw_audit(uses(200), 1, 100).comments) == sorted(uses(200, closed=0))
    assert len(draw_audit(uses(201), 1, 100).comments) == 100
    assert draw_audit(uses(0), 1).comments == ()


def test_the_seed_and_nothing_else_decides():
    given = uses(400)
    one = draw_audit(given, 8)
    assert draw_audit(dict(reversed(given.items())), 8) == one
    assert draw_audit(given, 9).comments != one.comments


def test_every_readable_comment_is_as_likely():
    found = np.zeros(300)
    for seed in range(400):
        for comment in draw_audit(uses(300), seed).comments:
            found[int(comment[1:])] += 1
    # Each is drawn 200 times of 400 on average.
    squares = ((found - 200) ** 2 / 100).sum() * 299 / 300
    assert 0.001 < stats.chi2.sf(squares, 299) < 0.999


@pytest.mark.parametrize("size", [99, 201, 0])
def test_an_audit_has_a_hundred_to_two_hundred(size):
    with pytest.raises(AuditError, match="100 to 200"):
        draw_audit(uses(400), 1, size)


def test_an_unknown_choice_is_refused():
    with pytest.raises(AuditError, match="no choice"):
        draw_audit({"a": "secret"}, 1)
