"""The real exports come in whole: counts as their own documentation gives them."""

import csv
import re

import polars as pl
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from analysis import report_tables
from analysis.__main__ import main
from analysis.dataset import NOT_ASKED
from analysis.disclosure import Rule
from analysis.importers import load
from analysis.instrument import bundled
from analysis.summarise import summarise_all

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def osmi(shared):
    return load(shared / "data/osmi/osmi_2014_2019.csv", bundled("osmi"))


@pytest.fixture(scope="module")
def rse(shared):
    return load(shared / "data/rse", bundled("rse"))


@pytest.fixture(scope="module")
def summaries(osmi):
    return summarise_all(osmi, Rule(), programme="OSMI")


@pytest.fixture(scope="module")
def report(shared, tmp_path_factory):
    """The folder that the command writes from the whole file."""
    out = tmp_path_factory.mktemp("osmi") / "out"
    table = str(shared / "data/osmi/osmi_2014_2019.csv")
    named = ["--instrument", "osmi", "--programme", "OSMI", "--out", str(out)]
    assert main(["report", table, *named]) == 0
    return out


def answered(wave, item):
    return wave.responses.filter(pl.col(item) >= 0).height


def test_osmi_holds_its_4217_people_in_five_waves(osmi):
    assert [(w.id, w.responses.height) for w in osmi.waves] == [
        ("2014", 1259), ("2016", 1433), ("2017", 756), ("2018", 417), ("2019", 352),
    ]  # fmt: skip


def test_employer_questions_are_divided_by_those_asked(osmi):
    """Counts of the mapping file; in 2014 less the 146 self-employed, who were asked by mistake."""
    asked = {"2014": 1259 - 146, "2016": 1146, "2017": 643, "2018": 361, "2019": 304}
    for wave in osmi.waves:
        for item in ("sup_comfort", "formal_discussed", "anonymity"):
            assert answered(wave, item) == asked[wave.id]
        everybody = wave.responses.filter(pl.col("interview_mh") != NOT_ASKED).height
        assert everybody == wave.responses.height
    assert osmi.notes == (
        "2014: 146 responses answer questions that were not meant for them. "
        "Those answers are left out.",
    )


def test_osmi_answers_are_those_of_the_mapping_file(osmi, shared):
    """2016 to 2019 for the three questions of the fear scale: No, Maybe, Yes as counted there."""
    with (shared / "data/osmi/osmi_item_mapping.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["year"] != "2014"]
    for row in rows:
        if row["item"] not in ("sup_comfort", "cow_comfort", "interview_mh"):
            continue
        (wave,) = [wave for wave in osmi.waves if wave.id == row["year"]]
        counts = dict(wave.responses[row["item"]].value_counts().iter_rows())
        said = dict(part.split("=") for part in row["coding_and_counts"].split("; "))
        for code, word in enumerate(("No", "Maybe", "Yes"), 1):
            assert counts[code] == int(said[word])


def test_osmi_breaks_where_scale_or_meaning_changed(osmi):
    breaks = {item.id: item.breaks for item in osmi.instrument.items}
    assert breaks["team_view"] == breaks["career_hurt"] == ("2017",)
    assert breaks["leave_ease"] == ("2016", "2017")
    for scale in osmi.instrument.scales:
        for item_id in scale.items:
            assert set(breaks[item_id]) <= set(scale.breaks), (scale.id, item_id)


def test_osmi_comments_are_about_eight_thousand_and_carry_no_group(osmi):
    comments = [comment for wave in osmi.waves for comment in wave.comments]
    assert 7000 < len(comments) < 8500
    assert {(one.use, one.unit) for one in comments} == {("themes", "")}


def test_the_three_rse_waves(rse):
    assert [(w.id, w.responses.height) for w in rse.waves] == [
        ("2016", 273), ("2017", 253 - 28 + 325 - 54), ("2018", 997 - 129),
    ]  # fmt: skip
    assert [unit.id for unit in rse.waves[1].units] == ["Everyone", "Germany", "United Kingdom"]
    assert {"Germany", "United Kingdom"} < {unit.id for unit in rse.waves[2].units}


def test_rse_marks_inside_values_and_labels_with_words_are_read(rse):
    """2018, as counted in the file: 108 marked “1 (None at all)”, 37 “10 (All the time)”."""
    counts = dict(rse.waves[2].responses["leaving_ten"].value_counts().iter_rows())
    assert (counts[1], counts[10]) == (108, 37)
    assert dict(rse.waves[2].responses["satisfied_job"].value_counts().iter_rows())[0] == 11


def test_recoded_turnover_questions_are_breaks_and_not_mixed(rse):
    uk_and_germany = rse.waves[1].responses
    words = uk_and_germany.filter(pl.col("leaving_words") > 0)["unit"].unique().to_list()
    ten = uk_and_germany.filter(pl.col("leaving_ten") > 0)["unit"].unique().to_list()
    assert (words, ten) == (["United Kingdom"], ["Germany"])
    assert rse.instrument.item("leaving_words").breaks == ("2017",)
    assert rse.instrument.item("leaving_ten").breaks == ("2018",)
    scored = {item_id for scale in rse.instrument.scales for item_id in scale.items}
    assert not scored & {"leaving_words", "leaving_ten"}


def runs(text, size=5):
    words = re.findall(r"[a-z’']+", text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def test_neither_instrument_ships_the_wording_of_its_survey(osmi, rse, shared):
    with (shared / "data/osmi/osmi_item_mapping.csv").open(encoding="utf-8") as file:
        theirs = [row["column_name"] for row in csv.DictReader(file)]
    for path in sorted((shared / "data/rse").glob("*_public_data.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            theirs.extend(next(csv.reader(file)))
    wording = set().union(*(runs(text) for text in theirs))
    for item in (*osmi.instrument.items, *rse.instrument.items):
        assert len(item.text.split()) <= 15
        assert not runs(item.text) & wording, item.text


def test_every_wave_of_osmi_gets_a_fear_figure_with_its_interval_and_a_verdict(summaries):
    """2014, 2016 and 2017 begin anew; from 2018 the line is joined. Worked out from the counts of
    the mapping file: 2018 (131 + 112 yes, 117 + 161 maybe, of 2 · 361) is 52.9 of 100."""
    rows = [summary.row("fear_speaking_out") for summary in summaries]
    assert [row.change.verdict for row in rows[:3]] == ["first", "break", "break"]
    assert {row.change.verdict for row in rows[3:]} <= {"higher", "lower", "same", "cannot_tell"}
    for row in rows:
        assert row.figure.low <= row.figure.score <= row.figure.high
    assert rows[3].figure.score == 53


def test_the_osmi_surveys_become_a_whole_report(report):
    page = BeautifulSoup((report / "report.html").read_text(), "html.parser")
    speaking = next(s for s in page.find_all("section") if "Safe to speak up" in s.h2.text)
    assert "What we don’t know" in speaking.text
    assert "not comparable" in speaking.text
    assert len(speaking.find("tbody").find_all("tr")) == 5
    pages = PdfReader(report / "report.pdf").pages
    assert "From imported files" in pages[0].extract_text()
    assert "From imported files" in pages[-1].extract_text()


def test_two_counts_of_osmi_give_the_same_bytes(report, summaries):
    assert (report / "summary.json").read_text() == report_tables.json(summaries)
    assert (report / "figures.csv").read_bytes().decode("utf-8-sig") == report_tables.csv(summaries)
