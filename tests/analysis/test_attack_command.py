"""What attacking says of what it read, found and could not read."""

import pytest

from analysis.__main__ import main
from analysis.attack.suite import read, understood
from tests.analysis import test_attack_naive

folder = test_attack_naive.folder


def test_it_says_what_it_read_and_what_not(folder):
    folder.write("toy.csv", *test_attack_naive.TOY)
    folder.write("menu.csv", ("dish", "price"), ("Soup", "dear"), ("Bread", "cheap"))
    said = "\n".join(understood(read([folder.path], {})))
    assert said.startswith("I read 2 files: menu.csv, toy.csv.")
    assert "toy.csv: 3 lines; groups in 'group'; figures in 'favourable count' (count)" in said
    assert "Not understood: menu.csv: I found no column of groups with figures beside it." in said


def test_the_command_says_what_it_found(folder, capsys):
    folder.write("toy.csv", *test_attack_naive.TOY, ("C", "Not shown", "Not shown"))
    assert main(["attack", str(folder.path)]) == 1
    out = capsys.readouterr().out
    assert "HIGH   A1 C: exactly 1 of 7 (from toy.csv)" in out
    assert "findings: " in out.splitlines()[-1]


def test_a_release_that_gives_nothing_away(folder, capsys):
    folder.write(
        "whole.csv", ("group", "n", "% favourable"), ("Everybody", "about 400", "about 60%")
    )
    assert main(["attack", str(folder.path)]) == 0
    assert capsys.readouterr().out.startswith("Nothing was found")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv"], "There is no file nowhere.csv."),
        (["notes.docx"], "notes.docx is of a kind that I cannot read."),
        (["broken.json"], "broken.json could not be read"),
        (["toy.csv", "--column", "colour"], "write ROLE=NAME"),
        (["toy.csv", "--answers", "5-1"], "write the lowest and highest answer"),
        (["empty"], "There is no file to read"),
    ],
)
def test_bad_input_is_said_in_a_sentence(folder, capsys, monkeypatch, arguments, said):
    folder.write("toy.csv", *test_attack_naive.TOY)
    (folder.path / "notes.docx").write_text("x")
    (folder.path / "broken.json").write_text("{")
    (folder.path / "empty").mkdir()
    monkeypatch.chdir(folder.path)
    assert main(["attack", *arguments]) == 2
    assert said in capsys.readouterr().err
