"""Keys of other instruments: exact on worked examples, silent about wording."""

import tomllib
from typing import get_args

import polars as pl
import pytest

from analysis.dataset import DataError
from analysis.instrument import BUNDLED, InstrumentError, read
from analysis.pasted_wording import as_instrument
from analysis.scoring_keys import (
    KEYS,
    Mark,
    group_scores,
    key,
    keys,
    mean_of_people,
    place,
    score,
)


def people(*rows, items):
    return pl.DataFrame([dict(zip(items, row, strict=True)) for row in rows], schema=list(items))


def one(scoring, scale, *rows):
    items = scoring.scale(scale).items
    return score(scoring, people(*rows, items=items))[scale].to_list()


def group(scoring, scale, table):
    return next(found for found in group_scores(scoring, table) if found.scale == scale)


# HSE Management Standards


def test_hse_has_35_items_in_seven_scales_each_once():
    hse = key("hse-msit")
    items = [int(item) for scale in hse.scales for item in scale.items]
    assert len(hse.scales) == 7
    assert sorted(items) == list(range(1, 36))


def test_hse_reverses_demands_and_relationships_only():
    hse = key("hse-msit")
    assert one(hse, "demands", [1] * 8, [5] * 8, [1, 2, 3, 4, 5, 1, 2, 3]) == [5, 1, 3.375]
    assert one(hse, "relationships", [2, 2, 2, 4]) == [3.5]  # (4 + 4 + 4 + 2) / 4
    assert one(hse, "control", [1, 2, 3, 4, 5, 3]) == [3]
    assert {s.id for s in hse.scales if s.reverse} == {"demands", "relationships"}


def test_hse_takes_nought_as_missing_and_needs_half():
    hse = key("hse-msit")
    assert one(hse, "change", [4, 0, None], [4, 5, 0]) == [None, 4.5]


def test_hse_places_an_organisation_and_warns():
    hse = key("hse-msit")
    assert place(hse, "demands", 2.9) == "in the lowest fifth of 136 organisations"
    assert "lower half" in place(hse, "demands", 2.9387)
    assert "upper half" in place(hse, "demands", 3.1024)
    assert "highest fifth" in place(hse, "demands", 3.2937)
    assert hse.norms.verified == "S"
    assert hse.norms.level == "organisation"
    assert "never place a team or a person" in hse.norms.warning
    assert place(key("who-5"), "index", 50) == ""


# WHO-5


def test_who5_is_the_sum_times_four_and_needs_all_five():
    who = key("who-5")
    assert one(who, "index", [5] * 5, [0] * 5, [3, 2, 3, 2, 3], [3, 2, 3, 2, None]) == [
        100, 0, 52, None,
    ]  # fmt: skip


def test_who5_is_not_the_formula_of_a_calculator_that_counts_from_one():
    raw = [3, 3, 2, 2, 2]
    (index,) = one(key("who-5"), "index", raw)
    assert index == 48
    assert index != (sum(raw) - 5) * 4


# Civil Service People Survey


def test_proxy_stress_of_the_guide_is_fifty():
    """Item points 100 + 75 + 50 + 25 + 0 + 50 + 0 + 100 = 400, of eight: 50."""
    csps = key("csps")
    assert one(csps, "proxy_stress", [1, 2, 3, 4, 5, 3, 5, "Yes"]) == [50]


def test_proxy_stress_of_the_guides_group_of_ten_is_fifty_three():
    """65 + 25 + 70 + 35 + 50 + 100 + 90 + 40 + 20 + 35 = 530; somebody without a score is left
    out and does not count as nought."""
    found = mean_of_people("proxy_stress", [65, 25, 70, 35, 50, 100, 90, 40, 20, 35, None])
    assert (found.value, found.n) == (53, 10)


def test_proxy_stress_needs_all_eight_and_counts_prefer_not_to_say_as_half():
    csps = key("csps")
    assert one(
        csps, "proxy_stress", [5] * 7 + ["Prefer not to say"], [5] * 7 + [None], [1] * 7 + ["yes"]
    ) == [6.25, None, 100]


def test_engagement_needs_all_five():
    csps = key("csps")
    assert one(csps, "engagement", [5, 4, 3, 2, 1], [5, 5, 5, 5, None], [4] * 5) == [50, None, 75]


def test_perma_does_not_take_ten_times_the_answer():
    """W01 = 7 counts 75, not 70; W02 = 4 counts 25, not 40."""
    csps = key("csps")
    assert one(csps, "perma", [7, 5, 5, 4, 5]) == [(75 + 100 + 100 + 25 + 100) / 5]
    worth = csps.worth(csps.scale("perma"), "W01")
    assert [worth[str(n)] for n in range(11)] == [0, 25, 25, 25, 25, 50, 50, 75, 75, 75, 100]


def test_a_theme_score_pools_answers_and_not_people():
    """Two people: one answers all five (5 of 5 agree), one answers one (0 of 1): 5 of 6 agree,
    83.3, where the mean of people would be 50."""
    csps = key("csps")
    table = people([5, 4, 4, 5, 4], [2, None, None, None, None], items=csps.scale("my_work").items)
    found = group(csps, "my_work", table)
    assert found.value == pytest.approx(500 / 6)
    assert found.n == 2
    assert score(csps, table).columns == []  # nobody has a theme score alone


# ONS4, Copenhagen


def test_ons4_items_stand_alone():
    ons = key("ons4")
    table = people([7, 8, 9, 2], [5, None, 3, 10], items=("W01", "W02", "W03", "W04"))
    assert {g.scale: (g.value, g.n) for g in group_scores(ons, table)} == {
        "satisfied": (6, 2), "worthwhile": (8, 1), "happy": (6, 2), "anxious": (6, 2),
    }  # fmt: skip
    assert [s.id for s in ons.scales if s.higher == "worse"] == ["anxious"]


def test_cbi_reverses_only_the_item_about_energy_and_needs_four():
    """1 always 100 … 5 never 0; energy reversed: always energy is 0."""
    cbi = key("cbi-work")
    assert one(
        cbi,
        "work_burnout",
        [1, 1, 1, 1, 1, 1, 5],
        [5, 5, 5, 5, 5, 5, 1],
        [3, 3, 3, None, None, None, 1],
        [3, 3, 3, None, None, None, None],
    ) == [100, 0, 37.5, None]


def test_copsoq_runs_from_a_hundred_to_nought():
    copsoq = key("copsoq-iii")
    assert one(copsoq, "predictability", [1, 1], [5, 5], [1, None], [2, 4]) == [100, 0, 100, 50]
    assert one(copsoq, "quantitative_demands", [1, 1, 1, 5], [1, None, None, None]) == [100, None]


# Any key


def test_reversing_every_answer_mirrors_every_scale():
    for scoring in map(key, keys()):
        for scale in scoring.scales:
            for item in scale.items:
                worth = scoring.worth(scale, item)
                assert scoring.low <= min(worth.values()) <= max(worth.values()) <= scoring.high
            assert set(scale.reverse) <= set(scale.items)
            assert 1 <= scale.min_answered <= len(scale.items)


def test_columns_of_any_name_and_numbers_as_other_tools_write_them():
    table = pl.DataFrame({"q1": ["5.0"], "q2": [" 5"], "q3": ["5"], "q4": ["5"], "q5": ["5"]})
    columns = {str(n): f"q{n}" for n in range(1, 6)}
    assert score(key("who-5"), table, columns)["index"].to_list() == [100]


def test_answers_out_of_range_are_listed():
    who = key("who-5")
    with pytest.raises(DataError) as caught:
        score(who, people([6, 1, 1, 1, 1], [1, "x", 1, 1, 1], items=who.scale("index").items))
    assert caught.value.problems == [
        "Row 1, 1: “6” is out of range. It takes 0, 1, 2, 3, 4, 5.",
        "Row 2, 2: “x” is out of range. It takes 0, 1, 2, 3, 4, 5.",
    ]


def test_a_table_without_any_scale_and_an_unknown_key_are_refused():
    with pytest.raises(DataError, match="has all items of no scale"):
        score(key("who-5"), pl.DataFrame({"1": [1]}))
    with pytest.raises(InstrumentError, match="Choose one of: cbi-work, copsoq-iii"):
        key("gallup")


# Wording


def test_no_key_holds_wording_and_every_key_says_where_it_comes_from():
    for path in KEYS.glob("*.toml"):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        assert set(raw) == {"key", "source", "norms", "points", "scales"}
        assert raw["source"]["may_bundle"] is False
        assert raw["source"]["licence"]
        assert raw["source"]["attribution"]
        assert raw["key"]["verified"] in get_args(Mark)
        for scale in raw["scales"]:
            assert all(len(item) <= 12 and " " not in item for item in scale["items"])


def test_nothing_shipped_bundles_words_whose_licence_forbids_it():
    for path in BUNDLED.rglob("*.toml"):
        if path.parent == KEYS:
            continue
        assert read(path).source.may_bundle, path.name


WORDING = """
[wording]
language = "en"

[responses.five]
options = [
  { code = 1, label = "Most" },
  { code = 2, label = "More" },
  { code = 3, label = "Middle" },
  { code = 4, label = "Less" },
  { code = 5, label = "Least" },
]

[answers]
five = "five"

[items]
QD1 = "First made-up question"
QD2 = "Second made-up question"
QD3 = "Third made-up question"
QD4 = "Fourth made-up question"
PR1 = "Fifth made-up question"
PR2 = "Sixth made-up question"
"""


def pasted(tmp_path, text):
    path = tmp_path / "words.toml"
    path.write_text(text, encoding="utf-8")
    return path


def checked(tmp_path, text=WORDING):
    with pytest.raises(InstrumentError, match="write sha256 =") as caught:
        as_instrument(key("copsoq-iii"), pasted(tmp_path, text))
    line = caught.value.problems[0].split("write ")[1].split(" under")[0]
    return text.replace('language = "en"', f'language = "en"\n{line}')


def test_words_that_may_not_be_changed_need_the_hash_of_the_checked_ones(tmp_path):
    text = checked(tmp_path)
    instrument = as_instrument(key("copsoq-iii"), pasted(tmp_path, text))
    assert [scale.id for scale in instrument.scales] == ["quantitative_demands", "predictability"]
    changed = text.replace("Third made-up", "Third, slightly changed")
    with pytest.raises(InstrumentError, match="forbids changes"):
        as_instrument(key("copsoq-iii"), pasted(tmp_path, changed))


def test_a_pasted_scale_points_the_same_way_as_the_key(tmp_path):
    """Higher is better: for demands (most = worst) the most is the worse answer, QD4 the better;
    for predictability the first option is the best."""
    instrument = as_instrument(key("copsoq-iii"), pasted(tmp_path, checked(tmp_path)))
    reverse = {item.id: item.reversed for item in instrument.items}
    assert reverse == {
        "QD1": False, "QD2": False, "QD3": False, "QD4": True, "PR1": True, "PR2": True,
    }  # fmt: skip


def test_words_that_may_be_changed_need_no_hash(tmp_path):
    text = (
        WORDING.split("[items]")[0]
        + "[items]\n"
        + "".join(f'"{n}" = "Question {n}"\n' for n in (26, 28, 32))
    )
    instrument = as_instrument(key("hse-msit"), pasted(tmp_path, text))
    assert [scale.id for scale in instrument.scales] == ["change"]
    assert not instrument.source.may_bundle


def test_a_wording_file_that_lacks_something_is_refused(tmp_path):
    for text, sentence in [
        ("[wording]\n", "lacks or misspells"),
        ("[wording", "could not be read"),
        (WORDING.split("[items]")[0] + "[items]\n", "No scale of COPSOQ"),
        (WORDING.replace('five = "five"', ""), "lacks or misspells"),
    ]:
        with pytest.raises(InstrumentError, match=sentence):
            as_instrument(key("copsoq-iii"), pasted(tmp_path, text))
