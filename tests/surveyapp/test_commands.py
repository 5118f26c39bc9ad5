"""The commands of the person who runs the server, as a shell sees them."""

import socket

import pytest
from click.testing import CliRunner

from surveyapp import cli
from surveyapp.cli import main
from surveyapp.config import SettingsError

ANSWERS = """round,voice_1,voice_2
{first},4,2
{first},5,1
"""
INSTRUMENT = """
[instrument]
id = "voice"
version = "1"
language = "en"
title = "Two questions"
[source]
licence = "Apache-2.0"
attribution = "Ours"
may_bundle = true
may_modify = true
[columns]
wave = "round"
unit = ""
[columns.waves]
spring = "2026-03-31"
autumn = "2026-09-30"
[responses.five]
options = [
  { code = 1, label = "1" }, { code = 2, label = "2" }, { code = 3, label = "3" },
  { code = 4, label = "4" }, { code = 5, label = "5" },
]
[[items]]
id = "voice_1"
kind = "rating"
theme = "voice"
responses = "five"
text = "I can say what I see."
[[items]]
id = "voice_2"
kind = "rating"
theme = "voice"
responses = "five"
text = "I keep quiet."
reversed = true
[[scales]]
id = "voice"
title = "Safe to speak up"
description = "Whether people say what they see."
items = ["voice_1", "voice_2"]
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs `surveyapp …` on an instance of its own; gives exit code and output."""
    monkeypatch.setenv("CANDOUR_INSTANCE", str(tmp_path / "instance"))

    def run(*words):
        done = CliRunner().invoke(main, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


@pytest.fixture
def bring_in(run, tmp_path):
    """Brings in a wave of that name."""
    (tmp_path / "voice.toml").write_text(INSTRUMENT, encoding="utf-8")
    assert run("init")[0] == 0

    def bring_in(wave):
        table = tmp_path / f"{wave}.csv"
        table.write_text(ANSWERS.format(first=wave), encoding="utf-8")
        return run("import", table, "--instrument", tmp_path / "voice.toml", "--programme", "Voice")

    return bring_in


def test_init_makes_settings_that_only_their_owner_reads_and_can_edit(run, tmp_path):
    assert run("init")[0] == 0
    settings = tmp_path / "instance" / "config.py"
    before = settings.read_text(encoding="utf-8")
    assert settings.stat().st_mode & 0o777 == 0o600
    assert run("init")[0] == 0
    assert settings.read_text(encoding="utf-8") == before


def test_without_settings_a_command_says_what_to_do(run):
    code, said = run("tick")
    assert code == 1
    assert "surveyapp init" in said


def test_a_wave_is_brought_in_once(bring_in):
    assert bring_in("spring") == (0, "spring: 2 responses imported and published\n")
    code, said = bring_in("spring")
    assert code == 2
    assert "“spring” is in “Voice” already." in said


def test_an_older_wave_is_not_brought_in_as_the_newest(bring_in):
    assert bring_in("autumn")[0] == 0
    code, said = bring_in("spring")
    assert code == 2
    assert "Bring earlier pulses in first." in said


def test_the_demo_removes_nothing_that_is_not_a_demo(run, tmp_path):
    other = tmp_path / "instance" / "letters.txt"
    other.parent.mkdir()
    other.write_text("Dear all", encoding="utf-8")
    code, said = run("demo", "--once")
    assert code == 1
    assert "CANDOUR_INSTANCE" in said
    assert other.read_text(encoding="utf-8") == "Dear all"


def test_the_demo_is_served_where_its_mail_leads(run, tmp_path, monkeypatch):
    """Made for a port, it stays there; made anew, its links lead to the port that was asked for."""
    asked = {}

    def prepare(settings):
        asked["settings"] = settings
        raise SettingsError("That is far enough.")

    monkeypatch.setattr(cli, "prepare", prepare)
    assert "far enough" in run("demo", "--port", "8123")[1]
    assert 'BASE_URL = "http://127.0.0.1:8123"' in asked["settings"]
    there = tmp_path / "instance"
    there.mkdir()
    (there / "config.py").write_text("DEMO = True", encoding="utf-8")
    (there / "demo.json").write_text('{"port": 8123}', encoding="utf-8")
    code, said = run("demo", "--port", "8124")
    assert code == 1
    assert "made for port 8123" in said
    assert "far enough" in run("demo")[1]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (there / "demo.json").write_text(f'{{"port": {port}}}', encoding="utf-8")
        assert f"Port {port} is taken" in run("demo")[1]


def test_the_demo_leaves_a_real_installation_alone(run):
    assert run("init")[0] == 0
    code, said = run("demo", "--once")
    assert code == 1
    assert "in use for real" in said
