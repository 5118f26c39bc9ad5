"""What must not change what is published: who gave which answer among people nobody may tell apart.

``ORGANISATIONS=200 python -m pytest tests/analysis/test_metamorphic.py`` tries two hundred random
organisations; without it a few, so that the suite stays quick.
"""

import os
import random
from collections import defaultdict

import numpy as np
import pytest

from analysis import report_files, report_tables
from analysis.dataset import Comment, Unit
from analysis.disclosure import Rule, RuleError
from analysis.release.released import settle
from analysis.summarise import Past, summarise
from analysis.tally import count
from tests.analysis import large_groups
from tests.analysis.made import P, answers, flat, instrument, organisation, wave

ORGANISATIONS = int(os.environ.get("ORGANISATIONS", "4"))
# Charts and a PDF take a second or two, so only one organisation in so many goes through them.
FILES = max(1, ORGANISATIONS // 20)
RULE = Rule()
BOOK = instrument(
    items=10,
    reverse=(1,),
    changes={
        "e": {"sensitive": True},
        "j": {"kind": "text", "responses": ""},
    },
    scales=[
        {"id": "s", "title": "Safe", "description": "D", "items": ["a", "b", "c"], "fear": True},
        {"id": "f", "title": "Fair", "description": "D", "items": ["d"], "formula": "favourable"},
        {"id": "h", "title": "Harm", "description": "D", "items": ["e"]},
        {"id": "g", "title": "Good", "description": "D", "items": ["f", "g", "h", "i"]},
    ],
)
RATED = 9
COMMENTS = tuple(Comment("j", f"We have too many cases, number {i}", "board") for i in range(14))


def made(seed, shift=0.0):
    """A random organisation's answers, some left out or preferred not to be said, and one sheet in
    eight with one answer throughout."""
    units, answered = organisation(seed, services=6, teams=(3, 8))
    rng = np.random.default_rng(seed + 999)
    rows = []
    for unit, *given in answers(answered, seed + int(100 * shift), items=RATED, shift=shift):
        if rng.random() < 0.12:
            rows.append((unit, *[int(rng.integers(1, 6))] * RATED))
            continue
        pairs = zip(given, rng.random(RATED), strict=True)
        rows.append((unit, *(None if d < 0.03 else P if d < 0.05 else v for v, d in pairs)))
    return units, rows


def counted(rows, units, label="now"):
    return count(wave(rows, units, id=label, comments=COMMENTS), BOOK)


def summaries(waves, units):
    """Pulses, the earliest first, as published one after the other."""
    return summarise_all_of(
        [counted(rows, units, f"w{number}") for number, rows in enumerate(waves)]
    )


def summarise_all_of(pulses):
    return [
        summarise(now, BOOK, RULE, [Past(one, BOOK, RULE) for one in pulses[:place]], programme="P")
        for place, now in enumerate(pulses)
    ]


def published(waves, units):
    return [summary.to_json() for summary in summaries(waves, units)]


def three(seed):
    """An organisation and three waves of it."""
    units, last = made(seed)
    return units, [made(seed, 0.5)[1], made(seed, 0.3)[1], last]


def exchanged(rows, units, seed):
    """The same wave with answers handed round among groups that no figure tells apart.

    Only sheets with the same gaps change hands, so no number of answers changes anywhere.
    """
    parents = {unit.id: unit.parent for unit in units}
    themes = settle(counted(rows, units), BOOK, RULE).themes

    def cell(unit, theme):
        while unit is not None and unit not in theme.shown:
            unit = parents[unit]
        return unit

    alike = defaultdict(list)
    for place, (unit, *given) in enumerate(rows):
        gaps = tuple(value if value in (None, P) else 0 for value in given)
        alike[tuple(cell(unit, theme) for theme in themes), gaps].append(place)
    swapped = list(rows)
    for places in alike.values():
        sent = random.Random(seed).sample(places, len(places))
        for place, source in zip(places, sent, strict=True):
            swapped[place] = (rows[place][0], *rows[source][1:])
    return swapped


def shuffled(rows, seed):
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    return mixed


def moved(rows, others):
    """How many sheets lie in another group than before."""
    return sum(one != other for one, other in zip(rows, others, strict=True))


@pytest.mark.parametrize("seed", range(ORGANISATIONS))
def test_answers_exchanged_between_hidden_groups_change_nothing(seed):
    """Attack A13: the strongest single test. Nothing computed from a hidden group gets out."""
    units, waves = three(seed)
    swapped = [exchanged(rows, units, seed + place) for place, rows in enumerate(waves)]
    assert moved(waves[-1], swapped[-1]) > len(waves[-1]) / 3
    assert published(swapped, units) == published(waves, units)


@pytest.mark.parametrize("seed", range(max(1, ORGANISATIONS // 4)))
def test_answers_exchanged_change_no_figure_worked_out_from_others(seed):
    """The same where groups are large and unlike, so that chance is allowed for, silence of groups
    has its ends and questions have moved."""
    pulses = large_groups.drawn(seed, RATED, 2)
    swapped = [(exchanged(rows, units, seed), units) for rows, units in pulses]
    assert moved(pulses[-1][0], swapped[-1][0]) > len(pulses[-1][0]) / 3
    plain, other = (
        summarise_all_of([counted(*one, f"w{number}") for number, one in enumerate(several)])
        for several in (pulses, swapped)
    )
    # Not every organisation has all of it; the first one has.
    assert sum(row.shrunk is not None for row in plain[-1].rows) >= 6 or seed
    assert any(row.worst is not None for row in plain[-1].rows) or seed
    assert report_tables.csv(other) == report_tables.csv(plain)
    assert report_tables.json(other) == report_tables.json(plain)


def test_the_waves_above_reach_every_sentence():
    """Pulses with readings, so that an exchange of answers has something to change."""
    said = [one for seed in range(4) for one in summaries(three(seed)[1], three(seed)[0])]
    readings = [reading for one in said for reading in one.readings]
    assert any(one.together is not None for one in said)
    assert any(one.alike for one in readings)
    assert any(one.since_first for one in readings)
    assert any(one.split for one in readings)


@pytest.mark.parametrize("seed", range(ORGANISATIONS))
def test_the_order_in_which_people_answered_changes_nothing(seed):
    units, waves = three(seed)
    mixed = [shuffled(rows, seed) for rows in waves]
    assert published(mixed, units) == published(waves, units)


@pytest.mark.parametrize("seed", range(FILES))
def test_no_byte_of_any_file_changes(seed):
    """HTML, charts, JSON, CSV, workbook and PDF, by exchange and by order."""
    units, waves = three(seed)
    waves = waves[1:]
    expected, lacking = report_files.make(summaries(waves, units))
    assert not lacking
    assert {name.rsplit(".")[-1] for name in expected} == {
        "html", "svg", "json", "csv", "xlsx", "pdf",
    }  # fmt: skip
    swapped = shuffled(exchanged(waves[-1], units, seed), seed)
    assert report_files.make(summaries([waves[0], swapped], units)) == (expected, ())


def test_an_answer_that_is_shown_does_change_what_is_published():
    """The tests above can fail: an exchange between shown groups is seen."""
    units = flat(("east", 90), ("west", 90))
    rows = answers({"east": 60}, 1, items=RATED)
    rows += answers({"west": 60}, 2, items=RATED, shift=1.5)
    other = [("west" if unit == "east" else "east", *given) for unit, *given in rows]
    assert published([rows, rows], units) != published([rows, other], units)


@pytest.mark.parametrize("joins", [False, True])
@pytest.mark.parametrize("seed", range(ORGANISATIONS))
def test_one_who_leaves_or_joins_turns_no_word_of_change(seed, joins):
    """Attack A7: two pulses with the same answers, one person out or in. Nothing rose or fell,
    and a group of fewer than fifty has the words that it has when nobody moved."""
    units, rows = made(seed)
    fewer = list(rows)
    del fewer[random.Random(seed).randrange(len(fewer))]
    _, changed = summaries([fewer, rows] if joins else [rows, fewer], units)
    for row in changed.rows:
        assert row.change.verdict in ("cannot_tell", "same", "not_shown")
        if row.figure and ("about" in row.figure.n or "–" in row.figure.n):
            assert row.change.verdict in ("cannot_tell", "not_shown")
            assert row.change.why in (
                "",
                "With so few answers only a very large difference would show.",
            )


@pytest.mark.parametrize("seed", range(ORGANISATIONS))
def test_where_everybody_answered_nobody_is_told_on(seed):
    """Attack A20: in every group, and in all that figures leave of one another, at least fifteen
    people stand behind a figure where all of them answered."""
    units, answered = organisation(seed)
    heads = {unit.id: unit.headcount for unit in units}
    own = dict(heads)
    for unit in units:
        if unit.parent is not None:
            own[unit.parent] -= heads[unit.id]
    rng = np.random.default_rng(seed)
    gave = {unit: own[unit] if rng.random() < 0.5 else answered[unit] for unit in own}
    found = settle(counted(answers(gave, seed, items=RATED), units), BOOK, RULE)
    full = 0
    for theme in found.themes:
        for group in (*theme.cells.values(), *(theme.group(unit) for unit in theme.shown)):
            if group.responses >= group.headcount:
                full += 1
                assert group.answers >= (RULE.k_sensitive if theme.sensitive else RULE.k_full)
    assert full or seed


@pytest.mark.parametrize(("people", "shown"), [(14, False), (15, True)])
def test_a_team_where_everybody_answered_by_hand(people, shown):
    units = flat(("east", people), ("west", 90), ("north", 90))
    rows = answers({"east": people, "west": 40, "north": 40}, 1, items=RATED)
    _, found = summaries([rows, rows], units)
    assert (found.row("s", "east").figure is not None) is shown
    assert found.row("h", "east").figure is None


def test_a_team_where_all_answered_and_agreed_shows_no_number():
    units = flat(("east", 25), ("west", 300))
    rows = [("east", 5, 1, *[5] * 7)] * 25 + answers({"west": 150}, 1, items=RATED)
    _, found = summaries([rows, rows], units)
    figure = found.row("s", "east").figure
    assert figure.score is figure.low is figure.high is None
    assert not {"0%", "100%"} & set(figure.shares or ())


@pytest.mark.parametrize("name", sorted(RULE.to_dict()))
def test_a_rule_that_protects_too_little_is_refused(name):
    """Attack A18: no threshold can be taken away, whatever file or store the rule comes from."""
    with pytest.raises(RuleError):
        Rule.from_dict(RULE.to_dict() | {name: 1})


def test_a_threshold_may_be_raised():
    assert Rule.from_dict(RULE.to_dict() | {"k": 12}).k == 12


def test_no_group_answers_and_nothing_breaks():
    units = (Unit("org", "Org", None, 40),)
    found = summarise(counted([("org", *[None] * RATED)] * 11, units), BOOK, RULE)
    assert all(row.figure is None for row in found.rows)
