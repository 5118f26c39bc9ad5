"""The simulated organisation as files: they read back, report, and say everywhere what they are."""

import csv
import io
import tomllib

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from analysis import instrument as instruments
from analysis import simulate, simulated_files
from analysis.__main__ import main


@pytest.fixture(scope="module")
def organisation():
    return simulate.organisation()


@pytest.fixture(scope="module")
def files(organisation):
    return simulated_files.make(organisation)


@pytest.fixture(scope="module")
def report(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made-up")
    for name, body in files.items():
        (folder / name).write_bytes(body)
    paths = [str(folder / name) for name in simulated_files.REPORTED]
    assert main(["report", paths[0], "--instrument", paths[1], "--out", str(folder / "out")]) == 0
    return folder / "out"


def test_the_instrument_reads_back_as_it_was(organisation, files):
    whole = simulated_files.whole_instrument(organisation)
    again = instruments.parse(files["instrument.toml"].decode())
    assert again == whole
    assert again.simulated


def test_any_tables_survive_being_written_as_toml():
    tables = {"a": {"quote \" 'é'\n": "back \\ slash\t", "list": [], "deep": {"x": [1, True]}}}
    assert tomllib.loads(simulated_files.toml(tables)) == tables


def test_every_answer_is_in_the_file_and_no_person_is(organisation, files):
    text = files["answers.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    for wave in range(1, 7):
        sent = organisation.answers(wave)
        assert sum(row["wave"] == f"Pulse {wave}" for row in rows) == len(sent)
    assert not any(person.email in text for roster in organisation.rosters for person in roster)


def test_the_rosters_of_all_seven_pulses_are_there(files):
    assert sum(name.startswith("roster-") for name in files) == 7
    assert files["roster-7.csv"].startswith(b"name,email,unit\n")


def test_the_same_seed_gives_the_same_files(files):
    assert simulated_files.make(simulate.organisation()) == files


def test_the_report_finds_what_was_made_up(report, organisation):
    page = BeautifulSoup((report / "report.html").read_text(), "html.parser")
    speaking = next(s for s in page.find_all("section") if "Safe to speak up" in s.h2.text)
    scores = [int(row.find_all("td")[0].text) for row in speaking.find("tbody").find_all("tr")]
    assert len(scores) == 6
    assert min(scores[3:]) > max(scores[:3])  # the action follows the third pulse
    assert "▲ likely higher" in speaking.text


def test_simulated_data_is_labelled_in_every_output(report):
    pages = PdfReader(report / "report.pdf").pages
    for sheet in (pages[0], pages[len(pages) // 2], pages[-1]):
        assert "Simulated data" in sheet.extract_text()
    page = (report / "report.html").read_text()
    assert page.count("Simulated data") >= 2
    for chart in (report / "charts").iterdir():
        assert "Simulated data" in chart.read_text()
    lines = list(csv.DictReader(io.StringIO((report / "figures.csv").read_text("utf-8-sig"))))
    assert {line["simulated"] for line in lines} == {"simulated data"}
    assert '"simulated": false' not in (report / "summary.json").read_text()


def test_simulate_writes_the_files_and_says_what_to_try(tmp_path, capsys, files):
    assert main(["simulate", "--out", str(tmp_path / "made-up")]) == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "made-up").iterdir()} == files
    assert "--instrument" in capsys.readouterr().err
