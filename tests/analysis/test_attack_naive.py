"""Releases that protect too little, each written to be broken by one attack."""

import csv
import json

import openpyxl
import pytest

from analysis.attack.findings import Limits
from analysis.attack.suite import attack, read


@pytest.fixture
def folder(tmp_path):
    """Writes tables as CSV and says what attacks find in everything written."""

    class Folder:
        path = tmp_path

        def write(self, name, *rows):
            with (tmp_path / name).open("w", newline="") as lines:
                csv.writer(lines).writerows(
                    row if isinstance(row, tuple) else (row,) for row in rows
                )
            return self

        def found(self, *attacks, limits=None, named=None, answers=None):
            release = read([tmp_path], named or {})
            found = attack(release, limits or Limits(), answers)
            return [one for one in found if not attacks or one.attack in attacks]

        def said(self, *attacks, **settings):
            return [f"{one.group}: {one.known}" for one in self.found(*attacks, **settings)]

    return Folder()


TOY = (("group", "favourable count", "n"), ("Org", 18, 30), ("A", 8, 12), ("B", 9, 11))


def test_the_hidden_group_is_the_whole_less_the_others(folder):
    """A1, the oracle of the disclosure rules: 18/30 less 8/12 less 9/11."""
    folder.write("toy.csv", *TOY, ("C", "Not shown", "Not shown"))
    assert folder.said("A1") == ["C: exactly 1 of 7"]


def test_with_a_second_hidden_group_only_the_two_together_follow(folder):
    folder.write("toy.csv", *TOY[:3], ("B", "*", "*"), ("C", "*", "*"))
    assert folder.said("A1", "A2", "A3", "A4") == []


def test_people_in_no_listed_group_follow_too(folder):
    folder.write(
        "toy.csv",
        ("team", "part of", "headcount", "yes", "responses"),
        ("Whole firm", "", 60, 25, 43), ("X", "Whole firm", 30, 11, 20),
        ("Y", "Whole firm", 24, 10, 18),
    )  # fmt: skip
    assert folder.said("A1") == ["Whole firm without X and Y: 4 of 5".replace("4", "exactly 4", 1)]


def test_subtraction_works_down_a_tree(folder):
    folder.write(
        "tree.csv",
        ("unit", "parent", "n", "percent agree"),
        ("Council", "", 100, "60.0%"), ("North", "Council", 40, "50.0%"),
        ("South", "Council", 60, "66.7%"), ("N1", "North", 21, "52.4%"),
        ("N2", "North", 15, "53.3%"), ("N3", "North", "<10", "<10"),
    )  # fmt: skip
    assert "N3: exactly 1 of 4" in folder.said("A1")


def test_audiences_are_one_attacker(folder):
    """A2: the manager's file and the board's file, neither telling by itself."""
    folder.write("board.csv", ("group", "yes", "n"), ("All", 20, 40))
    assert folder.said("A1", "A2") == []
    folder.write(
        "manager.csv", ("group", "yes", "n"), ("Everyone here", 19, 36), ("Other", "*", "*")
    )
    folder.write("manager.csv", ("group", "yes", "n"), ("Field", 19, 36), ("Office", "*", "*"))
    assert folder.said("A2") == ["Office: exactly 1 of 4"]


def test_linked_tables_are_added_and_subtracted(folder):
    """A3: two services crossed with two roles, one cell hidden in each line and column."""
    folder.write(
        "crossed.csv",
        ("service", "role", "yes", "n"),
        ("All", "All", 60, 120), ("S", "All", 30, 60), ("T", "All", 20, 40),
        ("U", "All", 10, 20), ("All", "Manager", 30, 60), ("All", "Worker", 30, 60),
        ("S", "Manager", 16, 33), ("T", "Worker", 8, 16), ("S", "Worker", "*", "*"),
        ("T", "Manager", "*", "*"), ("U", "Manager", "*", "*"), ("U", "Worker", "*", "*"),
    )  # fmt: skip
    assert "U × Manager: exactly 2 of 3" in [
        said.replace("Manager × U", "U × Manager") for said in folder.said("A19", "A3")
    ]


def test_bounds_pin_a_group_that_subtraction_does_not(folder):
    """A4: 12 of the hidden 12 said yes, so all 5 of C's people who answered did."""
    folder.write(
        "bounds.csv",
        ("team", "headcount", "yes", "n"),
        ("Total", 44, 33, 40), ("A", 30, 20, 27), ("B", 8, "*", "*"), ("C", 6, "*", "*"),
    )  # fmt: skip
    assert any(said.startswith(("B", "C")) for said in folder.said("A4"))


def test_bounds_leave_alone_what_is_open(folder):
    folder.write(
        "bounds.csv",
        ("team", "headcount", "yes", "n"),
        ("Total", 52, 27, 46), ("A", 30, 20, 27), ("B", 12, "*", "*"), ("C", 10, "*", "*"),
    )  # fmt: skip
    assert folder.said("A1", "A2", "A3", "A4") == []


def test_percentages_of_few_people_are_counts(folder):
    """A12 and A5: 70 % of ten is seven of ten."""
    folder.write("few.csv", ("team", "n", "% favourable"), ("A", 10, "70%"), ("B", 14, "50%"))
    assert "A: '70%' of 10 is exactly 7 of 10" in folder.said("A12")
    assert any("all but one" in said for said in folder.said("A5"))


def test_theme_percentages_of_few_people_are_counts_of_answers(folder):
    folder.write("few.csv", ("team", "theme", "n", "% favourable"), ("A", "Safe", 10, "67.5%"))
    assert folder.said("A12") == ["A: '67.5%' fits 27 of 40 answers exactly"]


def test_a_threshold_of_five_tells_of_small_teams(folder):
    folder.write(
        "five.csv",
        ("team", "n", "% agree"),
        ("Total", 61, "57%"), ("A", 22, "55%"), ("B", 9, "67%"), ("C", 5, "80%"),
        ("D", 21, "52%"), ("E", "n<5", "n<5"),
    )  # fmt: skip
    assert any(said.startswith("C: shown: exactly 4 of 5") for said in folder.said("A0"))
    assert any(said.startswith("E: ") for said in folder.said("A1"))
    assert any("can be 100% sure" in said for said in folder.said("A5"))


@pytest.mark.parametrize(("said", "n"), [("100%", 15), ("0%", 40), ("97.5%", 40)])
def test_unanimity_is_told(folder, said, n):
    """A6: everybody, nobody, all but one."""
    folder.write("alike.csv", ("team", "n", "% agree"), ("A", n, said), ("B", 30, "50.0%"))
    assert [one.group for one in folder.found("A6")] == ["A"]


def test_a_remainder_that_is_unanimous_is_told_though_it_is_large(folder):
    """A6 for what follows: 12 of the 12 others."""
    folder.write("rest.csv", ("team", "yes", "n"), ("All", 30, 50), ("A", 18, 38), ("B", "*", "*"))
    assert folder.said("A6") == ["B: nearly all alike: exactly 12 of 12"]


def test_a_leaver_between_two_waves(folder):
    """A7: 20 people, then 19, and one yes less."""
    folder.write("wave1.csv", ("team", "n", "yes"), ("A", 20, 12))
    folder.write("wave2.csv", ("team", "n", "yes"), ("A", 19, 11))
    assert any("exactly 1 of 1 people who came or left" in said for said in folder.said("A7"))


def test_late_answers_show_between_versions(folder):
    """A8: the first issue and a corrected one."""
    folder.write("results-2026.csv", ("team", "n", "yes"), ("A", 20, 12), ("B", 30, 20))
    folder.write("results-2026-corrected.csv", ("team", "n", "yes"), ("A", 22, 12), ("B", 30, 20))
    assert folder.said("A8") == ["A: exactly 0 of 2 people who came or left"]


def test_old_groups_and_new_groups_of_one_wave(folder):
    """A9: three people moved from North to South, and the same answers were cut both ways."""
    head = ("group", "parent", "n", "yes")
    folder.write(
        "results-old-2026.csv", head,
        ("All", "", 60, 35), ("North", "All", 30, 18), ("Team", "North", "*", "*"),
        ("South", "All", 30, 17),
    )  # fmt: skip
    folder.write(
        "results-new-2026.csv", head,
        ("All", "", 60, 35), ("North", "All", 27, 18), ("Team", "South", "*", "*"),
        ("South", "All", 33, 17),
    )  # fmt: skip
    assert "North: exactly 0 of 3 people who came or left" in folder.said("A9")


def test_growing_periods_give_the_last_month(folder):
    """A10: January to March less January to February."""
    folder.write(
        "rolling.csv",
        ("period", "team", "n", "yes"),
        ("2026-01 to 2026-02", "A", 30, 18), ("2026-01 to 2026-03", "A", 34, 18),
    )  # fmt: skip
    assert folder.said("A10") == ["A: exactly 0 of 4 people who came or left"]


def test_a_question_that_one_person_left_out(folder):
    """A11."""
    folder.write(
        "items.csv",
        ("team", "question", "n", "mean"),
        ("A", "Q1", 24, 3.1), ("A", "Q2", 24, 3.4), ("A", "Q7", 23, 2.9),
    )  # fmt: skip
    assert folder.said("A11") == ["A: 1 of those who answered 'Q1' left out 'Q7'"]


def test_the_width_of_what_could_be_is_a_number_of_answers(folder):
    """A11 by way of A12: of 100 people 61 and 60 answered, as lowest and highest possible say."""
    folder.write(
        "bounds.csv",
        ("group", "theme", "people", "n", "mean", "lowest possible", "highest possible"),
        ("All", "Safe", 100, "about 60", 50, 30, 70), ("All", "Heard", 100, "about 60", 40, 24, 64),
        ("All", "Work", 100, "about 60", 50, 30, 70), ("All", "Fair", 100, "about 60", 50, 30, 70),
    )  # fmt: skip
    exact = [one for one in folder.found("A11") if "left out" in one.known]
    assert exact == []
    folder.write(
        "bounds.csv",
        ("group", "theme", "people", "n", "mean", "lowest possible", "highest possible"),
        ("All", "Safe", 100, "about 60", "50.00", "30.00", "70.00"),
        ("All", "Heard", 100, "about 60", "40.00", "24.40", "63.40"),
    )  # fmt: skip
    assert folder.said("A11") == ["everybody: 1 of those who answered 'Heard' left out 'Safe'"]


def test_wide_tables_tell_the_same(folder):
    folder.write("wide.csv", ("team", "Q1 n", "Q1 %", "Q7 n", "Q7 %"), ("A", 24, 50, 23, 30))
    assert folder.said("A11") == ["A: 1 of those who answered 'Q1' left out 'Q7'"]


def test_mean_and_spread_of_few_people_are_their_answers(folder):
    """A12: 1, 1, 1, 5, 5 is the only way to a mean of 2.60 and an SD of 2.19."""
    folder.write(
        "spread.csv",
        ("team", "n", "mean", "sd"),
        ("A", 5, "2.60", "2.19"),
        ("B", 30, "3.10", "1.02"),
    )
    assert "A: mean and spread leave only the answers 1, 1, 1, 5, 5" in folder.said("A12")


def test_the_width_of_an_interval_is_a_number_of_answers(folder):
    """A12: Wilson's interval of 9 in 13."""
    folder.write(
        "interval.csv",
        ("team", "answers", "% yes", "lower", "upper"),
        ("A", "10–19", "69.2", "42.4", "87.3"),
    )  # fmt: skip
    assert any(
        "leaves only 9 of 13" in said for said in folder.said("A12", named={"percent yes": "share"})
    )


def test_an_adjusted_figure_turns_back_into_the_hidden_one(folder):
    """A12: 3.4 = 0.4·own + 0.6·3.0, so the group's own mean is 4.0."""
    folder.write(
        "adjusted.csv",
        ("team", "n", "mean", "shrunken mean", "lambda"),
        ("Total", 200, "3.00", "", ""), ("A", "hidden", "hidden", "3.40", "0.40"),
    )  # fmt: skip
    assert any("turns back into 4.0" in said for said in folder.said("A12"))


def test_marks_on_hidden_groups_speak(folder):
    """A13: a colour was worked out from what is hidden."""
    folder.write(
        "marks.csv",
        ("team", "n", "yes", "RAG"),
        ("A", 30, 12, "amber"), ("B", "*", "*", "red"), ("C", "*", "*", "green"),
    )  # fmt: skip
    assert "B: 'RAG' still says 'red' of a hidden group" in folder.said("A13")


def test_a_hidden_sheet_and_a_hidden_column(folder):
    """A14: what a reader does not see is in the file all the same."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("team", "n", "% yes", "raw"), ("A", 30, "50%", 15.25), ("B", 40, "40%", 16.75)):
        sheet.append(row)
    sheet.column_dimensions["D"].hidden = True
    raw = book.create_sheet("raw")
    raw.sheet_state = "hidden"
    raw.append(("C", 7, 1))
    book.save(folder.path / "book.xlsx")
    places = {one.group for one in folder.found("A14")}
    assert places == {"the hidden sheet 'raw'", "a hidden row or column of 'Sheet'"}


def test_numbers_behind_a_picture(folder):
    folder.write("shown.csv", ("team", "n", "% yes"), ("A", 30, "50%"))
    (folder.path / "chart.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><title>A: 50%</title>'
        '<rect data-count="17" width="5"/><text style="display:none">C 14.3</text></svg>'
    )
    assert sorted(one.group for one in folder.found("A14")) == [
        "a part that is not shown", "the attribute data-count",
    ]  # fmt: skip


def test_numbers_behind_a_page(folder):
    (folder.path / "page.html").write_text(
        "<html><body><table><tr><th>Team</th><th>n</th><th>% yes</th></tr>"
        "<tr><td>A</td><td>30</td><td>50%</td></tr></table><!-- C 1 of 7 = 14.3 -->"
        "<img alt='A: 51.43%'></body></html>"
    )
    assert sorted(one.group for one in folder.found("A14")) == [
        "a picture's description", "a remark in the page",
    ]  # fmt: skip


def test_keys_that_a_page_never_shows(folder):
    rows = [
        {"group": "A", "n": 30, "yes": 12, "raw": 12},
        {"group": "B", "n": "Not shown", "yes": "Not shown", "raw": 2},
    ]
    (folder.path / "results.json").write_text(json.dumps({"results": rows}))
    assert folder.said("A14") == ["B: 'raw' still holds 2"]


def test_two_words_for_hidden_tell_why(folder):
    folder.write(
        "words.csv", ("team", "n", "yes"), ("A", 30, 12), ("B", "n<10", "n<10"), ("C", "–", "–")
    )
    assert folder.said("A14") == ["hidden groups: are told apart by 2 words: 'n<10', '–'"]


def test_more_digits_in_one_file_than_in_another(folder):
    folder.write("a.csv", ("team", "n", "% yes"), ("A", 30, "57%"), ("B", 33, "61%"))
    folder.write("b.csv", ("team", "n", "% yes"), ("A", 30, "56.67%"), ("B", 33, "60.61%"))
    assert folder.said("A14") == ["A: b.csv has more digits of the share than a.csv"]


def test_comments_with_a_time_and_a_small_group(folder):
    """A16."""
    folder.write(
        "comments.csv",
        ("team", "submitted", "comment"),
        ("A", "2026-05-01 09:14", "Nobody listens to us here."),
        ("A", "2026-05-01 09:20", "The work does not fit in the week."),
    )  # fmt: skip
    said = folder.said("A16")
    assert "comments: a time stands beside each comment" in said
    assert any(line.startswith("comments of A: 2 comments") for line in said)


def test_two_attributes_with_rare_categories(folder):
    """A19: of four new people all but one are managers, and both tables show it."""
    folder.write(
        "crossed.csv",
        ("role", "tenure", "n", "yes"),
        ("All", "All", 80, 44), ("Manager", "All", 20, 9), ("Worker", "All", 60, 35),
        ("All", "New", 14, 5), ("All", "Old", 66, 39),
        ("Manager", "New", "*", "*"), ("Manager", "Old", 17, 9),
        ("Worker", "New", "*", "*"), ("Worker", "Old", "*", "*"),
    )  # fmt: skip
    assert "Manager × New: exactly 0 of 3" in folder.said("A19")


def test_columns_of_another_language_are_named_by_hand(folder):
    folder.write(
        "werte.csv", ("Abteilung", "ja", "Antworten"), ("Total", 18, 30), ("A", 8, 12),
        ("B", 9, 11), ("C", "*", "*"),
    )  # fmt: skip
    named = {"abteilung": "group", "ja": "count", "antworten": "n"}
    assert "C: exactly 1 of 7" in folder.said("A1", named=named)
