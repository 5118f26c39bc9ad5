"""What a question's own words bring to the reading of its answers."""

import pytest

from analysis.instrument import bundled
from analysis.text.asked import Question, asked_before, goes_on, read_question
from analysis.text.codebook import load

SPEAKING = "Would you raise a concern with your manager?"


def asked(text, **given):
    return read_question(load(), text, **given)


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("What one thing should be improved?", "wish"),
        ("How could we do better?", "wish"),
        ("What would you change?", "wish"),
        ("What is good about working here?", "peak"),
        ("What works well?", "peak"),
        ("What gets in the way of good work?", "shadow"),
        ("What do you like least?", "shadow"),
        ("What could you offer?", "offer"),
        ("What works well, and what should change?", "open"),
        ("Anything else?", "open"),
        ("How were last year's changes for you?", "open"),
    ],
)
def test_the_purpose_stands_in_the_words(text, purpose):
    assert asked(text).purpose == purpose


def test_what_the_instrument_says_of_a_question_holds():
    found = asked("What would you change?", purpose="shadow", about="workload")
    assert (found.purpose, found.about) == ("shadow", "workload")


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        (SPEAKING, "fear_speaking_out"),
        ("Do you feel able to speak up?", "fear_speaking_out"),
        ("How is your supervision?", "supervision_support"),
        ("What happens when something goes wrong?", "blame_culture"),
        ("How manageable is your workload?", "workload"),
        ("What would you change?", ""),
    ],
)
def test_the_theme_asked_about_stands_in_the_words(text, theme):
    assert asked(text).about == theme


def test_of_two_themes_the_longer_words_decide():
    assert asked("Would you bring up stress with your employer?").about == "fear_speaking_out"
    assert asked("Is there stress?").about == "wellbeing_stress"


@pytest.mark.parametrize(
    "text",
    ["Why?", "Why or why not?", "Why or why not?.1", "Please explain your answer.", "If so, why?"],
)
def test_a_question_that_only_goes_on_is_read_with_the_one_before(text):
    assert goes_on(text)
    assert asked(text).about == ""
    assert asked(text, before=SPEAKING).about == "fear_speaking_out"


@pytest.mark.parametrize("text", ["", "Why do people leave?", "Comments", "Please say what helps."])
def test_a_question_that_stands_by_itself_is_read_alone(text):
    assert not goes_on(text)
    assert asked(text, before=SPEAKING).about != "fear_speaking_out"


def test_what_was_asked_before_is_the_item_before():
    core = bundled("candour-core")
    assert asked_before(core.items[0], core) == ""
    assert asked_before(core.items[5], core) == core.items[4].text


def test_questions_are_told_apart_by_their_words():
    assert asked("What would you change?").words != asked("What should be improved?").words
    assert asked("What would you change?").words == asked("what would you CHANGE").words
    assert Question().words == ""
