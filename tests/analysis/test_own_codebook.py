"""An own codebook given as a file: laid over the shipped one whole, or refused line by line."""

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.text.codebook import CodebookError, load
from analysis.text.own_codebook import NONE, OwnCodebook, OwnTitle, over
from analysis.text.own_codebook_check import check, parse

GOOD = """\
version = "1"
[titles]
tools_infrastructure = "Kit and buildings"
[[themes]]
id = "own_parking"
title = "Parking"
definition = "Where staff leave their cars and bicycles."
includes = ["spaces", "permits"]
excludes = ["travel between visits: workload"]
phrases = ["car park", "parking", "permit", "multi-storey", "bike shed"]
against = ["walk in the park"]
[themes.examples]
negative = "The car park is full by seven."
"""


def own(text=GOOD):
    return parse(text, "ours.toml", load())


def problems(before, after):
    assert before in GOOD
    with pytest.raises(CodebookError) as refused:
        own(GOOD.replace(before, after))
    return refused.value.problems


def test_the_shipped_codebook_stays_under_it():
    book = over(load(), own())
    for shipped, ours in zip(load().themes, book.themes, strict=False):
        assert replace(ours, title=shipped.title, note="") == shipped
    assert book.titles["tools_infrastructure"] == "Kit and buildings"
    shipped_title = load().titles["tools_infrastructure"]
    note = f"Called “Kit and buildings” here. The shipped title is “{shipped_title}”."
    assert book.notes["tools_infrastructure"] == note
    assert [theme.id for theme in book.themes[len(load().themes) :]] == ["own_parking"]
    assert (book.version, book.sha256 != load().sha256) == ("1 with own 1", True)


def test_without_anything_of_one_s_own_it_is_the_shipped_one():
    assert over(load(), NONE) is load()
    only_retired = replace(own(), titles=(), themes=(replace(own().themes[0], state="retired"),))
    assert over(load(), only_retired) is load()


def test_the_file_in_the_documentation_can_be_used():
    text = (Path(__file__).parents[2] / "docs/own-themes.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert own(shown) == own()


def test_it_goes_through_json_and_back():
    assert OwnCodebook.from_dict(own().to_dict()) == own()


def test_a_title_does_not_change_what_is_coded_and_a_phrase_does():
    theme = own().themes[0]
    assert replace(theme, title="Cars", since="May").fingerprint == theme.fingerprint
    for change in ({"phrases": theme.phrases[1:]}, {"definition": "Cars."}, {"against": ()}):
        assert replace(theme, **change).fingerprint != theme.fingerprint


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"permit", ', "", "line 5: “Parking” has 4 phrases"),
        ('"permit"', '"all the way to the car"', "line 10: The phrase “all the way to the car”"),
        ('"permit"', '"and the"', "line 10: The phrase “and the” stands in comments about"),
        ('"permit"', '"car parks"', "line 10: “car parks” and “car park” are the same phrase."),
        ('"permit"', '"Dr Jones"', "line 10: The phrase “Dr Jones” may point to a person."),
        ("own_parking", "parking", "line 5: 'parking' is no id of an own theme."),
        ('"Parking"', '"Workload"', "line 6: A shipped theme is called “Workload” already."),
        ('"Parking"', '"kit and buildings"', "Two themes are called “kit and buildings”."),
        ('"Parking"', f'"{"P" * 61}"', "line 6: The title “PPP"),
        ('"Parking"', '"Par\\u202eking"', "line 5: The title of 'own_parking' has signs"),
        ('"Parking"', '"=1+1"', "line 5: The theme 'own_parking' needs a title."),
        ("tools_infrastructure", "kit", "line 3: There is no shipped theme 'kit'"),
        ('includes = ["spaces", "permits"]\n', "", "line 5: Say what belongs to “Parking”"),
        ("full by seven", "full: ask 07700 900123", "may point to a person"),
        ("The car park is full", "The lot is full", "line 13: No phrase of “Parking” stands in"),
        ("negative =", "bad =", "'bad' is no direction of an example"),
        ('title = "Parking"\n', "", "line 4: The theme 'own_parking' lacks its title."),
        ('phrases = ["car park", ', "phrases = [1, ", "line 10: Write phrases as a list of words"),
        ('["spaces", "permits"]', '"spaces"', "line 8: Write includes as a list of words"),
        ('"Kit and buildings"', "3", "line 3: Write the title of 'tools_infrastructure' as words"),
        ('"Where staff leave their cars and bicycles."', "4", "line 7: Write definition as words"),
        ('"Parking"', "2026-01-01", "line 6: Write title as words"),
        ('"own_parking"', "true", "line 5: Write id as words"),
        ('"The car park is full by seven."', "[1]", "line 13: Write the example of 'negative'"),
        ("[themes.examples]\nnegative =", "examples =", "line 12: Write examples as a table"),
        ("[titles]\ntools_infrastructure =", "titles =", "line 2: Write titles as a table"),
        ("[[themes]]", "[themes]", "line 4: Write each theme under [[themes]]."),
        ("includes =", "include =", "line 8: The theme 'own_parking' has a setting that is not"),
        ("excludes =", 'state = "gone"\nexcludes =', "line 9: Write one of these as state"),
        ("excludes =", "state = []\nexcludes =", "line 9: Write state as words"),
        ("excludes =", "since = 2026\nexcludes =", "line 9: Write since as words"),
        ('version = "1"', "version = [1]", "line 1: Give the codebook a version"),
        ('version = "1"\n', "", "Give the codebook a version"),
        ("version", "= version", "ours.toml is not valid TOML"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(before, after, said):
    found = problems(before, after)
    assert any(said in one for one in found), found
    assert all(one.startswith("ours.toml") for one in found)


def test_every_problem_is_told_at_once():
    text = GOOD.replace('"permit", ', "").replace("tools_infrastructure", "kit")
    with pytest.raises(CodebookError) as refused:
        own(text)
    assert len(refused.value.problems) == 2


def test_everything_that_is_not_written_as_words_is_told_at_once():
    text = GOOD.replace('"Kit and buildings"', "3").replace('"Parking"', "4")
    second = GOOD[GOOD.index("[[themes]]") :].replace('"Where staff', '5 # "Where staff')
    with pytest.raises(CodebookError) as refused:
        own(text + second)
    lines = [re.search(r"line (\d+)", one).group(1) for one in refused.value.problems]
    assert lines == ["3", "6", "17"]


@pytest.mark.parametrize("given", ["1", "true", "[]", "{}", "2026-01-01", "1.5", '["a", 1]', '""'])
def test_whatever_stands_in_place_of_a_value_never_breaks_it(given):
    for line in GOOD.splitlines():
        if "=" in line:
            changed = GOOD.replace(line, f"{line.split('=')[0]}= {given}")
            with suppress(CodebookError):
                own(changed)


def test_an_id_stands_once_also_when_its_theme_is_retired():
    theme = own().themes[0]
    twice = replace(own(), themes=(replace(theme, state="retired"), theme))
    assert [one.said for one in check(twice, load())] == [
        "The theme 'own_parking' stands there twice. An id is never used again."
    ]


def test_a_proposed_theme_need_not_be_finished():
    theme = replace(own().themes[0], state="proposed", phrases=(), definition="")
    assert check(replace(own(), themes=(theme,)), load()) == []


@pytest.mark.parametrize("phrase", ["permit", "permits", "parking permit", "car"])
def test_no_phrase_stands_in_two_themes(phrase):
    parking = own().themes[0]
    others = ("canteen", "hot meals", "kitchen", "kettle", "vending machine")
    food = replace(
        parking,
        id="own_food",
        title="Food",
        phrases=others,
        against=("walk in the park",),
        examples={"negative": "The kettle is broken."},
    )
    assert check(OwnCodebook("1", themes=(parking, food)), load()) == []
    shared = replace(food, phrases=(*others, phrase))
    (*found,) = check(OwnCodebook("1", themes=(parking, shared)), load())
    assert found
    assert all("keep it in one of them" in one.said for one in found)


def test_two_titles_that_look_alike_are_refused():
    titles = (OwnTitle("workload", "Pace"), OwnTitle("communication", "pace"))
    assert [one.said for one in check(OwnCodebook("1", titles), load())] == [
        "Two themes are called “pace”."
    ]
