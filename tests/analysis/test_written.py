"""How comments are printed: one table that holds what has a figure, and the rest in sentences."""

from dataclasses import replace

import pytest

from analysis import report_written, written
from analysis.report_parts import Points, Quotes, Table, Words
from analysis.summary import Comparison, Quote, Summary, TextAudit, WrittenTheme
from analysis.text.audited import AuditedQuestion, AuditedShare
from tests.analysis.audited_comments import pulse_of

MAY = "May 2026"
FEW = "People have found this theme in too few comments."
LOOSE = "Too much of what the software takes for this theme is something else."
CHANCE = "The difference could be chance."


def audit(**themes: tuple[str, Comparison | None]) -> TextAudit:
    """An audit of themes, each with why it has no figure, empty for one that has, and a change."""
    shares = tuple(
        AuditedShare(name, "", grey=grey)
        if grey
        else AuditedShare(name, "about 50", 24, 19, 29, 15, 33)
        for name, (grey, _) in themes.items()
    )
    told = tuple(
        WrittenTheme(name, name.capitalize(), change=change) for name, (_, change) in themes.items()
    )
    found = AuditedQuestion("4", "barriers", "", "about 200", "about 150", "about 60", 1, shares)
    return TextAudit(found, told)


def changed(verdict: str, why: str = "") -> Comparison:
    return Comparison(verdict, MAY, why=why)


def of(found: TextAudit, *said: str) -> Summary:
    """Results whose first question has this audit and these quotes."""
    plain = pulse_of(4)
    result = replace(plain.text[0], audited=True, audit=found)
    return replace(
        plain, text=(result,), quotes=tuple(Quote(result.question, text) for text in said)
    )


def blocks(summary: Summary, kind: type) -> list:
    section = report_written.what_people_wrote(summary)
    return [block for block in section.blocks if isinstance(block, kind)]


MANY = audit(
    workload=("", changed("higher")),
    pay=(FEW, changed("not_shown", "No figure now.")),
    team=(LOOSE, None),
    tools=(FEW, None),
)


@pytest.mark.parametrize(("other", "none"), [("", ""), ("", FEW), (FEW, ""), (FEW, FEW)], ids=str)
def test_each_row_that_is_no_theme_is_explained_where_it_has_a_figure(other, none):
    found = audit(workload=("", None), other=(other, None), none=(none, None))
    (table, *_) = blocks(of(found), Table)
    titles = {row[0] for row in table.rows}
    for title, said in (
        ("Other", "“Something no theme covers” is"),
        ("None", "“No theme found” means"),
    ):
        assert (said in table.note) == (title in titles)


def test_what_no_reviewer_may_read_is_not_said_to_be_closed_to_everybody():
    """Promises may name an auditor, who may open every comment and count once more."""
    section = report_written.what_people_wrote(of(MANY))
    words = " ".join(
        block.text if isinstance(block, Words) else block.note or ""
        for block in section.blocks
        if isinstance(block, Words | Table)
    )
    assert "No reviewer may read those, so no reviewer can check what it made of them." in words
    assert "about comments that no reviewer may read" in words
    assert "nobody may" not in words.lower()


def test_themes_without_a_figure_are_one_sentence_a_reason_and_no_row():
    assert written.without_figure(MANY) == (
        "No figure for “Pay” and “Tools”: people have found each of these themes in too few "
        "comments.",
        "No figure for “Team”: too much of what the software takes for this theme is something "
        "else.",
    )
    table = blocks(of(MANY), Table)[0]
    assert [row[0] for row in table.rows] == ["Workload"]
    assert set(written.without_figure(MANY)) <= {words.text for words in blocks(of(MANY), Words)}


def test_where_no_theme_has_a_figure_there_is_no_table():
    summary = of(audit(pay=(FEW, None), tools=(FEW, None)))
    asked = f"{summary.text[0].text} (about 200 comments)"
    assert asked not in {table.caption for table in blocks(summary, Table)}
    assert asked in {points.title for points in blocks(summary, Points)}
    assert blocks(of(MANY), Table)[0].caption == asked


@pytest.mark.parametrize(
    ("themes", "lines"),
    [
        (
            {
                "workload": ("", changed("lower")),
                "pay": ("", changed("cannot_tell", CHANCE)),
                "team": ("", changed("cannot_tell", CHANCE)),
                "tools": (FEW, changed("not_shown", "No figure now.")),
            },
            (written.NEUTRAL, "“Pay” and “Team”: the difference could be chance."),
        ),
        (
            dict.fromkeys(("pay", "team"), ("", changed("break", "Reworded."))),
            ("Every theme: reworded.",),
        ),
        ({"pay": ("", changed("break", "Reworded."))}, ("“Pay”: reworded.",)),
        ({"pay": ("", None)}, ()),
    ],
)
def test_what_stands_behind_the_words_on_change_is_said_once(themes, lines):
    found = audit(**themes)
    assert written.behind_changes(found) == lines
    points = [one.lines for one in blocks(of(found), Points) if MAY in one.title]
    assert points == ([lines] if lines else [])


def test_a_table_of_shares_is_whole_on_paper_also_where_it_tells_what_changed():
    table = blocks(of(MANY), Table)[0]
    assert table.head[-1] == f"Since {MAY}"
    assert table.slices(5) == (table,)


def test_the_same_words_are_printed_once_with_how_many_people_wrote_them():
    said = ["More staff.", "A car park.", "more  STAFF!", "More staff"]
    (found,) = blocks(of(MANY, *said, *["Ask [name]."] * 2), Quotes)
    assert found.lines == ("More staff.", "A car park.", "Ask [name].", "Ask [name].")
    assert found.notes == ("3 people wrote this.", "", "", "")


def test_the_same_words_to_another_question_may_be_one_person_s():
    quotes = [Quote("barriers", "More staff."), Quote("wishes", "More staff.")]
    assert [one.people for one in written.said_once(quotes)] == [1, 1]


def test_what_is_left_out_of_the_report_is_still_told():
    said = [f"Comment {n}" for n in range(report_written.MOST_QUOTES)]
    whole, cut = (blocks(of(MANY, *said, *more), Words)[-1] for more in ([], ["One", "Two"]))
    assert "The results page" not in whole.text
    assert cut.text.endswith(f"The results page has all {len(said) + 2}.")
