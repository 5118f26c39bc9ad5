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


ONE_TREE = {"A": "org", "B": "org", "C": "org"}
OTHER_TREE = {"A": "org", "N": "org", "B": "N", "C": "N"}
SIZES = {"org": 100, "A": 45, "B": 45, "C": 10, "N": 55}


def publication(parents, figures, people=SIZES):
    """The results of one pulse, as one of its publications tells them."""
    units = [{"id": "org", "name": "org", "parent": None, "headcount": people["org"]}]
    units += [
        {"id": unit, "name": unit, "parent": parent, "headcount": people[unit]}
        for unit, parent in parents.items()
    ]
    return {
        "wave": {"id": "w"}, "units": units, "silence": [], "items": [], "themes": [],
        "rows": [row(unit, figures.get(unit)) for unit in ("org", *parents)],
    }  # fmt: skip


def published(folder, **pulses):
    for name, pulse in pulses.items():
        (folder / f"{name}.json").write_text(json.dumps(pulse))
    found = [one.line() for one in attack(read([folder], {}))]
    for name in pulses:
        (folder / f"{name}.json").unlink()
    return found


WHOLE = figure("100", 57)
FIFTY = figure("about 45", 50)


@pytest.mark.parametrize("tree", [ONE_TREE, OTHER_TREE])
def test_two_publications_of_one_pulse_are_one_release(tmp_path, tree):
    """The first shows A and the second B, perhaps in a new tree. Each alone leaves 55 people, both
    together C’s 10: (100·58 − 45·50 − 45·50)/10 is over 100, and 103 at the least."""
    first = publication(ONE_TREE, {"org": WHOLE, "A": FIFTY})
    second = publication(tree, {"org": WHOLE, "B": FIFTY})
    assert published(tmp_path, first=first) == published(tmp_path, second=second) == []
    found = published(tmp_path, first=first, second=second)
    assert any("A4 C, s, w: 92.5 to 100.0 of 100" in line for line in found)
    assert "first.json, second.json" in found[0] or "second.json, first.json" in found[0]


@pytest.mark.parametrize(("tree", "label"), [(ONE_TREE, "A8"), (OTHER_TREE, "A9")])
def test_a_corrected_publication_says_what_those_said_who_were_moved(tmp_path, tree, label):
    """24 people at 50, and after a correction 20 of them at 40: the 4 others said nearly 100."""
    first = publication(ONE_TREE, {"org": WHOLE, "A": figure("24", 50)})
    people = SIZES | {"A": 41}
    second = publication(tree, {"org": WHOLE, "A": figure("20", 40)}, people)
    found = published(tmp_path, first=first, second=second)
    assert any(f"{label} A, s, w: 7" in line for line in found)
