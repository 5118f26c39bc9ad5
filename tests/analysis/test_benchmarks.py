"""Published figures: as published, with their source, and never two statistics mixed."""

import csv
import re
from dataclasses import replace
from typing import get_args

import pytest

from analysis.benchmarks import Statistic, for_theme, latest, published
from analysis.instrument import bundled


def figure(measure, statistic, year):
    (found,) = [
        one
        for one in published()
        if (one.measure, one.statistic, one.year) == (measure, statistic, year)
    ]
    return found.percent


@pytest.mark.parametrize(
    ("measure", "mean", "median"),
    [
        ("B46", 46.9, 51.0), ("B56", 71.9, 73.9), ("B57", 70.8, 71.2), ("B10", 83.0, 86.1),
        ("B55", 69.4, 75.0), ("B45", 34.5, 39.1), ("B42", 31.8, 33.1), ("B43", 29.7, 34.6),
        ("B33", 64.9, 65.7), ("B27", 69.3, 71.6), ("B13", 82.1, 83.7), ("B40", 49.9, 53.8),
        ("B32", 72.0, 75.2), ("B21", 68.0, 67.5), ("B44", 59.6, 64.3), ("B52", 45.2, 51.8),
        ("B53", 35.3, 37.6),
    ],
)  # fmt: skip
def test_the_figures_of_2024_are_those_of_the_specification(measure, mean, median):
    assert figure(measure, "mean", 2024) == pytest.approx(mean, abs=0.051)
    assert figure(measure, "median", 2024) == pytest.approx(median, abs=0.051)


@pytest.mark.real_data
@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_the_early_years_are_those_of_the_time_series(shared, statistic):
    path = shared / f"data/uk_csps/csps2020_{statistic}_timeseries.csv"
    with path.open(encoding="utf-8-sig") as file:
        rows = {row["Measure"]: row for row in csv.DictReader(file)}
    checked = 0
    for one in published():
        if one.statistic == statistic and one.measure in rows and one.year <= 2020:
            theirs = 100 * float(rows[one.measure][str(one.year)])
            assert abs(one.percent - theirs) < 0.6, one
            checked += 1
    assert checked > 200


def test_every_figure_carries_what_it_must_not_be_shown_without():
    themes = {scale.id for scale in bundled("candour-core").scales}
    for one in published():
        assert one.theme in themes
        assert 0 <= one.percent <= 100
        assert 2009 <= one.year <= 2024
        assert "Open Government Licence v3.0" in one.attribution
        assert "not social work" in one.population
        assert "another question" in one.caution
        assert one.statistic in get_args(Statistic)
        assert one.source
        assert one.url.startswith("https://")


def test_a_theme_page_gets_one_statistic_and_the_newest_year():
    figures = latest("fear_speaking_out")
    assert {one.measure for one in figures} == {"B46", "B56", "B57", "D03"}
    assert {one.statistic for one in figures} == {"median"}
    assert {one.year for one in figures} == {2024}
    assert {one.statistic for one in latest("fear_speaking_out", "mean")} == {"mean"}
    assert for_theme("no_such_theme") == ()


def test_the_sentence_says_who_and_warns():
    (one,) = [one for one in latest("fear_speaking_out") if one.measure == "B46"]
    assert one.sentence == (
        "In the middle one of all UK civil service organisations, 51% feel safe to challenge how "
        "things are done (2024). These are civil servants, not social workers, and they were "
        "asked another question. Compare with care."
    )
    assert replace(one, statistic="mean").sentence.startswith("Of all UK civil servants, 51% feel")


@pytest.mark.real_data
def test_the_words_are_ours(shared):
    def runs(text):
        words = re.findall(r"[a-z']+", text.lower())
        return {tuple(words[i : i + 6]) for i in range(len(words) - 5)}

    with (shared / "data/uk_csps/csps2019_orgscores.csv").open(encoding="utf-8-sig") as file:
        theirs = set().union(*(runs(label) for label in {r["label"] for r in csv.DictReader(file)}))
    for one in published():
        assert not runs(one.about) & theirs, one.about
