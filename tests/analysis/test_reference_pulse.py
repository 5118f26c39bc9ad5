"""Alpha's family, factor models and ordered answers held against figures of a folder made here
with other data and names: a pulse on a scale of 1 to 7, whose second question is reversed."""

import json
import math
import re

import numpy as np
import pytest
from scipy import optimize, stats

from analysis.reference.compare import compare
from analysis.reference.folder import Folder
from analysis.reference.scales import items, reversals


def pulse():
    """Rows of B1–B4 (B2 asked the other way round), a ward, a side and two yes-no answers; some
    are missing, and nobody gives the lowest code, so the range cannot be seen in the answers."""
    rng = np.random.default_rng(20)
    leaning = rng.normal(size=(260, 1))
    grid = np.clip(np.round(4 + leaning * [1.2, -1.0, 0.9, 1.1] + rng.normal(size=(260, 4))), 2, 7)
    grid[rng.random((260, 4)) < 0.03] = np.nan
    return grid, np.where(np.arange(260) % 3 == 0, "north", "south"), rng.integers(0, 2, 260)


def turned(grid):
    return np.where(np.arange(4) == 1, 8 - grid, grid)


def whole():
    answers = turned(pulse()[0])
    return answers[~np.isnan(answers).any(axis=1)]


def folder(tmp_path, **entries):
    (tmp_path / "data").mkdir()
    grid, wards, old = pulse()
    lines = ["B1,B2,B3,B4,ward,old,T1,T2"]
    for place, (row, ward, is_old) in enumerate(zip(grid, wards, old, strict=True)):
        cells = ["NA" if np.isnan(x) else f"{x:.0f}" for x in row]
        # Yes-no answers in halves: 86 agree both ways, 44 differ each way.
        one, two = (1 if place < 130 else 2), (1 if place < 86 or place >= 216 else 2)
        lines.append(",".join([*cells, ward, str(is_old), str(one), str(two)]))
    (tmp_path / "data" / "acme_pulse.csv").write_text("\n".join(lines))
    body = {
        name: {"data": "acme_pulse.csv", "package": "", "note": "", **one}
        for name, one in entries.items()
    }
    (tmp_path / "values.json").write_text(json.dumps({"values": body}))
    return Folder(tmp_path)


TURNED = {"call": "psych::alpha(pulse[,B1:B4], keys='B2')  # B2 reversed as 8-B2", "values": {}}


def assert_met(made, *left):
    for found in compare(made):
        if found.id not in left:
            assert found.why == ""
            assert found.off == ()
            assert found.left == ()
            assert found.same


def cronbach_of(rows):
    k = rows.shape[1]
    return k / (k - 1) * (1 - rows.var(axis=0, ddof=1).sum() / rows.sum(axis=1).var(ddof=1))


def test_alpha_of_other_data(tmp_path):
    rows = whole()
    n, value = len(rows), cronbach_of(rows)
    ends = 1 - (1 - value) * stats.f.ppf([0.975, 0.025], n - 1, (n - 1) * 3)
    rest = np.corrcoef(rows[:, 1], rows[:, [0, 2, 3]].sum(axis=1))[0, 1]
    values = {
        "alpha_raw": value,
        "feldt_lower": ends[0],
        "feldt_upper": ends[1],
        "scale_mean": rows.mean(),
        "scale_sd": rows.mean(axis=1).std(ddof=1),
        "B1:r_raw": np.corrcoef(rows[:, 0], rows.sum(axis=1))[0, 1],
        "B2-:r_drop": rest,
        "B2-:mean": rows[:, 1].mean(),
        "B2-:n": n,
        "B3:alpha_if_dropped": cronbach_of(rows[:, [0, 1, 3]]),
        "B4:sd": rows[:, 3].std(ddof=1),
    }
    call = "psych::alpha(na.omit(pulse[,B1:B4]), keys='B2')"
    # The range of B2 is said elsewhere only: its answers alone would give 9 − x.
    made = folder(tmp_path, a={"call": call, "values": values}, told=TURNED)
    assert_met(made, "told")


def test_alpha_of_whoever_answered_both(tmp_path):
    answers = turned(pulse()[0])
    matrix = np.empty((4, 4))
    for i, one in enumerate(answers.T):
        for j, two in enumerate(answers.T):
            both = ~np.isnan(one + two)
            gaps = (one[both] - one[both].mean()) * (two[both] - two[both].mean())
            matrix[i, j] = gaps.sum() / (both.sum() - 1)
    values = {
        "alpha_raw": 4 / 3 * (1 - np.trace(matrix) / matrix.sum()),
        "B1:n": int((~np.isnan(answers[:, 0])).sum()),
        "B2-:mean": np.nanmean(answers[:, 1]),
    }
    assert_met(folder(tmp_path, a={**TURNED, "values": values}))


def test_intervals_of_a_set_by_its_name_at_another_level(tmp_path):
    rows = whole()
    n, value = len(rows), cronbach_of(rows)
    low, high = 1 - (1 - value) * stats.f.ppf([0.95, 0.05], n - 1, (n - 1) * 3)
    middle, half = math.log((1 - value) * (n - 1) / n), 1.959964 * math.sqrt(8 / (3 * (n - 2)))
    bonett = "Bonett(2002): 1-exp(log(1-a)-log(n/(n-1)) +/- z sqrt(2k/((k-1)(n-2))))"
    assert_met(
        folder(
            tmp_path,
            told=TURNED,
            feldt={
                "data": "pulse_B",
                "call": "1-(1-a)*qf(c(.95,.05), n-1, (n-1)(k-1))  complete cases",
                "values": {"alpha": value, "lower": low, "upper": high, "n": n, "k": 4},
            },
            bonett={
                "data": "pulse_B",
                "call": bonett,
                "values": {
                    "lower": 1 - math.exp(middle + half),
                    "upper": 1 - math.exp(middle - half),
                },
            },
        ),
        "told",
    )


def test_scores_by_the_half_rule(tmp_path):
    answers = turned(pulse()[0])
    enough = answers[(~np.isnan(answers)).sum(axis=1) >= 2]
    scores = [np.mean(row[~np.isnan(row)]) for row in enough]
    known = answers[~np.isnan(answers[:, 1]), 1]
    values = {
        "n_scored_half": len(scores),
        "mean_half": np.mean(scores),
        "sd_half": np.std(scores, ddof=1),
        "n_complete": len(whole()),
        "mean_complete": whole().mean(),
        "fav_B2r_top3": np.isin(known, [5, 6, 7]).mean(),
    }
    call = "half rule: mean of answered if answered >= ceiling(k/2); B2 reversed 8-x"
    assert_met(folder(tmp_path, scores_pulse_B={"call": call, "values": values}))


def test_halves_of_yes_and_no(tmp_path):
    # P(both low) = 86/260, so r = sin(2π(86/260 − 1/4)).
    r = math.sin(2 * math.pi * (86 / 260 - 0.25))
    values = {"lavaan:T1-T2": r, "psych:T1-T2": r, "thr:T1|t1": 0.0, "polycor2step_T1T2": r}
    assert_met(
        folder(
            tmp_path,
            poly={"call": "lavaan::lavCor(X, ordered=names(X)); polycor::polychor(T1,T2)",
                  "values": values},
            ordinal_alpha_pulse_T={"call": "psych::alpha(psych::polychoric(X)$rho)",
                                   "values": {"ordinal_alpha_psych": 2 * r / (1 + r)}},
        )
    )  # fmt: skip


def test_a_column_described_and_its_order_explained(tmp_path):
    grid, _, old = pulse()
    known = grid[~np.isnan(grid[:, 2]), 2]
    table = np.array([[((1 + (np.arange(260) >= 130) == t) & (old == o)).sum() for t in (1, 2)]
                      for o in (0, 1)])  # fmt: skip
    effect = math.log(table[1, 1] * table[0, 0] / (table[0, 1] * table[1, 0]))
    assert_met(
        folder(
            tmp_path,
            shape={
                "call": "psych::describe(pulse$B3,type=2)",
                "values": {
                    "n": len(known),
                    "mean": known.mean(),
                    "median": np.median(known),
                    "skew_type2": stats.skew(known, bias=False),
                    "kurt_type2": stats.kurtosis(known, bias=False),
                    "n4": int((known == 4).sum()),
                },
            },
            order={
                "call": "MASS::polr(factor(T1) ~ old); ordinal::clm(same)",
                "values": {
                    "est:old": effect,
                    "clm:old": effect,
                    "clm_se:old": math.sqrt((1 / table).sum()),
                    "clm:1|2": math.log(table[0, 0] / table[0, 1]),
                },
            },
        )
    )


def three(rows):
    """The factor of three items in closed form: λ₁² = s₁₂·s₁₃/s₂₃."""
    s = np.cov(rows.T, bias=True)
    return np.sqrt([s[0, 1] * s[0, 2] / s[1, 2], s[0, 1] * s[1, 2] / s[0, 2],
                    s[0, 2] * s[1, 2] / s[0, 1]])  # fmt: skip


def three_items():
    answers = turned(pulse()[0])[:, :3]
    return answers[~np.isnan(answers).any(axis=1)]


def test_a_factor_of_three_other_items(tmp_path):
    rows = three_items()
    s, loadings = np.cov(rows.T, bias=True), three(rows)
    left = np.diag(s) - loadings**2
    values = {
        "omega": loadings.sum() ** 2 / (loadings.sum() ** 2 + left.sum()),
        "omega3": loadings.sum() ** 2 / s.sum(),
        "avevar": (loadings**2).sum() / np.trace(s),
        "alpha": cronbach_of(rows),
        "loading_unstd:B2": loadings[1],
        "loading_std:B3": loadings[2] / math.sqrt(s[2, 2]),
        "theta:B1": left[0],
        "df": 0,
        "logl": sum(stats.multivariate_normal(rows.mean(axis=0), s).logpdf(rows)),
    }
    call = "cfa('g =~ B1 + B2 + B3', std.lv=TRUE, estimator='ML'); semTools::reliability(fit)"
    marked = {
        "g=~B1:est": 1,
        "g=~B1:se": 0,
        "g=~B2:est": loadings[1] / loadings[0],
        "g=~B3:std": loadings[2] / math.sqrt(s[2, 2]),
        "g~~g:est": loadings[0] ** 2,
        "B2~~B2:est": left[1],
        "cfi": 1,
        "rmsea.ci.upper": 0,
    }
    data = "acme_pulse.csv (complete, B2->8-x)"
    assert_met(
        folder(
            tmp_path,
            omega={"data": data, "call": call, "values": values},
            named={"data": data, "call": "cfa(Mood.model, pulse)", "values": marked},
        )
    )


def test_rungs_of_other_groups(tmp_path):
    """Metric by a general optimiser over Σ_g = ψ_g·λλᵀ + θ_g, which knows nothing of ours."""
    answers, wards = turned(pulse()[0])[:, :3], pulse()[1]
    known = ~np.isnan(answers).any(axis=1)
    groups = [answers[known & (wards == ward)] for ward in ("north", "south")]
    matrices = [np.cov(rows.T, bias=True) for rows in groups]

    def misfit(values):
        loadings = np.array([1, *values[:2]])
        total = 0.0
        for s, rows, own in zip(matrices, groups, values[2:].reshape(2, 4), strict=True):
            sigma = math.exp(own[0]) * np.outer(loadings, loadings) + np.diag(np.exp(own[1:]))
            logs = np.linalg.slogdet(sigma)[1] - np.linalg.slogdet(s)[1]
            total += len(rows) * (np.trace(np.linalg.solve(sigma, s)) - 3 + logs)
        return total

    start = np.concatenate([[1, 1], np.tile(np.zeros(4), 2)])
    best = optimize.minimize(misfit, start, method="BFGS", options={"gtol": 1e-7})
    chisq = misfit(best.x)
    values = {
        "configural:chisq": 0.0,
        "configural:df": 0,
        "metric:chisq": chisq,
        "metric:df": 2,
        "metric:pvalue": stats.chi2.sf(chisq, 2),
        "LRT_chisqdiff:metric": chisq,
        "LRT_dfdiff:metric": 2,
        "LRT_p:metric": stats.chi2.sf(chisq, 2),
    }
    data = "acme_pulse.csv (B2->8-x)"
    assert_met(
        folder(
            tmp_path,
            told={
                "data": data,
                "call": "cfa(Mood.model, pulse)",
                "values": {f"g=~B{i}:est": three(three_items())[i - 1] / three(three_items())[0]
                           for i in (1, 2, 3)},
            },
            rungs={
                "data": data,
                "call": "cfa(Mood.model, pulse, group='ward', group.equal=...); lavTestLRT",
                "values": values,
            },
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("cfa('g=~B1+B2+B3', ordered=TRUE, estimator='WLSMV')", "weighted least squares"),
        ("cfa('g=~B1+B2+B3', missing='fiml')", "missing"),
        ("cfa('g=~B1+0.5*B2+B3', pulse)", "written before its items"),
        ("cfa('g=~B1+B2', pulse)", "three items"),
        ("cfa(Lost.model, pulse)", "which items belong"),
        ("cfa('g=~B1+B2+B3', pulse, group=w)", "name its groups"),
        ("ordinal::clmm(B1~old+(1|ward))", "intercept for each group"),
        ("psych::alpha(pulse[,'ward'])", "no numbers"),
        ("MASS::polr(factor(B1)~wing)", "no column called “wing”"),
        ("psych::describe(pulse)", "which column"),
    ],
)
def test_what_does_not_apply_says_why(tmp_path, call, words):
    (found,) = compare(folder(tmp_path, one={"call": call, "values": {"x": 1.0}}))
    assert found.why
    assert not found.same
    assert re.search(words, found.why), found.why


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("keys='B2'", {"B2": None}),
        ("keys=c('B2','-B3')", {"B2": None, "B3": None}),
        ("B2, B3 -> 8-x", {"B2": 8, "B3": 8}),
        ("complete, B2->8-B2", {"B2": 8}),
        ("B3 reversed as 10-B3", {"B3": 10}),
        ("if answered >= ceiling(k/2) (k=4 -> 2)", {}),
    ],
)
def test_reversals_are_read_from_what_is_said(tmp_path, said, expected):
    (entry,) = folder(tmp_path, one={"call": f"psych::alpha(x)  # {said}", "values": {}}).entries
    assert reversals(entry, ["B1", "B2", "B3", "complete_x"]) == expected


@pytest.mark.parametrize(
    ("call", "names"),
    [
        ("psych::alpha(pulse[,B1:B3])", ("B1", "B2", "B3")),
        ("psych::alpha(pulse[, c('B1','B4')])", ("B1", "B4")),
        ('psych::alpha(pulse[c("B4", "B1")])', ("B4", "B1")),
        ("psych::alpha(pulse[,2:4])", ("B2", "B3", "B4")),
    ],
)
def test_items_are_read_from_the_call(tmp_path, call, names):
    made = folder(tmp_path, one={"call": call, "values": {}})
    assert items(made.entries[0], made).names == names
