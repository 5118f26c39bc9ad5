"""Whether a directorate writes more about a theme than the rest: words, earned and gated."""

from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
import polars as pl
import pytest

from analysis.change import Contrast
from analysis.dataset import Unit, Wave
from analysis.disclosure import Rule
from analysis.text.directorates import large_enough
from analysis.text.prevalence import DRAWS, estimate, estimate_part
from analysis.text.prevalence_change import (
    SINCE,
    DrawnDifference,
    changes,
    gaps,
    set_apart,
    verdicts,
)
from analysis.text.score_bins import ScoreError
from tests.analysis.test_text_prevalence_change import LABELS, coded, rows

RULE = Rule()


def parts_of(**counts):
    """Directorates by name, all coded by people: comments, and those with each label."""
    return {name: coded("now", *given) for name, given in counts.items()}


def told(parts, labels=LABELS, whole=None, shown=None):
    """The words on each directorate in ``shown``, of all whose comments are in ``parts``."""
    everybody = whole or reduce(add, parts.values())
    chosen = {name: parts[name] for name in shown or parts}
    return verdicts(gaps(everybody, chosen, 1, RULE, labels), RULE)


def words(found):
    return {key: one.verdict for key, one in found.items()}


def test_a_directorate_is_set_against_the_rest_in_words_alone():
    parts = parts_of(north=(300, 150, 60), south=(400, 80, 80), west=(400, 84, 80), quay=(30, 9, 4))
    found = told(parts)
    assert found["north", "workload"].verdict == "higher"
    assert found["south", "workload"].verdict == "lower"
    assert found["west", "team_peers"].verdict == "same"
    assert found["quay", "workload"].verdict == "cannot_tell"
    assert found["quay", "team_peers"].verdict == "not_shown"  # four comments there
    for one in found.values():
        assert one.against == "the rest"
        assert one.difference is one.low is one.high is None


def test_of_two_directorates_each_word_is_the_other_one_turned_round():
    turned = {"higher": "lower", "lower": "higher"}
    for yes in (62, 74, 98):
        found = words(told(parts_of(north=(200, yes, 50), south=(300, 75, 75))))
        for label in LABELS:
            one, other = found["north", label], found["south", label]
            assert other == turned.get(one, one)


def test_a_theme_that_few_of_the_others_wrote_about_is_not_shown():
    found = words(told(parts_of(north=(300, 150, 60), south=(300, 4, 60))))
    assert found["north", "workload"] == found["south", "workload"] == "not_shown"


@pytest.mark.parametrize(
    ("few", "shown"),
    [
        ({"quay": (9, 3, 3), "isle": (9, 3, 3)}, {"north", "south"}),
        ({"quay": (10, 5, 5)}, {"north", "south", "quay"}),
        ({"quay": (9, 5, 4)}, {"south"}),  # the smallest large one goes with it
        ({}, {"north", "south"}),
    ],
)
def test_too_few_comments_are_not_set_apart_and_neither_is_what_would_be_left(few, shown):
    parts = parts_of(north=(200, 60, 60), south=(300, 60, 60), **few)
    assert set(set_apart(reduce(add, parts.values()), parts, RULE)) == shown


def test_a_directorate_that_is_alone_or_was_not_checked_is_not_compared():
    parts = parts_of(north=(200, 60, 60), south=(300, 60, 60))
    assert told({"north": parts["north"]}) == {}
    none = rows([[0, 0, 0, 0]] * 2)
    unread = replace(parts["north"], audited=none, positive=none)
    nine = replace(parts["north"], audited=rows([[9, 0, 0, 0]] * 2), positive=none)
    closed = replace(parts["north"], closed=rows([[301, 0, 0, 0]] * 2))
    for one in (unread, nine, closed):
        assert told({**parts, "north": one}) == {}
        others = {**parts, "north": one, "west": coded("now", 300, 60, 60)}
        assert {name for name, _ in told(others)} == {"south", "west"}


def test_comments_exchanged_between_hidden_directorates_change_nothing():
    """Attack A13: who of the hidden wrote what is in no word."""
    parts = parts_of(
        north=(200, 90, 60), south=(300, 60, 60), quay=(9, 9, 0), isle=(9, 0, 9), moor=(40, 9, 9)
    )
    other = {**parts, "quay": parts["isle"], "isle": parts["quay"]}
    shown = ("north", "south", "quay", "isle")  # the moor had too few answers
    assert told(parts, shown=shown) == told(other, shown=shown)
    moved = {**parts, "moor": coded("now", 40, 18, 9), "quay": coded("now", 9, 0, 0)}
    assert told(parts, shown=shown) == told(moved, shown=shown)
    assert {name for name, _ in told(parts, shown=shown)} == {"north", "south"}


def test_what_is_unknown_of_closed_comments_is_drawn_for_each_directorate_by_itself():
    """They may differ here and not there: with one draw for both, a gap seemed too sure."""
    north, south = (coded("now", n, 90, 9, closed=n) for n in (300, 301))
    one, two = (
        estimate_part(north + south, part, name, 1).totals[0]
        for name, part in (("north", north), ("south", south))
    )
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.06


def test_changes_and_gaps_of_a_question_are_one_family():
    labels = tuple(f"t{i}" for i in range(8))
    alike = [20] * 7
    now = coded("now", 100, 37, *alike, labels=labels)
    before = coded("before", 100, 20, *alike, labels=labels)
    asked = changes(estimate(now, 1), estimate(before, 1), RULE, "Autumn", labels[:1])
    assert verdicts(asked, RULE)[SINCE, "t0"].verdict == "higher"
    parts = {name: coded("now", 50, 10, *[10] * 7, labels=labels) for name in ("a", "b", "c", "d")}
    apart = gaps(reduce(add, parts.values()), parts, 1, RULE, labels)
    told = verdicts({**asked, **apart}, RULE)
    assert told[SINCE, "t0"].verdict == "cannot_tell"
    assert "many comparisons" in told[SINCE, "t0"].why
    # One plain difference must not be lost among two hundred.
    plain = Contrast(DrawnDifference.of(np.full(DRAWS, 40.0)), 400, "the rest"), None
    padded = {(f"{name}{n}", label): one for n in range(7) for (name, label), one in apart.items()}
    assert len(padded) > 200
    assert verdicts({**padded, ("a", "t0"): plain}, RULE)["a", "t0"].verdict == "higher"


def test_what_is_left_is_everybody_outside_and_never_less_than_nobody():
    north, south = coded("now", 300, 150, 60), coded("now", 400, 80, 80)
    assert (north + south).without(south).to_dict() == north.to_dict()
    with pytest.raises(ScoreError, match="not a part"):
        north.without(south)
    assert north.only(["team_peers"]).positive.tolist() == [[60, 0, 0, 0]]


def wave(answers, headcounts=None):
    """A wave with so many answers in each group; those with a / lie in a directorate."""
    units = [Unit("org", "Org", None, None)]
    for name in answers:
        parent = name.rpartition("/")[0] or "org"
        units.append(Unit(name, name, parent, (headcounts or {}).get(name)))
    table = pl.DataFrame({"unit": [name for name, n in answers.items() for _ in range(n)]})
    return Wave("1", "Now", "2026-11-01", table, tuple(units))


def test_answers_decide_which_directorates_are_large_enough():
    assert large_enough(wave({"n": 20, "s": 20}), RULE) == ("n", "s")
    assert large_enough(wave({"n": 5, "n/1": 15, "s": 20}), RULE) == ("n", "s")
    assert large_enough(wave({"n": 19, "s": 60, "w": 80}), RULE) == ("w",)  # s stands with n
    assert large_enough(wave({"n": 19, "q": 19, "s": 60, "w": 80}), RULE) == ("s", "w")
    assert large_enough(wave({"n": 19, "s": 60}), RULE) == ()
    assert not any(large_enough(wave({"n": n, "s": 60}), RULE) for n in range(1, 20))
