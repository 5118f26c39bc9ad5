import numpy as np
import pytest

from analysis.change import Contrast, judge, since, trend_over, verdict
from analysis.dataset import Unit
from analysis.disclosure import Rule
from analysis.estimate import Difference
from analysis.instrument import from_dict, to_dict
from analysis.release.visible import Theme
from analysis.summarise import summarise
from analysis.tally import count
from analysis.trend import trend
from tests.analysis.made import X, answers, flat, instrument, wave

RULE = Rule()
BOOK = instrument()


def contrast(value, se, n=200):
    return Contrast(Difference(value, se, 1000), n, "May")


@pytest.mark.parametrize(
    ("value", "se", "n", "survives", "said"),
    [
        (7, 2, 200, True, "higher"),
        (-7, 2, 200, True, "lower"),
        (7, 2, 200, False, "cannot_tell"),  # one of many comparisons
        (4.9, 1, 200, True, "cannot_tell"),  # surely not nothing, but not surely something
        (3, 1, 200, True, "same"),  # real, yet too small to matter
        (7, 4, 200, True, "cannot_tell"),
        (0, 2, 200, True, "same"),
        (0, 4, 200, True, "cannot_tell"),
        (0, 0.1, 49, True, "cannot_tell"),  # a small group is never said to be the same
        (12, 2, 24, True, "cannot_tell"),  # 2.9 answers moved
        (13, 2, 24, True, "higher"),
        (6, 2.8, 200, True, "cannot_tell"),  # from 0.5: printed outward, the interval holds 0
    ],
)
def test_each_verdict_has_its_gates(value, se, n, survives, said):
    assert verdict(contrast(value, se, n), survives, RULE) == said


def test_many_comparisons_take_away_what_one_alone_would_give():
    one = judge([(contrast(6, 2.3), None)], RULE)
    many = judge([(contrast(6, 2.3), None), *[(contrast(0, 2.3), None)] * 9], RULE)
    assert one[0].verdict == "higher"
    assert many[0].verdict == "cannot_tell"


@pytest.mark.parametrize(
    ("value", "se", "n", "others", "why"),
    [
        (6, 4, 200, 0, "The difference could be chance."),
        (4.9, 1, 200, 0, "There is a difference, but it may be too small to matter."),
        (6, 2.3, 200, 9, "With this many comparisons, a difference like this can be chance."),
        (6, 1, 40, 0, "With so few answers only a very large difference would show."),
    ],
)
def test_cannot_tell_says_which_gate_stayed_shut(value, se, n, others, why):
    family = [(contrast(value, se, n), None), *[(contrast(0, 2.3), None)] * others]
    found = judge(family, RULE)[0]
    assert (found.verdict, found.why) == ("cannot_tell", why)


def test_an_empty_family_has_no_verdicts():
    assert judge([], RULE) == []


def test_a_difference_is_given_only_from_50_answers():
    assert judge([(contrast(20, 2, 49), 20)], RULE)[0].difference is None
    found = judge([(contrast(20.4, 2, 50), 21)], RULE)[0]
    assert (found.difference, found.low, found.high) == (21, 16, 26)


def test_the_ends_of_a_difference_follow_from_what_is_printed_of_it():
    """Attack A12: 2 ± (1.96·1 + 1), wherever between 1 and 3 the difference is."""
    found = [judge([(contrast(value / 10, 1), 2)], RULE)[0] for value in range(10, 31)]
    assert {(one.low, one.high) for one in found} == {(-1, 5)}
    for one, value in zip(found, range(10, 31), strict=True):
        assert one.low <= value / 10 - 1.96
        assert value / 10 + 1.96 <= one.high


def test_a_word_says_no_more_than_the_range_printed_beside_it():
    for value in np.arange(5, 12, 0.25):
        found = judge([(contrast(value, 2.5), round(value))], RULE)[0]
        assert (found.verdict == "higher") == (found.low > 0)


def summary(rows, units, earlier=(), book=BOOK, **settings):
    return summarise(count(wave(rows, units, **settings), book), book, RULE, earlier)


def two(first, second, units=None, book=BOOK, then=None):
    units = units or flat(("east", 400))
    before = count(wave(first, units, id="w1"), then or book)
    return summary(second, units, [(before, then or book)], book, id="w2")


def test_a_real_rise_is_told_for_the_whole():
    rows, later = answers({"east": 250}, 1), answers({"east": 250}, 2, shift=0.6)
    change = two(rows, later).row("s").change
    assert change.verdict == "higher"
    assert change.against == "Pulse w1"
    now, then = two(rows, later).row("s").figure, two(rows, rows).row("s").figure
    assert change.difference == now.score - then.score
    assert change.low > 0


def test_the_first_wave_has_nothing_to_compare_with():
    assert summary(answers({"east": 50}, 1), flat(("east", 90))).row("s").change.verdict == "first"


@pytest.mark.parametrize("n", [12, 19, 25, 33, 49, 50, 51, 120])
@pytest.mark.parametrize("seed", range(6))
def test_one_who_leaves_or_joins_turns_no_word(n, seed):
    """Attack A7: the same answers, one person out or in."""
    units = flat(("east", 150), ("west", 300))
    base = answers({"west": 150}, 90)
    group = answers({"east": n}, seed)
    whole = two(base + group, base + group, units).row("s", "east").change
    left = two(base + group, base + group[1:], units).row("s", "east").change
    joined = two(base + group[1:], base + group, units).row("s", "east").change
    assert not {whole.verdict, left.verdict, joined.verdict} & {"higher", "lower"}
    if n < RULE.large:
        assert whole.verdict == left.verdict == joined.verdict == "cannot_tell"
        assert whole.difference is left.difference is joined.difference is None


def test_a_divided_small_group_is_judged_by_its_own_spread():
    """Its numbers keep the spread of all, so their width tells nothing of it."""
    units = flat(("east", 60), ("west", 300))
    rows = answers({"west": 150}, 90) + [("east", *[answer] * 3) for answer in (1, 5)] * 15
    theme = Theme(count(wave(rows, units), BOOK), BOOK, BOOK.scales[0], RULE)
    assert theme.cautious(["east"]).se == pytest.approx(50 / np.sqrt(29))
    assert theme.estimate(["east"]).se < theme.cautious(["east"]).se
    assert theme.cautious(["west"]) == theme.estimate(["west"])


def test_one_person_cannot_turn_a_group_of_people_all_alike():
    units = flat(("east", 40), ("west", 300))
    base = answers({"west": 150}, 90)
    alike = [("east", 5, 5, 5)] * 11
    changed = two(base + alike, base + alike[1:] + [("east", 1, 1, 1)], units)
    assert changed.row("s", "east").change.verdict == "cannot_tell"


def reworded(**changes):
    return instrument(changes={"b": changes})


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (reworded(text="Another question"), "A question was reworded."),
        (reworded(reversed=True), "The score is worked out in another way."),
        (reworded(breaks=["w2"]), "The questions mean something else since then."),
        (reworded(breaks=["Pulse w2"]), "The questions mean something else since then."),
        (instrument(scale={"breaks": ["w2"]}), "The questions mean something else since then."),
        (instrument(scale={"min_answered": 3}), "The score is worked out in another way."),
        (instrument(scale={"items": ["a", "b"]}), "Different questions were asked."),
    ],
)
def test_what_cannot_be_compared_is_a_break(now, why):
    rows = answers({"east": 60}, 1)
    change = two(rows, rows, book=now, then=BOOK).row("s").change
    assert (change.verdict, change.why, change.difference) == ("break", why, None)


def test_other_words_for_an_answer_are_a_break():
    raw = to_dict(BOOK)
    raw["responses"]["agree"]["options"][0]["label"] = "Never"
    rows = answers({"east": 60}, 1)
    change = two(rows, rows, book=from_dict(raw), then=BOOK).row("s").change
    assert change.verdict == "break"


def test_a_break_named_for_the_earlier_wave_itself_does_not_part_it_from_later_ones():
    rows = answers({"east": 60}, 1)
    book = reworded(breaks=["w1"])
    assert two(rows, rows, book=book).row("s").change.verdict != "break"


def test_a_question_that_was_not_put_is_a_break():
    rows = answers({"east": 60}, 1)
    fewer = [(unit, a, b, X) for unit, a, b, _ in rows]
    assert two(rows, fewer).row("s").change.why == "Different questions were asked."


def test_a_wave_without_the_theme_is_passed_over():
    rows = answers({"east": 60}, 1)
    units = flat(("east", 400))
    silent = [(unit, X, X, X) for unit, *_ in rows]
    past = [(count(wave(r, units, id=w), BOOK), BOOK) for w, r in (("w1", rows), ("w2", silent))]
    assert past[1][0].tally.responses.sum() == 60
    found = summary(rows, units, past, id="w3")
    assert found.row("s").change.against == "Pulse w1"
    assert summary(silent, units, past[:1], id="w2").themes == ()


def test_a_group_put_together_anew_is_a_break_but_the_whole_is_not():
    before = (Unit("org", "O", None, 200), Unit("x", "X", "org", 90), Unit("t", "T", "x", 40))
    after = (*before, Unit("u", "U", "x", 30))
    rows = answers({"x": 30, "t": 30, "org": 40}, 1)
    earlier = [(count(wave(rows, before, id="w1"), BOOK), BOOK)]
    found = summary(rows, after, earlier, id="w2")
    assert found.row("s", "x").change.verdict == "break"
    assert found.row("s").change.verdict != "break"
    assert found.row("s", "t").change.verdict != "break"


def test_a_new_group_is_in_its_first_pulse():
    rows = answers({"east": 60}, 1)
    earlier = [(count(wave(rows, flat(("east", 400)), id="w1"), BOOK), BOOK)]
    later = rows + answers({"north": 30}, 2)
    found = summary(later, flat(("east", 400), ("north", 90)), earlier, id="w2")
    assert found.row("s", "north").change.verdict == "first"


def test_a_group_that_was_away_comes_back_unjoined():
    away, back = flat(("west", 90), extra=90), flat(("east", 90), ("west", 90))
    book = instrument()
    waves = [
        count(wave(answers(people, seed), units, id=f"w{seed}"), book)
        for seed, (people, units) in enumerate(
            (({"east": 60}, back), ({"org": 60}, away), ({"east": 60}, back))
        )
    ]
    told = [
        summarise(now, book, RULE, [(past, book) for past in waves[:i]])
        for i, now in enumerate(waves)
    ]
    points = trend(told, "s", "east")
    assert [(p.wave.id, p.change.verdict, p.joined) for p in points] == [
        ("w0", "first", False),
        ("w2", "first", False),
    ]


def test_a_group_hidden_before_gets_no_word_now():
    units = flat(("east", 90), ("west", 90))
    first = answers({"east": 60, "west": 9}, 1)
    second = answers({"east": 60, "west": 40}, 2)
    found = two(first, second, units)
    assert found.row("s", "west").figure is not None
    assert found.row("s", "west").change.verdict == "not_shown"


def test_the_whole_is_compared_though_its_name_in_the_file_changed():
    rows = [("a", *row[1:]) for row in answers({"east": 60}, 1)]
    earlier = [(count(wave(rows, (Unit("a", "A", None),), id="w1"), BOOK), BOOK)]
    later = [("b", *row[1:]) for row in rows]
    found = summary(later, (Unit("b", "B", None),), earlier, id="w2")
    assert found.row("s").change.verdict in ("same", "cannot_tell")


def test_a_group_worse_off_than_the_rest_is_said_to_be():
    units = flat(("east", 90), ("west", 300))
    rows = answers({"east": 70}, 1, shift=-1) + answers({"west": 200}, 2)
    found = summary(rows, units)
    assert found.row("s", "east").rest.verdict == "lower"
    assert found.row("s", "west").rest.verdict == "higher"
    assert found.row("s").rest.verdict == "not_shown"


def test_no_word_beside_a_rest_that_is_too_few():
    units = flat(("east", 90), extra=12)
    found = summary(answers({"east": 60, "org": 8}, 1), units)
    assert found.row("s", "east").rest.verdict == "not_shown"


def test_no_false_alarms_beyond_the_rate_declared():
    """40 pairs of waves from the same people: the three gates together rarely speak."""
    said = [
        two(answers({"east": 120}, seed), answers({"east": 120}, 1000 + seed)).row("s").change
        for seed in range(40)
    ]
    assert sum(change.verdict in ("higher", "lower") for change in said) <= 3
    assert np.mean([change.verdict == "cannot_tell" for change in said]) > 0.5


def themes(rows, units=None, books=None):
    """The theme of each wave, oldest first."""
    units = units or [flat(("east", 400))] * len(rows)
    books = books or [BOOK] * len(rows)
    return [
        Theme(count(wave(r, u, id=f"w{i}"), book), book, book.scales[0], RULE)
        for i, (r, u, book) in enumerate(zip(rows, units, books, strict=True))
    ]


def slide(step=0.13):
    return [answers({"east": 300}, seed, shift=-step * seed) for seed in range(6)]


def test_a_slow_slide_shows_against_the_first_wave_and_not_between_neighbours():
    *past, now = themes(slide())
    near, far = since(now, past[-1], "east"), trend_over(now, past, "east")
    assert verdict(near, True, RULE) in ("same", "cannot_tell")
    assert verdict(far, True, RULE) == "lower"
    assert far.against == "Pulse w0"
    assert trend_over(now, past, now.root).against == "Pulse w0"


def test_with_one_earlier_wave_there_is_nothing_more_to_say():
    first, now = themes(slide()[:2])
    assert trend_over(now, [first], "east") is None
    assert trend_over(first, [], "east") is None


def test_a_series_starts_after_its_last_break():
    old = instrument(changes={"b": {"text": "Another question"}})
    *past, now = themes(slide(), books=[old, old, BOOK, BOOK, BOOK, BOOK])
    assert trend_over(now, past, "east").against == "Pulse w2"
    # Worded as now, but asked in other words in between: not one series.
    *past, now = themes(slide(), books=[BOOK, BOOK, old, BOOK, BOOK, BOOK])
    assert trend_over(now, past, "east").against == "Pulse w3"


def test_a_declared_break_ends_the_series_for_all_before_it():
    book = instrument(scale={"breaks": ["w3"]})
    *past, now = themes(slide(), books=[book] * 6)
    assert trend_over(now, past, "east").against == "Pulse w3"


def test_waves_that_did_not_ask_or_did_not_show_are_stepped_over():
    rows = slide()
    rows[1] = [(unit, X, X, X) for unit, *_ in rows[1]]
    rows[0] = rows[0][:6]
    *past, now = themes(rows)
    assert trend_over(now, past, "east").against == "Pulse w2"


def test_a_series_ends_where_its_questions_were_read_differently():
    *past, now = themes(slide())

    def against(*apart):
        def same(later, earlier):
            return (earlier.counted.head.id, later.counted.head.id) not in apart

        found = trend_over(now, past, "east", same)
        return found and found.against

    assert against() == "Pulse w0"
    assert against(("w1", "w2")) == "Pulse w2"
    assert against(("w4", "w5")) is None
    # Too little for neighbours, but now differs from the first two.
    assert against(("w0", "w5"), ("w1", "w5")) == "Pulse w2"


def test_a_group_that_is_new_or_not_shown_has_no_series():
    units = [flat(("west", 400))] * 4 + [flat(("east", 400))] * 2
    rows = [[("west", *row[1:]) for row in r] if i < 4 else r for i, r in enumerate(slide())]
    *past, now = themes(rows, units)
    assert trend_over(now, past, "east") is None
    assert trend_over(now, past, now.root).against == "Pulse w0"
    few = themes([r[:6] for r in slide()])
    assert trend_over(few[-1], few[:-1], "east") is None
