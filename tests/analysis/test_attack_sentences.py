"""Releases of a careless Candour that say too much in sentences, ranges and words; and ours."""

import json

import pytest

from analysis import report_tables
from analysis.attack import words
from analysis.attack.facts import versions
from analysis.attack.suite import attack, read
from analysis.disclosure import Rule
from analysis.summarise import summarise
from analysis.tally import count
from tests.analysis.made import answers, flat, instrument
from tests.analysis.made import wave as wave_of
from tests.analysis.summarised import BOOK
from tests.analysis.test_steady import people, wave, without_one_in_each

PEOPLE = {"org": 140, "A": 60, "B": 70, "H": 10}


def figure(n, score=None, ends=(None, None), band=None, shares=None, likely=None):
    return {"n": n, "score": score, "low": ends[0], "high": ends[1], "band": band,
            "shares": shares, "likely_share": likely}  # fmt: skip


def pulse(figures, people=PEOPLE, *, wave="w0", **reading):
    """One pulse of theme s: figures by group, and the sentences beside the whole's score."""
    rows = [
        {"theme": theme, "unit": unit, "figure": told, "change": {}, "rest": {}}
        for theme, groups in figures.items()
        for unit, told in groups.items()
    ]
    units = [
        {"id": one, "name": one, "parent": None if one == "org" else "org", "headcount": size}
        for one, size in people.items()
    ]
    return {
        "wave": {"id": wave}, "units": units, "rows": rows, "silence": [], "items": [],
        "themes": [{"id": theme, "formula": "mean", "items": []} for theme in figures],
        "readings": [{"theme": "s", **reading}],
    }  # fmt: skip


@pytest.fixture
def found(tmp_path):
    def attacked(*pulses):
        (tmp_path / "summary.json").write_text(json.dumps({"pulses": pulses}))
        return [one.line() for one in attack(read([tmp_path], {}))]

    return attacked


@pytest.mark.parametrize(
    ("people", "scores", "said"),
    [
        ("About 5", "51 instead of 50", None),
        ("4", "49.4 instead of 50.0", "MEDIUM A12 org, s, w0: 68 to 73 of 100"),
        ("About 10", "57 instead of 60", "HIGH   A6 org, s, w0: 86 to 100 of 100"),
        ("About 15", "52 instead of 50", None),
    ],
)
def test_the_score_without_some_sheets_says_what_was_on_them(found, people, scores, said):
    """4 of 140 sheets that move the mean from 50 to 49.4 have (140·50 − 136·49.4)/4 = 70."""
    text = f"{people} people gave one answer to every question. Without them the score would be"
    score = float(scores.split()[-1])
    told = found(pulse({"s": {"org": figure("140", score)}}, alike=f"{text} {scores}."))
    assert bool(told) is (said is not None)
    assert not said or told[0].startswith(said)


@pytest.mark.parametrize("one_mind", [True, False])
def test_our_own_sentence_is_left_out_where_it_would_say_that_all_those_sheets_are_alike(one_mind):
    """Twelve sheets of 100 that give one answer: all the highest, or every option."""
    rows = answers({"org": 88}, 5, items=6)
    rows += [("org", *[5 if one_mind else 1 + i % 5] * 6) for i in range(12)]
    book = instrument(items=6)
    reading = summarise(count(wave_of(rows, flat(extra=150)), book), book, Rule()).reading("s")
    assert bool(reading.alike) is not one_mind


def change(within, make_up):
    return (
        f"Of the difference from the score in Spring, {within} within groups, "
        f"and {make_up} with groups growing or shrinking."
    )


def two_waves(text):
    """A and B keep 50 and 50, H's 10 people become 6, and the whole's 53 becomes 52."""
    groups = {"A": figure("60", 50), "B": figure("70", 50), "H": None}
    first = pulse({"s": {"org": figure("140", 53), **groups}})
    later = PEOPLE | {"org": 136, "H": 6}
    return first, pulse({"s": {"org": figure("135", 52), **groups}}, later, wave="w1", make_up=text)


def test_the_parts_of_a_change_say_what_a_shrinking_group_said(found):
    """H's share falls by 10/140 − 6/136 = 2.7 %. A and B gain it, so −1.3 points of make-up mean
    that H lies 1.3/0.027 = 48 above them, and so does everybody in it."""
    exact = change("hardly anything lies", "about 1.3 points down come")
    said = found(*two_waves(exact))
    assert any(line.startswith("MEDIUM A12 H, s, w1: 9") for line in said)


def test_parts_that_follow_from_printed_scores_say_nothing(found):
    assert not any("growing" in line for line in found(*two_waves(
        change("hardly anything lies", "hardly anything comes"))))  # fmt: skip


def wide(n, score, half):
    return figure(n, score, (score - half, score + half))


def test_a_range_of_a_groups_own_spread_says_how_alike_its_people_answered(found):
    """Ends 5 points from a score of 25 people leave next to no spread, beside 20 points of B."""
    people = {"org": 200, "A": 50, "B": 50}
    own = {"org": figure("100", 50), "A": wide("about 25", 50, 5), "B": wide("about 25", 50, 20)}
    one = {"org": figure("100", 50), "A": wide("about 25", 50, 10), "B": wide("about 25", 40, 10)}
    said = found(pulse({"s": own}, people))
    assert any("A12 A, s, w0: its likely range leaves 0 to" in line for line in said)
    assert found(pulse({"s": one}, people)) == []


def test_ranges_that_differ_beside_shares_that_print_alike(found):
    def group(*likely):
        return figure("about 25", 50, shares=["60%", "20%", "20%"], likely=likely)

    people = {"org": 200, "A": 50}
    same = {"s": {"A": group(45, 75)}, "t": {"A": group(45, 75)}}
    assert found(pulse(same, people)) == []
    apart = {"s": {"A": group(45, 75)}, "t": {"A": group(45, 80)}}
    assert any("45 to 75 and 45 to 80" in line for line in found(pulse(apart, people)))


@pytest.mark.parametrize(("ends", "told"), [((48, 56), False), ((47, 56), True)])
def test_ends_around_the_exact_score_say_more_than_the_score(found, ends, told):
    """The whole prints 52. Ends 47 and 56 say that it is 51.5 to 52: with 30 of 100 people at 72.5
    or less, and 50 at 52.5 or less, that leaves the last 20 over 21; with 52.5 nothing is new."""
    people = {"org": 100, "A": 88, "H": 12}
    figures = {"org": figure("100", 52, ends), "A": figure("90", 53), "H": None}
    low = read_ends(found, pulse({"s": figures}, people))
    assert low is told


def read_ends(found, one):
    from analysis.attack.candour import read_summary
    from analysis.attack.model import Release

    release = Release()
    read_summary(one, "summary.json", release)
    cell = next(line.cells["mean"] for line in release.lines if line.measure == "s")
    return cell.high - cell.low < 1


def files(summaries, folder):
    """What everything published says, and the part of it that words that turned say."""
    (folder / "summary.json").write_text(report_tables.json(summaries))
    return read([folder], {})


def turned(release):
    return [one.line() for one in words.attack(versions(release), release)]


def test_a_word_that_one_leaver_turned_says_what_the_one_said(tmp_path):
    """Sixty groups that one person leaves: drawn up without the wave before, some words turn."""
    naive = []
    for seed in range(6):
        rows, heads, rng = people(seed)
        both = wave(rows, heads, 0), wave(without_one_in_each(rows, rng), heads, 1, fewer=1)
        first = summarise(both[0], BOOK, Rule())
        alone, ours = (summarise(both[1], BOOK, Rule(), past) for past in ([], [(both[0], BOOK)]))
        naive += turned(files([first, alone], tmp_path))
        told = files([first, ours], tmp_path)
        assert turned(told) == []
        assert seed >= 2 or attack(told) == []
    assert all(" A7 " in line for line in naive)
    assert len(naive) >= 3
