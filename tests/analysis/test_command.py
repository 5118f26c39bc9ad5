"""python -m analysis: from files to a report, in sentences when something is wrong."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis import report_files
from analysis.__main__ import main
from analysis.report_parts import ReportError
from tests.analysis import samples

INSTRUMENT = """
[instrument]
id = "tiny"
version = "1"
title = "Two questions"
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
theme = "workload"
responses = "agree"
[[items]]
id = "q2"
kind = "rating"
text = "I take work home"
theme = "workload"
responses = "agree"
reversed = true
[[scales]]
id = "workload"
title = "Workload"
description = "Whether the work fits."
items = ["q1", "q2"]
"""


def table(waves=("one", "two"), flip=False):
    lines = ["wave,unit,q1,q2"]
    for wave in waves:
        for number in range(120):
            first = number % 3 + 1
            second = first if flip else 4 - first
            if number % 5 == 0:
                second = 2
            lines.append(f"{wave},{('North', 'South')[number % 2]},{first},{second}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "tiny.toml").write_text(INSTRUMENT)
    (tmp_path / "answers.csv").write_text(table())
    return tmp_path


def run(files, *more, command="report", data="answers.csv"):
    paths = [str(files / name) for name in data.split()]
    arguments = [command, *paths, "--instrument", str(files / "tiny.toml")]
    if command == "report":
        arguments += ["--out", str(files / "out")]
    return main([*arguments, *more])


def hashes(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_report_is_written_whole(files, capsys):
    assert run(files, "--programme", "Our pulse") == 0
    out = files / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "charts", "figures.csv", "figures.xlsx", "report.html", "report.pdf", "summary.json",
    ]  # fmt: skip
    page = BeautifulSoup((out / "report.html").read_text(), "html.parser")
    assert page.h1.text == "Our pulse: two"
    assert all((out / image["src"]).is_file() for image in page.find_all("img"))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == f"Done. Open {out / 'report.html'}"
    assert [path.name for path in files.iterdir() if path.name.startswith(".")] == []


def test_the_same_input_twice_gives_the_same_bytes_in_another_process_too(files):
    assert run(files) == 0
    first = hashes(files / "out")
    subprocess.run(
        [sys.executable, "-m", "analysis", "report", str(files / "answers.csv"),
         "--instrument", str(files / "tiny.toml"), "--out", str(files / "out")],
        env=os.environ | {"PYTHONHASHSEED": "5"},
        check=True,
        capture_output=True,
    )  # fmt: skip
    assert hashes(files / "out") == first


def test_several_files_become_several_pulses(files):
    (files / "answers.csv").write_text(table(("one",)))
    (files / "more.csv").write_text(table(("two",)))
    assert run(files, data="answers.csv more.csv") == 0
    assert "Results of 2 pulses, one to two" in (files / "out" / "report.html").read_text()


def test_an_earlier_report_is_replaced_and_other_files_are_left_alone(files, capsys):
    assert run(files) == 0
    (files / "out" / "charts" / "stale.svg").write_text("old")
    assert run(files) == 0
    assert not (files / "out" / "charts" / "stale.svg").exists()
    (files / "out" / "diary.txt").write_text("mine")
    before = hashes(files / "out")
    assert run(files) == 2
    assert "holds other files (diary.txt)" in capsys.readouterr().err
    assert hashes(files / "out") == before


def test_a_failure_while_writing_leaves_what_was_there(tmp_path, monkeypatch):
    out = tmp_path / "out"
    report_files.write({"report.html": b"old"}, out)

    def full(self, body):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        report_files.write({"report.html": b"new"}, out)
    monkeypatch.undo()
    assert (out / "report.html").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_letters_without_a_font_leave_the_page_and_say_why(tmp_path):
    newest = replace(samples.summary(), programme="ਰਿਵਰਸਾਈਡ")
    files, lacking = report_files.make([newest])
    assert "report.html" in files
    assert "report.pdf" not in files
    assert "font lacks the letter" in lacking[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace("one,North,1,2", "one,North,9,2"), "line 2"),
        (lambda text: text.replace("q2", "colour"), "q2"),
        (lambda text: "", "answers.csv"),
    ],
)
def test_bad_answers_get_a_sentence_and_nothing_is_written(files, capsys, change, sentence):
    (files / "answers.csv").write_text(change(table()))
    assert run(files) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said
    assert not (files / "out").exists()


def test_a_key_turned_the_wrong_way_is_refused_by_report_and_by_check(files, capsys):
    (files / "answers.csv").write_text(table(flip=True))
    assert run(files) == 2
    assert "a key is wrong" in capsys.readouterr().err
    assert run(files, command="check") == 2
    assert not (files / "out").exists()


def test_a_key_that_may_be_wrong_is_told_and_stops_nothing(files, capsys):
    lines = ["wave,unit,q1,q2"]
    for number in range(120):
        first = number % 3 + 1
        second = first if number < 12 else number // 3 % 3 + 1
        lines.append(f"one,North,{first},{second}")
    (files / "answers.csv").write_text("\n".join(lines) + "\n")
    assert run(files, command="check") == 0
    assert "so a key may be wrong. Look at " in "".join(capsys.readouterr())


def test_check_counts_answers_and_writes_nothing(files, capsys):
    before = hashes(files)
    assert run(files, command="check") == 0
    assert "one: 120 answers" in capsys.readouterr().err
    assert hashes(files) == before


@pytest.mark.parametrize("missing", ["nowhere.csv", "tiny.toml"])
def test_a_missing_or_wrong_file_is_a_sentence(files, capsys, missing):
    assert run(files, data=missing) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_unknown_instrument_names_those_there_are(files, capsys):
    assert main(["check", str(files / "answers.csv"), "--instrument", "nonsense"]) == 2
    assert "candour-core" in capsys.readouterr().err


def test_a_threshold_under_the_floor_is_refused(files, capsys):
    assert run(files, "--k", "5") == 2
    assert "At least 8 answers" in capsys.readouterr().err


def test_instruments_lists_the_bank_with_its_licence(capsys):
    assert main(["instruments"]) == 0
    assert "candour-core" in capsys.readouterr().out


def test_help_explains_with_examples(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "examples:" in capsys.readouterr().out


def test_a_folder_with_other_files_is_refused_before_anything_is_moved(tmp_path):
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(ReportError, match=r"diary\.txt"):
        report_files.write({"report.html": b"new"}, tmp_path)


def test_a_file_in_the_place_of_the_folder_is_never_overwritten(files, capsys):
    (files / "out").write_text("mine")
    assert run(files) == 2
    assert "is a file" in capsys.readouterr().err
    assert (files / "out").read_text() == "mine"


def test_an_empty_folder_that_is_there_already_is_used(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    report_files.write({"report.html": b"new"}, Path("out"))
    assert (tmp_path / "out" / "report.html").read_bytes() == b"new"
