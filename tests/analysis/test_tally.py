import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.dataset import DataError, Unit
from analysis.scoring import ABOVE, AT, FAVOUR, POINTS, POINTS_SQ, N
from analysis.tally import Counted, Tally, TallyError, count
from tests.analysis.made import P, X, flat, instrument, wave

UNITS = flat(("east", 40), ("west", 30))
ROWS = [
    ("east", 5, 4, None),
    ("east", 1, P, X),
    ("west", 3, 3, 3),
    ("west", None, None, 2),
]

rows = st.lists(
    st.tuples(
        st.sampled_from(["org", "east", "west"]),
        *[st.sampled_from([1, 2, 3, 4, 5, P, X, None])] * 3,
    ),
    max_size=30,
)


def test_options_and_silences_are_counted_by_unit():
    counts = count(wave(ROWS, UNITS), instrument()).tally.items["b"]
    # units are sorted: east, org, west; columns 1..5, other, prefer not, not asked, blank
    assert counts.table.tolist() == [
        [0, 0, 0, 1, 0, 0, 1, 0, 0],
        [0] * 9,
        [0, 0, 1, 0, 0, 0, 0, 0, 1],
    ]
    assert counts.answered.tolist() == [1, 0, 1]


def test_scores_are_summed_by_hand():
    tally = count(wave(ROWS, UNITS), instrument()).tally
    east, _, west = tally.scores["s"]
    # The first person answered two of three: 4 + 3 of 8 points. The second was asked two and
    # answered one, the half rule wants both. The fourth answered one of three.
    assert east[2].tolist() == [1, 7, 49, 2, 4, 1, 0]
    assert east[:, N].tolist() == [0, 0, 1, 0]
    assert west[3, [N, POINTS, POINTS_SQ, FAVOUR, ABOVE, AT]].tolist() == [1, 6, 36, 0, 0, 1]
    assert west[:, N].sum() == 1


def test_cross_products_hold_people_who_answered_all_they_were_asked():
    rows = [("org", 1, 5, 3), ("org", 2, 4, X), ("org", 4, 4, X), ("org", 3, None, 3)]
    sets = count(wave(rows), instrument()).tally.products["s"]
    assert {asked: found.n for asked, found in sets.items()} == {("a", "b", "c"): 1, ("a", "b"): 2}
    assert sets["a", "b"].cross.tolist() == [[1 + 9, 3 + 9], [3 + 9, 9 + 9]]


@given(rows, st.randoms())
def test_any_partition_of_the_rows_in_any_order_gives_the_same_tally(table, random):
    book, names = instrument(), tuple(unit.id for unit in UNITS)
    whole = wave(table, UNITS, items=3).responses
    cut = random.randint(0, len(table))
    shuffled = table[:]
    random.shuffle(shuffled)
    mixed = wave(shuffled, UNITS, items=3).responses
    one, two = (Tally.of(part, names, book) for part in (mixed[:cut], mixed[cut:]))
    assert one + two == two + one == Tally.of(whole, names, book)


def test_shards_that_know_different_units_can_be_added():
    book = instrument(items=1)
    one = Tally.of(wave([("east", 5)]).responses, ("east",), book)
    two = Tally.of(wave([("west", 1)]).responses, ("west",), book)
    assert (one + two).units == ("east", "west")
    assert (one + two).responses.tolist() == [1, 1]


def test_tallies_of_different_instruments_are_not_added():
    one = Tally.of(wave([("org", 5)]).responses, ("org",), instrument(items=1))
    two = Tally.of(wave([("org", 5, 4)]).responses, ("org",), instrument(items=2))
    with pytest.raises(TallyError, match="same instrument"):
        one + two


def test_a_long_scale_gives_what_a_short_one_gives():
    """Many items have too many patterns for a counter each, and go another way."""
    rng = np.random.default_rng(3)
    table = [("org", *(int(v) for v in rng.integers(1, 6, 24))) for _ in range(200)]
    tally = count(wave(table), instrument(items=24)).tally
    points = [sum(v - 1 for v in row[1:]) for row in table]
    assert tally.scores["s"][0, 24, [N, POINTS, POINTS_SQ]].tolist() == [
        200,
        sum(points),
        sum(p * p for p in points),
    ]
    cross = next(iter(tally.products["s"].values())).cross
    matrix = np.array([row[1:] for row in table]) - 1
    assert (cross == matrix.T @ matrix).all()


def test_numbers_outside_any_response_set_are_counted_as_answers():
    book = instrument(items=2, changes={"b": {"kind": "number"}}, scale={"items": ["a"]})
    counts = count(wave([("org", 1, 40), ("org", 2, P)]), book).tally.items["b"]
    assert counts.answered.tolist() == [1]
    assert counts.prefer_not.tolist() == [1]


def test_bytes_come_back_as_the_same_counts_and_are_the_same_each_time():
    counted = count(wave(ROWS, UNITS, simulated=True), instrument())
    data = counted.to_bytes()
    back = Counted.from_bytes(data)
    assert back == counted
    assert back.to_bytes() == data
    assert back.head.simulated


def test_a_wave_without_answers_can_be_counted():
    empty = count(wave([], UNITS, items=3), instrument())
    assert empty.tally.responses.sum() == 0
    assert Counted.from_bytes(empty.to_bytes()) == empty


@pytest.mark.parametrize("data", [b"", b"rubbish", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_rubbish_bytes_are_refused(data):
    with pytest.raises(TallyError):
        Counted.from_bytes(data)


def test_answers_out_of_range_are_named():
    with pytest.raises(DataError, match=r"item a: 1 answers are out of range \(for example 9\)"):
        count(wave([("org", 9, 1, 1)]), instrument())


def test_a_missing_column_is_named():
    with pytest.raises(DataError, match="the columns c are missing"):
        count(wave([("org", 1, 1)]), instrument())


def test_a_group_that_nobody_listed_is_named():
    with pytest.raises(DataError, match="The group 'mars' is not listed"):
        count(wave([("mars", 1, 1, 1)]), instrument())


def test_a_missing_group_is_named():
    table = wave([("org", 1, 1, 1)])
    lost = table.responses.with_columns(pl.lit(None, dtype=pl.String).alias("unit"))
    with pytest.raises(DataError, match="None"):
        Tally.of(lost, ("org",), instrument())


def test_units_stand_in_the_wave_as_they_were():
    units = (Unit("org", "Org", None, 3), Unit("a", "A", "org", 2))
    assert count(wave([("a", 1, 1, 1)], units), instrument()).units == units


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ((Unit("a", "A", None), Unit("b", "B", None)), "lie in no other: 'a', 'b'"),
        ((), "lie in no other: none"),
        ((Unit("a", "A", None), Unit("a", "A", None)), "'a' is listed twice"),
        ((Unit("r", "R", None), Unit("a", "A", "b"), Unit("b", "B", "a")), "form a ring"),
        ((Unit("a", "A", "lost"),), "not listed"),
    ],
)
def test_a_tree_that_is_none_is_refused(units, said):
    with pytest.raises(DataError, match=said):
        count(wave([("a", 1, 1, 1)], units), instrument())


@pytest.mark.parametrize("value", [300, "often"])
def test_answers_that_are_no_small_numbers_are_refused(value):
    good = wave([("org", 1, 1, 1)])
    table = good.responses.with_columns(pl.lit(value).alias("b"))
    with pytest.raises(DataError, match="Item b: some answers are no whole numbers"):
        Tally.of(table, ("org",), instrument())
