"""Everything that 4,217 people wrote in five public surveys, from the file to the report.

The desk lays the comments out and draws the sample; codes of the first hundred of each sample are
those of two people where there are such, else of a list of words that stands in for a reviewer.
The list has coded *every* comment, so it is known what the intervals should have found. The report
says nothing about anybody: it is of a reader of words.
"""

import csv
import json
import random
import re
from collections import defaultdict
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from analysis import reports
from analysis.__main__ import main
from analysis.disclosure import Rule
from analysis.importers import load
from analysis.instrument import bundled
from analysis.report_written import HEAD
from analysis.summarise import summarise_all
from analysis.summary import NOT_SHOWN
from analysis.text.audit_release import Before, with_review
from analysis.text.coder import first_coder
from analysis.text.human_codes import BLIND, Code, HumanCode
from analysis.text.prevalence import estimate
from analysis.text.reviewed import Reviewed, count_audit
from surveyapp.services import review
from tests.needed import shared

pytestmark = pytest.mark.real_data
AUDITED = 100
RULE = Rule()
STAND_IN = {
    "fear_speaking_out": r"stigma|judg|afraid|fear|against me|discriminat|hired|hiring|risk",
    "wellbeing_stress": r"mental health|stress|anxi|depress|burn",
    "supervision_support": r"support|understanding|helpful|accommodat|listen",
    "team_peers": r"co-?worker|colleague|team|friend",
    "communication": r"communicat|talk about|open about|inform|educat|aware",
    "pay_recognition": r"insurance|benefit|pay|cover|salar",
}


def plain(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def osmi():
    """The survey with every comment public, as it was, and of the organisation as a whole."""
    data = load(shared("data/osmi/osmi_2014_2019.csv"), bundled("osmi"))
    waves = tuple(
        replace(
            wave,
            comments=tuple(replace(one, use="publish", unit=wave.root.id) for one in wave.comments),
        )
        for wave in data.waves
    )
    return replace(data, waves=waves)


@pytest.fixture(scope="module")
def reader():
    """Gives the codes of a comment: those that two people agree on, else the list's."""
    lines = shared("data/comments_dev.jsonl").read_text(encoding="utf-8").splitlines()
    known = {plain(one["text"]): one["themes"] for one in map(json.loads, lines)}
    cues = {theme: re.compile(cue, re.IGNORECASE) for theme, cue in STAND_IN.items()}
    used = set()

    def read(text):
        people = known.get(plain(text))
        if people is not None:
            used.add(plain(text))
            return tuple(
                Code(theme, way, "unset", 0, len(text))
                for theme, ways in people.items()
                for way in ways
            )
        return tuple(
            Code(theme, "negative", "barrier", 0, len(text))
            for theme, cue in cues.items()
            if cue.search(text)
        )

    return SimpleNamespace(read=read, used=used)


@pytest.fixture(scope="module")
def laid_out(osmi, reader):
    """Each wave's sheet from the desk, and the blind codes of the first hundred of each sample."""
    chance = random.Random(2014)
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(review.secrets, "randbits", chance.getrandbits)
        for wave in osmi.waves:
            sheet, entries = review.laid_out(wave, osmi.instrument, RULE)
            by_id = {entry.id: entry for entry in entries}
            human = [
                HumanCode(
                    comment, question.id, by_id[comment].text,
                    reader.read(wave.comments[int(comment)].text),
                    "audit", "reader 1", sheet.codebook, BLIND,
                )
                for question in sheet.questions
                for comment in question.audit["comments"][:AUDITED]
            ]  # fmt: skip
            found.append(SimpleNamespace(wave=wave, sheet=sheet, entries=entries, human=human))
    return found


def reviewed(osmi, laid):
    seeds = {question.id: question.audit["seed"] for question in laid.sheet.questions}
    counts = count_audit(
        laid.wave.id, laid.wave.comments, osmi.instrument, laid.human, seeds, first_coder()
    )
    return Reviewed(counts, (), (), laid.sheet.seed)


@pytest.fixture(scope="module")
def counted(osmi, laid_out):
    return [reviewed(osmi, laid) for laid in laid_out]


@pytest.fixture(scope="module")
def plain_summaries(osmi):
    return summarise_all(osmi, RULE, programme="OSMI")


def released(summaries, counted):
    """Each wave's results with its review, compared with the waves before."""
    told, earlier = [], []
    for summary, found in zip(summaries, counted, strict=True):
        told.append(with_review(summary, found, RULE, earlier))
        earlier.append(Before(told[-1], found))
    return told


def test_every_answer_is_laid_out_and_a_hundred_of_each_question_are_audited(laid_out, reader):
    assert sum(len(laid.wave.comments) for laid in laid_out) == 7260
    assert sum(len(laid.entries) for laid in laid_out) > 7000
    for laid in laid_out:
        coded = defaultdict(int)
        for one in laid.human:
            coded[one.question] += 1
        assert coded == {
            question.id: min(AUDITED, question.comments) for question in laid.sheet.questions
        }
        assert {entry.id for entry in laid.entries if entry.blind} >= {
            one.comment for one in laid.human
        }
    assert len(reader.used) > 20


def test_intervals_by_wave_hold_what_the_reader_finds_in_all_comments(laid_out, counted, reader):
    """Ninety-five of a hundred should; few enough miss that nine in ten must."""
    held, width = [], []
    for laid, found in zip(laid_out, counted, strict=True):
        for one in found.questions:
            shares = estimate(one.bins, one.seed)
            mine = [entry for entry in laid.entries if entry.question == one.bins.question]
            codes = [reader.read(laid.wave.comments[int(entry.id)].text) for entry in mine]
            for theme in STAND_IN:
                truth = sum(any(code.theme == theme for code in some) for some in codes)
                _, low, high = shares.interval(theme)
                held.append(low <= truth <= high)
                width.append((high - low) / shares.comments)
    assert len(held) > 100
    assert np.mean(held) >= 0.9
    assert np.mean(width) < 0.2


def test_prevalence_by_wave_stands_in_a_report_with_its_ranges(
    osmi, laid_out, counted, plain_summaries
):
    told = released(plain_summaries, counted)
    for summary in told:
        results = [one for one in summary.text if one.audit]
        shares = [s for one in results for s in one.audit.found.shares if s.percent is not None]
        assert len(results) == len([one for one in summary.text if one.comments != NOT_SHOWN])
        assert "wellbeing_stress" in {share.label for share in shares}
        assert all(0 <= s.low <= s.percent <= s.high <= 100 for s in shares)
    (section,) = [one for one in reports.content(told).sections if one.title == "What people wrote"]
    tables = [block for block in section.blocks if getattr(block, "head", ())[:2] == HEAD[:2]]
    asked = {item.text for item in osmi.instrument.texts}
    assert {text for text in asked if any(text in table.caption for table in tables)} == asked
    again = [reviewed(osmi, laid) for laid in laid_out]
    assert [one.to_dict() for one in again] == [one.to_dict() for one in counted]
    first = with_review(plain_summaries[0], again[0], RULE)
    assert first.to_json() == told[0].to_json()


def test_the_command_codes_all_of_it_twice_alike(tmp_path):
    """Each box of each row that holds anything, whoever was meant to answer it."""
    written = tmp_path / "said.jsonl"
    asked = {item.column or item.id: item.text for item in bundled("osmi").texts}
    with shared("data/osmi/osmi_2014_2019.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            {"asked": asked[column], "said": row[column]}
            for row in csv.DictReader(file)
            for column in asked
            if row[column].strip()
        ]
    written.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = []
    for engine in ("serial", "processes"):
        out = tmp_path / f"{engine}.jsonl"
        given = ["code", str(written), "--text", "said", "--question", "asked", "--out", str(out)]
        assert main([*given, "--engine", engine]) == 0
        found.append(out.read_bytes())
    assert found[0] == found[1]
    lines = [json.loads(line) for line in found[0].splitlines()]
    assert len(lines) == len(rows) == 7268
    for one in lines:
        for theme in one["themes"]:
            start, end = theme["span"]
            assert 0 <= start < end <= len(one["text"])
            assert theme["words"] == one["text"][start:end]
    assert sum(bool(one["themes"]) for one in lines) > len(lines) / 2
