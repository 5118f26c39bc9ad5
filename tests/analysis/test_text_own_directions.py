"""Directions are learnt from people's codes, and only where they are then read no worse."""

import numpy as np
import pytest
from scipy.special import softmax

from analysis.text.coder import Question
from analysis.text.direction import DIRECTIONS
from analysis.text.human_codes import Code, HumanCode
from analysis.text.own_codes import learn
from analysis.text.own_directions import learn_directions, mentions
from analysis.text.seeds import seeds
from tests.analysis.small_coder import small_coder

PLACES = (
    *("on the ward", "at the depot", "this winter", "in the east office", "since the move"),
    *("by the gate", "on Mondays", "in the van"),
)
ASKED = {"open": Question()}
TEAM = "team_peers"


def coded(text, *ways, theme=TEAM):
    codes = tuple(Code(theme, way, "unset", 0, len(text)) for way in ways)
    return HumanCode(text, "open", text, codes, "audit", "a", "1", "blind")


def ours(praised="positive", blamed="negative"):
    """Here "green" is praise and "blue" a complaint, which no coder can know."""
    return [
        coded(f"My colleagues were {word} {place}{end}", way)
        for word, way in (("green", praised), ("blue", blamed))
        for place in PLACES
        for end in ("", ".", " again", " today", " as ever", " and so on")
    ]


def fold(human):
    return np.arange(len(human)) % 5


def lean(coder, text):
    (mention,) = [one for one in coder.code(text).mentions if one.theme == TEAM]
    return mention.direction


def test_what_a_word_says_here_is_learnt():
    human = ours()
    learnt = learn_directions(small_coder(), human, ASKED, fold(human))
    assert learnt.accepted
    assert learnt.codes == 96
    assert learnt.after > 0.95 > learnt.before


def test_the_learnt_coder_reads_directions_so_and_says_it_is_another():
    taught = learn(small_coder(), ours(), ASKED)
    assert taught.ways.accepted
    assert taught.coder.mark != small_coder().mark
    assert lean(taught.coder, "My colleagues were green in the yard.") == "positive"
    assert lean(taught.coder, "My colleagues were blue in the yard.") == "negative"


@pytest.mark.parametrize("draw", [1, 2])
def test_what_teaches_nothing_new_is_refused(draw):
    """Directions drawn from the coder's own chances: it is right already, so all else is worse. In
    the first draw as many come right by luck."""
    rng = np.random.default_rng(draw)
    themes = set(small_coder().themes)
    some = [one for one in seeds() if len(one.codes) == 1 and one.codes[0].theme in themes][3::60]
    given = [coded(one.text, "negative", theme=one.codes[0].theme) for one in some]
    found = mentions(small_coder(), given, ASKED)
    chances = softmax(found.logits, axis=1)
    drawn = [
        coded(given[row].text, rng.choice(DIRECTIONS, p=chance), theme=given[row].codes[0].theme)
        for row, chance in zip(found.comment, chances, strict=True)
    ]
    learnt = learn_directions(small_coder(), drawn, ASKED, fold(drawn))
    assert learnt.codes > 80
    assert not learnt.accepted
    assert learnt.leaning is small_coder().lean


def test_a_few_codes_teach_no_direction():
    human = ours()[:49]
    learnt = learn_directions(small_coder(), human, ASKED, fold(human))
    assert not learnt.accepted
    assert learnt.leaning is small_coder().lean


def test_both_poles_are_mixed_and_what_cannot_be_read_is_left_out():
    human = [
        coded("My colleagues are green.", "negative", "positive"),
        coded("n/a", "negative"),
        coded("My colleagues are green.", "positive", theme="own_parking"),
        coded("My colleagues help.", "positive"),
    ]
    given = mentions(small_coder(), human, ASKED)
    assert given.comment.tolist() == [0, 3]
    assert [DIRECTIONS[way] for way in given.way] == ["mixed", "positive"]
    assert given.logits.shape == (2, len(DIRECTIONS))
