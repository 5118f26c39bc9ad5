"""The page on instruments: what it shows works."""

import re
from pathlib import Path

import pytest

from analysis.importers import load
from analysis.instrument import Columns, bundled, parse
from analysis.scoring_keys import keys

PAGE = (Path(__file__).resolve().parents[2] / "docs/instruments.md").read_text(encoding="utf-8")
TOML = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_whole_file_and_its_columns_read_a_table(tmp_path):
    whole, columns = TOML[0], TOML[1]
    instrument = parse(whole + columns)
    path = tmp_path / "answers.csv"
    path.write_text(
        "round,team,voice_1,voice_2,shadow\n"
        "spring,Team 4,Agree,2,-\n"
        "autumn,Team 4,Prefer not to say,Does not apply to me,More notice\n"
    )
    spring, autumn = load(path, instrument).waves
    assert (spring.date, autumn.date) == ("2026-03-31", "2026-09-30")
    assert autumn.responses.select("voice_1", "voice_2").row(0) == (-1, -2)
    assert [unit.id for unit in spring.units] == [
        "Children", "Children/North", "Children/North/Team 4",
    ]  # fmt: skip


def test_the_settings_of_a_question_are_real():
    whole = TOML[0].replace('id = "voice_1"\n', 'id = "voice_1"\n' + TOML[2] + TOML[3])
    item = parse(whole).item("voice_1")
    assert item.waves == ("2017", "2018")
    assert item.asked_if == {"self_employed": ("No", "0", "")}


def test_the_files_are_named_as_shown():
    assert parse(TOML[0] + TOML[4]).columns.files == {
        "survey_2016.csv": "2016",
        "survey_2017_*.csv": "2017",
    }


@pytest.mark.parametrize("code", PYTHON)
def test_the_python_runs(code):
    exec(compile(code, "docs/instruments.md", "exec"), {})  # noqa: S102  our own page


def test_every_key_and_instrument_is_on_the_page():
    for name in keys():
        assert f"`{name}`" in PAGE
    for name in ("candour-core", "osmi", "rse"):
        assert bundled(name)
        assert name in PAGE


def test_every_setting_of_columns_is_explained():
    for setting in Columns.__dataclass_fields__:
        assert setting in PAGE, setting
