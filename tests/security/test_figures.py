"""The page of measured attacks: every row of the catalogue, and no figure without a row."""

import json
import re

import pytest

from tests.security import figures


def test_a_recorded_figure_stands_in_its_row_and_the_others_say_that_they_wait():
    lines = [json.dumps({"id": "KEY-2", "figure": text}) for text in ("b 2", "a 1", "b 2")]
    page = figures.page(lines)
    assert "| KEY-2 | one byte of the bundle changed | flagged | a 1<br>b 2 |" in page
    assert page.count("not measured here yet") == len(figures.CATALOGUE) - 1
    assert f"1 of {len(figures.IDS)} rows" in page


def test_a_page_keeps_what_was_measured_before_until_it_is_measured_again():
    before = [json.dumps({"id": id, "figure": text}) for id, text in
              (("F1", "60 kills"), ("F2", "1 row"), ("F2", "50 times 200"))]  # fmt: skip
    now = [json.dumps({"id": "F1", "figure": "1000 kills"})]
    kept = figures.kept(now, figures.page(before))
    assert figures.page(now + kept) == figures.page([*now, *before[1:]])
    assert "60 kills" not in figures.page(now + kept)


def test_a_figure_is_written_down_only_for_a_row_that_there_is(
    record_figure, tmp_path, monkeypatch
):
    monkeypatch.setenv(figures.FILE, str(tmp_path / "figures"))
    record_figure("NB-1", "exit 1")
    with pytest.raises(KeyError, match="LINK-99"):
        record_figure("LINK-99", "0")
    assert (tmp_path / "figures").read_text() == '{"id": "NB-1", "figure": "exit 1"}\n'


def test_the_page_in_the_documents_has_every_row_of_the_catalogue():
    rows = re.findall(r"^\| ([A-Z]+[-0-9]*) \| (.*?) \| (.*?) \|", figures.PAGE.read_text(), re.M)
    assert rows == [tuple(row) for row in figures.CATALOGUE]
