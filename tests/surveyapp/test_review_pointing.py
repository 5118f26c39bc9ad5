"""Which words of a comment may point to one person, at the reviewers' desk."""

import pytest
from bs4 import BeautifulSoup

from analysis.text import disclosures
from analysis.text.human_codes import Code
from analysis.text.redact import redact
from analysis.text.seeds import seeds
from surveyapp.services.review_desk import Turn
from surveyapp.services.review_sheets import Entry
from tests import desk

PAGE = "/review/riverside/1/1"
WRITTEN = "My wheelchair fits <b>nowhere</b>. I am the only one with a wheelchair. My Wheelchair!"
WORDS = ["My wheelchair", "I am the only", "My Wheelchair"]
TOLD = "words that may point to one person: “My wheelchair”, “I am the only”."


@pytest.fixture
def pulse(app):
    with app.app_context():
        wave_id = desk.a_pulse([*desk.plain(20), desk.Said(WRITTEN)])
    desk.lay_out(app)
    return wave_id


def page_of(client):
    page = BeautifulSoup(client.get(PAGE).text, "html.parser").main
    return page, " ".join(page.get_text(" ").split())


def marked(page):
    return [one.get_text() for one in page.select("#comment mark")]


def test_the_words_are_marked_in_the_comment_and_named_beside_it(pulse, board):
    board.post(PAGE, data={"nothing": "y", "decision": "pass"})
    page, words = page_of(board)
    assert marked(page) == WORDS
    assert page.find(id="comment").get_text() == WRITTEN, "not a letter more or less"
    assert f"Software marked {TOLD}" in words
    assert "May point to one person" in words


def test_while_it_is_coded_blind_they_are_neither_marked_nor_named(pulse, board):
    page, words = page_of(board)
    assert marked(page) == []
    assert "words that may point" not in words
    assert "mask" in words.casefold(), "what the reviewer sees by themselves can be masked"


CODED = {"nothing": "y", "decision": "pass", "reason": ""}


def test_once_it_is_coded_they_are_named_and_can_be_masked_at_the_same_visit(pulse, board):
    sent = board.post(PAGE, data=CODED)
    assert sent.location.endswith(f"{PAGE}?saved=1")
    page = BeautifulSoup(board.get(sent.location).text, "html.parser").main
    words = " ".join(page.get_text(" ").split())
    assert marked(page) == WORDS
    assert "Your codes are saved. Now look at the words that software marked" in words
    assert f"Software marked {TOLD}" in words
    # Once they have been asked they are not asked again.
    assert f"{PAGE}?" not in board.post(PAGE, data=CODED).location


@pytest.mark.parametrize(
    "given",
    [
        {"masks": "My wheelchair\nI am the only"},
        {"decision": "withhold", "reason": "author"},
    ],
)
def test_who_saw_them_without_being_told_goes_on(pulse, board, given):
    assert f"{PAGE}?" not in board.post(PAGE, data=CODED | given).location


def test_a_comment_without_the_flag_has_no_such_words(pulse, board):
    board.post(PAGE, data={"nothing": "y", "decision": "pass"})
    text = board.get(PAGE.replace("/1/1", "/1/2")).text
    assert "<mark>" not in text
    assert "words that may point" not in text


def turn(text, *flags, task="correct"):
    entry = Entry(1, "1", "q", text, "", "", "publish", flags, (Code("pay", "", "", 0, 1),), 0)
    return Turn(None, None, entry, task, None, frozenset(flags))


def test_a_date_or_a_place_that_was_masked_is_marked_as_well():
    found = turn("Since [date] I lead the unit in [place].", "quasi_identifier")
    assert found.pointing == ("[date]", "[place]")


def test_what_the_software_of_before_flagged_and_this_one_does_not_is_no_error():
    found = turn("More parking.", "quasi_identifier")
    assert (found.pointing, found.pieces) == ((), [("More parking.", False)])
    assert turn(desk.ONLY, "escalate").pieces == [(desk.ONLY, False)]


def test_there_are_such_words_just_where_there_is_the_flag():
    flagged = {True: 0, False: 0}
    for one in seeds()[::20]:
        found = redact(one.text)
        flag = "quasi_identifier" in found.flags
        assert flag == bool(disclosures.places_pointing(found.text)), found.text
        flagged[flag] += 1
    assert min(flagged.values()) > 10


def test_phrases_within_one_another_are_one_mark(monkeypatch):
    kinds = disclosures.POINTS[:2]
    groups = [
        one._replace(phrases=disclosures.re.compile(phrase))
        for one, phrase in zip(kinds, ("the only man", "only"), strict=True)
    ]
    monkeypatch.setattr(disclosures, "POINTS", groups)
    text = "Only the only man, the only woman"
    spans = disclosures.places_pointing(text)
    assert [text[start:end] for start, end in spans] == ["the only man", "only"]
