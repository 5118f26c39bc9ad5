"""Figures of other data in the same form: names, orders and levels that one folder never has."""

import json
import math

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from analysis.agreement import anova
from analysis.factors.omega import one_factor
from analysis.multilevel.grouped import Groups
from analysis.reference.compare import compare
from analysis.reference.folder import Folder

# Wards in an order that is not theirs by name; grade and late are words, with the same levels.
WARDS = """ward,calm,tired,grade,late,pay,twin
b,4,2,No,Yes,3,4
b,6,1,Yes,Yes,2,5
b,8,3,Yes,No,4,9
a,1,5,No,No,9,1
a,3,4,No,Yes,7,3
a,2,6,Yes,No,8,1
c,5,3,Yes,No,4,6
c,9,2,No,Yes,3,9
c,7,1,Yes,Yes,1,5
"""
ROWS = [row.split(",") for row in WARDS.split()[1:]]
CALM, TIRED, PAY, TWIN = (np.array([float(row[at]) for row in ROWS]) for at in (1, 2, 5, 6))
WARD, GRADE, LATE = (np.array([row[at] for row in ROWS]) for at in (0, 3, 4))


@pytest.fixture
def redone(tmp_path):
    """One analysis of the wards, or of further files, worked out again."""
    (tmp_path / "data").mkdir()
    entries = {}

    def add(call, values, data="clinics_wards.csv", note="", name="one", **files):
        (tmp_path / "data" / "clinics_wards.csv").write_text(WARDS)
        for file, text in files.items():
            (tmp_path / "data" / f"{file}.csv").write_text(text)
        entries[name] = {"data": data, "call": call, "note": note, "values": values}
        (tmp_path / "values.json").write_text(json.dumps({"values": entries}))
        return next(one for one in compare(Folder(tmp_path)) if one.id == name)

    return add


def assert_same(found, count):
    assert found.reproduced, found.sentence()
    assert found.left == ()
    assert found.same == count


def test_words_among_predictors_become_a_column_for_each_level_but_the_first(redone):
    x = np.column_stack([np.ones(9), GRADE == "Yes", WARD == "b", WARD == "c"]).astype(float)
    b, *_ = np.linalg.lstsq(x, CALM, rcond=None)
    names = ("(Intercept)", "gradeYes", "wardb", "wardc")
    values = {f"coef:{name}": value for name, value in zip(names, b, strict=True)}
    call = "lm(calm~grade+ward); sandwich::vcovCL(cluster=~late, type=HC0|HC1)"
    assert_same(redone(call, values), 4)
    wrong = redone(call, values | {"coef:wardc": 1.0})
    assert [name for name, _, _ in wrong.off] == ["coef:wardc"]


def test_an_ordered_model_takes_words_too(redone):
    # Two groups and two options, in the order of the alphabet: log odds and their difference.
    counts = {"calm,old": 6, "tense,old": 3, "calm,young": 2, "tense,young": 8}
    table = "mood,side\n" + "".join(f"{row}\n" * n for row, n in counts.items())
    values = {"clm:calm|tense": math.log(2), "clm:sideyoung": math.log(4) + math.log(2)}
    call = "MASS::polr(factor(mood)~side); ordinal::clm(same)"
    assert_same(redone(call, values, data="mood_polr.csv", mood_polr=table), 2)


def test_groups_first_by_row_are_found_where_those_by_name_are_others(redone):
    text = "ward,calm\n" + "".join(f"{w},{x}\n" for w in "cba" for x in (1, ord(w), 3 * ord(w)))
    y = np.array([np.mean([1, ord(w), 3 * ord(w)]) for w in "cb"])
    v = np.array([np.var([1, ord(w), 3 * ord(w)], ddof=1) / 3 for w in "cb"])
    q = float((y - np.average(y, weights=1 / v)) ** 2 @ (1 / v))
    call = "rma(yi,vi,method='DL'); blup()  # first 2 ward of late, yi=mean, vi=sd^2/n"
    values = {"Q": q, "tau2": 0.0, "mu": np.average(y, weights=1 / v)}
    assert_same(redone(call, values, data="made_late.csv", made_late=text), 3)


def test_margins_with_the_same_levels_are_told_apart_by_their_names(redone):
    # Post-stratified to the first margin: the two levels' weighted means, 30 to 60.
    no, yes = (np.average(CALM[one == GRADE], weights=PAY[one == GRADE])
               for one in map(np.array, ("No", "Yes")))  # fmt: skip
    call = "rake(svydesign(id=~1,weights=~pay,data=wards), list(~grade, ~late), list(a, b))"
    for note in ("pop.late No50 Yes40; pop.grade No30 Yes60", "one No30 Yes60; two No50 Yes40"):
        assert_same(redone(call, {"postst:calm": (no + 2 * yes) / 3}, note=note), 1)


def test_groups_are_those_that_the_call_splits_by(redone):
    values = {f"by:{one}": CALM[np.array(one == LATE)].mean() for one in ("No", "Yes")}
    call = "svydesign(id=~1,data=wards); svyby(~calm,~late)"
    assert_same(redone(call, values | {"mean:calm": CALM.mean()}), 3)


def test_a_factor_that_points_the_other_way_is_the_same_factor(redone):
    rng = np.random.default_rng(5)
    answers = rng.normal(size=(80, 1)) * [0.8, -0.9, -1.0, -0.7] + rng.normal(size=(80, 4))
    text = "q1,q2,q3,q4\n" + "\n".join(",".join(map(repr, row)) for row in answers.tolist())
    ours = one_factor(np.cov(answers.T, bias=True), 80).loadings
    values = {f"loading_unstd:q{i}": float(x) for i, x in enumerate(-ours, 1)}
    call = "cfa('f =~ q1 + q2 + q3 + q4', std.lv=TRUE, estimator='ML'); semTools::reliability(fit)"
    assert_same(redone(call, values, data="made_q.csv", made_q=text), 4)
    one_only = values | {"loading_unstd:q2": -values["loading_unstd:q2"]}
    assert [name for name, _, _ in redone(call, one_only, data="made_q.csv").off] == [
        "loading_unstd:q2"
    ]


def test_of_two_items_the_dropped_one_has_its_slope_on_the_other(redone):
    # R: psych::alpha(wards[, c("calm", "twin")])$alpha.drop$raw_alpha
    cov = np.cov(CALM, TWIN)
    values = {"calm:alpha_if_dropped": cov[0, 1] / cov[1, 1],
              "twin:alpha_if_dropped": cov[0, 1] / cov[0, 0]}  # fmt: skip
    assert_same(redone("psych::alpha(wards[,c('calm','twin')])", values), 2)


def test_p_values_given_twice_are_counted_twice(redone):
    p = [0.02, 0.3, 0.02, 1, 1]
    names = ["BH:0.02", "BH:0.3", "BH:0.02.1", "BH:1", "BH:1.1"]
    values = dict(zip(names, map(float, false_discovery_control(p)), strict=True))
    assert_same(redone("p.adjust(p, method)", values, data="typed in"), 5)


def test_what_the_other_program_could_not_work_out_is_not_compared(redone):
    given = {"n": 9, "mean": "NA", "sd": "NaN", "median": None, "n5": "Inf", "n1": [1, 2]}
    found = redone("psych::describe(wards$calm)", given)
    assert found.same == 1
    assert [name for name, _, _ in found.off] == ["n5"]


def test_a_table_that_we_cannot_read_stops_only_its_own_analysis(redone):
    values = {"n": 9.0}
    redone("psych::describe(bent$calm)", values, data="made_bent.csv", name="bent",
           made_bent="calm\n1\n2,3,4\n")  # fmt: skip
    assert_same(redone("psych::describe(wards$calm)", values), 1)
    assert "stops" in redone("psych::describe(bent$calm)", values, "made_bent.csv", name="bent").why


def test_of_two_files_with_the_same_name_the_one_that_others_read_is_meant(redone):
    alpha = 2 * (1 - (CALM.var() + TWIN.var()) / (CALM + TWIN).var())
    redone("psych::alpha(pair)", {"calm:n": 9}, data="psych_pair.csv", name="reads",
           psych_pair="calm,twin\n" + "\n".join(f"{row[1]},{row[6]}" for row in ROWS),
           other_pair="calm,twin\n1,2\n2,1\n3,5\n")  # fmt: skip
    call = "1-(1-a)*qf(c(.975,.025), n-1, (n-1)(k-1))  complete cases"
    assert_same(redone(call, {"alpha": alpha, "n": 9, "k": 2}, data="pair"), 3)


def test_a_variance_between_groups_of_nought_is_met_by_one_close_to_nought(redone):
    text = "ward,calm\n" + "".join(f"{w},{x}\n" for w in "abc" for x in (1, 2, 3, 4))
    call = "multilevel::mult.icc(flat[,c('calm')], ward)"
    assert_same(redone(call, {"ICC1:calm": 2e-5}, data="made_flat.csv", made_flat=text), 1)
    assert redone(call, {"ICC1:calm": 2e-3}, data="made_flat.csv").off


def test_groups_that_are_all_alike_cannot_be_told_apart_at_all():
    assert anova(Groups.of_sums([2, 2], [4, 4], [10, 10])).icc2 == -math.inf
