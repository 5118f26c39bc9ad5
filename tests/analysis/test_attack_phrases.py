"""The change of the same people, told by a careless version and by the real one."""

import json

import pytest

from analysis.attack.suite import attack, read
from tests.analysis.test_attack_candour import PLAIN, release
from tests.analysis.test_pairs import told


def found(folder, people):
    """What the attack finds when ``people`` of 130 are said to have kept a phrase."""
    release(folder, PLAIN, {"a": None, "b": None})
    path = folder / "summary.json"
    body = json.loads(path.read_text())
    change = {"verdict": "higher", "against": "w0"}
    body["pulses"][0]["pairs"] = {"people": people, "themes": [{"theme": "s", "change": change}]}
    path.write_text(json.dumps(body))
    return [one.line() for one in attack(read([folder], {})) if "moved" in one.line()]


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("at least 12", "how at least 12 people moved"),
        ("at least 30", ""),
        ("at least 110", ""),
        ("at least 125", "without a diary phrase moved"),
    ],
)
def test_too_few_with_a_phrase_or_without_are_found(tmp_path, people, said):
    lines = found(tmp_path, people)
    assert bool(lines) is bool(said)
    assert all(said in line and line.startswith("HIGH") for line in lines)


@pytest.mark.parametrize("pairs", [30, 60, 150, 190])
def test_what_candour_tells_gives_nobody_away(tmp_path, pairs):
    made = told(pairs)
    assert made.pairs is not None
    (tmp_path / "summary.json").write_text(json.dumps({"pulses": [made.to_dict()]}))
    assert not [one.line() for one in attack(read([tmp_path], {})) if "moved" in one.line()]
