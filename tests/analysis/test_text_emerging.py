"""Subjects without a theme are found when enough people share them, and tell nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.text.emerging import Written, emerging

PLACES = ("the garage", "visitors", "early shifts", "the clinic", "the yard", "night staff")
SUBJECTS = ("permits", "barriers", "spaces", "fines")
WORDS = [f"{a}{b}{c}" for a in "bdfglmnp" for b in ("ara", "elo", "ini", "oru") for c in "nsmtk"]


def parking(count, rng, use="publish"):
    return [
        Written(
            f"Parking {rng.choice(SUBJECTS)}, {rng.choice(PLACES)}: car park {rng.choice(WORDS)}",
            "q",
            str(rng.choice(["north", "south"])),
            use,
            0.1,
        )
        for _ in range(count)
    ]


def noise(count, rng, score=0.1):
    return [
        Written(
            " ".join(rng.choice(WORDS, 8)), "q", str(rng.choice(["north", "south"])), "board", score
        )
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def comments():
    rng = np.random.default_rng(4)
    return [*parking(30, rng), *noise(110, rng)]


@pytest.fixture(scope="module")
def found(comments):
    return emerging(comments)


def test_a_subject_that_thirty_share_is_found_with_its_words(comments, found):
    assert found
    assert sum(group.comments for group in found) >= 15
    for group in found:
        assert group.stability >= 0.6
        assert {"parking", "car park"} & set(group.terms)
        assert all(comments[place].text.startswith("Parking") for place in group.examples)
        assert group.questions == (("q", group.comments, 0),)
        assert len(group.examples) == group.comments, "all of them may be published"


def test_words_thrown_together_are_no_subject():
    assert emerging(noise(120, np.random.default_rng(1))) == ()


@pytest.mark.parametrize("few", [0, 1, 9])
def test_a_handful_of_comments_gives_nothing(few):
    assert emerging(parking(few, np.random.default_rng(1))) == ()


def test_the_order_of_comments_changes_nothing(comments, found):
    order = np.random.default_rng(9).permutation(len(comments))
    again = emerging([comments[place] for place in order])
    assert [(g.terms, g.comments, g.stability) for g in again] == [
        (g.terms, g.comments, g.stability) for g in found
    ]
    texts = [{comments[order[place]].text for place in g.examples} for g in again]
    assert texts == [{comments[place].text for place in g.examples} for g in found]


def test_comments_for_the_software_alone_are_counted_and_nothing_more(comments, found):
    rng = np.random.default_rng(7)
    planted = [
        replace(one, text=f"{one.text} quokka parking", use="themes") for one in parking(40, rng)
    ]
    with_them = emerging([*planted, *comments])
    assert [(g.terms, g.comments, g.stability) for g in with_them] == [
        (g.terms, g.comments, g.stability) for g in found
    ]
    assert sum(group.closed for group in with_them) >= 20
    assert all(place >= len(planted) for group in with_them for place in group.examples)
    # Had they been open, the planted word would be a term: the marker can be seen.
    open_ones = emerging([*(replace(one, use="publish") for one in planted), *comments])
    assert any("quokka" in term for group in open_ones for term in group.terms)


def test_comments_are_counted_question_by_question(comments):
    rng = np.random.default_rng(7)
    planted = [replace(one, question="asked", use="themes") for one in parking(40, rng)]
    asked = [replace(one, question=f"q{place % 2}") for place, one in enumerate(comments)]
    groups = emerging([*asked, *planted])
    assert groups
    for group in groups:
        told = {name: (n, closed) for name, n, closed in group.questions}
        assert told["asked"] == (0, group.closed)
        assert group.comments == told["q0"][0] + told["q1"][0]
        assert max(told["q0"][0], told["q1"][0]) >= 5


def test_examples_are_comments_that_may_be_published(comments):
    board = [replace(one, use="board") for one in comments]
    assert all(group.examples == () for group in emerging(board))


def test_five_people_are_needed_in_one_question(comments, found):
    apart = [replace(one, question=f"q{i % 12}") for i, one in enumerate(comments)]
    assert found
    assert emerging(apart) == ()


def test_one_directorate_alone_is_no_subject_where_there_are_several(comments, found):
    def placed(one):
        return "north" if one.text.startswith("Parking") else "south"

    assert found
    assert emerging([replace(one, directorate=placed(one)) for one in comments]) == ()
    assert emerging([replace(one, directorate="") for one in comments])


def test_of_very_many_a_part_makes_the_groups_and_all_are_counted(comments, found, monkeypatch):
    monkeypatch.setattr("analysis.text.emerging.MOST", 140)
    assert emerging(comments) == found, "as many as that are all used"
    rng = np.random.default_rng(11)
    many = [*comments, *parking(30, rng), *noise(110, rng)]
    groups = emerging(many)
    assert groups
    # All of them may be published: those that were not drawn are counted and no examples.
    assert any(group.comments > len(group.examples) for group in groups)
    order = rng.permutation(len(many))
    again = emerging([many[place] for place in order])
    assert [(g.terms, g.questions) for g in again] == [(g.terms, g.questions) for g in groups]
    for group in groups:
        assert {"parking", "car park"} & set(group.terms)


def test_comments_in_the_same_words_are_grouped_without_a_warning():
    same = [Written("Parking permits at the clinic gate.", "q", "", "publish", 0.1)] * 40
    other = [Written("More bins by the river path.", "q", "", "publish", 0.1)] * 30
    assert emerging(same) == ()
    groups = emerging([*same, *other])
    assert [group.comments for group in groups] == [40, 30]


def test_comments_that_a_theme_covers_are_left_out(comments):
    assert emerging([replace(one, score=0.35) for one in comments]) == ()


def with_word(comments, places, words):
    return [
        replace(one, text=f"{one.text} {words}") if place in places else one
        for place, one in enumerate(comments)
    ]


def terms_of(groups):
    return {term for group in groups for term in group.terms}


def test_a_term_stands_in_three_comments_at_least():
    rng = np.random.default_rng(6)
    tight = replace(parking(1, rng)[0], directorate="", text="Permits at the clinic gate.")
    words = ["okapi"] * 3 + ["zebra"] * 2 + [""] * 10
    comments = [replace(tight, text=f"{tight.text} {word}") for word in words]
    others = [replace(one, directorate="") for one in noise(100, rng)]
    (group,) = emerging([*comments, *others])
    assert group.comments == 15
    assert set(group.terms) == {"permits", "clinic gate", "okapi"}


def test_terms_hold_no_mask_number_or_name(comments):
    groups = emerging(with_word(comments, range(len(comments)), "[name] on 12 May"))
    assert groups
    for term in terms_of(groups):
        assert "[" not in term
        assert "name" not in term.split()
        assert not any(letter.isdigit() for letter in term)


def waves(thin=6, quiet=40, number=4, marker=""):
    """This pulse, and those before it, the newest first: a rare subject among noise in each."""
    rng = np.random.default_rng(21)
    made = [[*parking(thin, rng), *noise(quiet, rng)] for _ in range(number)]
    before = [
        [
            replace(one, text=f"{one.text} {marker}") if one.text.startswith("Parking") else one
            for one in wave
        ]
        for wave in made[:-1]
    ]
    return made[-1], before[::-1]


def test_a_subject_too_rare_for_one_wave_is_found_with_waves_before_it():
    now, before = waves()
    flat = [one for wave in before for one in wave]
    assert emerging(now) == ()
    for earlier in (before[:1], before):
        (group,) = emerging(now, earlier=earlier)
        assert all(now[place].text.startswith("Parking") for place in group.examples)
        assert len(group.examples) == group.comments >= 5
        assert any(flat[place].text.startswith("Parking") for place in group.earlier)


def test_the_older_of_two_waves_helps_too():
    """A pulse in between in which nobody wrote of it does not keep it from being found."""
    now, (older, *_) = waves(number=2)
    between = noise(4, np.random.default_rng(5))
    assert emerging(now, earlier=[between]) == ()
    (group,) = emerging(now, earlier=[between, older])
    inside = [older[place - len(between)].text for place in group.earlier if place >= len(between)]
    assert any(text.startswith("Parking") for text in inside)


def test_what_a_wave_shows_alone_stays_as_it_is_beside_others(comments, found):
    _, before = waves()
    groups = emerging(comments, earlier=before)
    alone = [(one.terms, one.questions, one.examples, one.stability) for one in found]
    assert {(g.terms, g.questions, g.examples, g.stability) for g in groups} >= set(alone)
    inside = [place for group in groups for place in group.examples]
    assert len(inside) == len(set(inside)), "a comment is in one group only"


def test_earlier_comments_give_no_count_word_or_example():
    now, before = waves(marker="quokka parking")
    (group,) = emerging(now, earlier=before)
    assert group.comments == len(group.examples) <= 6
    assert not any("quokka" in term for term in group.terms)
    # Taken for this wave's own they would: the marker can be seen, and the count grows.
    naive = emerging([*now, *before[0]])
    assert any("quokka" in term for group in naive for term in group.terms)
    assert max(group.comments for group in naive) > 6


def test_people_of_two_waves_are_never_added_up():
    """Four now and many before may be four people, who wrote each time."""
    now, before = waves(thin=4)
    again = [*before[0], *parking(8, np.random.default_rng(3))]
    naive = emerging([*now, *again])
    assert any({"parking", "car park"} & set(group.terms) for group in naive)
    assert emerging(now, earlier=[again, *before[1:]]) == ()


def test_the_order_of_earlier_comments_changes_nothing():
    now, before = waves()
    found = emerging(now, earlier=before)
    order = np.random.default_rng(9).permutation(len(before[0]))
    again = emerging(now, earlier=[[before[0][place] for place in order], *before[1:]])
    assert again
    assert [(g.terms, g.questions, g.examples) for g in again] == [
        (g.terms, g.questions, g.examples) for g in found
    ]


def test_closed_comments_of_earlier_waves_are_of_no_use():
    now, before = waves()
    closed = [[replace(one, use="themes") for one in wave] for wave in before]
    assert emerging(now, earlier=before)
    assert emerging(now, earlier=closed) == emerging(now)
