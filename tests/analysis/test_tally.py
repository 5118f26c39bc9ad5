import json
import zlib

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.counting import patterns
from analysis.counting.patterns import MOST_COUNTERS
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


weights = st.floats(1e-3, 1e3)


def two_scales():
    """Scales that share an item, so that people can have one score and not the other."""
    one, two = ({"title": "T", "description": "D"} for _ in range(2))
    return instrument(
        reverse=(1,),
        scales=[{"id": "s", "items": ["a", "b"], **one}, {"id": "t", "items": ["b", "c"], **two}],
    )


@settings(max_examples=40)
@given(st.lists(st.tuples(rows.map(lambda r: r[:1]).filter(bool), weights)), st.randoms())
def test_any_partition_of_the_rows_in_any_order_gives_the_same_tally(drawn, random):
    book, names = two_scales(), tuple(unit.id for unit in UNITS)
    people = [(row[0], weight) for row, weight in drawn]

    def counted(part, known=names):
        rows = wave([row for row, _ in part], UNITS, items=3).responses
        heavy = rows.with_columns(pl.Series("w", [w for _, w in part], dtype=pl.Float64))
        return Tally.of(rows, known, book), Tally.of(heavy, known, book, "w")

    plain, heavy = counted(people)
    random.shuffle(people)
    shards = [[] for _ in range(random.randint(1, 5))]
    for person in people:
        random.choice(shards).append(person)
    # A shard knows only the units of its own rows, as the engine's do.
    parts = [counted(part, tuple({row[0] for row, _ in part}) or names) for part in shards]
    total, total_heavy = counted([])
    for part, part_heavy in parts:
        total, total_heavy = total + part, total_heavy + part_heavy
    assert total == plain
    one, two = heavy.weighted, total_heavy.weighted
    assert total_heavy.responses.tolist() == heavy.responses.tolist()
    np.testing.assert_allclose(two.weights, one.weights, rtol=1e-12, atol=0)
    for name in one.items:
        np.testing.assert_allclose(two.items[name], one.items[name], rtol=1e-12, atol=0)
    for name in one.scores:
        np.testing.assert_allclose(two.scores[name], one.scores[name], rtol=1e-12, atol=0)


def test_weights_of_one_give_the_counts_and_weights_of_two_twice_as_much():
    book, names = instrument(), tuple(unit.id for unit in UNITS)
    table = wave(ROWS, UNITS).responses
    for weight in (1.0, 2.0):
        tally = Tally.of(table.with_columns(w=pl.lit(weight)), names, book, "w")
        assert (tally.weighted.weights[:, 0] == weight * tally.responses).all()
        assert (tally.weighted.weights[:, 1] == weight**2 * tally.responses).all()
        for item, counts in tally.items.items():
            assert (tally.weighted.items[item] == weight * counts.table).all()
        scores = tally.weighted.scores["s"]
        assert (scores[..., 0] == weight * tally.scores["s"]).all()
        assert (scores[..., 1] == weight**2 * tally.scores["s"]).all()


def test_weights_go_with_the_people_who_have_them():
    heavy = wave([("org", 5), ("org", 1), ("org", None)], items=1).responses.with_columns(
        w=pl.Series([3.0, 0.5, 7.0])
    )
    found = Tally.of(heavy, ("org",), instrument(items=1), "w").weighted
    assert found.items["a"].tolist() == [[0.5, 0, 0, 0, 3.0, 0, 0, 0, 7.0]]
    assert found.scores["s"][0, 1, [N, POINTS], 0].tolist() == [3.5, 12.0]
    assert found.scores["s"][0, 1, POINTS, 1] == 4 * 9


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (0.0, "the first is 0"),
        (-2.0, "the first is -2"),
        (float("nan"), "the first is nan"),
        (float("inf"), "the first is inf"),
        (None, "the first is nothing"),
        ("heavy", "are not numbers"),
    ],
)
def test_a_weight_that_is_none_is_named(weight, said):
    dtype = pl.String if isinstance(weight, str) else pl.Float64
    table = wave([("org", 5), ("org", 1)]).responses.with_columns(
        w=pl.Series(["1" if dtype == pl.String else 1.0, weight], dtype=dtype)
    )
    with pytest.raises(DataError, match=said):
        Tally.of(table, ("org",), instrument(items=1), "w")


def test_a_missing_column_of_weights_is_named():
    with pytest.raises(DataError, match="weights 'w' is missing"):
        Tally.of(wave([("org", 5)]).responses, ("org",), instrument(items=1), "w")


def test_weighted_and_plain_tallies_are_not_added():
    table, book = wave([("org", 5)]).responses, instrument(items=1)
    heavy = Tally.of(table.with_columns(w=pl.lit(1.0)), ("org",), book, "w")
    with pytest.raises(TallyError, match="weights"):
        heavy + Tally.of(table, ("org",), book)
    assert Tally.from_dict(heavy.to_dict()) == heavy


def test_scores_of_two_themes_are_multiplied_by_hand():
    rows = [
        ("east", 1, 5, 3),  # s: (0 + 0)/8; t: (0 + 2)/8
        ("east", 3, 1, 5),  # s: (2 + 4)/8; t: (4 + 4)/8
        ("west", 5, 5, 1),  # s: 4/8; t: 0
        ("west", 5, None, 1),  # two items need both: a score on neither
        ("west", X, X, X),  # asked about neither theme
    ]
    between = count(wave(rows, UNITS), two_scales()).tally.between
    assert between.grids.tolist() == [8, 8]
    assert between.together.tolist() == [[3, 3], [3, 3]]
    (one,) = between.complete.values()
    assert one.people.tolist() == [2, 0, 1]
    assert one.sums.tolist() == [[6, 10], [0, 0], [4, 0]]
    assert one.cross.tolist() == [[36 + 16, 48], [48, 4 + 64]]


def test_a_theme_that_was_not_asked_leaves_the_others_complete():
    rows = [("org", 1, 2, X), ("org", 2, 2, 2), ("org", None, X, X)]
    book = instrument(
        scales=[
            {"id": "s", "title": "S", "description": "D", "items": ["a"]},
            {"id": "t", "title": "T", "description": "D", "items": ["b"]},
            {"id": "u", "title": "U", "description": "D", "items": ["c"]},
        ]
    )
    between = count(wave(rows), book).tally.between
    assert {asked: one.people.tolist() for asked, one in between.complete.items()} == {
        ("s", "t"): [1],
        ("s", "t", "u"): [1],
    }
    assert between.together.tolist() == [[2, 2, 1], [2, 2, 1], [1, 1, 1]]


def test_covariances_of_scores_are_those_of_the_people():
    rng = np.random.default_rng(5)
    rows = [
        (str(unit), *(int(v) for v in rng.integers(1, 6, 4)))
        for unit in rng.choice(["east", "west"], 80)
    ]
    named = {"title": "T", "description": "D"}
    book = instrument(
        items=4,
        scales=[
            {"id": "s", "items": ["a", "b", "c"], **named},
            {"id": "t", "items": ["d"], **named},
        ],
    )
    between = count(wave(rows, UNITS), book).tally.between
    scores = np.array([[25 * (sum(row[1:4]) / 3 - 1), 25.0 * (row[4] - 1)] for row in rows])
    np.testing.assert_allclose(between.covariance(("s", "t")), np.cov(scores.T), rtol=1e-12)
    units = np.array([row[0] for row in rows])
    centred = [scores[units == unit] - scores[units == unit].mean(axis=0) for unit in set(units)]
    pooled = sum(part.T @ part for part in centred) / (len(rows) - 2)
    np.testing.assert_allclose(between.covariance(("s", "t"), within=True), pooled, rtol=1e-12)


def test_a_covariance_within_units_of_one_person_each_is_not_a_number():
    between = count(wave([("east", 1, 2, 3), ("west", 3, 2, 1)], UNITS), two_scales()).tally.between
    assert np.isnan(between.covariance(("s", "t"), within=True)).all()


def test_a_tally_stored_before_themes_were_multiplied_is_still_read():
    counted = count(wave(ROWS, UNITS), instrument())
    raw = json.loads(zlib.decompress(counted.to_bytes()))
    raw["format"] = 1
    del raw["tally"]["between"], raw["tally"]["weighted"]
    old = Counted.from_bytes(zlib.compress(json.dumps(raw).encode()))
    assert old.tally.between is None
    assert (old.tally + counted.tally).between is None
    assert (old.tally + counted.tally).responses.sum() == 2 * len(ROWS)


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


@pytest.mark.parametrize("most", [MOST_COUNTERS, 400])
def test_a_long_scale_gives_what_a_short_one_gives(monkeypatch, most):
    """Many items have too many patterns for a counter each, and many units for a full table."""
    monkeypatch.setattr(patterns, "MOST_COUNTERS", most)
    rng = np.random.default_rng(3)
    table = [("org", *(int(v) for v in rng.integers(1, 6, 24))) for _ in range(200)]
    tally = count(wave(table, UNITS), instrument(items=24)).tally
    points = [sum(v - 1 for v in row[1:]) for row in table]
    assert tally.scores["s"][1, 24, [N, POINTS, POINTS_SQ]].tolist() == [
        200,
        sum(points),
        sum(p * p for p in points),
    ]
    cross = next(iter(tally.products["s"].values())).cross
    matrix = np.array([row[1:] for row in table]) - 1
    assert (cross == matrix.T @ matrix).all()


@settings(max_examples=30)
@given(rows)
def test_every_way_of_folding_gives_the_same_tally(table):
    rows, names = wave(table, UNITS, items=3).responses, tuple(unit.id for unit in UNITS)
    with pytest.MonkeyPatch.context() as patch:
        found = []
        for most in (MOST_COUNTERS, 1010, 0):  # counters for all; for patterns only; for nothing
            patch.setattr(patterns, "MOST_COUNTERS", most)
            found.append(Tally.of(rows, names, instrument()))
    assert found[0] == found[1] == found[2]


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
    assert empty.tally.scores["s"].dtype == np.int64
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
    with pytest.raises(DataError, match="name no group"):
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
