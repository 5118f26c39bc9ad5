"""Survey figures worked out again: from the folder of real ones, and from one made up here."""

import json
import math
from collections import defaultdict

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest, chisquare, false_discovery_control, kstwobign, t

from analysis.reference.compare import compare
from analysis.reference.folder import Folder
from tests.needed import shared

COVERED = {
    "svy_apistrat": (),
    "svy_apisrs": (),
    "svy_apiclus1": (),
    "svy_wave_team_nonresponse": (),
    "svy_change_two_waves": (),
    "svyglm_apistrat": (),
    "proportions": (),
    "padjust_BH1995": (),
    "xmr_Nile": (),
    "xmr_16waves": (),
    "pchart": (),
    "breakpoint_Nile": ("supF_p",),
    "nonresponse_gof": (),
    "R_indicator": (),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """The analyses of this family alone: others take longer."""
    real, path = shared("reference"), tmp_path_factory.mktemp("covered")
    values = json.loads((real / "values.json").read_text())["values"]
    kept = {name: values[name] for name in COVERED}
    (path / "values.json").write_text(json.dumps({"values": kept}))
    (path / "data").symlink_to(real / "data")
    return {one.id: one for one in compare(Folder(path))}


@pytest.mark.parametrize("name", COVERED)
def test_every_value_agrees(outcomes, name):
    found = outcomes[name]
    assert found.reproduced, found.sentence()
    assert found.left == COVERED[name]


def test_files_of_weights_and_of_flags_are_gone_through_as_well(outcomes):
    assert outcomes["svy_apiclus1"].same > 3 * 183
    assert outcomes["xmr_Nile"].same > 654 * 2


class Made:
    """A folder of the same form, filled by a test."""

    def __init__(self, path):
        self.path, self.entries = path, {}
        (path / "data").mkdir()

    def table(self, name, **columns):
        pl.DataFrame(columns).write_csv(self.path / "data" / f"{name}.csv")

    def entry(self, name, data, call, values, note=""):
        self.entries[name] = {"data": data, "call": call, "note": note, "values": values}

    def outcome(self, name):
        (self.path / "values.json").write_text(json.dumps({"values": self.entries}))
        return next(one for one in compare(Folder(self.path)) if one.id == name)


@pytest.fixture
def made(tmp_path):
    return Made(tmp_path)


def agrees(outcome, left=()):
    assert outcome.reproduced, outcome.sentence()
    assert outcome.left == left


SHOPS = ["north"] * 6 + ["south"] * 9 + ["west"] * 5
STAFF = {"north": 12, "south": 30, "west": 8}


def shops(seed=1):
    rng = np.random.default_rng(seed)
    return {
        "shop": SHOPS,
        "mood": rng.normal(60, 12, 20),
        "tea": rng.integers(0, 9, 20),
        "staff": [STAFF[shop] for shop in SHOPS],
        "got": [SHOPS.count(shop) for shop in SHOPS],
    }


DESIGN = "svydesign(ids=~1, strata=~shop, weights=~staff/got, data=shops, fpc=~staff)"


def by_hand(values, finite=True):
    """A stratified mean and its error, from the textbook."""
    groups = defaultdict(list)
    for shop, value in zip(SHOPS, values, strict=True):
        groups[shop].append(value)
    share = {shop: STAFF[shop] / 50 for shop in groups}
    parts = {
        shop: np.var(v, ddof=1) / len(v) * (1 - len(v) / STAFF[shop] if finite else 1)
        for shop, v in groups.items()
    }
    means = {shop: float(np.mean(v)) for shop, v in groups.items()}
    value = sum(share[shop] * means[shop] for shop in groups)
    return value, math.sqrt(sum(share[shop] ** 2 * parts[shop] for shop in groups)), means, parts


def test_another_stratified_survey(made):
    columns = shops()
    made.table("shops", **columns)
    value, se, means, parts = by_hand(columns["mood"])
    happy = [float(one > 60) for one in columns["mood"]]
    share = by_hand(happy)
    values = {
        "mean:mood": value,
        "mean_se:mood": se,
        "mean_nofpc_se:mood": by_hand(columns["mood"], finite=False)[1],
        "total:tea": 50 * by_hand(columns["tea"])[0],
        "total_se:tea": 50 * by_hand(columns["tea"])[1],
        "happy:happy": share[0],
        "happy_se:happy": share[1],
        "unweighted_mean": float(np.mean(columns["mood"])),
        "naive_se": float(np.std(columns["mood"], ddof=1) / math.sqrt(20)),
        "n": 20,
        "N": 50,
    }
    values |= {f"site:{shop}": found for shop, found in means.items()}
    values |= {f"site_se:{shop}": math.sqrt(found) for shop, found in parts.items()}
    values |= {f"happy_site:{shop}": found for shop, found in share[2].items()}
    made.entry("some_shops", "shops.csv", f"{DESIGN}; svymean", values, "happy = mood>60")
    agrees(made.outcome("some_shops"))


def test_another_change_takes_design_and_outcome_from_the_entry_beside_it(made):
    waves = [shops(seed)["mood"] for seed in (1, 2)]
    for name, seed in (("shops", 1), ("shops_later", 2)):
        made.table(name, **shops(seed))
    (one, first, *_), (two, second, *_) = map(by_hand, waves)
    values = {"m1": one, "se1": first, "m2": two, "se2": second, "diff": two - one}
    values["se_diff"] = math.hypot(first, second)
    call = "difference of two stratified FPC means"
    made.entry("moved", "shops.csv, shops_later.csv", call, values)
    assert "how the sample was drawn" in made.outcome("moved").why
    made.entry("level", "shops.csv", DESIGN, {"mean:mood": one})
    agrees(made.outcome("moved"))


def test_another_sample_of_whole_clusters_with_a_margin(made):
    """Three halls of four people, of ten halls; post-stratified to the people on each shift."""
    rng = np.random.default_rng(3)
    y, hall = rng.normal(50, 10, 12), np.repeat([7, 8, 9], 4)
    shift = np.array(["day", "day", "night", "night"] * 3)
    totals = {"day": 30, "night": 10}
    made.table("halls", hall=hall, shift=shift, score=y, halls=[10] * 12)
    means = {name: float(y[shift == name].mean()) for name in totals}
    value = sum(totals[name] * means[name] for name in totals) / 40
    weight = np.array([totals[name] / 6 for name in shift])
    apart = weight * (y - np.array([means[name] for name in shift])) / 40
    sums = np.array([apart[hall == one].sum() for one in (7, 8, 9)])
    se = math.sqrt(0.7 * 3 / 2 * ((sums - sums.mean()) ** 2).sum())
    plain = np.array([y[hall == one].mean() for one in (7, 8, 9)])
    values = {
        "mean:score": float(y.mean()),
        "mean_se:score": math.sqrt(0.7 * plain.var(ddof=1) / 3),
        "postst:score": value,
        "postst_se:score": se,
        "rake:score": value,
        "rake_se:score": se,
        "greg:score": value,
        "greg_se:score": se,
        "postst_total:score": 40 * value,
        "kish_deff_rake": 12 * float((weight**2).sum()) / float(weight.sum()) ** 2,
    }
    call = "rake(svydesign(id=~hall, data=halls, fpc=~halls), list(~shift), list(known))"
    made.table("ref_halls_weights", w_poststrat=weight, w_rake=weight)
    made.entry("halls", "halls.csv; weights in data/ref_halls_weights.csv", call, values,
               "known.shifts day30 night10")  # fmt: skip
    found = made.outcome("halls")
    agrees(found)
    assert found.same == len(values) + 24


def test_another_regression_with_words_for_a_predictor(made):
    """A line on two groups: their means, and the errors of means in separate strata."""
    columns = shops()
    columns["shop"] = ["a"] * 10 + ["b"] * 10
    made.table("shops", **columns)
    mood = np.array(columns["mood"])
    errors = [mood[half].var(ddof=1) / 10 for half in (slice(10), slice(10, 20))]
    values = {
        "b:(Intercept)": mood[:10].mean(),
        "b:shopb": mood[10:].mean() - mood[:10].mean(),
        "se:(Intercept)": math.sqrt(errors[0]),
        "se:shopb": math.sqrt(sum(errors)),
    }
    made.entry("level", "shops.csv", "svydesign(~1, strata=~shop, data=shops)", {})
    made.entry("line", "shops.csv", "svyglm(mood ~ shop, design)", values)
    agrees(made.outcome("line"))


def test_other_counts_and_other_tests(made):
    exact = binomtest(3, 20).proportion_ci(method="exact")
    score = binomtest(3, 20).proportion_ci(method="wilson")
    values = {
        "wilson_3_201": score.low,
        "wilson_3_202": score.high,
        "wilson_fn1": score.low,
        "exact_3_201": exact.low,
        "exact_3_202": exact.high,
        "hyper_0_10_of_101": 0.0,
        "hyper_0_10_of_102": 0.0,
        "newcombe_9_10_vs_3_101": 0.6,
        "something_else": 1.0,
    }
    made.entry("counts", "in names", "prop.test(x, n); binom.test", values)
    agrees(made.outcome("counts"), left=("something_else",))

    p = [0.001, 0.02, 0.04, 0.5]
    bh, by = (false_discovery_control(p, method=method) for method in ("bh", "by"))
    values = {f"BH:{one}": value for one, value in zip(p, bh, strict=True)}
    values |= {f"BY:{one}": value for one, value in zip(p, by, strict=True)}
    for method, found in (
        ("holm", (0.004, 0.06, 0.08, 0.5)),
        ("bonferroni", (0.004, 0.08, 0.16, 1)),
    ):
        values |= {f"{method}:{one}": value for one, value in zip(p, found, strict=True)}
    made.entry("many", "inline", "p.adjust(p, m)", values)
    agrees(made.outcome("many"))

    fit = chisquare([12, 8, 40], [15, 15, 30])
    values = {"X2.X-squared": fit.statistic, "p": fit.pvalue}
    made.entry("frame", "inline", "chisq.test(c(12, 8, 40), p = c(.25, 1/4, .5))", values)
    agrees(made.outcome("frame"))


def test_other_response(made):
    answered = np.array([1, 1, 0, 1, 0, 0, 1, 0])
    made.table("asked", site=list("xxxyyyyy"), back=answered)
    rate = np.repeat([2 / 3, 2 / 5], [3, 5])
    values = {"R": 1 - 2 * rate.std(ddof=1), "mean_p": 0.5, "cv": rate.std(ddof=1) / 0.5}
    call = "R = 1-2*sd(fitted(glm(back~factor(site),binomial)))"
    made.entry("who", "asked.csv", call, values)
    agrees(made.outcome("who"))


def test_other_series(made):
    values = [5.0, 7, 6, 9, 4, 6, 7, 5]
    step = float(np.abs(np.diff(values)).mean())
    first = float(np.abs(np.diff(values[:4])).mean())
    made.table("boats", week=range(1, 9), sold=values)
    theirs = {
        "centre": 6.125,
        "mRbar": step,
        "UNPL": 6.125 + 2.66 * step,
        "LNPL_exact": 6.125 - 3 * step / 1.128,
        "URL": 3.267 * step,
        "n_out": 0,
        "base4.centre": 6.75,
        "base4.mRbar": first,
        "scr.UNPL": 6.125 + 3 * step / 1.128,
    }
    made.entry("from_table", "boats.csv", "XmR: centre = mean(x)", theirs)
    made.entry("written", "inline: " + ",".join(map(str, values)), "as from_table", theirs)
    agrees(made.outcome("from_table"))
    agrees(made.outcome("written"))
    made.entry("from_table", "boats.csv", "XmR", theirs | {"centre": 6.2})
    assert [name for name, *_ in made.outcome("from_table").off] == ["centre"]


def test_other_flags(made):
    values = [50, 54, 49, 55, 51, 53, 50, 54, 90, 52, 50, 53]
    step = np.abs(np.diff(values))
    step = step[step < 3.267 * step.mean()].mean()
    words = ["7 Points Below CL" if i < 8 else "Common Cause" for i in range(12)]
    words[8] = "Above UCL"
    middle = float(np.mean(values))
    made.table(
        "ref_marks", series=["s"] * 12, screen=["TRUE"] * 12, fix=[0] * 12, i=range(1, 13),
        y=values, mean=[middle] * 12, lpl=[middle - 2.66 * step] * 12,
        upl=[middle + 2.66 * step] * 12, special_cause=words,
    )  # fmt: skip
    made.entry("any", "inline: 1,2,4", "XmR", {"centre": 7 / 3, "mRbar": 1.5})
    found = made.outcome("any")
    agrees(found)
    assert found.same == 2 + 12 * 4


def test_other_shares_over_time(made):
    share, n = 24 / 60, np.array([20, 40])
    se = np.sqrt(share * (1 - share) / n)
    z = (np.array([6, 18]) / n - share) / se
    spread = abs(z[1] - z[0]) / 1.128
    values = {"pbar": share, "UCL1": share + 3 * se[0], "LCL2": share - 3 * se[1], "z1": z[0]}
    values |= {"laney_sigma_z": spread, "laneyU2": share + 3 * se[1] * spread}
    made.entry("line", "inline x=6, 18 n=20,40", "p chart", values)
    agrees(made.outcome("line"))


def test_another_break(made):
    rng = np.random.default_rng(4)
    level = np.repeat([10.0, 14.0], [9, 15])
    y = level + rng.normal(0, 0.5, 24)
    made.table("river", season=range(100, 124), height=y)
    halves = (y[:9], y[9:])
    rss = sum(((half - half.mean()) ** 2).sum() for half in halves)
    whole = ((y - y.mean()) ** 2).sum()
    swing = np.abs(np.cumsum(y - y.mean())).max() / (y.std(ddof=1) * math.sqrt(24))
    values = {
        "bp": 9,
        "season": 108,
        "RSS0": whole,
        "RSS1": rss,
        "BIC1": 24 * (math.log(rss / 24) + 1 + math.log(2 * math.pi)) + 4 * math.log(24),
        "cusum.S0": swing,
        "cusum_p.S0": float(kstwobign.sf(swing)),
        "supF.sup.F": (whole - rss) / (rss / 22),
    }
    made.entry("rise", "river.csv", "breakpoints(height ~ 1)", values)
    agrees(made.outcome("rise"))


@pytest.mark.parametrize(
    ("data", "call", "why"),
    [
        ("none.csv", DESIGN, "no data file called"),
        ("", DESIGN, "not named"),
        ("shops.csv", "svydesign(id=~shop+got, data=shops)", "one stage"),
        ("shops.csv", "svydesign(id=~1, strata=~floor, data=shops)", "no column"),
        ("shops.csv", "svydesign(id=~1, weights=~zero, data=shops)", "zero or negative"),
        ("shops.csv", "svyglm(mood~tea, design, family=binomial)", "straight lines"),
        ("shops.csv", "rake(svydesign(id=~1, data=shops), list(~shop))", "known totals"),
        ("inline", "chisq.test(table(x))", "not in the call"),
        ("shops.csv", "R = 1-2*sd(fitted(glm(tea~factor(shop))))", "who answered"),
        ("flat.csv", "breakpoints(level~1)", "same value"),
    ],
)
def test_what_cannot_be_done_says_why(made, data, call, why):
    made.table("shops", **shops(), zero=[0] * 20)
    made.table("flat", level=[5.0] * 30)
    made.entry("odd", data, call, {"rake:mood" if "rake" in call else "mean:mood": 1.0})
    assert why in made.outcome("odd").why


def test_a_t_test_between_two_groups(made):
    """Without strata or weights: with the n − 1 of the design, near the plain test."""
    rng = np.random.default_rng(2)
    y, group = rng.normal(50, 10, 40), np.repeat(["in", "out"], 20)
    made.table("people", y=y, place=group)
    gap = y[20:].mean() - y[:20].mean()
    squares = sum(((half - half.mean()) ** 2).sum() for half in (y[:20], y[20:]))
    value = gap / math.sqrt(squares / 20**2 * 40 / 39)
    p = 2 * t.sf(abs(value), 38)
    values = {"mean:y": y.mean(), "ttest_t.t": value, "ttest_df.df": 38, "ttest_p.placeout": p}
    made.entry("two", "people.csv", "svydesign(id=~1, data=people); svyttest", values)
    agrees(made.outcome("two"))
