import json

import numpy as np
import pytest
from scipy.stats import f_oneway, linregress

from analysis.reference.calls import column, data, formula
from analysis.reference.compare import compare
from analysis.reference.folder import Entry, Folder, NotCovered
from analysis.reference.multilevel import FAMILIES as MULTILEVEL
from analysis.reference.regression import FAMILIES as REGRESSION
from analysis.reference.uniroot import uniroot
from tests.needed import shared

OURS = (*MULTILEVEL, *REGRESSION)

# Four wards, in an order that is not theirs; ward "d" has one person and one gap elsewhere.
WARDS = """site,ward,calm,tired,shifts,odd
N,b,4,2,3,5
N,b,6,1,2,4
N,b,8,3,4,3
S,a,1,5,9,1
S,a,3,4,7,2
S,a,2,6,8,2
N,c,5,3,5,4
N,c,9,2,3,5
N,c,7,1,1,5
S,d,NA,4,4,1
"""
CALM = ([1, 3, 2], [4, 6, 8], [5, 9, 7])  # wards a, b, c: means 2, 6, 7; variances 1, 4, 4


def folder(tmp_path, values, extra=None):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "clinics_wards.csv").write_text(WARDS)
    for name, text in (extra or {}).items():
        (tmp_path / "data" / name).write_text(text)
    body = {
        name: {"data": "clinics_wards.csv", "package": "", "note": "", **one}
        for name, one in values.items()
    }
    (tmp_path / "values.json").write_text(json.dumps({"values": body}))
    return Folder(tmp_path)


def outcome(tmp_path, call, values, extra=None, **more):
    one = {"call": call, "values": values, **more}
    (found,) = compare(folder(tmp_path, {"one": one}, extra))
    return found


def assert_same(found):
    assert found.why == ""
    assert found.off == ()
    assert found.left == ()
    assert found.same


def test_an_intraclass_correlation_of_other_data(tmp_path):
    f, p = f_oneway(*CALM)
    between = (21 - 3) / 3  # equal groups: REML is ANOVA; MSB = 3·var(2, 6, 7) = 21, MSW = 3
    values = {
        "MSB": 21, "MSW": 3, "F": f, "p": p, "df1": 2, "df2": 6, "J": 3, "N": 9, "k0": 3,
        "ICC1_pkg": 18 / 27, "ICC2_pkg": 18 / 21, "lmer_var_between": between,
        "lmer_ICC": between / (between + 3), "lmer_grand_mean_se.(Intercept)": np.sqrt(21 / 9),
    }  # fmt: skip
    assert_same(outcome(tmp_path, "ICC1(aov(calm~as.factor(ward),wards))", values))


def test_groups_pasted_from_two_columns(tmp_path):
    # Sites N and S within wards are the wards again.
    assert_same(outcome(tmp_path, "ICC1(aov(calm~siteward))", {"MSB": 21, "J": 3}))


def test_several_at_once_by_place_and_by_name(tmp_path):
    icc = 6 / 9
    values = {"ICC1:calm": icc, "ICC2:calm": (size := 10 / 4) * icc / (1 + (size - 1) * icc)}
    assert_same(outcome(tmp_path, "mult.icc(wards[,c('calm','tired')], ward)", values))


def test_agreement_within_wards_and_the_file_beside_it(tmp_path):
    # Variances of tired 1, 1, 1 and shifts 1, 1, 4 for wards a, b, c; against 2, then 4.
    spread = np.array([1, 1, 2.5])
    star, steeper = 1 - spread / 4, 1 - spread / 8
    values = {
        "mean_lindell": star.mean(),
        "median_rwgj": 2 * 0.75 / (2 * 0.75 + 0.25),
        "mean_rwg_tired": 0.75,
        "mean_rwgj_skew80": (2 * steeper / (2 * steeper + spread / 8)).mean(),
    }
    beside = "ward,gsize,rwgj_lindell,rwg_shifts\nc,3,0.375,0\na,3,0.75,0.75\nd,1,NA,NA\n"
    found = outcome(
        tmp_path,
        "rwg.j(wards[,4:5], ward, ranvar=4 | 8.0)",
        values,
        {"ref_rwg_wards_by_group.csv": beside},
    )
    assert_same(found)
    assert found.same == 4 + 7


def test_a_random_intercept_and_its_file_of_groups(tmp_path):
    beside = f"ward,n,mean,blup\nc,3,7,{5 + 2 * 6 / 7}\na,3,2,{5 - 3 * 6 / 7}\n"
    found = outcome(
        tmp_path,
        "lmer(calm ~ 1 + (1 | ward), wards)",
        {"mu.(Intercept)": 5, "mu_se": np.sqrt(21 / 9), "var_between": 6, "var_within": 3},
        {"ref_blup_wards_calm.csv": beside},
        data="clinics_wards.csv; per group in data/ref_blup_wards_calm.csv",
    )
    assert_same(found)
    assert found.same == 10


def test_a_wrong_figure_in_a_file_of_groups_is_told(tmp_path):
    found = outcome(
        tmp_path,
        "lmer(calm ~ 1 + (1 | ward), wards)",
        {"var_within": 3},
        {"ref_blup_wards_calm.csv": "ward,n,mean\nc,3,7\na,3,2.5\nz,1,1\n"},
        data="clinics_wards.csv; per group in data/ref_blup_wards_calm.csv",
    )
    assert [name for name, _, _ in found.off] == ["n:z", "mean:a", "mean:z"]


def test_means_drawn_together_whose_column_the_call_hides(tmp_path):
    # Means 2, 6, 7 of variances 1/3, 4/3, 4/3; Hedges' τ² is their variance less the mean of those.
    y, v = np.array([2, 6, 7]), np.array([1, 4, 4]) / 3
    between, w = 7 - 1, 1 / v
    weight = 1 / (v + between)
    mu = weight @ y / weight.sum()
    values = {
        "Q": w @ (y - w @ y / w.sum()) ** 2,
        "tau2": between,
        "mu": mu,
        "blup:2": (between * 6 + v[1] * mu) / (between + v[1]),
    }
    call = "rma(yi,vi,method='HE'); blup()  # first 3 ward of wards, yi=mean, vi=sd^2/n"
    assert_same(outcome(tmp_path, call, values))


def test_rows_and_columns_that_a_comment_asks_for(tmp_path):
    rows = np.array([(4, 3), (6, 2), (1, 9), (3, 7), (2, 8), (5, 5), (9, 3)])
    odd, calm = rows[:, 1] % 2, rows[:, 0]
    line = linregress(odd, calm)
    found = outcome(
        tmp_path,
        "coef_test(lm(calm~post), 'CR2', cluster=ward)  # tired<=6, calm != 8, calm != 7, "
        "post = shifts odd",
        {"beta1": line.intercept, "beta2": line.slope},
    )
    assert_same(found)


def test_shares_with_predictors_left_out_of_the_call(tmp_path):
    rows = np.array([line.split(",")[2:] for line in WARDS.splitlines()[1:-1]], dtype=float)
    r = np.corrcoef(rows, rowvar=False)
    explained = r[0, 1:] @ np.linalg.solve(r[1:, 1:], r[1:, 0])
    values = {
        "R2": explained,
        "r:shifts": r[0, 2],
        "lmg:odd": 0.0,
        "adjR2": 1 - (1 - explained) * 8 / 5,
    }
    found = outcome(tmp_path, "lm(calm~tired+...+odd)", values)
    assert [name for name, _, _ in found.off] == ["lmg:odd"]  # nought was made up
    assert found.same == 3


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("lmer(calm ~ tired*shifts + (1|ward))", "no term"),
        ("lmer(calm ~ 1 + (tired|ward))", "no term"),
        ("lmer(calm ~ 1 + (1|ward), REML=FALSE)", "restricted"),
        ("lmer(calm ~ 1 + (1|clinic))", "no column called “clinic”"),
        ("lmer(ward ~ 1 + (1|site))", "no numbers"),
        ("ICC1(aov(calm~ward)) # site==Q", "only one group"),
        ("rwg.j(wards, ward)", "which columns"),
        ("rwg.j(wards[,4:9], ward)", "no columns 4:9"),
        ("rma(yi,vi,method='SJ')", "no such method"),
        ("rma(yi,vi) # first 3 ward, yi=median, vi=sd^2/n", "what was averaged"),
        ("rma(yi,vi) # first 3 ward, yi=mean, vi=sd^2/n", "which column"),
        (
            "coef_test(lm(calm~late+most), cluster=ward) # late = shifts>5, most = shifts>=6",
            "collinear",
        ),
    ],
)
def test_what_a_call_hides_or_asks_too_much_is_said(tmp_path, call, why):
    assert why in outcome(tmp_path, call, {"x": 1.0}).why


def test_reading_formulas():
    read = formula("lmer(y ~ 1 + x.1 + as.factor(z) + (1 | g), data = d)")
    assert (read.outcome, read.terms, read.group) == ("y", ("x.1", "z"), "g")
    with pytest.raises(NotCovered):
        formula("t.test(x)")


def test_a_data_set_that_only_the_call_names(tmp_path):
    made = folder(tmp_path, {})
    entry = Entry("one", "", "lm(calm~tired, wards) # early = shifts < 4", "", "", {})
    table = data(entry, made)
    assert table["early"].to_list() == [1, 1, 0, 0, 0, 0, 0, 1, 1, 0]
    assert column(table, "ward_site")[0] == "bN"
    with pytest.raises(NotCovered, match="not named"):
        data(Entry("one", "", "lm(a~b)", "", "", {}), made)


def test_the_search_for_a_root_ends_within_its_tolerance():
    def cubic(x):
        return x**3 - 2

    assert uniroot(cubic, 0, 100, 1e-12) == pytest.approx(2 ** (1 / 3), rel=1e-12)
    rough = uniroot(cubic, 0, 100, 1e-4)
    assert 1e-9 < abs(rough - 2 ** (1 / 3)) < 1e-4
    with pytest.raises(ValueError, match="not found"):
        uniroot(cubic, 0, 100, 1e-12, most=3)


def test_every_figure_of_other_programs_is_met():
    whole = Folder(shared("reference"))
    ids = {one.id for one in whole.entries if any(family.fits(one) for family in OURS)}
    assert len(ids) >= 19
    for found in (one for one in compare(whole) if one.id in ids):
        assert_same(found)
        if found.id.startswith(("rwg", "lmer_bh1996_W")):
            assert found.same > 300  # the files of groups too
