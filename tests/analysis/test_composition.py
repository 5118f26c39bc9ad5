import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.sampling.composition import CompositionError, Part, kitagawa

waves = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(Part, st.floats(1, 500), st.floats(0, 100)),
    min_size=1,
)


def mean(wave):
    return sum(p.people * p.mean for p in wave.values()) / sum(p.people for p in wave.values())


@given(waves, waves)
def test_the_two_lines_add_up_to_the_change(before, after):
    found = kitagawa(before, after)
    assert found.total == pytest.approx(mean(after) - mean(before), abs=1e-8)
    assert found.total == found.within + found.make_up


@given(waves, waves)
def test_told_backwards_each_line_turns_round(before, after):
    there, back = kitagawa(before, after), kitagawa(after, before)
    assert there.within == pytest.approx(-back.within, abs=1e-8)


def test_a_reorganisation_is_not_an_improvement():
    """Nobody answers differently; people moved from the group that is worse off."""
    before = {"a": Part(60, 30), "b": Part(40, 70)}
    after = {"a": Part(20, 30), "b": Part(80, 70)}
    found = kitagawa(before, after)
    assert (found.within, found.make_up) == (0, pytest.approx(16))


def test_a_change_everywhere_is_no_make_up():
    before = {"a": Part(60, 30), "b": Part(40, 70)}
    after = {"a": Part(60, 35), "b": Part(40, 75)}
    found = kitagawa(before, after)
    assert (found.within, found.make_up) == (pytest.approx(5), 0)


def test_by_hand_with_both():
    before = {"a": Part(50, 40), "b": Part(50, 60)}
    after = {"a": Part(25, 44), "b": Part(75, 60)}
    found = kitagawa(before, after)
    assert found.within == pytest.approx(0.375 * 4)
    assert found.make_up == pytest.approx(-0.25 * 42 + 0.25 * 60)


def test_a_new_group_is_make_up():
    found = kitagawa({"a": Part(50, 40)}, {"a": Part(50, 40), "new": Part(50, 60)})
    assert (found.within, found.make_up) == (0, pytest.approx(10))


@pytest.mark.parametrize(
    "bad", [{}, {"a": Part(0, 50)}, {"a": Part(-1, 50)}, {"a": Part(9, math.nan)}]
)
def test_a_wave_without_people_or_means_is_refused(bad):
    with pytest.raises(CompositionError):
        kitagawa({"a": Part(50, 40)}, bad)
    with pytest.raises(CompositionError):
        kitagawa({"a": Part(50, 40)}, {"a": Part(math.inf, 40)})
