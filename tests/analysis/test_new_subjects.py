"""What is told of subjects that reviewers named: a name and a count in words, never a share."""

import json
from dataclasses import replace

import pytest

from analysis import report_tables, reports, written
from analysis.report_parts import Points
from analysis.summary import NOT_SHOWN, Summary
from analysis.text.new_subjects import NamedSubject, NewSubjects, in_a_sentence, with_subjects
from analysis.text.reviewed import Reviewed
from tests.analysis.audited_comments import QUESTION, RULE, pulse_of, reviewed


def subject(name, readable, closed=0, question=QUESTION):
    return NamedSubject(name, ((question, readable, closed),))


def told(*named, **counts):
    return with_subjects(pulse_of(4), NewSubjects(named, **counts), RULE)


def test_a_count_stands_in_words_and_closed_comments_are_in_it():
    result = told(subject("Parking", 13, 9)).text[0]
    assert result.subjects == (("Parking", "about 20"),)
    assert written.new_subjects(result) == (
        "New subject, named by reviewers: Parking, about 20 comments",
    )


@pytest.mark.parametrize(("readable", "closed"), [(4, 0), (4, 30), (0, 9)])
def test_five_people_must_have_written_where_it_may_be_read(readable, closed):
    """Else closed comments alone, which nobody may see, would make a subject."""
    assert told(subject("Parking", readable, closed)).text[0].subjects == ()
    assert told(subject("Parking", 5, closed)).text[0].subjects


def test_a_question_whose_comments_are_not_shown_tells_of_no_subject():
    hidden = replace(pulse_of(4).text[0], comments=NOT_SHOWN, themes=())
    summary = replace(pulse_of(4), text=(hidden,))
    assert with_subjects(summary, NewSubjects((subject("Parking", 40),)), RULE).text == (hidden,)
    assert told(subject("Parking", 40, question="another")).text[0].subjects == ()


def test_the_order_tells_no_more_than_the_words():
    found = told(subject("Taxis", 21), subject("Cycles", 22), subject("Bins", 60)).text[0]
    assert found.subjects == (
        ("Bins", "about 60"),
        ("Cycles", "about 20"),
        ("Taxis", "about 20"),
    )


def test_what_became_of_every_group_is_told_so_that_none_can_vanish():
    assert in_a_sentence(NewSubjects()) == ""
    said = in_a_sentence(NewSubjects(kept=2, merged=1, dropped=1, left=3))
    assert "named 2, put with a theme that is there 1, dropped 1 and did not agree on 3." in said
    assert said.endswith("Rare new themes are missed.")
    assert told(left=2).subjects == in_a_sentence(NewSubjects(left=2))


def test_report_files_and_what_is_kept_say_the_same():
    summary = told(subject("Parking", 13, 9), kept=1, dropped=2)
    assert Summary.from_json(summary.to_json()) == summary
    content = reports.content([summary])
    section = next(part for part in content.sections if part.id == "what-people-wrote")
    points = [block.lines for block in section.blocks if isinstance(block, Points)]
    assert written.new_subjects(summary.text[0]) in points
    lines = list(report_tables.rows([summary]))
    (line,) = [one for one in lines if one["kind"] == "new subject"]
    assert (line["name"], line["comments"]) == ("Parking", "about 20")
    assert not any(line.get(column) for column in report_tables.OF_COMMENTS)
    assert next(x for x in lines if x["kind"] == "new subjects")["in_words"] == summary.subjects


def test_what_was_kept_is_read_back_also_from_before_there_were_subjects():
    found = replace(reviewed(), subjects=NewSubjects((subject("Parking", 13, 9),), 1, 0, 2, 1))
    kept = json.loads(json.dumps(found.to_dict()))
    assert Reviewed.from_dict(kept).subjects == found.subjects
    del kept["subjects"]
    assert Reviewed.from_dict(kept).subjects == NewSubjects()


def test_a_subject_that_earlier_results_name_is_there_again_in_words_alone():
    first, later = told(subject("Parking", 40, 9), kept=1), told(subject("parking", 13), kept=1)
    second = replace(later, wave=replace(later.wave, label="June"))

    def again(*earlier, now="Parking", readable=7):
        found = NewSubjects((subject(now, readable),), kept=1)
        return with_subjects(pulse_of(4), found, RULE, earlier)

    plain = again()
    assert "there again" not in plain.subjects
    back = again(first, second)
    assert "“Parking” is there again: reviewers gave that name in “June” too." in back.subjects
    assert replace(back, subjects="") == replace(plain, subjects=""), "no figure and no arrow"
    assert "there again" not in again(first, now="Bins").subjects
    # Where this pulse may not tell of it, nor does this sentence.
    assert "there again" not in again(first, readable=4).subjects
    # Nor of a name that the earlier pulse did not tell.
    assert "there again" not in again(told(subject("Parking", 4, 30))).subjects
