"""What goes together, in groups: recovered from made-up answers, and told only where it may be."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.dataset import Unit
from analysis.disclosure import Rule
from analysis.release.visible import Theme
from analysis.tally import count
from analysis.together import goes_together, told_apart
from tests.analysis import made

WHOLE = (Unit("org", "Org", None, 4000),)
SCALES = [
    {"id": "fear", "title": "Fear", "description": "D", "items": ["a", "b"], "fear": True},
    {"id": "near", "title": "Near", "description": "D", "items": ["c", "d"]},
    {"id": "far", "title": "Far", "description": "D", "items": ["e", "f"]},
    {"id": "none", "title": "None", "description": "D", "items": ["g", "h"]},
]


def themes_of(people, pulls=(0.8, 0.3, 0.0), seed=1, scales=SCALES):
    """Themes of made-up answers in which fear leans on the others so much."""
    rng = np.random.default_rng(seed)
    others = rng.normal(size=(people, 3))
    fear = others @ pulls + 0.5 * rng.normal(size=people)
    minds = np.column_stack([fear, others]).repeat(2, axis=1)
    codes = np.clip(np.round(3 + minds + 0.3 * rng.normal(size=minds.shape)), 1, 5).astype(int)
    instrument = made.instrument(items=8, scales=scales)
    rows = [("org", *line) for line in codes.tolist()]
    counted = count(made.wave(rows, WHOLE), instrument)
    return [Theme(counted, instrument, scale, Rule()) for scale in instrument.scales]


def test_the_closest_theme_stands_first():
    found = goes_together(themes_of(2000))
    assert found.theme == "fear"
    assert found.groups == (("near",), ("far",), ("none",))
    assert found.people == "at least 150"
    # Var(fear) = .64 + .09 + .25 before rounding to options, so some seven tenths are shared.
    assert 5 <= found.tenths <= 8


def test_what_cannot_be_told_apart_stands_together():
    assert goes_together(themes_of(400, pulls=(0.5, 0.5, 0.5))).groups == (("near", "far", "none"),)


def test_more_themes_than_orders_can_be_gone_through():
    many = [
        {"id": f"t{i}", "title": f"T{i}", "description": "D", "items": [name], "fear": i == 0}
        for i, name in enumerate("abcdefgh")
    ]
    found = goes_together(themes_of(2000, scales=many))
    assert sum(len(group) for group in found.groups) == 7
    assert "t1" in found.groups[0]  # the other question of the same theme


def test_the_same_answers_say_the_same_again():
    assert goes_together(themes_of(300)) == goes_together(themes_of(300))


def test_many_equals_are_seldom_told_apart():
    """Eleven themes that matter alike, as many correlations as 400 people give."""
    rng = np.random.default_rng(2)
    split = 0
    for _ in range(24):
        others = np.sqrt(0.6) * rng.normal(size=(400, 11)) + np.sqrt(0.4) * rng.normal(
            size=(400, 1)
        )
        fear = 0.1 * others.sum(axis=1) + rng.normal(size=400)
        spread = np.cov(np.column_stack([others, fear]), rowvar=False)
        split += len(told_apart(400, spread)) > 1
    assert split <= 5  # one in ten is to be expected at most


def test_what_chance_alone_makes_is_seldom_said():
    pulls = (0.0, 0.0, 0.0)
    said = [goes_together(themes_of(150, pulls, seed)) is not None for seed in range(60)]
    assert sum(said) <= 3  # one in a hundred is to be expected


@pytest.mark.parametrize(
    "themes",
    [
        themes_of(149),
        themes_of(400, scales=SCALES[1:]),
        themes_of(400, pulls=(0.0, 0.0, 0.0)),
        themes_of(400)[:1],
    ],
    ids=["too few people", "no fear theme", "nothing shared", "one theme"],
)
def test_nothing_is_said(themes):
    assert goes_together(themes) is None


def test_two_names_for_one_thing_are_not_set_side_by_side():
    twice = [*SCALES[:2], {**SCALES[2], "items": ["c", "d"]}]
    assert goes_together(themes_of(400, scales=twice)) is None


def test_a_hidden_theme_stops_it():
    themes = themes_of(400)
    hidden = replace(themes[1], rule=Rule(headcount=5000, participation_headcount=5000))
    assert goes_together([themes[0], hidden, *themes[2:]]) is None
