"""What a reviewer is asked of a comment, and that nothing they said is dropped without a word."""

import pytest
from bs4 import BeautifulSoup

from surveyapp.services import review_finding, review_sheets
from surveyapp.services.review_sheets import Reading, Subject
from tests import desk, factories

START = "/review/riverside"
DESK = f"{START}/1"
NOTHING = {"nothing": "y", "decision": "pass"}


@pytest.fixture
def pulse(app, monkeypatch):
    """A pulse whose comments are all in the sample, the half of them for the board alone, and two
    groups of them that no theme covers."""
    found = [
        Subject(number, ("parking",), ((desk.QUESTION, 13, 9),), ("2", "5")) for number in (1, 2)
    ]
    monkeypatch.setattr(review_finding, "subjects_of", lambda *_given: found)
    with app.app_context():
        said = [desk.Said(one.text, use="board") for one in desk.plain(20)]
        wave_id = desk.a_pulse([*desk.plain(20), *said])
    desk.lay_out(app)
    return wave_id


def place_of(app, wave_id, use):
    with app.app_context():
        return next(one.place for one in review_sheets.entries(wave_id) if one.use == use)


def soup_of(answer):
    return BeautifulSoup(answer.text, "html.parser")


def read(answer):
    return " ".join(soup_of(answer).main.get_text(" ").split())


def errors(answer):
    return soup_of(answer).select_one(".govuk-error-summary").get_text()


ASKED = {
    "publish": ("May it be quoted?", "It may be quoted", "Say whether it may be quoted."),
    "board": (
        "May the board read it?",
        "The board may read it",
        "Say whether the board may read it.",
    ),
}


@pytest.mark.parametrize("use", ASKED)
def test_the_question_is_about_what_its_writer_allowed(app, pulse, board, use):
    address = f"{DESK}/{place_of(app, pulse, use)}"
    question, yes, lacking = ASKED[use]
    page = read(board.get(address))
    assert question in page
    assert f"a {yes}: save and go on" in page
    if use == "board":
        assert "quoted" not in page
    assert lacking in errors(board.post(address, data={"nothing": "y"}))


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (
            "publish",
            "You chose a reason, but said that it may be quoted. Take one of them back.",
        ),
        (
            "board",
            "You chose a reason, but said that the board may read it. Take one of them back.",
        ),
    ],
)
def test_a_reason_beside_a_clearance_is_asked_about_and_kept_on_the_page(
    app, pulse, board, use, words
):
    place = place_of(app, pulse, use)
    answer = board.post(f"{DESK}/{place}", data={**NOTHING, "reason": "author"})
    assert words in errors(answer)
    assert soup_of(answer).select_one("#reason option[selected]")["value"] == "author"
    with app.app_context():
        assert review_sheets.readings(pulse) == {}


def test_who_comes_back_to_a_sample_comment_reads_that_their_codes_are_kept(app, pulse):
    one, two, _ = desk.reviewers(app)
    kept = "Your codes are kept. What you coded blind cannot be changed."
    code = {"rows-0-theme": "workload", "rows-0-direction": "negative", "decision": "pass"}
    assert kept not in read(one.get(f"{DESK}/1"))
    one.post(f"{DESK}/1", data=code)
    assert kept in read(one.get(f"{DESK}/1"))
    one.post(f"{DESK}/2", data=NOTHING)
    assert kept in read(one.get(f"{DESK}/2")), "that there is nothing to code is a code too"
    assert kept not in read(two.get(f"{DESK}/1"))


def test_one_code_given_twice_is_one_code(app, pulse, board):
    """A direction's usual function is what none chosen means; other words are another code."""
    codes = {
        f"rows-{row}-{name}": value
        for row, (function, words) in enumerate([("", ""), ("barrier", ""), ("", "number")])
        for name, value in {
            "theme": "workload",
            "direction": "negative",
            "function": function,
            "words": words,
        }.items()
    }
    with app.app_context():
        place = next(one.place for one in review_sheets.entries(pulse) if "number" in one.text)
    assert board.post(f"{DESK}/{place}", data={**codes, "decision": "pass"}).status_code == 302
    with app.app_context():
        (reading,) = review_sheets.readings(pulse)[place]
        assert len(reading.codes) == len(set(reading.codes)) == 2


def test_new_subjects_wait_for_nobody_before_the_sample_is_coded(app, pulse, board):
    with app.app_context():
        desk.a_pulse(desk.plain(20), programme=desk.wave(pulse).programme)
    desk.lay_out(app)
    for place in range(1, 40):
        board.post(f"{DESK}/{place}", data=NOTHING)
    assert "2 wait for you" not in read(board.get(DESK))
    with app.app_context():
        review_sheets.keep(pulse, Reading(40, "a" * 32, codes=(), seen="blind"))
        review_sheets.keep(pulse, Reading(40, "b" * 32, codes=(), seen="blind"))
        factories.committed()
    assert "2 wait for you" in read(board.get(DESK))
    assert "Pulse 1 : 2 new subjects wait for you." in read(board.get(f"{START}/2"))
