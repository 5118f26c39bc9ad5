"""Tables as people write them: decimal commas, counts without the word, cells of words."""

import csv

import pytest

from analysis.__main__ import main
from analysis.attack.suite import read, understood
from tests.analysis import test_attack_naive

folder = test_attack_naive.folder

COMMAS = ("Group;Answers;Percent agree", "Total;30;60,0", "A;12;66,7", "B;11;81,8", "C;*;*")


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_a_decimal_comma_is_read_as_a_point(folder, delimiter):
    """18 of 30 less 8 of 12 less 9 of 11, as written in half of Europe."""
    quoted = [row.replace(",", ".") for row in COMMAS]
    with (folder.path / "komma.csv").open("w") as out:
        lines = [row.replace(".", ",").split(";") for row in quoted]
        csv.writer(out, delimiter=delimiter).writerows(lines)
    assert folder.said("A1") == ["C: exactly 1 of 7"]


def test_a_decimal_comma_that_parts_two_cells_is_refused(folder, capsys):
    folder.write("komma.csv", ("team", "n", "% agree"), ("A", 12, 66, 7), ("B", 11, 81, 8))
    assert main(["attack", str(folder.path)]) == 2
    assert "Line 2 has more cells than the header" in capsys.readouterr().err


def test_cells_that_are_no_figures_are_named(folder):
    folder.write(
        "odd.csv", ("team", "n", "% agree"), ("A", 30, "50%"), ("B", 40, "half"), ("C", "?", "*")
    )
    assert understood(read([folder.path], {}))[-2:] == [
        "Not understood: odd.csv: in the column 'n', '?' (C).",
        "Not understood: odd.csv: in the column '% agree', 'half' (B).",
    ]


def test_a_column_without_one_readable_figure_is_refused(folder, capsys):
    folder.write("odd.csv", ("team", "n", "% agree"), ("A", 30, "half"), ("B", 40, "*"))
    assert main(["attack", str(folder.path)]) == 2
    said = capsys.readouterr().err
    assert "no cell of the column '% agree' is a figure that I can read: 'half' (A)" in said
    assert main(["attack", str(folder.path), "--column", "mark=% agree"]) != 2


BIG = (("Total", 300, 180), ("A", 140, 84), ("B", 153, 90), ("C", "*", "*"))


def test_whole_numbers_over_a_hundred_are_counts_whatever_the_column_is_called(folder):
    """180 − 84 − 90 = 6 of 300 − 140 − 153 = 7."""
    folder.write("agree.csv", ("group", "n", "Agree"), *BIG)
    assert folder.said("A1", "A4") == ["C: exactly 6 of 7"]


def test_what_follows_from_a_guessed_column_is_not_sure(folder):
    """18 is no less than 8 and 9 together, so they look like counts."""
    folder.write(
        "agree.csv", ("group", "n", "Agree"), ("Total", 30, 18), ("A", 12, 8), ("B", 11, 9),
        ("C", "*", "*"),
    )  # fmt: skip
    assert folder.said("A1") == ["C: exactly 1 of 7, if 'Agree' holds counts"]
    assert not any(one.severity == "high" for one in folder.found())
    assert "it is a guess" in "\n".join(understood(read([folder.path], {})))
    assert folder.said("A1", named={"agree": "count"}) == ["C: exactly 1 of 7"]


def test_whole_numbers_over_the_answers_are_percentages(folder):
    folder.write("agree.csv", ("group", "n", "Agree"), ("A", 24, 50), ("B", 40, 45))
    assert "A: '50' of 24 is exactly 12 of 24" in folder.said("A12")


def test_numbers_that_could_be_either_are_refused(folder, capsys):
    folder.write("agree.csv", ("group", "n", "Agree"), ("A", 120, 60), ("B", 130, 55))
    assert main(["attack", str(folder.path)]) == 2
    said = capsys.readouterr().err
    assert "'Agree' could be either counts or percentages" in said
    assert main(["attack", str(folder.path), "--column", "share=Agree"]) != 2


@pytest.mark.parametrize(
    "names",
    [("1", "2", "3"), ("Disagree", "Neutral", "Agree"), ("Strongly disagree", "Neither", "Agree")],
)
def test_options_that_add_up_to_the_answers_are_counts(folder, names):
    folder.write(
        "options.csv", ("group", "n", *names), ("Total", 30, 7, 5, 18), ("A", 12, 2, 2, 8),
        ("B", 11, 1, 1, 9), ("C", "*", "*", "*", "*"),
    )  # fmt: skip
    said = folder.said("A1")
    assert sorted(said) == ["C: exactly 1 of 7", "C: exactly 2 of 7", "C: exactly 4 of 7"]


def test_options_that_add_up_to_a_hundred_are_percentages(folder):
    folder.write(
        "options.csv", ("group", "n", "Disagree", "Neutral", "Agree"),
        ("A", 200, 20, 30, 50), ("B", 240, 25, 30, 44),
    )  # fmt: skip
    assert folder.said("A0", "A1", "A4", "A6") == []
