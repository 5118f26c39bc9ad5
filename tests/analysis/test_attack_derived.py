"""Figures worked out from others: a careless Candour makes them from exact ones; ours does not."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis import question_moves, report_tables, silence
from analysis.attack import derived, widths
from analysis.attack.facts import versions
from analysis.attack.findings import Limits
from analysis.attack.model import EVERYBODY, Line
from analysis.attack.printed import parse
from analysis.attack.suite import attack, read
from analysis.disclosure import Rule, nearest
from analysis.release import share_ranges, shrunk
from analysis.summarise import summarise
from tests.analysis import large_groups
from tests.analysis.test_attack_random import BOOK, RATED
from tests.analysis.test_attack_sentences import figure, pulse

SEED = 7


@pytest.fixture(scope="module")
def counted():
    return large_groups.waves(SEED, BOOK, RATED, 2)


def released(counted):
    return [summarise(now, BOOK, Rule(), counted[:place]) for place, (now, _) in enumerate(counted)]


def found(summaries, folder):
    """What these attacks find in the JSON and the CSV."""
    (folder / "summary.json").write_text(report_tables.json(summaries))
    (folder / "figures.csv").write_text(report_tables.csv(summaries))
    release = read([folder], {})
    known = versions(release)
    told = list(derived.attack(known, release, Limits()))
    told += [
        one for many in known.values() for v in many for one in widths.attack(v, release, Limits())
    ]
    return [one.line() for one in told]


def test_ours_have_every_derived_figure_and_tell_nothing(counted, tmp_path):
    summaries = released(counted)
    rows = [row for summary in summaries for row in summary.rows]
    assert sum(row.shrunk is not None for row in rows) >= 12
    assert sum(row.worst is not None for row in rows) >= 12
    assert any(question_moves.moves(summaries, theme.id) for theme in summaries[1].themes)
    assert found(summaries, tmp_path) == []


def from_exact_scores(monkeypatch):
    plain = shrunk.of_theme

    def of_theme(theme, figures, counts):
        exact = {
            unit: told if told.score is None else
            replace(told, score=theme.estimate(theme.inside(unit)).mean)
            for unit, told in figures.items()
        }  # fmt: skip
        return plain(theme, exact, counts)

    monkeypatch.setattr(shrunk, "of_theme", of_theme)


def from_exact_numbers(monkeypatch):
    monkeypatch.setattr(silence, "least_told", lambda n, _counts, _rule: n)


def shares_from_exact_numbers(monkeypatch):
    monkeypatch.setattr(share_ranges, "least_told", lambda n, _counts, _rule: n)


def moves_from_exact_shares(monkeypatch):
    monkeypatch.setattr(question_moves, "_step", lambda _figure: 0)


@pytest.mark.parametrize(
    ("careless", "said"),
    [
        (from_exact_scores, "does not follow from printed scores; turned back it leaves"),
        (from_exact_numbers, "what its silent could change"),
        (shares_from_exact_numbers, "have the ranges"),
        (moves_from_exact_shares, "how far it moved"),
    ],
)
def test_a_careless_release_is_broken(counted, tmp_path, monkeypatch, careless, said):
    careless(monkeypatch)
    assert any(said in line for line in found(released(counted), tmp_path))


def test_a_score_turned_back_is_the_exact_one():
    """Twelve groups of 30 answers: what is told of them would be a fifth as wide as 5 points."""
    rng = np.random.default_rng(4)
    held = [
        low - 0.5 <= score <= high + 0.5
        for _ in range(20)
        for score, (low, high) in turned_back(60 + 15 * rng.normal(size=12))
    ]
    assert len(held) > 60
    assert np.mean(held) > 0.9


def turned_back(exact):
    """Exact scores with what is left of each; printed they go up in fives, their estimates in
    ones."""
    printed = [nearest(score, 5) for score in exact]
    told = shrunk.estimates(list(exact), [30] * 12, 20.0, [1] * 12)
    line = Line("x", "w", "s", EVERYBODY, {"n": parse("30")})
    groups = [
        derived.Shown(line, score, 30.0, (one.score, one.low, one.high))
        for score, one in zip(printed, told, strict=True)
    ]
    places = {id(one): place for place, one in enumerate(groups)}
    return [(exact[places[id(one)]], left) for one, left in derived.unlike(groups)]


@pytest.mark.parametrize("beside", ["shrunk", "worst"])
@pytest.mark.parametrize("told", [None, figure("10–19", band="few")])
def test_a_figure_beside_words_or_nothing_says_what_they_do_not(tmp_path, beside, told):
    one = pulse({"s": {"org": figure("140", 52), "A": told}}, {"org": 140, "A": 60})
    more = {"shrunk": {"score": 31.0, "low": 25.0, "high": 38.0}, "worst": 20.0, "best": 60.0}
    told_of = {"shrunk": more["shrunk"]} if beside == "shrunk" else more | {"shrunk": None}
    plain = json.dumps({"pulses": [one]})
    one["rows"][1] |= told_of
    careless = json.dumps({"pulses": [one]})
    counts = []
    for text in (plain, careless):
        (tmp_path / "summary.json").write_text(text)
        counts.append(len(attack(read([tmp_path], {}))))
    assert counts[0] < counts[1]
