"""Odd and broken data, from the file to the report: a clear result or a named error, never a
number that nobody could stand behind."""

import json
import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analysis import report_tables
from analysis.__main__ import main
from analysis.dataset import DataError, PulseData, Unit
from analysis.disclosure import Rule
from analysis.importers import load
from analysis.instrument import parse
from analysis.summarise import summarise, summarise_all
from analysis.summary import Summary
from analysis.tally import count
from tests.analysis.made import answers, flat, instrument, wave

TOML = """
[instrument]
id = "tiny"
version = "1"
title = "Tiny"
[source]
licence = "CC0-1.0"
attribution = "Made for a test"
[columns.waves]
one = "2026-01-31"
two = "2026-02-28"
[responses.agree]
options = [
  {code = 1, label = "Disagree"}, {code = 2, label = "Neither"}, {code = 3, label = "Agree"},
]
[[items]]
id = "q1"
kind = "rating"
text = "My work fits in my week"
responses = "agree"
[[items]]
id = "q2"
kind = "rating"
text = "I take work home"
responses = "agree"
reversed = true
[[scales]]
id = "workload"
title = "Workload"
description = "Whether the work fits."
items = ["q1", "q2"]
"""
RULE = Rule()
UNITS = flat(("east", 60), ("west", 60))
HEAD = "wave,unit,q1,q2"


@pytest.fixture
def report(tmp_path, capsys):
    """The report command over lines of a CSV file: its code, what it said, and the summaries."""

    def run(lines):
        data, toml, out = tmp_path / "answers.csv", tmp_path / "tiny.toml", tmp_path / "out"
        data.write_text("\n".join([HEAD, *lines]) + "\n")
        toml.write_text(TOML)
        code = main(["report", str(data), "--instrument", str(toml), "--out", str(out)])
        said = capsys.readouterr().err
        made = (out / "summary.json").read_text() if code == 0 else None
        assert (made is None) == (not out.exists())
        if made is not None:
            assert "NaN" not in made
            assert "Infinity" not in made
        return code, said, made

    return run


def shown(summary):
    """The figures of a summary that can be stored, read back and set in a table of figures."""
    text = summary.to_json()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in a summary"))
    assert Summary.from_json(text) == summary
    cells = report_tables.csv([summary]).lower().replace("\n", ",").split(",")
    assert not {"nan", "inf", "-inf"} & set(cells)
    return [row.figure for row in summary.rows if row.figure is not None]


def rows_of(made):
    """The rows of each wave in the file of figures for programs."""
    return [summary["rows"] for summary in json.loads(made)["pulses"]]


def result(rows, book, units=UNITS, earlier=(), **settings):
    counted = count(wave(rows, units, **settings), book)
    return counted, summarise(counted, book, RULE, earlier, programme="P")


def proper(wave_name="one", n=60):
    return [f"{wave_name},{unit},{1 + i % 3},{3 - i % 3}" for unit in ("E", "W") for i in range(n)]


# An empty wave


def test_a_file_without_answers_is_refused(report):
    code, said, _ = report([])
    assert code == 2
    assert "answers.csv" in said


def test_a_wave_of_blanks_is_said_and_shows_nothing(report):
    code, said, made = report([*proper("one"), *("two,E,," for _ in range(60))])
    assert code == 0
    assert "two: 60 rows hold no answer and are left out" in said
    first, blank = rows_of(made)
    assert any(row["figure"] for row in first)
    assert not any(row["figure"] for row in blank)


def test_a_wave_without_rows_shows_nothing():
    book = instrument()
    first, _ = result(answers({"east": 40, "west": 40}, 1), book)
    for earlier in ((), [(first, book)]):
        _, summary = result([], book, items=3, earlier=earlier)
        assert shown(summary) == []
        assert all(row.change.verdict in ("not_shown", "first") for row in summary.rows)
    # and a wave after an empty one has nothing to be compared with
    empty = count(wave([], UNITS, id="e", items=3), book)
    _, after = result(answers({"east": 40, "west": 40}, 1), book, earlier=[(empty, book)])
    assert shown(after)
    assert {row.change.verdict for row in after.rows} <= {"not_shown", "first"}


# A unit with no answers


def test_a_unit_without_answers_has_no_figure():
    _, summary = result(answers({"east": 50, "west": 0}, 2), instrument())
    figures = {row.unit: row.figure for row in summary.rows}
    assert figures["org"] is not None
    assert figures["west"] is None
    shown(summary)


# Everyone alike, constant items, one respondent


def test_everyone_alike_is_not_a_certainty():
    book = instrument()
    first, _ = result([("east", 5, 5, 5)] * 50 + [("west", 5, 5, 5)] * 50, book, id="v")
    _, summary = result(
        [("east", 4, 4, 4)] * 50 + [("west", 4, 4, 4)] * 50, book, earlier=[(first, book)]
    )
    figures = shown(summary)
    assert figures
    for figure in figures:
        for value in (figure.score, figure.low, figure.high):
            assert value is None or math.isfinite(value)
    assert summary.themes[0].reliability == ""


def test_a_constant_item_leaves_the_others():
    rows = [(unit, 3, b, c) for unit, b, c, _ in answers({"east": 50, "west": 60}, 3)]
    _, summary = result(rows, instrument())
    assert shown(summary)


def test_one_respondent_is_shown_nowhere(report):
    _, summary = result([("east", 1, 2, 3)], instrument())
    assert shown(summary) == []
    code, said, made = report(["one,E,1,3"])
    assert code == 0
    assert "one" in said
    assert not any(row["figure"] for row in rows_of(made)[0])


# Negative alpha


def test_items_that_contradict_each_other_stop_the_report(report):
    code, said, _ = report([f"one,E,{1 + i % 3},{1 + i % 3}" for i in range(60)])
    assert code == 2
    assert "q1" in said or "q2" in said
    assert "key is wrong" in said


def test_items_that_contradict_each_other_are_said_beside_the_results():
    rows = [(unit, a, 6 - a, a) for unit, a, *_ in answers({"east": 60, "west": 60}, 4)]
    _, summary = result(rows, instrument(items=3, scale={"items": ["a", "b"]}))
    assert any("contradict each other" in note for note in summary.notes)
    shown(summary)


# Not numbers


@pytest.mark.parametrize("word", ["inf", "-inf", "Infinity", "1e400", "2.5"])
def test_what_is_no_answer_is_listed_with_its_line(report, word):
    code, said, _ = report([*proper(n=20), f"one,E,{word},2"])
    assert code == 2
    assert "42" in said  # the line
    assert word in said


def test_nan_in_a_file_is_an_empty_cell_and_counted_as_blank(tmp_path):
    data = tmp_path / "answers.csv"
    data.write_text("\n".join([HEAD, *proper(n=20), "one,E,nan,2", "one,E,NaN,2"]) + "\n")
    book = parse(TOML)
    (one,) = load(data, book).waves
    tally = count(one, book).tally
    assert tally.items["q1"].blank.sum() == 2
    assert tally.items["q1"].answered.sum() == 40


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2.5])
def test_floats_that_are_no_whole_numbers_are_refused(value):
    good = wave([("east", 1, 2, 3), ("east", 2, 2, 2)], UNITS)
    table = good.responses.with_columns(pl.Series("b", [1.0, value]))
    with pytest.raises(DataError, match="Item b"):
        count(replace(good, responses=table), instrument())


@pytest.mark.parametrize("values", [["1", "2"], [True, False]])
def test_words_and_truths_are_no_answers(values):
    good = wave([("east", 1, 2, 3), ("east", 2, 2, 2)], UNITS)
    table = good.responses.with_columns(pl.Series("b", values))
    with pytest.raises(DataError, match="Item b"):
        count(replace(good, responses=table), instrument())


# A response range that changed


def test_a_changed_range_is_a_break_and_no_change():
    rows = answers({"east": 50, "west": 60}, 5)
    five, seven = instrument(), instrument(options=7)
    before, _ = result(rows, five, id="v")
    _, summary = result(rows, seven, earlier=[(before, five)])
    whole = next(row for row in summary.rows if row.unit == "org")
    assert whole.change.verdict == "break"
    assert whole.change.why
    shown(summary)


def test_answers_of_the_old_range_do_not_pass_for_the_new_one():
    with pytest.raises(DataError, match="out of range"):
        result(answers({"east": 50}, 5), instrument(options=3))


# Two hundred items, a deep tree


@pytest.mark.parametrize("size", [200, 5])
def test_two_hundred_items(size):
    rng = np.random.default_rng(6)
    lean = rng.normal(3, 0.8, (80, 1))
    table = np.clip(np.round(lean + rng.normal(0, 0.7, (80, 200))), 1, 5).astype(np.int8)
    names = [f"q{number:03}" for number in range(200)]
    book = parse(
        TOML.split("[[items]]")[0]
        + "".join(
            f'[[items]]\nid = "{name}"\nkind = "rating"\ntext = "{name}"\nresponses = "five"\n'
            for name in names
        )
        + "[responses.five]\noptions = ["
        + ",".join(f'{{code = {c}, label = "{c}"}}' for c in range(1, 6))
        + "]\n"
        + "".join(
            f'[[scales]]\nid = "s{start}"\ntitle = "S"\ndescription = "D"\n'
            f"items = {names[start : start + size]}\n"
            for start in range(0, 200, size)
        )
    )
    rows = pl.DataFrame({"unit": ["east"] * 80, **dict(zip(names, table.T, strict=True))})
    made = replace(wave([], UNITS, items=1), responses=rows)
    counted = count(made, book)
    summary = summarise(counted, book, RULE)
    figures = shown(summary)
    first = next(row.figure for row in summary.rows if row.unit == "org")
    mean = 25 * (table[:, :size].astype(float).mean() - 1)
    assert abs(first.score - mean) <= 5
    assert len(figures) >= 200 // size
    products = next(iter(counted.tally.products["s0"].values()))
    assert products.n == 80


def test_items_left_unasked_in_a_long_scale_are_kept_apart():
    """More items than a machine word has bits."""
    table = [("org", *([3] * 70)), ("org", *([3] * 69), -2), ("org", -2, *([3] * 69))]
    names = [f"i{n}" for n in range(70)]
    body = instrument(items=1)
    book = replace(
        body,
        items=tuple(replace(body.items[0], id=name) for name in names),
        scales=(replace(body.scales[0], items=tuple(names)),),
    )
    rows = pl.DataFrame(
        table, schema={"unit": pl.String, **dict.fromkeys(names, pl.Int8)}, orient="row"
    )
    tally = count(replace(wave([], items=1), responses=rows), book).tally
    assert sorted((len(asked), sets.n) for asked, sets in tally.products["s"].items()) == [
        (69, 1),
        (69, 1),
        (70, 1),
    ]


def test_a_tree_of_eight_levels():
    names = [f"l{depth}" for depth in range(8)]
    units = tuple(
        Unit(name, name.upper(), names[depth - 1] if depth else None, 40 * (8 - depth))
        for depth, name in enumerate(names)
    )
    rows = answers(dict.fromkeys(names, 30), 7)
    counted, summary = result(rows, instrument(), units=units)
    figures = {row.unit: row.figure for row in summary.rows}
    assert figures["l0"] is not None
    assert figures["l7"] is not None
    shown(summary)
    mean = 25 * (np.array([row[1:] for row in rows if row[0] == "l7"]).mean() - 1)
    assert abs(figures["l7"].score - mean) <= 5


def test_many_waves_of_odd_data_are_compared_without_a_false_change():
    """An empty, an alike, a lonely and an ordinary wave, in a row."""
    book = instrument()
    kinds = [
        [],
        [("east", 3, 3, 3)] * 40,
        [("west", 1, 1, 1)],
        answers({"east": 45, "west": 45}, 8),
    ]
    waves = tuple(wave(rows, UNITS, id=f"w{place}", items=3) for place, rows in enumerate(kinds))
    for summary in summarise_all(PulseData(book, waves), RULE, programme="P"):
        shown(summary)
