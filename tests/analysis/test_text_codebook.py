"""The codebook: whole, checked, and its own examples coded as it says."""

import pytest

from analysis.text.codebook import CodebookError, load, parse
from analysis.text.coder import first_coder

THEMES = [
    "fear_speaking_out",
    "blame_culture",
    "communication",
    "imposed_change",
    "workload",
    "leadership_mgmt",
    "supervision_support",
    "training_development",
    "staffing_turnover",
    "tools_infrastructure",
    "pay_recognition",
    "team_peers",
    "wellbeing_stress",
    "vision_hope_pride",
    "trust_action",
]


def test_the_fifteen_themes_stand_in_their_order():
    assert [theme.id for theme in load().themes] == THEMES


def test_every_theme_says_what_it_is_and_what_it_is_not():
    for theme in load().themes:
        assert theme.title
        assert theme.definition.endswith(".")
        assert len(theme.includes) >= 2
        assert theme.excludes
        assert theme.examples.keys() == {"negative", "positive", "suggestion"}
        assert len(theme.words["strong"]) >= 20


@pytest.mark.parametrize("theme", THEMES)
def test_the_coder_finds_the_theme_in_most_of_its_own_examples(theme):
    examples = load().theme(theme).examples
    found = [theme in first_coder().code(text).themes for text in examples.values()]
    assert sum(found) >= 2


def test_a_wrong_codebook_is_refused_with_every_reason():
    text = """
    version = "1"
    [[themes]]
    id = "pay"
    title = "Pay"
    default = "negative"
    definition = "Pay."
    includes = []
    excludes = []
    examples = { negative = "Too little." }
    words = { strong = ["one two three four five"], loud = ["pay"] }
    """
    with pytest.raises(CodebookError) as error:
        parse(text)
    assert len(error.value.problems) == 4


def test_a_file_that_is_no_toml_is_refused_in_a_sentence():
    with pytest.raises(CodebookError, match="not valid TOML"):
        parse("themes = [")
