"""What earlier pulses lend to the search for new subjects, and when they lend nothing."""

import pytest
from sqlalchemy import update

from surveyapp import keys
from surveyapp.extensions import answers_session, db
from surveyapp.models.responses import AnswerBlock
from surveyapp.services import (
    covenants,
    publishing,
    review,
    review_earlier,
    review_finding,
    review_sheets,
)
from surveyapp.services.review_earlier import Lent, looks_like
from surveyapp.services.review_sheets import Naming, Reading, Subject
from tests import desk

READERS = ("a" * 32, "b" * 32)
WITHHELD, MASKED = "Nice team here, number 1.", "Parking is far away, number 2."
FOUND = (Subject(1, ("parking",), ((desk.QUESTION, 13, 0),), ("2", "5", "8", "11")),)


@pytest.fixture
def pulses(app, monkeypatch):
    """A pulse whose results are out and name a subject, and the next one; their ids."""
    monkeypatch.setattr(review_finding, "subjects_of", lambda *_given: FOUND)
    with app.app_context():
        first = desk.a_pulse([*desk.plain(30), *closed(9)])
        second = desk.a_pulse(desk.plain(30), programme=desk.wave(first).programme)
    desk.lay_out(app)
    with app.app_context():
        for entry in review_sheets.entries(first):
            for reader in READERS:
                reason = "author" if entry.text == WITHHELD else ""
                masks = ("far away",) if entry.text == MASKED else ()
                review_sheets.keep(first, Reading(entry.place, reader, reason, masks))
        for reader in READERS:
            review_sheets.keep_naming(first, Naming(1, reader, "name", "Parking"))
        desk.wave(first).state = "published"
        db.session.commit()
        assert review.put_away(desk.wave(first))
        answers_session().commit()
    return first, second


def closed(number):
    return [desk.Said(f"{desk.SECRET} parking, number {n}.", use="themes") for n in range(number)]


def lent(wave_id, **other):
    """What a pulse is lent, and what it would be lent if it asked its question otherwise."""
    questions = review_sheets.sheet(wave_id).questions
    asked = {(one.id, other.get("text", one.text), one.purpose) for one in questions}
    return review_earlier.lent(desk.wave(wave_id), asked)


def results_name(monkeypatch, *names):
    monkeypatch.setattr(review_earlier, "_told", lambda _wave: set(names))


def test_a_pulse_is_lent_what_reviewers_left_readable_and_no_more(app, pulses, monkeypatch):
    results_name(monkeypatch, "Parking")
    with app.app_context():
        found = lent(pulses[1])
        everything = {one.text for one in publishing.load(desk.wave(pulses[0])).comments}
        assert any(desk.SECRET in text for text in everything), "it was there to be taken"
    texts = [one.text for one in found]
    assert len(texts) == 29
    assert not any(desk.SECRET in text for text in texts), "themes only"
    assert "Parking is far away, number 5." in texts
    assert WITHHELD not in texts
    assert "Parking is  , number 2." in texts
    named = {one.text for one in found if one.subject == "Parking"}
    assert len(named) == 4
    assert {(one.wave, one.label) for one in found} == {(1, "Pulse 1")}


def test_a_subject_has_a_name_here_only_where_results_have_it(app, pulses):
    with app.app_context():
        assert {one.subject for one in lent(pulses[1])} == {""}, "nothing was published of it"


def test_nothing_is_lent_to_a_question_that_was_asked_otherwise(app, pulses):
    with app.app_context():
        assert lent(pulses[1], text="What else gets in the way?") == []


def test_nothing_is_lent_before_results_are_out_nor_by_a_later_pulse(app, pulses):
    first, second = pulses
    with app.app_context():
        desk.wave(first).state = "summarised"
        assert lent(second) == []
        desk.wave(first).state = "published"
        desk.wave(first).number, desk.wave(second).number = 3, 2
        assert lent(second) == []


def test_nothing_is_lent_where_the_promises_let_nobody_read(app, pulses, monkeypatch):
    with app.app_context():
        assert lent(pulses[1])
        monkeypatch.setattr(covenants, "reads_comments", lambda wave: wave.number != 1)
        assert lent(pulses[1]) == []


def test_nothing_is_lent_once_the_key_to_the_answers_is_gone(app, pulses):
    with app.app_context():
        keys.destroy_all("publisher", pulses[0])
        assert lent(pulses[1]) == []


def test_a_review_that_somebody_damaged_lends_nothing_and_stops_no_search(app, pulses):
    with app.app_context():
        assert lent(pulses[1])
        of_review = (AnswerBlock.wave_id == pulses[0], AnswerBlock.kind == review.BLOCK)
        answers_session().execute(update(AnswerBlock).where(*of_review).values(sealed=b"\0" * 64))
        assert lent(pulses[1]) == []


def test_only_the_last_three_pulses_lend(app, pulses, monkeypatch):
    monkeypatch.setattr(review_earlier, "_put_away", lambda wave_id: wave_id)
    monkeypatch.setattr(review_earlier, "_comments", lambda wave, *given: [wave.number])
    with app.app_context():
        programme = desk.wave(pulses[0]).programme
        for _ in range(3):
            desk.a_pulse(desk.plain(3), programme=programme, state="published")
        last = desk.a_pulse(desk.plain(3), programme=programme)
        assert review_earlier.lent(desk.wave(last), set()) == [5, 4, 3]


def one_of(subject="", wave=1, use="publish"):
    return Lent(wave, f"Pulse {wave}", desk.QUESTION, "", "", use, subject)


@pytest.mark.parametrize(
    ("inside", "outside", "name"),
    [
        ({"Parking": 3, "": 3}, {}, "Parking"),  # all three of the subject's own
        ({"Parking": 3, "": 4}, {"Parking": 3}, "Parking"),  # half of the subject's
        ({"Parking": 3, "": 3}, {"Parking": 9}, "Parking"),  # half of what lies in the group
        ({"Parking": 3, "": 4}, {"Parking": 4}, ""),
        ({"Parking": 2}, {}, ""),
        ({"": 9}, {"Parking": 9}, ""),
        ({"Parking": 4, "Bins": 3}, {}, "Parking"),  # 4 of 4 and 3 of 3: the name decides
    ],
)
def test_a_group_looks_like_the_subject_that_it_shares_half_with(inside, outside, name):
    group = [one_of(subject) for subject, number in inside.items() for _ in range(number)]
    others = [one_of(subject) for subject, number in outside.items() for _ in range(number)]
    assert looks_like(group, [*group, *others]) == ((name, "Pulse 1") if name else ("", ""))


def test_the_newest_pulse_goes_first_and_board_only_comments_do_not_count():
    group = [one_of("Parking", 1)] * 5 + [one_of("Cars", 2)] * 3
    assert looks_like(group, group) == ("Cars", "Pulse 2")
    board = [one_of("", 2, "board")] * 9
    assert looks_like([*group, *board], [*group, *board]) == ("Cars", "Pulse 2")
