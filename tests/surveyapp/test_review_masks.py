"""Words that one reviewer alone masks: they hold, say so, and the others are asked."""

import pytest
from bs4 import BeautifulSoup

from surveyapp.services import review, review_sheets
from tests import desk
from tests.surveyapp.test_review_pages import DESK, NOTHING, START, read, soup_of


@pytest.fixture
def pulse(app):
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(12))
    desk.lay_out(app)
    return wave_id


@pytest.fixture
def masked(app, pulse):
    """A comment, number 5, which one of three masked a word of and another let pass as it is."""
    one, two, three = desk.reviewers(app)
    one.post(f"{DESK}/5", data={**NOTHING, "masks": "number"})
    assert "that another masked" not in one.get(START).text, "nobody else has read it"
    two.post(f"{DESK}/5", data=NOTHING)
    return one, two, three


def say(browser, said, shown="number"):
    return browser.post(f"{DESK}/5/masks", data={"said-0": said, "shown": shown})


def quoted(app, pulse):
    with app.app_context():
        return [done.text for done in review.cleared(pulse)]


def test_words_that_one_masked_are_put_to_the_other_once_both_have_decided(app, pulse, masked):
    one, two, three = masked
    assert "[masked by one]" in quoted(app, pulse)[0]
    assert "Words that another masked" in read(two.get(START))
    for browser in (one, three):
        assert "Words that another masked" not in read(browser.get(START))
        assert browser.get(f"{DESK}/5/masks").status_code == 404
    page = soup_of(two, f"{DESK}/5/masks")
    assert page.select_one("blockquote strong").get_text() == "number"
    answer = two.post(f"{DESK}/5/masks", data={"shown": page.select_one("#shown")["value"]})
    wrong = BeautifulSoup(answer.data, "html.parser")
    link = wrong.select_one("[role=alert] a")
    assert link.get_text() == "Say whether these words stay masked."
    assert wrong.select_one(link["href"]), "the link leads to the question"
    assert "Say whether these words stay masked." in answer.text
    answer = say(two, "perhaps")
    assert answer.status_code == 200
    assert say(two, "keep").location == DESK
    assert "[masked] " in quoted(app, pulse)[0]
    assert "[masked by one]" not in quoted(app, pulse)[0]
    assert two.get(f"{DESK}/5/masks").status_code == 404


def test_words_that_one_masked_are_shown_only_when_two_others_say_so(app, pulse, masked):
    _, two, three = masked
    assert three.get(f"{DESK}/5").status_code == 409
    say(two, "meaning")
    assert "[masked by one]" in quoted(app, pulse)[0], "one against one: it stays masked"
    assert three.get(f"{DESK}/5").status_code == 200, "a third is asked"
    three.post(f"{DESK}/5", data=NOTHING)
    assert "[masked by one]" in quoted(app, pulse)[0]
    say(three, "nobody")
    assert "masked" not in quoted(app, pulse)[0]


def test_an_answer_is_never_taken_for_other_words_than_were_shown(app, pulse, masked):
    """Between looking and answering, who masked "number" takes it back and masks another word."""
    one, two, three = masked
    page = soup_of(two, f"{DESK}/5/masks")
    shown, first = page.select_one("#shown")["value"], page.blockquote.get_text().split()[0]
    one.post(f"{DESK}/5", data={**NOTHING, "masks": first})
    answer = say(two, "nobody", shown)
    assert "others changed what they masked" in read(answer)
    assert f"“{first}”" in read(answer)
    assert "checked" not in answer.text, "nothing is chosen beforehand"
    assert three.get(f"{DESK}/5").status_code == 409, "nobody objected, so no third is asked"
    shown = soup_of(two, f"{DESK}/5/masks").select_one("#shown")["value"]
    assert say(two, "nobody", shown).location == DESK
    assert three.get(f"{DESK}/5").status_code == 200


def test_an_objection_to_a_mask_that_was_taken_back_calls_no_third(masked):
    one, two, three = masked
    say(two, "nobody")
    assert three.get(f"{DESK}/5").status_code == 200
    assert one.post(f"{DESK}/5", data={**NOTHING, "masks": ""}).status_code == 302
    assert three.get(f"{DESK}/5").status_code == 409


def test_a_third_who_masks_the_same_words_keeps_them_masked(app, pulse, masked):
    _, two, three = masked
    say(two, "nobody")
    three.post(f"{DESK}/5", data={**NOTHING, "masks": "number"})
    assert "[masked] " in quoted(app, pulse)[0]


def test_a_word_that_turns_the_sense_round_cannot_be_masked(app, board):
    with app.app_context():
        wave_id = desk.a_pulse([desk.Said("I do not trust the board here")] * 12)
    desk.lay_out(app)
    for typed in ("not", "Do not", "not\nboard"):
        answer = board.post(f"{DESK}/1", data={**NOTHING, "masks": typed})
        assert "may say the opposite" in read(answer), typed
    with app.app_context():
        assert review_sheets.readings(wave_id) == {}
    assert board.post(f"{DESK}/1", data={**NOTHING, "masks": "the board"}).status_code == 302
