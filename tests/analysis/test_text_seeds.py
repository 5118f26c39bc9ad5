"""The seed corpus: whose it is, what it holds, and that none of it was taken from anywhere."""

import json
from collections import Counter

import pytest

from analysis.text.calibration import FILE, sources
from analysis.text.codebook import load
from analysis.text.direction import DIRECTIONS
from analysis.text.seeds import SEEDS, seeds

LINES = SEEDS.read_text(encoding="utf-8").splitlines()
ROWS = [json.loads(line) for line in LINES[1:]]
RUN = 8


def runs(text):
    words = "".join(c.lower() if c.isalnum() else " " for c in text).split()
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def test_the_corpus_says_who_wrote_it():
    assert json.loads(LINES[0]) == {
        "format": 1,
        "provenance": "written for this project",
        "licence": "Apache-2.0",
    }


def test_it_is_sorted_and_holds_no_comment_twice():
    assert LINES[1:] == sorted(LINES[1:])
    asked = [(row["text"], row["kind"], row.get("about")) for row in ROWS]
    assert len(set(asked)) == len(asked)


def test_it_holds_what_the_specification_asks_for():
    themes = [{code["theme"] for code in row["mentions"]} for row in ROWS]
    assert len(ROWS) >= 1_200
    assert sum(len(some) > 1 for some in themes) >= 200
    assert sum(not row["mentions"] for row in ROWS) >= 120
    offers = [code for row in ROWS for code in row["mentions"] if code["function"] == "offer"]
    assert len(offers) >= 60
    assert len({row["voice"] for row in ROWS}) >= 10
    pairs = Counter((c["theme"], c["direction"]) for row in ROWS for c in row["mentions"])
    few = [
        (theme.id, direction, pairs[theme.id, direction])
        for theme in load().themes
        for direction in DIRECTIONS
        if pairs[theme.id, direction] < (12 if direction != "mixed" else 5)
    ]
    assert few == []


def test_every_code_is_of_the_codebook_and_its_evidence_stands_in_the_text():
    known = {theme.id for theme in load().themes} | {"other"}
    for example in seeds():
        for code in example.codes:
            assert code.theme in known
            assert code.direction in DIRECTIONS
            assert 0 <= code.start < code.end <= len(example.text)


def test_the_calibration_was_found_on_this_corpus():
    assert f'sources = "{sources()}"' in FILE.read_text(encoding="utf-8")


@pytest.mark.real_data
def test_no_comment_shares_eight_words_in_a_row_with_real_ones(shared):
    data = shared / "data"
    known = set()
    for line in (data / "comments_dev.jsonl").read_text(encoding="utf-8").splitlines():
        known |= runs(json.loads(line)["text"])
    for path in sorted((data / "osmi").rglob("*.csv")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            known |= runs(line)
    assert runs("one two three four five six seven eight nine")
    taken = [row["text"] for row in ROWS if runs(row["text"]) & known]
    assert taken == []
