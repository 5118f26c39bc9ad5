"""Attack A7 on words: a colleague left, the others answered as before. What did the one say?"""

from dataclasses import replace

import numpy as np
import pytest

from analysis.disclosure import Rule
from analysis.release.released import settle
from analysis.summarise import summarise
from analysis.verdicts import History, Past
from tests.analysis.made import answers, flat
from tests.analysis.summarised import BOOK, counted

RULE = Rule()
GROUPS = 10
ORGANISATIONS = 6  # of ten groups each


def people(seed):
    rng = np.random.default_rng([7, seed])
    sizes = {f"g{i}": int(rng.integers(11, 20)) for i in range(GROUPS)}
    rows = answers(sizes | {"rest": 40}, seed, items=5, shift=0.5)
    heads = {name: n + int(rng.integers(4, 9)) for name, n in sizes.items()}
    return rows, heads, rng


def without_one_in_each(rows, rng):
    gone = set()
    for group in range(GROUPS):
        inside = [place for place, row in enumerate(rows) if row[0] == f"g{group}"]
        gone.add(int(rng.choice(inside)))
    return [row for place, row in enumerate(rows) if place not in gone]


def wave(rows, heads, number, fewer=0):
    listed = ((name, n - fewer) for name, n in heads.items())
    return counted(rows, flat(*listed, ("rest", 90)), id=f"w{number}")


def words(released):
    return {
        (theme.scale.id, unit): figure.band
        for theme, figures in zip(released.themes, released.figures, strict=True)
        for unit, figure in figures.items()
        if figure.band and figure.shares is None and unit.startswith("g")
    }


def turned(before, after):
    return {key for key in before.keys() & after.keys() if before[key] != after[key]}


def test_one_who_leaves_or_joins_turns_no_word_in_sixty_groups():
    """Without the words of the wave before some groups' words turn, or this would prove nothing."""
    compared = naive = 0
    for seed in range(ORGANISATIONS):
        rows, heads, rng = people(seed)
        for _ in range(3):
            fewer = without_one_in_each(rows, rng)
            both = wave(rows, heads, 0), wave(fewer, heads, 0, fewer=1)
            for first, second in (both, both[::-1]):
                known = settle(first, BOOK, RULE)
                history = History([Past(first, BOOK)], RULE)
                before = words(known)
                assert not turned(before, words(settle(second, BOOK, RULE, history.told)))
                alone = words(settle(second, BOOK, RULE))
                compared += len(before.keys() & alone.keys())
                naive += len(turned(before, alone))
    assert compared > 400
    assert naive >= 10


def group(favourable, n=12, other=2):
    """Answers of one group of which so many are favourable to all questions, beside a large one."""
    rows = [("east", *[5 if i < favourable else other] * 5) for i in range(n)]
    return rows + answers({"west": 60}, 3, items=5)


UNITS = flat(("east", 16), ("west", 90))


def band_after(*favourable, units=UNITS, **changes):
    """The word for the last of several waves, given how many of twelve were favourable in each."""
    past = []
    for number, count in enumerate(favourable[:-1]):
        past.append(Past(counted(group(count), UNITS, id=f"e{number}"), BOOK, **changes))
    now = counted(group(favourable[-1]), units)
    return summarise(now, BOOK, RULE, past).row("s", "east").figure.band


def test_a_word_stays_while_one_person_could_have_moved_it():
    assert band_after(8) == "mixed"
    assert band_after(9) == "most"
    assert band_after(8, 9) == "mixed"
    assert band_after(9, 8) == "most"
    assert band_after(7, 9) == "most"


def test_small_moves_do_not_add_up_behind_a_word_for_ever():
    """8 of 12 is mixed; with 11 of 12 three people's answers lie between that word and them."""
    assert band_after(8, 9, 10) == "mixed"
    assert band_after(8, 9, 10, 11) == "most"


def test_nothing_is_kept_of_a_group_that_was_put_together_anew():
    units = flat(("east", 16), ("west", 90))
    inside = type(units[0])("part", "Part", "east", 3)
    assert band_after(8, 9, units=(*units, inside)) == "most"


def test_the_word_that_went_out_is_kept_not_the_one_that_would_go_out_now():
    first = counted(group(8), UNITS, id="e0")
    sent = summarise(first, BOOK, RULE)
    rows = tuple(
        replace(row, figure=replace(row.figure, band="few"))
        if (row.theme, row.unit) == ("s", "east")
        else row
        for row in sent.rows
    )
    published = replace(sent, rows=rows)
    now = counted(group(5), UNITS)
    assert summarise(now, BOOK, RULE, [Past(first, BOOK)]).row("s", "east").figure.band == "mixed"
    kept = summarise(counted(group(7), UNITS), BOOK, RULE, [Past(first, BOOK, None, published)])
    assert kept.row("s", "east").figure.band == "mixed"  # 58 % is three people from "few"
    near = summarise(counted(group(6), UNITS), BOOK, RULE, [Past(counted(group(6), UNITS, id="e0"),
                     BOOK, None, published)])  # fmt: skip
    assert near.row("s", "east").figure.band == "few"


@pytest.mark.parametrize(("before", "after", "word"), [(8, 9, "mixed"), (7, 9, "most")])
def test_the_words_for_questions_are_kept_too(before, after, word):
    """An organisation of twelve: each question has a word for the whole."""

    def small(count, **settings):
        rows = [("org", *[5 if i < count else 2] * 5) for i in range(12)]
        return counted(rows, flat(extra=20), **settings)

    now = summarise(small(after), BOOK, RULE, [Past(small(before, id="e0"), BOOK)])
    assert {item.figure.band for item in now.items} == {word}
