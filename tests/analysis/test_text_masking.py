"""Words that people mask, and where evidence stands afterwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.text.masking import MASKED, find, mask, moved

TEXT = "Only Jo speaks Welsh on nights, and Jo is only one."


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("Jo", ["Jo", "Jo"]),
        ("jo", ["Jo", "Jo"]),
        ("only", ["Only", "only"]),
        ("on", ["on"]),
        ("Welsh  on\nnights", ["Welsh on nights"]),
        ("peaks", []),
        ("", []),
        ("  ", []),
        (".*", []),
        ("nights,", ["nights,"]),
    ],
)
def test_whole_words_are_found_in_any_case_and_spacing(phrase, found):
    assert [TEXT[start:end] for start, end in find(TEXT, phrase)] == found


def test_a_mark_is_no_word():
    assert find("Ask [name] by name.", "name") == ((14, 18),)
    assert mask("Ask [name] by name.", ["name"]).text == "Ask [name] by [masked]."
    again = mask("Ask [masked] by name.", ["masked", "[masked]"])
    assert again.text == "Ask [masked] by name."


def test_each_occurrence_is_masked_and_neighbours_are_one():
    done = mask(TEXT, ["speaks Welsh", "on nights", "Jo"])
    assert done.text == f"Only {MASKED}, and {MASKED} is only one."
    assert mask(TEXT, []).text == TEXT


def test_evidence_moves_with_the_text_and_goes_when_masks_cover_more_than_half():
    done = mask(TEXT, ["Jo"])
    start = TEXT.index("on nights")
    at = moved(start, start + 9, done.hidden)
    assert done.text[slice(*at)] == "on nights"
    assert moved(5, 7, done.hidden) is None
    assert moved(0, 7, done.hidden) is not None, "a mask over less than half leaves it"
    assert done.text[slice(*moved(0, 20, done.hidden))] == f"Only {MASKED} speaks Welsh"


words = st.lists(st.sampled_from(["Jo", "only", "nights", "Welsh", "we", "two"]), min_size=1)


@given(words, words, st.data())
def test_nothing_masked_is_left_and_what_is_not_masked_stays_where_it_was(said, hidden, data):
    text = " ".join(said)
    done = mask(text, hidden)
    assert not any(find(done.text, phrase) for phrase in hidden)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    at = moved(start, end, done.hidden)
    free = all(until <= start or end <= since for since, until in done.hidden)
    if at is not None:
        assert 0 <= at[0] <= at[1] <= len(done.text)
    if free:
        assert done.text[slice(*at)] == text[start:end]
