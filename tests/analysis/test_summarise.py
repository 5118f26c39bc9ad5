"""What a summary says of a wave: counts, scores, groups, comments and notes."""

import numpy as np
import pytest

from analysis.dataset import Comment, PulseData, Unit
from analysis.summarise import summarise, summarise_all
from analysis.tally import count
from tests.analysis.made import P, X, answers, flat, instrument, wave
from tests.analysis.summarised import BOOK, RULE, summary


def test_a_theme_that_many_skipped_has_its_own_count():
    rows = [
        ("east", None, None, None, *row[4:]) if i < 40 else row
        for i, row in enumerate(answers({"east": 100}, 1, items=5))
    ]
    found = summary(rows, flat(("east", 200)))
    assert (found.row("s").figure.n, found.row("f").figure.n) == ("60", "100")


def test_ten_answers_make_a_band_and_nine_make_nothing():
    for n, shown in ((9, False), (10, True)):
        found = summary(
            answers({"east": n, "west": 40}, 1, items=5), flat(("east", 30), ("west", 90))
        )
        assert (found.row("s", "east").figure is not None) is shown


def test_people_who_answered_too_few_items_do_not_count_towards_ten():
    rows = answers({"east": 9, "west": 40}, 1, items=5) + [("east", 5, None, None, 5, 5)]
    found = summary(rows, flat(("east", 30), ("west", 90)))
    assert found.row("s", "east").figure is None
    assert found.row("f", "east").figure is not None


def test_unanimous_groups_get_a_band_and_no_number():
    rows = [("east", 5, 5, 5, 1, 1)] * 30 + answers({"west": 60}, 1, items=5)
    found = summary(rows, flat(("east", 60), ("west", 90)))
    agreed, refused = found.row("s", "east").figure, found.row("f", "east").figure
    assert (agreed.score, agreed.low, agreed.high, agreed.band) == (None, None, None, "most")
    assert agreed.shares == ("over 80%", "under 10%", "under 10%")
    assert (refused.score, refused.band) == (None, "few")


def test_a_sensitive_theme_needs_twenty():
    book = instrument(items=5, changes={"a": {"sensitive": True}})
    for n, shown in ((19, False), (20, True)):
        found = summary(
            answers({"east": n, "west": 60}, 1, items=5),
            flat(("east", 40), ("west", 90)),
            book=book,
        )
        assert (found.row("s", "east").figure is not None) is shown


def test_a_team_in_which_everybody_answered_needs_fifteen():
    for people, shown in ((14, False), (15, True)):
        units = flat(("east", people), ("west", 90), ("north", 90))
        rows = answers({"east": people, "west": 40, "north": 40}, 1, items=5)
        assert (summary(rows, units).row("s", "east").figure is not None) is shown


def test_groups_known_to_be_too_small_are_marked():
    units = (*flat(("east", 40), extra=30), Unit("kitchen", "Kitchen", "org", 11))
    found = summary(answers({"east": 30, "org": 20}, 1, items=5), units)
    assert [unit.id for unit in found.units if unit.too_few] == ["kitchen"]
    assert found.row("s", "kitchen").figure is None


def test_without_headcounts_answers_alone_decide_and_the_reader_is_told():
    units = flat(("east", None), ("west", None))
    found = summary(answers({"east": 30, "west": 40}, 1, items=5), units)
    assert found.row("s", "east").figure is not None
    assert any("do not know how many people were asked" in note for note in found.notes)
    whole, *rest = found.participation
    assert (whole.invited, whole.answered, whole.rate) == (None, "70", None)
    assert all(part.answered is None for part in rest)
    assert not any(unit.too_few for unit in found.units)


def test_a_group_without_a_headcount_is_told_of():
    units = (Unit("org", "Org", None, 300), Unit("east", "East", "org", None))
    found = summary(answers({"east": 30, "org": 40}, 1, items=5), units)
    assert any("For some groups" in note for note in found.notes)
    assert found.participation[0].rate == "23%"


def test_more_answers_than_people_are_told_of():
    found = summary(answers({"east": 60}, 1, items=5), flat(("east", 50)))
    assert any("More answers came in" in note for note in found.notes)
    assert found.participation[0].rate == "100%"
    assert found.silence[0].worst is None


def test_a_question_that_few_answered_has_no_count_of_its_own():
    rows = answers({"org": 30}, 1, items=5)
    rows += [(unit, None, *rest) for unit, _, *rest in answers({"org": 34}, 2, items=5)]
    items = {i.item: i.figure.n for i in summary(rows, (Unit("org", "Org", None, 100),)).items}
    assert (items["a"], items["b"]) == ("20–49", "65")


def test_who_took_part_is_told_for_large_groups_only():
    units = flat(("east", 29), ("west", 300), ("north", 200))
    rows = answers({"east": 25, "west": 211, "north": 96}, 1, items=5)
    parts = {part.unit: part for part in summary(rows, units).participation}
    assert (parts["org"].invited, parts["org"].answered, parts["org"].rate) == (529, "330", "62%")
    assert parts["west"].rate == "70%"
    assert parts["east"].answered is parts["east"].rate is parts["east"].invited is None


def test_too_few_in_all_show_nothing_at_all():
    found = summary(answers({"east": 8}, 1, items=5), flat(("east", 40)))
    assert all(row.figure is None for row in found.rows)
    assert all(row.figure is None for row in found.items)
    assert found.participation[0].answered is None
    assert {line.prefer_not for line in found.silence} == {"Not shown"}
    assert found.notes


def test_an_empty_wave_is_summarised():
    found = summarise(count(wave([], flat(("east", 40)), items=5), BOOK), BOOK, RULE)
    assert found.rows == ()
    assert found.wave.id == "w"


def test_what_was_asked_of_nobody_is_left_out():
    rows = [(*row[:4], X, X) for row in answers({"east": 60}, 1, items=5)]
    found = summary(rows, flat(("east", 90)))
    assert [theme.id for theme in found.themes] == ["s"]
    assert [row.item for row in found.items] == ["a", "b", "c"]


def test_a_score_by_hand():
    """East: 30 people of 50 staff at 91.7 on average; West: 60 people of 150 at 40.

    Weighted by staff: (50·91.7 + 150·40)/200 = 52.9.
    """
    rows = [("east", 5, 5, 5, P, P)] * 25 + [("east", 3, 3, 3, P, P)] * 5
    rows += [("west", 2, 2, 2, P, P)] * 30 + [("west", 3, 3, 3, P, P)] * 24
    rows += [("west", 4, 4, 4, P, P)] * 6
    found = summary(rows, flat(("east", 50), ("west", 150))).row("s").figure
    east, west = (25 * 100 + 5 * 50) / 30, (30 * 25 + 24 * 50 + 6 * 75) / 60
    assert found.score == round((50 * east + 150 * west) / 200)
    assert found.n == "90"


def test_items_are_turned_so_that_higher_is_better():
    book = instrument(items=5, reverse=(1,))
    rows = [("east", 4, 2, 4, 4, 4)] * 40 + [("east", 2, 4, 2, 2, 2)] * 20
    found = summary(rows, flat(("east", 90)), book=book)
    assert len({row.figure for row in found.items}) == 1
    assert [item.reversed for item in found.themes[0].items] == [False, True, False, False, False]


def test_an_item_that_few_answered_is_not_shown_alone():
    rows = [
        (*row[:3], row[3] if i < 9 else None, *row[4:])
        for i, row in enumerate(answers({"east": 60}, 1, items=5))
    ]
    items = {row.item: row.figure for row in summary(rows, flat(("east", 90))).items}
    assert items["c"] is None
    assert items["a"] is not None


def test_a_wrong_key_is_told_beside_the_theme_and_in_the_notes():
    book = instrument(items=5, reverse=(1, 3))
    found = summary(answers({"east": 200}, 1, items=5), flat(("east", 300)), book=book)
    assert "key is wrong" in found.themes[0].reliability
    assert any("so a key is wrong" in note for note in found.notes)


def test_simulated_and_imported_waves_say_so():
    rows = answers({"east": 60}, 1, items=5)
    found = summary(rows, flat(("east", 90)), simulated=True)
    assert found.wave.simulated
    assert sum("simulated" in note or "from a file" in note for note in found.notes) == 2
    ballots = summary(rows, flat(("east", 90)), origin="ballots")
    assert ballots.notes == ()


def test_all_waves_of_a_file_are_compared_with_those_before():
    units = flat(("east", 90))
    waves = tuple(
        wave(answers({"east": 60}, seed, items=5), units, id=f"w{seed}") for seed in range(3)
    )
    found = summarise_all(PulseData(BOOK, waves), RULE, programme="Riverside")
    assert [s.row("s").change.against for s in found] == ["", "Pulse w0", "Pulse w1"]
    assert {s.programme for s in found} == {"Riverside"}


def test_comments_enter_as_released_counts():
    book = instrument(
        items=5, changes={"e": {"kind": "text", "responses": ""}}, scale={"items": ["a"]}
    )
    rows = [row[:5] for row in answers({"east": 60}, 1, items=5)]
    comments = tuple(Comment("e", f"We have far too many cases, {i}", "board") for i in range(30))
    found = summary(rows, flat(("east", 90)), book=book, comments=comments)
    assert found.text[0].question == "e"
    assert found.text[0].comments == "about 30"


@pytest.mark.parametrize("seed", range(5))
def test_intervals_hold_the_truth_about_as_often_as_they_say(seed):
    """Finite estimand: samples of a known staff of 300, 20 samples a seed, 95 % promised."""
    rng = np.random.default_rng(seed)
    staff = answers({"east": 300}, seed, items=5)
    truth = np.mean([sum(row[1:4]) - 3 for row in staff]) / 12 * 100
    held = 0
    for _ in range(20):
        chosen = [staff[i] for i in rng.choice(300, 120, replace=False)]
        figure = summary(chosen, flat(("east", 300))).row("s").figure
        held += figure.low <= truth <= figure.high
    assert held >= 17


def test_people_who_were_not_asked_are_not_counted_as_silent():
    rows = answers({"east": 60}, 1, items=5) + [("west", X, X, X, 4, 4)] * 50
    found = summary(rows, flat(("east", 90), ("west", 90)))
    assert found.row("s").figure.n == "60"
    assert found.row("f").figure.n == "110"
    assert found.silence[0].skipped == "fewer than 1 in 30"
