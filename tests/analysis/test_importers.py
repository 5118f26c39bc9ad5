"""Files in: every answer accounted for, or one sentence a problem and nothing imported."""

import codecs

import polars as pl
import pytest

from analysis.dataset import NOT_ASKED, PREFER_NOT_TO_SAY, DataError
from analysis.importers import load
from analysis.instrument import parse

INSTRUMENT = """
[instrument]
id = "two"
version = "1"
title = "Two questions"

[source]
licence = "Apache-2.0"
attribution = "Tests"

[columns]
wave = "wave"
unit = "team"
waves = { first = "2026-01-31", second = "2026-06-30" }
units = { "A team" = "North/A", "B team" = "North/B" }
not_asked = ["does not apply"]
use = ""

[responses.agree]
options = [
  { code = 1, label = "Strongly disagree" },
  { code = 2, label = "Disagree" },
  { code = 3, label = "Neither" },
  { code = 4, label = "Agree" },
  { code = 5, label = "Strongly agree" },
]

[[items]]
id = "heard"
kind = "rating"
responses = "agree"
text = "I am heard."
column = "Q1"
values = { "yes!" = 5 }

[[items]]
id = "pay"
kind = "rating"
responses = "agree"
text = "My pay is fair."
asked_if = { employed = ["yes", ""] }

[[items]]
id = "later"
kind = "rating"
responses = "agree"
text = "Asked from the second wave."
waves = ["second"]

[[items]]
id = "why"
kind = "text"
purpose = "shadow"
text = "Why?"
"""
TAKES = "It takes 1 to 5, or the words for them."
HEADING = "wave,team,employed,Q1,pay,later,why\n"


@pytest.fixture
def instrument():
    return parse(INSTRUMENT)


@pytest.fixture
def write(tmp_path):
    def to_file(body, name="answers.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(body if isinstance(body, bytes) else body.encode(encoding))
        return path

    return to_file


def refusals(path, instrument):
    with pytest.raises(DataError) as caught:
        load(path, instrument)
    return caught.value.problems


GOOD = HEADING + (
    'first,A team,yes,4,Agree,,"It is loud, and\nnobody listens"\n'
    "first,B team,no,2.0,3,,\n"
    "second,,yes,yes!,Prefer not to say,does not apply,N/A\n"
    "second,A team,,STRONGLY AGREE,1,5,Late\n"
    ",,,,,,\n"
)


def codes(wave, item):
    return sorted(wave.responses[item].to_list(), key=str)


def test_words_numbers_and_the_three_kinds_of_nothing(write, instrument):
    data = load(write(GOOD), instrument)
    first, second = data.waves
    assert (first.id, first.date, second.date) == ("first", "2026-01-31", "2026-06-30")
    assert codes(first, "heard") == [2, 4]
    assert codes(second, "heard") == [5, 5]
    assert codes(first, "pay") == [NOT_ASKED, 4]
    assert codes(second, "pay") == [PREFER_NOT_TO_SAY, 1]
    assert codes(first, "later") == [NOT_ASKED, NOT_ASKED]
    assert codes(second, "later") == [NOT_ASKED, 5]
    assert first.responses.schema["heard"] == pl.Int8
    assert first.origin == "imported"


def test_an_answer_by_somebody_who_was_not_asked_is_left_out_and_said(write, instrument):
    data = load(write(GOOD), instrument)
    assert data.notes == (
        "first: A few responses answer questions that were not meant for them. "
        "Those answers are left out.",
    )


def test_groups_are_a_tree_of_paths_and_people_without_one_belong_to_the_whole(write, instrument):
    first, second = load(write(GOOD), instrument).waves
    assert [(u.id, u.name, u.parent) for u in first.units] == [
        ("Everyone", "Everyone", None),
        ("North", "North", "Everyone"),
        ("North/A", "A", "North"),
        ("North/B", "B", "North"),
    ]
    assert sorted(second.responses["unit"].to_list()) == ["Everyone", "North/A"]


def test_when_every_path_starts_alike_that_group_is_the_whole(write, instrument):
    body = HEADING + "first,A team,yes,4,4,,\nfirst,B team,yes,4,4,,\n"
    (wave,) = load(write(body), instrument).waves
    assert wave.root.id == "North"
    assert [u.parent for u in wave.units] == [None, "North", "North"]


def test_a_group_called_everyone_is_the_whole(write, instrument):
    body = HEADING + "first,Everyone,yes,4,4,,\nfirst,B team,yes,4,4,,\n"
    (wave,) = load(write(body), instrument).waves
    assert [(u.id, u.parent) for u in wave.units] == [
        ("Everyone", None),
        ("North", "Everyone"),
        ("North/B", "North"),
    ]


def test_comments_stand_apart_without_group_and_for_themes_only(write, instrument):
    first, second = load(write(GOOD), instrument).waves
    (comment,) = first.comments
    assert comment.text == "It is loud, and\nnobody listens"
    assert (comment.use, comment.unit, comment.question) == ("themes", "", "why")
    assert [one.text for one in second.comments] == ["Late"]


def test_a_column_may_hold_the_authors_choice(write):
    instrument = parse(INSTRUMENT.replace('use = ""', 'use = "may"'))
    body = "may," + HEADING + "publish,first,A team,yes,4,4,,Good\n,first,A team,yes,4,4,,Bad\n"
    (wave,) = load(write(body), instrument).waves
    assert [(one.text, one.use) for one in wave.comments] == [
        ("Bad", "themes"),
        ("Good", "publish"),
    ]
    wrong = body.replace("publish,first", "print,first")
    assert refusals(write(wrong), instrument) == [
        "answers.csv, line 2: “print” is no choice of use. It takes publish, board, themes."
    ]


def test_the_order_of_rows_does_not_matter_and_is_not_kept(write, instrument):
    lines = GOOD.removeprefix(HEADING).replace("loud, and\nnobody", "loud and nobody").splitlines()
    one = load(write(HEADING + "\n".join(lines) + "\n"), instrument)
    two = load(write(HEADING + "\n".join(reversed(lines)) + "\n"), instrument)
    for left, right in zip(one.waves, two.waves, strict=True):
        assert left.responses.equals(right.responses)
        assert left.comments == right.comments


@pytest.mark.parametrize(
    "encoded",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"),
        GOOD.encode("utf-16-le"),
        GOOD.encode("utf-16-be"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("yes!", "\ufeffyes!").encode(),
    ],
)
def test_the_same_table_in_other_encodings(write, instrument, encoded):
    assert len(load(write(encoded), instrument).waves) == 2


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_found(write, instrument, delimiter):
    body = HEADING.replace(",", delimiter) + delimiter.join(
        ["first", "A team", "yes", "4", "3", "", '"a, b; c"']
    )
    (wave,) = load(write(body), instrument).waves
    assert wave.comments[0].text == "a, b; c"


def test_a_formula_is_text(write, instrument):
    body = HEADING + 'first,=A1,yes,4,3,,"=HYPERLINK(""http://x"")"\n'
    (wave,) = load(write(body), instrument).waves
    assert wave.comments[0].text == '=HYPERLINK("http://x")'
    assert wave.units[0].id == "=A1"
    assert refusals(write(HEADING + "first,A,yes,=1+3,3,,\n"), instrument) == [
        f"answers.csv, line 2, heard: “=1+3” is out of range. {TAKES}"
    ]


def test_answers_out_of_range_are_listed_by_line_and_nothing_is_imported(write, instrument):
    body = HEADING + 'first,A,yes,6,3,,"two\nlines"\nfirst,A,yes,3,purple,,\nfirst,A,yes,-1,3.5,,\n'
    assert refusals(write(body), instrument) == [
        f"answers.csv, line 2, heard: “6” is out of range. {TAKES}",
        f"answers.csv, line 4, pay: “purple” is out of range. {TAKES}",
        f"answers.csv, line 5, heard: “-1” is out of range. {TAKES}",
        f"answers.csv, line 5, pay: “3.5” is out of range. {TAKES}",
    ]


def test_a_long_list_of_problems_says_how_many_more(write, instrument):
    problems = refusals(write(HEADING + "first,A,yes,9,3,,\n" * 1030), instrument)
    assert len(problems) == 21
    assert problems[-1] == "And 1,010 more like these."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04\x14\x00rubbish", "is a workbook or a zip file, whatever its name says."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Excel workbook"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\x1f\x8b\x08", "is a compressed file"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n\n", "is empty"),
        (b"lorem ipsum " * 100_000, "line 1: this line could not be read"),
        (b"wave,team\nfirst,\x01\x02\n", "is not a text file (line 2)"),
        (b"wave,team\nfirst,caf\xe9\n", "is not UTF-8 text (line 2)"),
        (b"\xff\xfe\x00\xd8\x00", "is not UTF-8 text"),
        (bytes(range(256)) * 40_000, "is not"),
        (b"<!DOCTYPE html><html>", "is a web page or XML"),
        (b"wave,team,employed,Q1,pay,later,why\n", "has a heading but no answers"),
        (
            b'wave,team,employed,Q1,pay,later,why\nfirst,"A,yes,4,3,,\n',
            "line 2: this line could not be read",
        ),
        (
            b"wave,team,employed,Q1,pay,later,why\nfirst,A\n",
            "line 2: 2 cells where the heading has 7",
        ),
    ],
)
def test_files_that_are_no_table_of_answers(write, instrument, data, sentence):
    problems = refusals(write(data), instrument)
    assert len(problems) == 1
    assert sentence in problems[0]


def test_a_missing_column_is_named(write, instrument):
    body = "wave,team,Q1,pay,why\nfirst,A,4,4,\n"
    assert "there is no column “employed”" in refusals(write(body), instrument)[0]
    body = "wave,team,employed,pay,why\nfirst,A,yes,4,\n"
    assert "there is no column “Q1”" in refusals(write(body), instrument)[0]
    assert "there is no column “wave”" in refusals(write("Q1\n4\n"), instrument)[0]


def test_a_column_that_stands_there_twice_is_not_guessed(write, instrument):
    body = "Q1," + HEADING + "5,first,A,yes,4,3,,\n"
    assert "more than one column fits" in refusals(write(body), instrument)[0]


def test_a_wave_needs_a_day(write, instrument):
    problems = refusals(write(HEADING + "third,A,yes,4,3,,\n"), instrument)
    assert any("when the wave “third” closed" in one for one in problems)
    (wave,) = load(write(HEADING + "2026-09-30,A,yes,4,3,4,\n"), _open(instrument)).waves
    assert wave.date == "2026-09-30"


def _open(instrument):
    return parse(INSTRUMENT.replace('waves = ["second"]', ""))


def test_a_row_without_a_wave_is_refused(write, instrument):
    assert refusals(write(HEADING + ",A,yes,4,3,,\n"), instrument) == [
        "answers.csv, line 2: the wave is missing."
    ]


def test_a_file_that_is_not_there(tmp_path, instrument):
    assert refusals(tmp_path / "gone.csv", instrument) == [
        "gone.csv could not be read: No such file or directory."
    ]


def test_waves_in_their_own_files(write, tmp_path):
    one = write("team,employed,Q1,pay,why\nA,yes,4,3,\n", "one.csv")
    two = write("team,employed,Q1,pay,later,why\nA,yes,4,3,2,\n", "two.csv")
    more = write("team,employed,Q1,pay,later,why\nB,yes,5,3,2,\n", "more.csv")
    named = parse(INSTRUMENT.replace('use = ""', 'files = { "one*" = "first", "*o*" = "second" }'))
    for given in (tmp_path, [one, two, more]):
        waves = load(given, named).waves
        assert [(wave.id, wave.responses.height) for wave in waves] == [("first", 1), ("second", 2)]
    write("nothing to do with it\n1\n", "xyz.csv")
    assert [wave.id for wave in load(tmp_path, named).waves] == ["first", "second"]
    assert refusals(tmp_path / "xyz.csv", named) == [
        "Nothing says which wave xyz.csv holds. Add it to [columns.files]."
    ]


def test_an_empty_folder_is_said(tmp_path, instrument):
    assert refusals(tmp_path, instrument) == [
        "There is no CSV or TSV file here that the instrument knows."
    ]


def test_a_column_that_only_one_file_of_a_wave_has(write):
    one = write("team,employed,Q1,pay,why\nA,yes,4,3,\n", "one.csv")
    two = write("team,employed,Q1,why\nB,yes,5,\n", "two.csv")
    named = parse(INSTRUMENT.replace('use = ""', 'files = { "*o*" = "first" }'))
    (wave,) = load([one, two], named).waves
    assert codes(wave, "pay") == [NOT_ASKED, 3]


@pytest.mark.parametrize(
    "heading", ["Q1. Am I heard?", "Q1._.Am I heard?", "grid[Q1]. How far? [Am I heard?]"]
)
def test_limesurvey_headings_are_found_by_their_code(write, heading):
    instrument = parse(INSTRUMENT.replace('column = "Q1"', 'column = "Q1 | grid[Q1]"'))
    body = HEADING.replace("Q1", f'"{heading}"') + "first,A,yes,4,3,,\n"
    (wave,) = load(write(body), instrument).waves
    assert codes(wave, "heard") == [4]


def test_text_in_several_boxes_is_one_comment(write):
    instrument = parse(INSTRUMENT + 'column = "why[1] | why[2]"\n')
    body = HEADING.replace(",why", ",why[1]. Why?,why[2]. Why?") + "first,A,yes,4,3,,Noise,Heat\n"
    (wave,) = load(write(body), instrument).waves
    assert [one.text for one in wave.comments] == ["Noise\nHeat"]
