"""An own theme begins where it began; what was coded as before goes on as if it were not there."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.disclosure import Rule
from analysis.text.coded_alike import NOT_THEN, RECODED, laid_beside, same_theme, why_apart
from analysis.text.drift import borrow, why_not_lent
from analysis.text.human_codes import OTHER
from analysis.text.prevalence import estimate
from analysis.text.prevalence_change import changes, verdicts
from analysis.text.score_bins import ScoreBins, ScoreError, tabulate
from analysis.text.thin_themes import TOO_FEW, grey

FIFTEEN = ("workload", OTHER)
OWN = (*FIFTEEN, "own_parking", "own_parking/negative")
CODER = "candour 2, codebook 1 (00000000)"
SEED = 20261122


def audit(wave, labels=OWN, own=None, share=0.5, coder=CODER):
    """800 comments of which 400 were audited; each label in a share of them, and scored right."""
    truth = np.repeat((np.arange(800) % 10 < 10 * share)[:, None], len(labels), axis=1)
    table = tabulate(
        (wave, "hard", coder),
        labels,
        np.where(truth, 0.7, 0.1),
        np.zeros(800, np.int64),
        np.arange(800) < 400,
        truth,
        out_of_fold=True,
    )
    return replace(table, own={"own_parking": "aa"} if own is None else own)


def told(now, before):
    found = changes(estimate(now, SEED), estimate(before, SEED), Rule(), "Autumn", now.labels)
    return {label: one for (_, label), one in verdicts(found, Rule()).items()}


def test_a_trend_of_the_fifteen_goes_on_when_a_theme_is_added():
    before = audit("1", FIFTEEN, {}, share=0.2)
    found = told(audit("2"), before)
    assert found["workload"].verdict == "higher"
    assert found["workload"] == told(audit("2", FIFTEEN, {}), before)["workload"]
    for label in OWN[2:]:
        assert (found[label].verdict, found[label].why) == ("break", NOT_THEN)


def test_an_own_theme_is_compared_while_it_means_the_same():
    assert told(audit("2"), audit("1", share=0.2))["own_parking"].verdict == "higher"


def test_an_own_theme_that_means_something_else_is_a_break():
    found = told(audit("2"), audit("1", own={"own_parking": "bb"}, share=0.2))
    assert (found["own_parking"].verdict, found["own_parking"].why) == ("break", RECODED)
    assert found["workload"].verdict == "higher"


def test_another_coder_is_a_break_for_all():
    assert why_apart(audit("2"), audit("1", coder="candour 3"), "workload") == RECODED


def test_what_no_theme_covers_is_the_same_only_beside_the_same_themes():
    assert same_theme(audit("2"), audit("1"), OTHER)
    assert not same_theme(audit("2"), audit("1", FIFTEEN, {}), OTHER)


def test_earlier_audits_lend_to_the_fifteen_and_nothing_to_a_new_theme():
    now, before = audit("2"), audit("1", FIFTEEN, {})
    assert why_not_lent(now, before) == ""
    lent = borrow(now, [before])
    workload, other, parking, negative = lent.earlier_audited.sum(axis=1)
    assert workload == 200
    assert other == parking == negative == 0
    assert borrow(now, [audit("1")]).earlier_audited.sum(axis=1).tolist() == [200] * 4
    moved = borrow(now, [audit("1", own={"own_parking": "bb"})]).earlier_audited.sum(axis=1)
    assert moved.tolist() == [200, 0, 0, 0]


def test_a_theme_that_is_no_longer_used_hinders_no_loan():
    lent = borrow(audit("2", FIFTEEN, {}), [audit("1")])
    assert lent.earlier_audited.sum(axis=1).tolist() == [200, 0]


def test_codes_of_another_meaning_make_no_theme_known():
    few = audit("2", share=0.0)
    alike, other = (audit("1", own={"own_parking": mark}) for mark in ("aa", "bb"))
    assert grey([alike, few]).get("own_parking") != TOO_FEW
    assert grey([other, few])["own_parking"] == TOO_FEW


def test_counts_under_other_labels_keep_theirs():
    before = audit("1", FIFTEEN, {}, share=0.2)
    beside = laid_beside(audit("2"), before)
    assert beside.labels == OWN
    assert beside.positive[0].tolist() == before.positive[0].tolist()
    assert not beside.positive[1:].any()


def test_a_table_keeps_its_own_themes_and_adds_to_its_like_alone():
    table = audit("1")
    again = ScoreBins.from_dict(table.to_dict())
    assert (again.own, (again + table).own) == (table.own, table.own)
    with pytest.raises(ScoreError):
        table + audit("1", own={"own_parking": "bb"})
    raw = table.to_dict()
    del raw["own"]
    assert ScoreBins.from_dict(raw).own == {}
