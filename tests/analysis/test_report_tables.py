"""CSV and JSON: released cells only, one token for what is hidden, nothing a spreadsheet runs."""

import csv
import io
import json
from dataclasses import replace

import pytest

from analysis import report_tables
from analysis.summary import NOT_SHOWN, Summary
from tests.analysis import samples


def rows(summaries):
    return list(csv.DictReader(io.StringIO(report_tables.csv(summaries))))


def one(lines, **wanted):
    (found,) = [r for r in lines if all(r[key] == value for key, value in wanted.items())]
    return found


@pytest.fixture
def lines():
    return rows(samples.summaries()[-1:])


def test_a_figure_is_printed_as_released(lines):
    row = one(lines, kind="theme", id="workload", group="riverside")
    assert [row[key] for key in ("answers", "score", "low", "high", "favourable")] == [
        "395", "44", "41", "47", "31%",
    ]  # fmt: skip
    assert [row[key] for key in ("verdict", "difference", "compared_with")] == [
        "likely lower", "-5", "August 2026",
    ]  # fmt: skip


def test_hidden_groups_print_alike_whatever_the_reason(lines):
    laundry = one(lines, kind="theme", id="workload", group="laundry")
    kitchen = one(lines, kind="theme", id="workload", group="kitchen")
    names = ("group", "group_name")
    assert {k: v for k, v in laundry.items() if k not in names} == {
        k: v for k, v in kitchen.items() if k not in names
    }
    figures = ("answers", "score", "low", "high", "favourable", "neutral", "unfavourable")
    assert {laundry[key] for key in figures} == {NOT_SHOWN}


def test_a_small_group_has_its_band_and_no_number(lines):
    garden = one(lines, kind="theme", id="speaking_up", group="garden")
    assert garden["band"] == "mixed"
    assert {garden[key] for key in ("score", "low", "high", "difference")} == {NOT_SHOWN}


def test_a_question_where_agreeing_is_worse_is_not_said_to_be_agreed_with():
    summary = samples.summary()
    first = replace(summary.items[0], figure=samples.band("most"))
    line = one(
        rows([replace(summary, items=(first, *summary.items[1:]))]),
        kind="question",
        id=first.item,
    )
    assert line["band"] == "most favourable"


def test_every_line_says_whether_it_is_simulated_and_where_it_comes_from():
    lines = rows(samples.summaries())
    assert {row["simulated"] for row in lines} == {"simulated data"}
    assert {(row["pulse_name"], row["origin"]) for row in lines} == {
        ("February 2026", "imported"),
        ("May 2026", "imported"),
        ("August 2026", "ballots"),
        ("November 2026", "ballots"),
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_run_as_a_formula(start):
    nasty = f"{start}HYPERLINK(A1)"
    newest = samples.summary()
    newest = replace(newest, programme=nasty, text=(replace(newest.text[0], text=nasty),))
    for row in rows([newest]):
        for cell in row.values():
            assert not cell.startswith(start) or report_tables.guard(cell) == cell
        assert row["programme"] == f"'{nasty}"


@pytest.mark.parametrize("number", ["-5", "-0.5", "12"])
def test_numbers_stay_numbers(number):
    assert report_tables.guard(number) == number


@pytest.mark.parametrize("words", ["-5+cmd", "-", "-1.2.3", "-²"])
def test_what_only_starts_like_a_number_is_guarded(words):
    assert report_tables.guard(words) == f"'{words}"


def test_the_json_holds_each_pulse_whole_and_reads_back():
    pulses = samples.summaries()
    body = json.loads(report_tables.json(pulses))
    assert tuple(Summary.from_dict(raw) for raw in body["pulses"]) == pulses


def test_the_same_results_give_the_same_text():
    assert report_tables.json(samples.summaries()) == report_tables.json(samples.summaries())
    assert report_tables.csv(samples.summaries()) == report_tables.csv(samples.summaries())
