"""Counting against a count by hand, for every small number an answer's column can hold."""

from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.counting import patterns
from analysis.counting.tally_rows import bytes_of, places_of
from analysis.dataset import DataError
from analysis.one_answer import LEAST_QUESTIONS
from analysis.tally import Tally, count
from tests.analysis.made import P, X, flat, instrument, wave

UNITS = flat(("east", 40), ("west", 30))
SPECIAL = (P, X, None)
anything = st.one_of(st.sampled_from([1, 5, *SPECIAL]), st.integers(-128, 127))


@pytest.mark.parametrize("small", [patterns.SMALL, 1])
@settings(max_examples=60)
@given(table=st.lists(st.tuples(st.sampled_from(["east", "west"]), *[anything] * 3), max_size=40))
def test_whatever_was_given_is_counted_where_it_belongs(small, table):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "SMALL", small)
        tally = Tally.of(wave(table, UNITS, items=3).responses, ("east", "west"), instrument())
    for place, item in enumerate("abc", start=1):
        columns = [*range(1, 6), "other", *SPECIAL]
        for unit, row in zip(tally.units, tally.items[item].table, strict=True):
            told = Counter(
                answer if answer in columns else "other"
                for at, answer in ((line[0], line[place]) for line in table)
                if at == unit
            )
            assert row.tolist() == [told[column] for column in columns]


@pytest.mark.parametrize("answer", [-128, -4, -3, 0, 6, 127])
def test_an_answer_that_is_no_option_is_refused(answer):
    with pytest.raises(DataError, match=rf"item b: 1 answers are out of range .* {answer}\)"):
        count(wave([("east", 1, answer, 2), ("east", 1, None, 2)], UNITS), instrument())


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from([1, 4]), st.sets(st.integers(0, 8)), st.booleans()), max_size=30
    )
)
def test_sheets_of_one_answer_are_those_found_by_eye(people):
    """A sheet of one answer, some of it left out or not said, and in some one answer changed."""
    sheets = []
    for code, silent, changed in people:
        sheet = [SPECIAL[i % 3] if i in silent else code for i in range(9)]
        sheets.append([2, *sheet[1:]] if changed else sheet)
    names = "abcdefghi"
    table = pl.DataFrame(sheets, schema=dict.fromkeys(names, pl.Int8), orient="row")
    rows = table.with_columns(unit=pl.lit("org")) if sheets else wave([], items=9).responses
    found = Tally.of(rows, ("org",), instrument(items=9)).one_answer
    told = [[answer for answer in sheet if answer not in SPECIAL] for sheet in sheets]
    one = [each for each in told if len(each) >= LEAST_QUESTIONS and len(set(each)) == 1]
    assert found.people == len(one)


def test_units_that_nobody_listed_are_those_of_the_rows():
    rows = wave([("west", 1), ("east", 2), ("west", 3)]).responses
    units, places = places_of(rows, None)
    assert units == ("east", "west")
    assert places.tolist() == [1, 0, 1]
    assert places_of(rows, ("west", "north", "east"))[1].tolist() == [2, 0, 2]


def test_bytes_start_at_nothing_said():
    table = pl.DataFrame({"a": pl.Series([None, X, P, 0, 1, 127], dtype=pl.Int16)})
    assert bytes_of(table, ["a"])["a"].tolist() == [0, 1, 2, 3, 4, 130]
    assert bytes_of(table, ["a"])["a"].dtype == np.uint8
