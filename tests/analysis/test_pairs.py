"""The same people twice: the truth comes out, nobody's record leads anywhere, few are not told."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis import pair_words
from analysis.claims import ClaimError
from analysis.disclosure import Rule
from analysis.pairs import FITS, LEAST, STEPS, Paired, Sums, keys_of, rough, scores, step, tag_of
from analysis.report_parts import Points
from analysis.report_tables import csv
from analysis.reports import content
from analysis.summarise import summarise
from analysis.summary import Comparison, PairedChange, Pairs, Summary
from tests.analysis.made import answers, flat, instrument
from tests.analysis.strong_words import STRONG
from tests.analysis.summarised import BOOK, counted

UNITS = flat(("east", 150), ("west", 150))


def test_the_interval_is_that_of_the_paired_t_test_with_a_rounded_spread():
    # R: t.test(c(4, -2, 7, 3, 8, 1), conf.level = .95) has mean 3.5 and s = 3.728; 5 is used.
    found = Sums.of([4, -2, 7, 3, 8, 1]).difference()
    assert found.value == 3.5
    assert found.se == pytest.approx(5 / np.sqrt(6))
    low, high = found.interval()
    assert (low, high) == pytest.approx((3.5 - 2.570582 * found.se, 3.5 + 2.570582 * found.se))


def test_a_person_s_scores_follow_the_half_rule_and_both_formulas():
    assert scores(keys_of(BOOK), {"a": 5, "b": 3, "d": 4, "e": 2}) == {"s": 75.0, "f": 50.0}
    assert scores(keys_of(BOOK), {"a": 5, "b": -1, "d": 1}) == {"f": 0.0}
    reversed_ = instrument(items=3, reverse=(0,))
    assert scores(keys_of(reversed_), {"a": 1, "b": 5, "c": 5}) == {"s": 100.0}


@pytest.mark.parametrize("size", STEPS)
def test_a_rough_score_is_right_on_average(size):
    draws = (np.arange(10_000) + 0.5) / 10_000
    for exact in (0, 8.25, 33, 50, 62.5, 99, 100):
        kept = [rough(exact, size, draw) for draw in draws]
        assert np.mean(kept) == pytest.approx(exact, abs=0.02)
        assert set(kept) <= set(range(0, 101, size))


def test_the_true_move_comes_out_and_its_range_holds_it_as_often_as_said():
    draw, held, found = np.random.default_rng(5), 0, []
    truth, people, rounds = 6.0, 60, 400
    for _ in range(rounds):
        before = 12.5 * draw.binomial(8, 0.55, people)
        after = np.clip(before + draw.normal(truth, 12, people), -50, 150)
        kept = [rough(one, 25, draw.random()) for one in before]
        got = Sums.of(list(after - kept)).difference()
        low, high = got.interval()
        held += low <= truth <= high
        found.append(got.value)
    assert np.mean(found) == pytest.approx(truth, abs=4 * np.std(found) / np.sqrt(rounds))
    assert 0.94 <= held / rounds <= 1.0


def join(values, chances):
    """How often the best guess of the answers behind a record is right: of the answers that fit
    best, one by chance. ``chances`` has P(value | answer) by value and answer."""
    return [chances[value].max() / chances[value].sum() for value in values]


def chances(exact, size):
    found = {}
    for value in range(0, 101, size):
        near = np.clip(1 - np.abs(np.asarray(exact) - value) / size, 0, 1)
        if near.sum():
            found[value] = near
    return found


def test_exact_scores_would_lead_to_their_author_and_kept_ones_do_not():
    draw = np.random.default_rng(11)
    people, themes = 120, 6
    table = np.round(
        100 * draw.binomial(12, draw.beta(4, 3, (people, 1)), (people, themes)) / 12, 2
    )
    # The naive record: all of a person's exact scores side by side.
    rows = {tuple(row) for row in table}
    assert len(rows) > 0.95 * people
    for theme in range(themes):
        column = table[:, theme]
        size = step(column)
        assert size is not None
        by_value = chances(column, size)
        kept = [rough(one, size, draw.random()) for one in column]
        right = join(kept, by_value)
        assert max(right) <= 1 / FITS + 1e-9
        # And the guess is really no better: play it.
        best = {value: int(near.argmax()) for value, near in by_value.items()}
        hits = sum(best[value] == person for person, value in enumerate(kept))
        assert hits <= people / FITS + 3 * np.sqrt(people / FITS)


def test_a_step_too_fine_for_those_who_answered_is_not_taken():
    crowd = [float(12.5 * (one % 9)) for one in range(180)]
    assert step(crowd) == 25
    # One alone at the bottom: a record of 0 could be nobody else's at a finer step.
    alone = [75.0] * 60 + [0.0]
    assert step([one for one in alone if one]) == 25
    assert step(alone) == 100
    assert max(join([0], chances(alone, 100))) <= 1 / FITS
    assert step([100.0] * 60 + [0.0]) is None
    assert step([]) is None


def test_two_themes_of_one_person_are_strangers_without_the_tag():
    first, second = tag_of(bytes(32), "s"), tag_of(bytes(32), "f")
    assert first != second
    assert len(first) == len(second) == 16
    assert tag_of(bytes(32), "s") == first


def differences(n, mean=8.0, spread=10.0):
    half = [mean + spread if one % 2 else mean - spread for one in range(n)]
    return Sums.of(half)


def told(n, *, since="e0", theme="s", mean=8.0, rule=None, answered=100, book=BOOK):
    before = counted(
        answers({"east": answered, "west": answered}, 1, items=5), UNITS, book, id="e0"
    )
    now = counted(answers({"east": answered, "west": answered}, 2, items=5), UNITS, book)
    paired = Paired(since, {theme: differences(n, mean)})
    return summarise(now, book, rule or Rule(), [(before, book)], programme="P", paired=paired)


def plain():
    return told(0, since="nowhere")


def test_under_thirty_pairs_the_results_are_those_without_a_phrase():
    assert told(LEAST - 1).to_json() == plain().to_json()
    assert plain().pairs is None
    assert pair_words.paragraph(plain()) == ()


def test_from_thirty_a_word_and_from_fifty_a_number():
    few, many = told(LEAST, mean=12.0), told(57)
    assert few.pairs.people == "at least 30"
    (one,) = few.pairs.themes
    assert (one.change.verdict, one.change.difference) == ("higher", None)
    assert many.pairs.people == "at least 50"
    (one,) = many.pairs.themes
    assert (one.change.verdict, one.change.difference) == ("higher", 8.0)
    # s = 10.09 counts as 15: 8 ± (2.003·15/√57 + 1), outward.
    assert (one.change.low, one.change.high) == (3.0, 13.0)


def test_those_without_a_phrase_must_be_enough_as_well():
    assert told(190).pairs is not None
    assert told(191).pairs is None


def test_a_stricter_rule_asks_for_more_pairs():
    assert told(39, rule=Rule(k=40, headcount=40, k_sensitive=40, k_full=40,
                              participation_headcount=40)).pairs is None  # fmt: skip


@pytest.mark.parametrize("wrong", [{"since": "e9"}, {"theme": "nothing"}])
def test_only_the_wave_before_and_the_theme_itself_count(wrong):
    assert told(80, **wrong).to_json() == plain().to_json()


def test_what_cannot_be_compared_is_not_compared_for_the_same_people_either():
    before = counted(answers({"east": 100, "west": 100}, 1, items=5), UNITS, BOOK, id="e0")
    other = replace(BOOK, scales=tuple(replace(one, items=("a", "b")) if one.id == "s" else one
                                       for one in BOOK.scales))  # fmt: skip
    now = counted(answers({"east": 100, "west": 100}, 2, items=5), UNITS, other)
    paired = Paired("e0", {"s": differences(80), "f": differences(80)})
    found = summarise(now, other, Rule(), [(before, BOOK)], programme="P", paired=paired)
    broken = [row.theme for row in found.rows if row.unit == found.root.id
              and row.change.verdict == "break"]  # fmt: skip
    assert broken == ["s"]
    assert [one.theme for one in found.pairs.themes] == ["f"]


def test_no_group_is_ever_told():
    told_of = json.dumps(told(80).to_dict()["pairs"]).replace("at least", "")
    assert not [unit.id for unit in told(80).units if unit.id in told_of]


def test_results_from_before_there_were_phrases_still_load():
    raw = json.loads(told(80).to_json())
    assert Summary.from_dict(raw) == told(80)
    del raw["pairs"]
    assert Summary.from_dict(raw).pairs is None


def test_pairs_go_into_the_store_and_come_out_again():
    kept = Paired("3", {"s": differences(41)})
    assert Paired.from_dict(json.loads(json.dumps(kept.to_dict()))) == kept


@pytest.mark.parametrize(
    ("mean", "n", "said"),
    [
        (12.0, 30, "Safe: likely higher for them."),
        (8.0, 60, "Safe: rose for them by 8 points (range 3 to 13)."),
        (-8.0, 60, "Safe: fell for them by 8 points (range 3 to 13)."),
        (0.0, 60, "Safe: about the same for them (range from 5 down to 5 up)."),
        (3.0, 60, "Safe: we can’t tell if it has changed for them (range from 2 down to 8 up)."),
    ],
)
def test_the_words_say_no_more_than_the_figures(mean, n, said):
    head, sentence = pair_words.paragraph(told(n, mean=mean))
    assert head.startswith(f"Among the at least {n} people who kept a diary phrase")
    assert sentence == said
    if "rose" not in said and "fell" not in said and "likely" not in said:
        assert not STRONG.search(sentence)


def test_a_strong_word_without_its_verdict_cannot_be_said():
    bent = Pairs("at least 50", (PairedChange("s", Comparison("higher", "the rest", 8, 3, 13)),))
    with pytest.raises(ClaimError):
        pair_words.paragraph(replace(told(60), pairs=bent))


def test_reports_and_figures_say_it_in_the_same_words():
    found = told(60)
    head, sentence = pair_words.paragraph(found)
    (section,) = [part for part in content([found]).sections if part.id == "what-changed"]
    assert Points(head, (sentence,)) in section.blocks
    lines = csv([found])
    assert sentence in lines
    assert "the same people" in lines
    assert "the same people" not in csv([plain()])
