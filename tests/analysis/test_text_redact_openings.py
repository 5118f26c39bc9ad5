"""What begins an answer is capitalised and is mostly nobody's name."""

import pytest

from analysis.text.redact import Redactor


@pytest.mark.parametrize(
    "text",
    [
        *("Favouritism.", "Nepotism", "Scapegoating.", "Backstabbing and lies.", "Camaraderie."),
        *("Gaslighting from the top.", "Ageism", "Presenteeism.", "Timesheets", "Debriefs please"),
        "As a support worker: The new phones work.",
        "As a nurse: Too much paperwork.",
        "As a social worker, The rota is unfair.",
        "As a support worker: Favouritism. The same faces get the training.",
        "Speaking as a team manager: Too many cases",
        "I dread Mondays.",
        "I work Sundays.",
        "Working Sundays is normal",
        "No more Mondays like that",
    ],
)
def test_words_that_begin_an_answer_or_name_a_day_stay(text):
    assert Redactor().redact(text).text == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("My social worker, Dilip, left", "My social worker, [name], left"),
        ("As a social worker, Priya Nair told me off.", "As a social worker, [name] told me off."),
        ("My manager: Sandra Jones is unfair", "My manager: [name] is unfair"),
        ("My manager: Nkechi told me to go", "My manager: [name] told me to go"),
        ("Nkechi told me to go", "[name] told me to go"),
    ],
)
def test_names_that_begin_a_sentence_or_stand_behind_a_role_still_go(text, left):
    assert Redactor().redact(text).text == left
