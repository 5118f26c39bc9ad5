"""What an instrument file may not say, whoever wrote it: each was once enough to stop a pulse."""

import pytest

from analysis.instrument import InstrumentError, parse
from tests.factories import INSTRUMENT


def problems(old, new):
    assert old in INSTRUMENT
    with pytest.raises(InstrumentError) as refused:
        parse(INSTRUMENT.replace(old, new))
    return " ".join(refused.value.problems)


@pytest.mark.parametrize("bad", ["unit", "a/b", "..", "", "w" * 61, "wörk", "two words", "=1+1"])
def test_an_id_that_is_no_column_or_address_is_refused(bad):
    assert "cannot have this id" in problems('"work_1"', f'"{bad}"')
    assert "cannot have this id" in problems('id = "workload"', f'id = "{bad}"')


def test_two_scales_of_one_id_are_refused():
    assert "stands there twice" in problems('id = "workload"\ntitle', 'id = "speaking_up"\ntitle')


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Workload"', "title = 5", "words in quotes"),
        ("reversed = true", 'reversed = "false"', "true or false"),
        ("fear = true", 'fear = true\nmin_answered = "1"', "a whole number"),
        ('title = "Four questions"', 'title = "Four\\u0000questions"', "control character"),
        ('label = "Disagree"', 'label = "Dis\\u0007agree"', "control character"),
    ],
)
def test_a_setting_of_the_wrong_type_is_refused(old, new, words):
    assert words in problems(old, new)


def test_a_file_nested_without_end_is_refused():
    with pytest.raises(InstrumentError, match="not valid TOML"):
        parse(f"x = {'[' * 5000}")
