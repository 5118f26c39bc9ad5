"""python -m analysis code: what cannot work is said in plain words before anything is begun."""

import csv
import json

import pytest

from analysis.__main__ import main
from analysis.coding import command
from tests.analysis.small_coder import small_coder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "first_coder", None)
    with (tmp_path / "said.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["nr", "comment"], ["1", "The car park"]])
    return tmp_path


def code(folder, capsys, *, data="said.csv", text="comment", out="codes.jsonl", more=()):
    given = ["code", str(folder / data), "--text", text, "--out", str(folder / out), *more]
    return main([str(one) for one in given]), capsys.readouterr().err


@pytest.mark.parametrize("out", ["nodir/codes.jsonl", "said.csv/codes.jsonl", "no/dir/codes.jsonl"])
def test_a_folder_that_is_not_there_is_named_and_nothing_is_begun(folder, capsys, out):
    status, said = code(folder, capsys, out=out)
    assert status == 2
    assert said == f"There is no folder {(folder / out).parent}. Make it first, or name another.\n"


@pytest.mark.parametrize("text", ["", " "])
def test_a_column_without_a_name_is_no_column(folder, capsys, text):
    status, said = code(folder, capsys, text=text)
    assert status == 2
    assert said == "There is no column without a name. Say with --text which holds the comments.\n"


@pytest.mark.parametrize("name", ["bad.jsonl", "bad.JSON", "bad.ndjson"])
def test_a_text_file_called_jsonl_is_not_read_as_a_table(folder, capsys, name):
    (folder / name).write_text("The car park is full.\nNobody asks us.\n")
    status, said = code(folder, capsys, data=name)
    assert status == 2
    assert f"{name}: its first line is no JSON object" in said
    assert "column" not in said


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("nr,comment\n1\n", "line 2: 1 cell where the heading has 2."),
        ("comment\n1,b\n", "line 2: 2 cells where the heading has 1."),
    ],
)
def test_one_cell_is_one_cell(folder, capsys, body, sentence):
    (folder / "said.csv").write_text(body)
    assert sentence in code(folder, capsys)[1]


def test_one_comment_is_one_comment(folder, capsys, monkeypatch):
    monkeypatch.setattr(command, "first_coder", small_coder)
    lines = [{"text": "Too many cases.", "codes": []}]
    (folder / "codes.json").write_text("\n".join(map(json.dumps, lines)) + "\n")
    status, said = code(folder, capsys, more=("--corrections", folder / "codes.json"))
    assert status == 0, said
    assert "1 comment in said.csv. Getting the coder ready" in said
    assert "Nothing was learnt: 1 coded comment is fewer than" in said
