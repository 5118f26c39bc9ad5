"""Our own releases of random small organisations, attacked with everything that was published.

``ORGANISATIONS=200 python -m pytest tests/analysis/test_attack_random.py`` attacks two hundred;
without it a few, so that the suite stays quick. Each has 1 to 3 waves of one tree of services and
teams of 3 to 23 people, of whom 45 to 90 % answer, with joiners and leavers between waves.
One sheet in ten has one answer throughout. A quarter as many have large groups, which have every
figure that is worked out from others.
"""

import csv
import os

import numpy as np
import pytest

from analysis import report_files, report_tables
from analysis.attack.suite import attack, read
from analysis.dataset import Unit
from analysis.disclosure import Rule
from analysis.release.visible import item_leanings, roll_up
from analysis.summarise import summarise
from analysis.tally import count
from tests.analysis import large_groups
from tests.analysis.made import answers, instrument, wave

ORGANISATIONS = int(os.environ.get("ORGANISATIONS", "8"))
RATED = 9
THEMES = [
    {"id": "s", "title": "Safe", "description": "D", "items": ["a", "b", "c"], "fear": True},
    {"id": "t", "title": "Told", "description": "D", "items": ["d"]},
    {"id": "h", "title": "Harm", "description": "D", "items": ["e"]},
    {"id": "g", "title": "Good", "description": "D", "items": ["f", "g", "h", "i"]},
]
BOOK = instrument(items=RATED, reverse=(1,), scales=THEMES, changes={"e": {"sensitive": True}})


def tree(rng):
    """Services and teams with their people; some people sit in a service directly, or nowhere."""
    units: list[tuple[str, str | None, int]] = [("org", None, int(rng.integers(0, 4)))]
    for s in range(int(rng.integers(1, 5))):
        units.append((f"s{s}", "org", int(rng.integers(0, 3)) * int(rng.integers(0, 5))))
        units += [
            (f"s{s}t{t}", f"s{s}", int(rng.integers(3, 24))) for t in range(rng.integers(2, 6))
        ]
    return units


def one_wave(units, number, rng, kind):
    """A wave of the tree: who answered, and answers that lean together, sometimes all one way."""
    people = {name: own for name, _, own in units}
    rate = rng.uniform(0.45, 0.9, len(units))
    gave = {
        name: own if rng.random() < 0.05 else int(rng.binomial(own, part))
        for (name, _, own), part in zip(units, rate, strict=True)
    }
    whole = dict(people)
    for name, parent, _ in reversed(units):
        if parent is not None:
            whole[parent] += whole[name]
    rows = answers(
        gave, int(rng.integers(1 << 30)), items=RATED, shift=float(rng.choice([0, 0, 1.2]))
    )
    blank = rng.random((len(rows), RATED)) < 0.04
    same = rng.random(len(rows)) < 0.1
    rows = [
        (row[0], *row[1:2] * RATED) if one else row for row, one in zip(rows, same, strict=True)
    ]
    rows = [
        (row[0], *(None if skip else answer for answer, skip in zip(row[1:], line, strict=True)))
        for row, line in zip(rows, blank, strict=True)
    ]
    listed = tuple(Unit(name, name.upper(), parent, whole[name]) for name, parent, _ in units)
    return count(wave(rows, listed, id=f"w{number}", items=RATED), kind)


def waves(rng, kind):
    units, counted = tree(rng), []
    for number in range(int(rng.integers(1, 4))):
        counted.append((one_wave(units, number, rng, kind), kind))
        units = [
            (name, parent, max(own + int(rng.integers(-1, 2)), 0)) for name, parent, own in units
        ]
    return counted


def organisation(seed):
    """Summaries of 1 to 3 waves, through the same steps as any release."""
    return published(waves(np.random.default_rng([2026, seed]), BOOK))


def published(counted):
    return [
        summarise(now, BOOK, Rule(), counted[:place], programme="Made up")
        for place, (now, _) in enumerate(counted)
    ]


def findings(summaries, folder):
    (folder / "summary.json").write_text(report_tables.json(summaries))
    (folder / "figures.csv").write_text(report_tables.csv(summaries))
    return [one.line() for one in attack(read([folder], {}))]


@pytest.mark.parametrize("seed", range(ORGANISATIONS))
def test_every_attack_on_a_random_organisation_finds_nothing(seed, tmp_path, record_figure):
    assert findings(organisation(seed), tmp_path) == []
    record_figure("SDC-1", f"recovered from {ORGANISATIONS} random organisations: nothing")


@pytest.mark.parametrize("seed", range(max(1, ORGANISATIONS // 4)))
def test_every_attack_on_an_organisation_of_large_groups_finds_nothing(seed, tmp_path):
    assert findings(published(large_groups.waves(seed, BOOK, RATED)), tmp_path) == []


def under_a_threshold_alone(seed, folder):
    """The first wave of the same organisation with ten answers as the only rule."""
    kind = BOOK
    (now, _), *_ = waves(np.random.default_rng([2026, seed]), kind)
    table = item_leanings(now, kind, "d")
    totals = roll_up(now.units, now.tally.units, table)
    with (folder / "results.csv").open("w", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(("group", "part of", "n", "favourable count"))
        for unit in now.units:
            n, yes = int(totals[unit.id].sum()), int(totals[unit.id][0])
            told = (n, yes) if n >= 10 else ("*", "*")
            out.writerow((unit.name, unit.parent.upper() if unit.parent else "", *told))
    return attack(read([folder], {}))


def test_the_same_organisations_are_broken_under_a_threshold_alone(tmp_path):
    """The attacks can do it: without hiding a second group nearly all give a small one away."""
    broken = 0
    for seed in range(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        found = under_a_threshold_alone(seed, folder)
        broken += any(one.attack in ("A1", "A3") and one.severity == "high" for one in found)
    assert broken >= 7


def test_there_is_something_to_attack():
    """The releases above do show groups, hide groups, and print scores."""
    rows = [row for seed in range(6) for s in organisation(seed) for row in s.rows]
    shown = [row.figure for row in rows if row.figure]
    assert 0.1 < len(shown) / len(rows) < 0.9
    assert sum(figure.score is not None for figure in shown) > 10


def test_every_file_of_a_report_gives_nothing(tmp_path):
    files, _ = report_files.make(organisation(3))
    for name, body in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(body)
    assert [one.line() for one in attack(read([tmp_path], {}))] == []
