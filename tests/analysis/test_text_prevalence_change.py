"""A change or a gap in what people write must be earned as one in ratings must."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.change import Contrast, judge
from analysis.disclosure import Rule
from analysis.text.drift import borrow, drift, drift_in_all
from analysis.text.prevalence import PrevalenceError, estimate
from analysis.text.prevalence_change import (
    SINCE,
    DrawnDifference,
    change_of,
    changes,
    verdicts,
)
from analysis.text.score_bins import ScoreBins, ScoreError
from analysis.text.thin_themes import TOO_FEW, TOO_FEW_CHECKED, TOO_LOOSE, grey

LABELS = ("workload", "team_peers")


def rows(counts):
    return np.array(counts, dtype=np.int64)


def coded(wave, n, *yes, labels=LABELS, coder="coder 1", closed=0):
    """A wave of ``n`` comments, all coded by people: ``yes`` of them have each label."""
    none = np.zeros((len(labels), 4), dtype=np.int64)
    everything = rows([[n, 0, 0, 0]] * len(labels))
    return ScoreBins(
        wave, "q", coder, tuple(labels), everything, everything, rows([[x, 0, 0, 0] for x in yes]),
        none, none, rows([[closed, 0, 0, 0]] * len(labels)), none.astype(float),
        none.astype(float), out_of_fold=True,
    )  # fmt: skip


def told(now, before, without=None, labels=LABELS, **coder):
    """The verdict on each label since the wave before."""
    asked = changes(
        estimate(coded("now", *now, labels=labels, **coder), 1),
        estimate(coded("before", *before, labels=labels), 1),
        Rule(),
        "Autumn",
        labels,
        without,
    )
    found = verdicts(asked, Rule())
    return {label: found[SINCE, label] for label in labels}


def test_the_range_of_a_change_carries_the_sampling_of_both_waves():
    later, earlier = (
        estimate(coded("now", 400, 120, 9), 3, draws=40_000),
        estimate(coded("before", 300, 60, 9), 3, draws=40_000),
    )
    found = change_of(later, earlier, "workload")
    now, before = (
        stats.beta(1 / 3 + x, 1 / 3 + n - x) for x, n in ((120, 400), (60, 300))
    )  # every comment is coded, so the sampling of comments is all there is
    assert found.value == pytest.approx(100 * (now.mean() - before.mean()), abs=0.1)
    assert found.se == pytest.approx(100 * np.hypot(now.std(), before.std()), rel=0.02)
    low, high = found.interval()
    assert (low, high) == pytest.approx((10 - 1.96 * found.se, 10 + 1.96 * found.se), abs=0.25)


def test_p_is_the_smaller_side_of_the_draws_twice():
    draws = np.arange(-3.0, 97.0)
    assert DrawnDifference.of(draws).p == pytest.approx(2 * 5 / 101)
    assert DrawnDifference.of(draws + 10).p == pytest.approx(2 / 101)
    assert DrawnDifference.of(np.zeros(9)).p == 1.0


@pytest.mark.parametrize("way", [1, -1])
def test_the_printed_range_of_a_lopsided_change_holds_both_ends(way):
    draws = way * np.random.default_rng(4).gamma(1.5, 8.0, 4000)
    found = DrawnDifference.of(draws)
    (told,) = judge([(Contrast(found, 400, "Autumn"), round(found.value))], Rule())
    low, high = found.interval()
    assert told.low <= low < high <= told.high


def test_a_change_is_told_as_it_is_for_ratings():
    found = told((900, 270, 450), (900, 150, 450))
    assert [found[label].verdict for label in LABELS] == ["higher", "same"]
    assert found["workload"].against == "Autumn"
    assert found["workload"].difference == 30 - 17
    assert found["workload"].low < 13 < found["workload"].high
    assert told((900, 150, 450), (900, 270, 450))["workload"].verdict == "lower"
    assert told((90, 30, 20), (90, 27, 22))["workload"].verdict == "cannot_tell"


def test_one_family_for_the_question():
    twenty = tuple(f"t{i}" for i in range(20))
    alone = told((200, 63), (200, 40), labels=("t0",))
    assert alone["t0"].verdict == "higher"
    many = told((200, 63, *[40] * 19), (200, 40, *[40] * 19), labels=twenty)
    assert many["t0"].verdict == "cannot_tell"
    assert "many comparisons" in many["t0"].why


def test_under_fifty_comments_only_a_word_is_given():
    found = told((40, 30, 9), (40, 10, 9))
    assert found["workload"].verdict == "higher"
    assert found["workload"].difference is found["workload"].low is None
    assert found["team_peers"].verdict == "cannot_tell"


def test_what_is_not_printed_is_not_compared():
    assert told((900, 270, 4), (900, 150, 90))["team_peers"].verdict == "not_shown"
    assert told((900, 270, 90), (900, 150, 4))["team_peers"].verdict == "not_shown"
    hidden = told((900, 270, 90), (900, 150, 90), without={"workload": "So."})
    assert (hidden["workload"].verdict, hidden["workload"].why) == ("not_shown", "So.")
    assert hidden["team_peers"].verdict == "same"


def test_waves_coded_in_different_ways_are_a_break():
    found = told((900, 270, 90), (900, 150, 90), coder="coder 2")
    assert {one.verdict for one in found.values()} == {"break"}
    assert all(one.difference is None and one.why for one in found.values())


def test_a_change_needs_two_waves():
    audited = estimate(coded("now", 400, 120, 9), 1)
    with pytest.raises(PrevalenceError, match="two waves"):
        changes(audited, audited, Rule(), "Autumn", LABELS)


def test_what_is_unknown_of_closed_comments_is_drawn_for_each_wave_by_itself():
    one, two = (estimate(coded(wave, 300, 90, 9, closed=300), 1) for wave in ("now", "before"))
    assert abs(np.corrcoef(one.totals[0], two.totals[0])[0, 1]) < 0.06


def audit(wave, positive, coder="coder 1", out_of_fold=True, labels=("workload",)):
    return replace(
        coded(wave, 100, *[0] * len(labels), labels=labels, coder=coder),
        readable=rows([[500, 100, 100, 100]] * len(labels)),
        audited=rows([[60, 40, 40, 40]] * len(labels)),
        positive=rows([positive] * len(labels)),
        out_of_fold=out_of_fold,
    )


def test_drift_is_the_chi_square_of_the_bins():
    now, before = audit("now", [0, 10, 20, 30]), audit("before", [0, 4, 20, 36])
    # prop.test(c(10, 4), c(40, 40), correct = FALSE) and c(30, 36); nothing differs in the third
    # bin, and the first has no positive in either: two equal figures on three degrees of freedom.
    chi = 2 * stats.chi2_contingency([[10, 30], [4, 36]], correction=False).statistic
    assert drift(now, before) == pytest.approx([stats.chi2.sf(chi, 3)])
    assert drift(now, now).tolist() == [1.0]
    apart = replace(before, audited=rows([[0, 0, 0, 0]]))
    assert np.isnan(drift(now, apart)).all()


def test_an_earlier_audit_counts_half_where_nothing_has_drifted():
    now, before = audit("now", [0, 10, 20, 30]), audit("before", [0, 9, 20, 30])
    lent = borrow(now, [before])
    assert lent.earlier_audited.tolist() == [[30, 20, 20, 20]]
    assert lent.earlier_positive.tolist() == [[0, 4.5, 10, 15]]
    assert lent.rows == now.rows
    moved = audit("before", [0, 1, 20, 39])
    assert not borrow(now, [moved]).earlier_audited.any()
    gap = replace(now, audited=rows([[60, 0, 40, 40]]), positive=rows([[0, 0, 20, 30]]))
    assert borrow(gap, [before]).earlier_audited.tolist() == [[30, 0, 20, 20]]


def test_what_is_lent_to_a_bin_counts_at_most_half_of_what_people_read_there_now():
    now = audit("now", [0, 10, 20, 30])
    twice = replace(
        audit("before", [0, 18, 42, 60]), audited=rows([[120, 80, 80, 80]])
    )  # half of its rows would count as much as all of this wave's
    lent = borrow(now, [twice])
    assert lent.earlier_audited == pytest.approx(now.audited / 2)
    assert lent.earlier_positive == pytest.approx(np.array([[0, 4.5, 10.5, 15]]))
    small = replace(twice, audited=rows([[90, 40, 10, 0]]), positive=rows([[0, 9, 5, 0]]))
    lent = borrow(now, [small])
    assert lent.earlier_audited == pytest.approx(np.array([[30, 20, 5, 0]]))
    assert lent.earlier_positive == pytest.approx(np.array([[0, 4.5, 2.5, 0]]))


def test_only_the_latest_audit_lends():
    """Of many audits some look like this one by chance, and would count more than it does."""
    now, latest = audit("now", [0, 10, 20, 30]), audit("8", [0, 9, 20, 30])
    older = [audit(f"{n}", [0, 12, 20, 30]) for n in range(8)]
    alone = borrow(now, [latest])
    assert borrow(now, [*older, latest]).to_dict() == alone.to_dict()
    moved = audit("8", [0, 1, 20, 39])
    assert not borrow(now, [*older, moved]).earlier_audited.any()
    assert borrow(now, []).to_dict() == now.to_dict()


def test_drift_that_no_theme_shows_alone_is_seen_in_all_at_once():
    themes = tuple(f"t{i}" for i in range(15))
    now = audit("now", [0, 11, 20, 29], labels=themes)
    before = audit("before", [0, 5, 20, 35], labels=themes)
    assert (drift(now, before) > 0.1).all()
    assert drift_in_all(now, before) < 0.01
    assert not borrow(now, [before]).earlier_audited.any()
    one = [replace(t, labels=("t0", *(f"t0/{i}" for i in range(14)))) for t in (now, before)]
    assert drift_in_all(*one) > 0.1  # directions are the same comments again


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"coder": "coder 0"}, "coded in another way"),
        ({"out_of_fold": False}, "learnt from it"),
        ({"wave": "now"}, "own audit"),
        ({"labels": ("team_peers",)}, "other themes"),
        ({"rows": 99}, "Too little of it was checked"),
    ],
)
def test_an_audit_that_may_not_be_lent_is_refused(given, why):
    few = given.pop("rows", 0)
    earlier = audit(**{"wave": "before", "positive": [0, 9, 20, 30], **given})
    if few:
        earlier = replace(earlier, audited=rows([[few - 80, 20, 30, 30]]))
    with pytest.raises(ScoreError, match=why):
        borrow(audit("now", [0, 10, 20, 30]), [earlier])


def test_a_theme_that_is_too_little_known_is_grey_with_its_directions():
    labels = ("workload", "workload/negative", "team_peers")

    def at(wave, positive, coder="coder 1"):
        return replace(audit(wave, [0] * 4, coder, labels=labels), positive=rows(positive))

    good = at("a", [[0, 2, 5, 30], [0, 0, 0, 1], [0, 0, 0, 30]])
    assert grey([good]) == {}
    few = at("a", [[0, 2, 2, 25], [0, 0, 0, 20], [0, 0, 0, 30]])
    assert grey([few]) == {"workload": TOO_FEW, "workload/negative": TOO_FEW}
    assert grey([few, replace(few, wave="b")]) == {}
    # 24 of 40 at the top: Wilson .446 to .737. Two audits of the like: 48 of 80 from .491.
    unsure = at("a", [[0, 4, 10, 24], [0, 0, 0, 24], [0, 0, 0, 30]])
    found = {"workload": TOO_FEW_CHECKED, "workload/negative": TOO_FEW_CHECKED}
    assert grey([unsure]) == grey([unsure, replace(unsure, wave="b")]) == found
    none = replace(unsure, audited=rows([[60, 80, 40, 0]] * 3))
    assert grey([good, replace(none, positive=rows([[9, 9, 9, 0]] * 3))]) == {}
    none = replace(none, positive=rows([[9, 9, 19, 0], [0] * 4, [0] * 4]))
    assert grey([none])["workload"] == TOO_FEW_CHECKED
    # 13 of 40: Wilson up to .480, so the software is surely wrong more often than right.
    loose = at("a", [[0, 6, 12, 13], [0, 0, 0, 13], [0, 0, 0, 30]])
    assert grey([loose]) == {"workload": TOO_LOOSE, "workload/negative": TOO_LOOSE}
    assert grey([loose, replace(loose, wave="b")]) == grey([loose])
    assert grey([replace(good, coder="coder 0"), replace(loose, wave="b")]) == grey([loose])
    with pytest.raises(ValueError, match="no theme to judge"):
        grey([])
