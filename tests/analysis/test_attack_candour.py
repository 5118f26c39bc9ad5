"""Releases in Candour's own form that a careless version of it might have written."""

import json

import pytest

from analysis.attack.suite import attack, read


def figure(n, score=None, shares=None, band=None):
    return {"n": n, "score": score, "low": None, "high": None, "band": band, "shares": shares}


def row(unit, told):
    return {"theme": "s", "unit": unit, "figure": told, "change": {}, "rest": {}}


GROUPS = (("A", 50, ("35%", "25%", "40%")), ("B", 50, ("40%", "25%", "40%")),
          ("C", 60, ("50%", "25%", "30%")))  # fmt: skip


def release(folder, root, items, formula="mean"):
    """Groups A to C of 40 people with figures, D of 20 with a band."""
    rows = [row("org", root), row("D", figure("10–19", band="few"))]
    rows += [row(name, figure("about 40", score, shares)) for name, score, shares in GROUPS]
    people = {"org": 140, "A": 40, "B": 40, "C": 40, "D": 20}
    units = [
        {"id": one, "name": one, "parent": None if one == "org" else "org", "headcount": size}
        for one, size in people.items()
    ]
    pulse = {
        "wave": {"id": "w"}, "units": units, "rows": rows, "silence": [],
        "items": [{"item": name, "figure": told} for name, told in items.items()],
        "themes": [{"id": "s", "formula": formula, "items": [{"id": name} for name in items]}],
    }  # fmt: skip
    (folder / "summary.json").write_text(json.dumps({"pulses": [pulse]}))
    return [one.line() for one in attack(read([folder], {}))]


BANDED = figure("130", band="few")
PLAIN = figure("130", 52, ("34%", "35%", "31%"))


def test_the_only_question_of_a_theme_says_what_the_theme_does_not(tmp_path):
    """140·34 % less 40·(35 + 40 + 50) % leaves next to nobody of D's 20 people."""
    assert release(tmp_path, BANDED, {"a": None}) == []
    assert release(tmp_path, BANDED, {"a": PLAIN}) == [
        "HIGH   A4 D, s · favourable, w: nearly all alike: 0.0 to 6.5 of 100 (from summary.json)"
    ]


@pytest.mark.parametrize(("score", "told"), [(43, True), (52, False)])
def test_the_questions_of_a_theme_add_up_to_its_score(tmp_path, score, told):
    """With 43 in the whole and 50, 50 and 60 in A to C, D has (140·43 − 6400)/20 < 0."""
    items = {name: figure("130", score) for name in "abc"}
    found = release(tmp_path, BANDED, items)
    assert any("A4 D, s, w: nearly all alike" in line for line in found) is told
