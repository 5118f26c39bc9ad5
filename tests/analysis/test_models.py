"""The job of models: simulated truth is found again, and what cannot be carried is named."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from analysis.__main__ import main
from analysis.dataset import PREFER_NOT_TO_SAY, Unit
from analysis.disclosure import Rule
from analysis.models import told
from analysis.models.command import lines, to_json
from analysis.models.fitting import (
    Joint,
    Measured,
    OneFactor,
    Regressed,
    TooLittle,
    all_themes,
    compared,
    one_theme,
    regression,
)
from analysis.models.job import plan, run, work
from analysis.models.rows import Rows
from analysis.multilevel.cluster import ByCluster, least_squares
from tests.analysis.made import flat, instrument, wave

BOOK = instrument(
    items=12,
    reverse=(1,),
    scales=[
        {"id": "s", "title": "Safe", "description": "D", "items": list("abcd"), "fear": True},
        {"id": "f", "title": "Fair", "description": "D", "items": list("efgh")},
        {"id": "w", "title": "Work", "description": "D", "items": list("ijkl")},
    ],
)
# Safe goes with Fair and not with Work.
TOGETHER = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]])
LOADING, OWN = 0.8, 0.6
OMEGA = 16 * LOADING**2 / (16 * LOADING**2 + 4 * OWN**2)
TEAMS = tuple(f"t{place}" for place in range(12))
UNITS = (
    Unit("org", "Org", None, 1000),
    Unit("x", "X", "org", 500),
    Unit("y", "Y", "org", 500),
    *(Unit(team, team, "x" if place < 6 else "y", 83) for place, team in enumerate(TEAMS)),
)


def drawn(n, seed, *, shift=()):
    """Answers on a fine scale; ``shift`` moves single questions for everybody."""
    rng = np.random.default_rng(seed)
    themes = rng.multivariate_normal(np.zeros(3), TOGETHER, n)
    found = LOADING * np.repeat(themes, 4, axis=1) + OWN * rng.normal(size=(n, 12))
    for place, by in shift:
        found[:, place] += by
    return found


def rows_of(answers, units=TEAMS):
    """As codes of 1 to 5, the second question turned round, people dealt out over the teams."""
    codes = np.clip(np.round(1.1 * answers + 3), 1, 5).astype(int)
    codes[:, 1] = 6 - codes[:, 1]
    return [(units[place % len(units)], *map(int, row)) for place, row in enumerate(codes)]


def waves(*answers, units=UNITS, names=TEAMS, book=BOOK):
    return [
        Rows(wave(rows_of(one, names), units, id=f"w{place}"), book, Rule())
        for place, one in enumerate(answers)
    ]


def theme(answers, letters="abcd"):
    return Measured("s", {"s": tuple(letters)}, answers[:, : len(letters)])


def test_omega_and_its_interval_find_the_true_one():
    found = one_theme(theme(drawn(700, 1)))
    assert found.omega == pytest.approx(OMEGA, abs=0.03)
    assert found.low < OMEGA < found.high < found.low + 0.06
    assert found.good
    assert found.df == 2


@pytest.fixture
def no_bootstrap(monkeypatch):
    """The interval of omega costs most of the time; some tests are about something else."""
    monkeypatch.setattr("analysis.models.fitting.bootstrap", lambda *_: (0.75, 0.85))


@pytest.mark.usefixtures("no_bootstrap")
def test_two_things_in_one_theme_are_seen():
    mixed = drawn(700, 2)[:, [0, 1, 4, 5]]
    found = one_theme(Measured("s", {"s": tuple("abef")}, mixed))
    assert not found.good
    assert "more than one thing" in " ".join(told.of_theme("“Safe”", found))


@pytest.mark.usefixtures("no_bootstrap")
def test_answers_that_crowd_have_their_own_variant():
    crowded = np.clip(np.round(drawn(700, 3) - 1.2), -1, 1)
    found = one_theme(theme(crowded))
    assert found.rough
    assert found.robust_cfi is not None
    assert 0 <= found.gap < 0.3
    assert "few options" in " ".join(told.of_theme("“Safe”", found))
    assert not one_theme(theme(drawn(300, 3))).rough


def test_all_themes_at_once_find_what_goes_together():
    factors = {"s": tuple("abcd"), "f": tuple("efgh"), "w": tuple("ijkl")}
    found = all_themes(Measured("x", factors, drawn(900, 4)))
    assert found.good
    pairs = {(one, other): value for one, other, value in found.together}
    assert pairs["f", "s"] == pytest.approx(0.6, abs=0.07)
    assert pairs["w", "s"] == pytest.approx(0.0, abs=0.1)


def test_themes_that_are_one_thing_are_named():
    answers = drawn(700, 5)
    halves = Measured("x", {"s": ("a", "b"), "f": ("c", "d")}, answers[:, :4])
    said = told.of_all(all_themes(halves), {"s": "Safe", "f": "Fair"})
    assert "“Fair” and “Safe” can hardly be told apart." in said
    wrong = Measured("x", {"s": ("a", "e"), "f": ("b", "f")}, answers[:, [0, 4, 1, 5]])
    assert "do not sort themselves" in told.of_all(all_themes(wrong), {})[0]


@pytest.mark.parametrize(
    ("shift", "reached", "freed"),
    [((), ("scalar", "strict"), None), (((2, 0.5),), ("metric",), ("c",))],
)
def test_the_same_meaning_over_waves(shift, reached, freed):
    groups = {"one": drawn(900, 6)[:, :4], "two": drawn(900, 17, shift=shift)[:, :4]}
    found = compared(theme(groups["two"]), groups, waves=True)
    assert found.reached in reached
    assert (found.partial.freed if found.partial else None) == freed
    said = told.of_ladder(found, {"c": "Question c"})
    assert ("Apart from “Question c”" in said) == bool(freed)
    assert "indicative" in said
    assert "wave" not in said


def test_slopes_are_those_of_the_truth_and_mind_groups():
    rng = np.random.default_rng(8)
    cells = np.repeat([f"c{place}" for place in range(20)], 30)
    # A theme that is the same for all in a group has less to tell than 600 strangers.
    group = np.repeat(rng.normal(size=20), 30)
    shared, own = np.repeat(rng.normal(size=20), 30), rng.normal(size=600)
    outcome = 50 + 5 * own + 6 * group + 8 * rng.normal(size=600)
    task = Regressed("s", ("f", "w"), outcome, np.column_stack([own, shared]), cells)
    one, other = regression(task)
    assert one.low < 5 < one.high
    assert one.clear
    assert not other.clear
    # Six times as wide as for as many strangers, or nearly: 6²·30 on top of 8².
    assert other.high - other.low > 3 * (one.high - one.low)
    assert max(one.df, other.df) < 20


def test_a_slope_is_as_sure_as_few_groups_allow():
    """The range is that of CR2, whose reference figures are held elsewhere, and no narrower one."""
    rng = np.random.default_rng(9)
    cells = np.repeat([f"c{place}" for place in range(12)], rng.integers(10, 40, 12))
    predictors = rng.normal(size=(len(cells), 1)) + (cells == "c3")[:, None]
    outcome = rng.normal(size=len(cells)) + 2.0 * (cells == "c3")
    (slope,) = regression(Regressed("s", ("f",), outcome, predictors, cells))
    clustered = ByCluster.of(least_squares(outcome, predictors), cells)
    error = np.sqrt(clustered.covariance("HC2")[1, 1])
    half = student.ppf(0.975, clustered.df_cr2[1]) * error
    assert (slope.low, slope.high) == pytest.approx((slope.value - half, slope.value + half))
    assert error > 1.05 * np.sqrt(clustered.covariance("HC0", adjust=False)[1, 1])


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        (lambda: one_theme(theme(drawn(99, 9))), "Under 100 people"),
        (lambda: one_theme(theme(drawn(500, 9), "ab")), "fewer than three questions"),
        (lambda: one_theme(theme(np.ones((200, 4)))), "not vary|same answer|exactly"),
        (lambda: all_themes(theme(drawn(500, 9))), "Fewer than two themes"),
        (lambda: compared(theme(drawn(500, 9)), {}, waves=True), "Fewer than two pulses"),
        (
            lambda: compared(
                theme(drawn(500, 9)), {"x": drawn(400, 9), "y": drawn(199, 9)}, waves=False
            ),
            "Fewer than two large groups",
        ),
        (
            lambda: regression(
                Regressed("s", ("f",), np.arange(100.0), np.ones((100, 1)), np.array(["a"] * 100))
            ),
            "at least 150 people",
        ),
        (
            lambda: regression(
                Regressed(
                    "s", ("f",), np.arange(200.0), drawn(200, 1)[:, :1], np.array(["a", "b"] * 100)
                )
            ),
            "Too few groups",
        ),
    ],
)
def test_what_cannot_be_carried_is_named(task, sentence):
    with pytest.raises(TooLittle, match=sentence):
        task()


@pytest.fixture(scope="module")
def outcomes():
    return list(run(plan(waves(drawn(600, 10), drawn(700, 11)))))


def test_the_whole_job_says_what_is_true(outcomes):
    titles = ["“Safe”", "“Fair”", "“Work”", "All themes at once", "“Safe” beside the other themes"]
    assert [outcome.title for outcome in outcomes] == titles
    assert not any(outcome.lacking for outcome in outcomes)
    for outcome in outcomes[:3]:
        assert outcome.figures["one_factor"]["people"] == "at least 700"
        assert {"pulses", "large_groups"} <= outcome.figures.keys()
        # Chance may leave it open, but nothing false is said.
        assert "do not seem to mean" not in " ".join(outcome.said)
    assert "belong to the themes" in outcomes[3].said[0]
    last = " ".join(outcomes[4].said)
    assert "10 points in “Fair” go with about" in last
    assert "We can’t tell if “Work” goes with “Safe”" in last
    assert told.NO_LEAD in last


def test_it_is_the_same_with_two_workers_and_says_how_far_it_is(outcomes):
    seen = []
    jobs = plan(waves(drawn(600, 10), drawn(700, 11)))[::4]
    again = list(run(jobs, 2, lambda *step: seen.append(step)))
    assert again == outcomes[::4]
    assert [(done, total) for _, done, total in seen] == [(1, 2), (2, 2)]


def test_nothing_depends_on_how_answers_lie_in_hidden_groups():
    """Attack A13: two teams too small to be shown exchange some answers."""
    names = (*(f"b{place}" for place in range(8)), "one", "two")
    units = flat(*((name, 80) for name in names[:8]), ("one", 11), ("two", 11))
    answers = drawn(330, 12)
    rows = rows_of(answers[:314], names[:8]) + [("one", *r[1:]) for r in rows_of(answers[314:322])]
    other = [("two", *r[1:]) for r in rows_of(answers[322:])]
    # Four people of each change places, so that no total of what is shown is another.
    one, two = rows[-4:], other[-4:]
    turned = rows[:-4] + [("one", *row[1:]) for row in two]
    turned += other[:-4] + [("two", *row[1:]) for row in one]
    told_of = [
        to_json(now, list(run(plan([now])[-1:])))
        for now in (
            Rows(wave(rows + other, units), BOOK, Rule()),
            Rows(wave(turned, units), BOOK, Rule()),
        )
    ]
    assert "slope" in told_of[0]
    assert told_of[0] == told_of[1]
    jobs = [
        plan([Rows(wave(rows + other, units), BOOK, Rule()), Rows(wave(one, units), BOOK, Rule())])
        for one in (rows + other, turned)
    ]
    assert len(jobs[0]) == 5
    for one, another in zip(*(each[:-1] for each in jobs), strict=True):
        for groups in ("waves", "units"):
            before, after = getattr(one.task, groups), getattr(another.task, groups)
            assert list(before) == list(after)
            assert all(alike(before[name], after[name]) for name in before)
        assert alike(one.task.answers, another.task.answers)


def alike(one, other):
    """Whether two sets of people gave the same answers, in whatever order they stand."""
    return np.array_equal(*(rows[np.lexsort(rows.T)] for rows in (one, other)))


def test_all_themes_at_once_are_compared_in_the_three_largest_groups():
    """With twelve large groups it would take minutes, and what is left out is said."""
    names = ("v", "w", "x", "y", "z")
    now = waves(drawn(1040, 18), units=flat(*((name, 400) for name in names)), names=names)
    (joint,) = [job for job in plan(now) if len(getattr(job.task, "factors", "x")) > 1][-1:]
    assert len(joint.task.units) == 5
    outcome = work(joint)
    assert "3 largest of 5 large groups" in " ".join(outcome.lacking)
    assert "large_groups" in outcome.figures
    few = {"v": joint.task.units["v"], "w": joint.task.units["w"]}
    assert "largest" not in " ".join(
        work(replace(joint, task=replace(joint.task, units=few))).lacking
    )


def test_a_theme_that_is_hidden_has_no_model():
    hidden = wave([("org", *row) for row in np.full((9, 12), 3).tolist()], UNITS)
    jobs = plan([Rows(hidden, BOOK, Rule())])
    assert jobs == []
    assert lines([]) == ["No theme is shown for the whole organisation, so there is no model."]


def test_a_question_reworded_is_another_question():
    first, second = waves(drawn(400, 13), drawn(400, 14))
    items = tuple(
        replace(item, text="Other words") if item.id == "a" else item
        for item in first.instrument.items
    )
    before = Rows(first.wave, replace(first.instrument, items=items), Rule())
    jobs = plan([before, second])
    assert list(jobs[0].task.waves) == [second.wave.label]
    assert len(jobs[1].task.waves) == 2


def test_what_is_not_said_is_no_answer_and_half_of_them_make_a_score():
    rows = [("org", *[5] * 12)] * 30
    rows += [("org", 5, 1, PREFER_NOT_TO_SAY, None, *[5] * 8)]
    rows += [("org", 5, None, None, None, *[5] * 8)]
    now = Rows(wave(rows, (Unit("org", "Org", None, 50),)), BOOK, Rule())
    scores = now.scores(now.theme("s"))
    # The second question is reversed: its 5 is the worst answer and its 1 the best.
    assert scores[:2].tolist() == [75.0, 75.0]
    assert scores[30] == 100.0
    assert np.isnan(scores[31])


@pytest.mark.usefixtures("no_bootstrap")
def test_the_command_writes_all_or_nothing(tmp_path, capsys, monkeypatch):
    rows = rows_of(drawn(120, 15), ("org",))
    data = tmp_path / "answers.csv"
    letters = "abcdefghijkl"
    body = [",".join(("wave", "unit", *letters))]
    body += [",".join(("2026-11-01", "Org", *map(str, row[1:]))) for row in rows]
    data.write_text("\n".join(body))
    book, out = tmp_path / "book.toml", tmp_path / "models.json"
    book.write_text(_toml(letters))
    arguments = ["models", str(data), "--instrument", str(book), "--out", str(out), "--workers=1"]
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert "(3 of 3)" in shown.err
    assert "omega" in shown.out
    found = json.loads(out.read_text())
    assert found["models"][0]["figures"]["one_factor"]["people"] == "at least 100"
    before = out.read_bytes()
    monkeypatch.setattr("analysis.models.job.one_theme", _broken)
    with pytest.raises(ZeroDivisionError):
        main(arguments)
    assert out.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "answers.csv",
        "book.toml",
        "models.json",
    ]


def _broken(_task):
    raise ZeroDivisionError


def _toml(letters):
    items = "".join(
        f'[[items]]\nid = "{name}"\nkind = "rating"\ntext = "Question {name}"\n'
        f'responses = "agree"\nreversed = {"true" if name == "b" else "false"}\n'
        for name in letters
    )
    options = "".join(f'{{code = {code}, label = "O{code}"}}, ' for code in range(1, 6))
    scales = "".join(
        f'[[scales]]\nid = "{name}"\ntitle = "{name}"\ndescription = "D"\n'
        f"items = {json.dumps(list(part))}\n"
        for name, part in (("s", letters[:4]), ("f", letters[4:]))
    )
    return (
        '[instrument]\nid = "t"\nversion = "1"\ntitle = "T"\n'
        '[source]\nlicence = "none"\nattribution = "none"\n'
        f"[responses.agree]\noptions = [{options}]\n{items}{scales}"
    )


def test_strong_words_have_their_gates():
    wide = OneFactor(300, 0.82, 0.68, 0.9, 2, 0.95, 0.05, 0.02, False)
    assert "can’t tell" in told.of_theme("“Safe”", wide)[0]
    loose = replace(wide, omega=0.5, low=0.4, high=0.6)
    assert "loosely" in told.of_theme("“Safe”", loose)[0]
    poor = Joint(300, 10.0, 2, 0.8, 0.7, 0.2, 0.1, 0.3, 0.1, (("a", "b", 0.99),))
    assert len(told.of_all(poor, {})) == 1
