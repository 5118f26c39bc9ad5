"""A roster's names spelt in other ways: short forms, other letters, without apostrophe, apart or
together."""

import pytest

from analysis.text.folding import fold
from analysis.text.names import shortened, spellings
from analysis.text.redact import Redactor, redact


def masked(text, *people):
    roster = frozenset().union(*map(spellings, people))
    return redact(text, lambda word: fold(word) in roster).text


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Dafydd Pritchard", "dai"), ("Zbigniew Wróbel", "zbyszek"), ("Grzegorz Lis", "grzesiek"),
        ("Llywelyn Pugh", "llew"), ("Gruffydd Tudur", "guto"), ("Gareth Hughes", "gaz"),
        ("Małgorzata Nowak", "gosia"), ("Stanisław Nowak", "staszek"), ("Jarosław Nowak", "jarek"),
        ("Pádraig Walsh", "podge"), ("Siobhán Walsh", "shiv"), ("Alasdair Munro", "aly"),
        ("Lachlan Munro", "lachie"), ("Jaspreet Kaur", "preet"), ("Venkataraman Rao", "venkat"),
        ("Harjit Singh", "harj"), ("Ionuţ Popa", "ionut"), ("Mihaela Popa", "miha"),
        ("Constantin Popa", "costi"), ("Gheorghe Popa", "gigi"), ("Oluwaseun Ade", "seun"),
    ],
)  # fmt: skip
def test_short_forms_go(name, short):
    assert masked(f"{short} told us to wait", name) == "[name] told us to wait"
    assert masked(f"I trust {short.capitalize()}.", name) == "I trust [name]."


def test_every_short_form_goes_where_somebody_is_told_something():
    roster = frozenset().union(*map(spellings, shortened()))
    redactor = Redactor(roster.__contains__)
    for short in sorted({one for several in shortened().values() for one in several}):
        told = redactor.redact(f"Then we told {short.capitalize()} about it.").text
        assert told == "Then we told [name] about it.", short


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ｓｉｏｂｈａｎ left at noon", "[name] left at noon"),
        ("𝐒𝐢𝐨𝐛𝐡𝐚𝐧 left at noon", "[name] left at noon"),
        ("Then Si\u043ebhan left, ѕiоbhаn did", "Then [name] left, [name] did"),
        ("\u0420\u043e\u0440\u0435 told us", "[name] told us"),
        ("Она сказала ему", "Она сказала ему"),
    ],
)
def test_letters_that_look_alike_are_read_as_they_look(text, expected):
    assert masked(text, "Siobhan Pope", "Ann Oha") == expected


def test_marks_stand_in_their_places_behind_wide_letters():
    roster = spellings("Siobhan Pope")
    found = redact("Ｗｅ ｔｏｌｄ Ｓｉｏｂｈａｎ and Pope, ok", lambda word: fold(word) in roster)
    assert [found.text[mark.start : mark.end] for mark in found.masks] == ["[name]"] * 2
    assert found.text == "Ｗｅ ｔｏｌｄ [name] and [name], ok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dawns team is great", "[name] team is great"),
        ("robins team left, it was pats fault", "[name] team left, it was [name] fault"),
        ("this job, this way, his team", "this job, this way, his team"),
        ("it dawns on me that he pats my shoulder", "it dawns on me that he pats my shoulder"),
        ("the robins are back, she marks the rota", "the robins are back, she marks the rota"),
        (
            "full marks to the team, he marks team work",
            "full marks to the team, he marks team work",
        ),
    ],
)
def test_a_name_with_an_s_goes_before_what_is_its_own(text, expected):
    assert (
        masked(text, "Dawn Winters", "Robin Rich", "Pat Steel", "Mark Hill", "Thi Tran", "Hi Ro")
        == expected
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mc allister never replies", "[name] never replies"),
        ("Mc Allister never replies", "[name] never replies"),
        ("vanderberg does the rota", "[name] does the rota"),
        ("VanderBerg does the rota", "[name] does the rota"),
        ("O Hanlon and o hanlon are late", "[name] and [name] are late"),
        ("D Souza is kind", "[name] is kind"),
        ("de la soul is loud", "de la soul is loud"),
    ],
)
def test_a_name_goes_whether_written_apart_or_together(text, expected):
    assert (
        masked(text, "Margaret McAllister", "Pieter van der Berg", "Shi O'Hanlon", "Al D'Souza")
        == expected
    )
