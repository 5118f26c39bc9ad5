"""Our own questions: complete, plain, keyed both ways, and ours."""

import csv
import re
from pathlib import Path

import pytest

from analysis.instrument import InstrumentError, bundled
from analysis.question_sets import build, sets

BANK = bundled("candour-core")
THEMES = {
    "fear_speaking_out", "blame_culture", "communication", "imposed_change", "workload",
    "leadership_mgmt", "supervision_support", "training_development", "staffing_turnover",
    "tools_infrastructure", "pay_recognition", "vision_hope_pride", "wellbeing_stress",
    "trust_action",
}  # fmt: skip


def syllables(word):
    """A rough count: runs of vowels, without a silent final e."""
    word = re.sub(r"e$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def reading_age(texts):
    """Flesch–Kincaid grade + 5: grade = .39 words/sentence + 11.8 syllables/word - 15.59."""
    words = [word for text in texts for word in re.findall(r"[A-Za-z’']+", text)]
    sentences = sum(len(re.findall(r"[.?!]", text)) or 1 for text in texts)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 10.59


def test_all_fourteen_themes_have_two_or_three_questions_keyed_both_ways():
    assert {scale.id for scale in BANK.scales} == THEMES
    for scale in BANK.scales:
        items = [BANK.item(item_id) for item_id in scale.items]
        assert 2 <= len(items) <= 3
        assert {item.reversed for item in items} == {True, False}, scale.id
        assert [item.id for item in items] == [f"{scale.id}_{n + 1}" for n in range(len(items))]
        assert all(item.theme == scale.id and item.responses == "agree" for item in items)
        assert scale.text_theme == scale.id


def test_nothing_is_called_validated_and_fear_is_marked():
    assert not any(scale.validated for scale in BANK.scales)
    assert {s.id for s in BANK.scales if s.fear} == {"fear_speaking_out", "blame_culture"}
    assert BANK.scale("fear_speaking_out").title == "Safe to speak up"


def test_questions_are_short_and_plain():
    ratings = [item.text for item in BANK.items if item.kind == "rating"]
    assert max(len(item.text.split()) for item in BANK.items) <= 15
    assert reading_age(ratings) <= 11
    assert len({item.text for item in BANK.items}) == len(BANK.items)


@pytest.mark.real_data
def test_no_question_repeats_five_words_of_the_civil_service_survey(shared):
    def runs(text):
        words = re.findall(r"[a-z']+", text.lower())
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}

    with (shared / "data/uk_csps/csps2019_orgscores.csv").open(encoding="utf-8-sig") as file:
        theirs = set().union(*(runs(label) for label in {r["label"] for r in csv.DictReader(file)}))
    for item in BANK.items:
        assert not runs(item.text) & theirs, item.text


def test_the_cycle_has_its_six_waves_and_each_ends_with_the_shadow():
    assert [one.phase for one in sets()] == [
        "Define", "Discover", "Dream", "Design", "Destiny", "Check",
    ]  # fmt: skip
    for one in sets():
        items = build(one.id).items
        texts = [item for item in items if item.kind == "text"]
        assert items[-1].purpose == "shadow"
        assert len(texts) <= 2
        assert all(item.kind != "text" for item in items[: -len(texts)])
        assert "survey_safety_1" in one.item_ids
        if one.minutes <= 2:
            assert len(items) <= 10


def test_a_theme_is_asked_with_the_same_questions_in_every_set():
    asked = {}
    for one in sets():
        for scale in build(one.id).scales:
            assert len(scale.items) >= 2, (one.id, scale.id)
            assert asked.setdefault(scale.id, scale.items) == scale.items, (one.id, scale.id)


def test_discover_measures_every_theme():
    assert {scale.id for scale in build("discover").scales} == THEMES


def test_an_unknown_set_is_named_with_the_known_ones():
    with pytest.raises(InstrumentError, match="Choose one of: define, discover"):
        build("delight")


def test_the_sets_file_lies_beside_its_reader():
    assert (Path(build.__code__.co_filename).parent / "sets.toml").is_file()
