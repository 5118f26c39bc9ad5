"""The workbook holds what the CSV file holds, runs nothing, and does not say when it was made."""

import csv
import io
import time
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from analysis import report_tables
from analysis.report_xlsx import SHEET, xlsx
from analysis.summary import NOT_SHOWN
from tests.analysis import samples


@pytest.fixture(scope="module")
def pulses():
    return samples.summaries()


def read(body):
    sheet = openpyxl.load_workbook(io.BytesIO(body))[SHEET]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def as_text(value):
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, int | float) else value


def test_it_says_what_the_csv_file_says(pulses):
    """Cell by cell; the apostrophe that keeps a spreadsheet from running a cell is not needed."""
    lines = list(csv.reader(io.StringIO(report_tables.csv(pulses))))
    cells = [[as_text(value) for value in row] for row in read(xlsx(pulses))]
    assert len(cells) == len(lines) > 20
    for told, line in zip(cells, lines, strict=True):
        assert told == [value.removeprefix("'") for value in line]


def test_scores_are_numbers_and_what_is_hidden_is_one_token(pulses):
    heading, *lines = read(xlsx(pulses))
    score, kind = heading.index("score"), heading.index("kind")
    found = {line[score] for line in lines if line[kind] == "theme"}
    assert NOT_SHOWN in found
    assert any(isinstance(value, int | float) for value in found)
    assert all(value == NOT_SHOWN for value in found if isinstance(value, str))


def test_the_same_figures_give_the_same_bytes_whenever_they_are_written(pulses, monkeypatch):
    first = xlsx(pulses)
    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    assert xlsx(pulses) == first
    monkeypatch.delenv("TZ")
    time.tzset()


def test_nothing_in_the_file_says_when_or_by_whom_it_was_made(pulses):
    with zipfile.ZipFile(io.BytesIO(xlsx(pulses))) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
        words = parts.read("docProps/core.xml").decode()
    assert words.count("2000-01-01") == 2
    assert "202" not in words


@pytest.mark.parametrize(
    "name", ["=1+1", "=HYPERLINK('x')", "http://example.org", "{=SUM(A1)}", "@x"]
)
def test_no_name_becomes_a_formula_or_a_link(pulses, name):
    newest = pulses[-1]
    units = (replace(newest.units[0], name=name), *newest.units[1:])
    body = xlsx([replace(newest, units=units)])
    assert any(name in row for row in read(body))
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_no_pulse_gives_a_heading_and_nothing_else():
    assert read(xlsx([])) == [list(report_tables.COLUMNS)]
