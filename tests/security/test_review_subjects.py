"""A word that stands only in *themes only* comments reaches no new subject, page, row or result."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import text

from analysis.text.new_subjects import NamedSubject, NewSubjects, with_subjects
from surveyapp import clock, jobs, verify
from surveyapp.extensions import answers_session, db
from surveyapp.models.publications import PublishedFile
from surveyapp.services import (
    authoring,
    invitations,
    own_codebooks,
    publishing,
    results,
    review_finding,
    review_sheets,
    text_results,
)
from tests import desk, factories
from tests.analysis.audited_comments import RULE, pulse_of
from tests.surveyapp.test_text_results import ScoringCoder

MARKER = "quokka"
INNER, RARE = "wombat", "numbat"  # in comments for the board alone, and in those of four people
WORDS = ("permits", "barriers", "spaces", "fines")
PLACES = ("the garage", "visitors", "early shifts", "the clinic", "the yard", "night staff")
FILLER = [f"{a}{b}{c}" for a in "bdfglmnp" for b in ("ara", "elo", "ini", "oru") for c in "nsmtk"]
READERS = ("a" * 32, "b" * 32)


class NoTheme(ScoringCoder):
    """Finds no theme likely in anything, so all of it is left over."""

    def scores(self, texts, questions):
        return np.full((len(texts), 2), 0.1)


def written():
    """Thirty comments on parking among ninety on nothing, and forty closed ones with the marker."""
    rng = np.random.default_rng(4)

    def unit():
        return str(rng.choice(["days", "nights"]))

    def parking():
        words = (rng.choice(WORDS), rng.choice(PLACES), rng.choice(FILLER))
        return "Parking {}, {}: car park {}".format(*words)

    return [
        *(desk.Said(parking(), "publish", unit()) for _ in range(30)),
        *(desk.Said(" ".join(rng.choice(FILLER, 8)), "board", unit()) for _ in range(90)),
        *(desk.Said(f"{parking()} {MARKER} parking", "themes", unit()) for _ in range(40)),
        *(desk.Said(f"{parking()} {INNER} parking", "board", unit()) for _ in range(26)),
        *(desk.Said(f"{parking()} {RARE} parking", "publish", unit()) for _ in range(4)),
    ]


def waiting(app, said, readers=READERS, programme=None):
    """A pulse whose draft waits, with every comment coded by these readers; its id."""
    with app.app_context():
        more = {} if programme is None else {"programme": desk.wave(programme).programme}
        wave_id = desk.a_pulse(
            said,
            answers=60,
            state="opened",
            closed_on=clock.now().date().isoformat(),
            publishes_at=clock.now() + timedelta(days=1),
            **more,
        )
    desk.lay_out(app, coder=NoTheme())
    with app.app_context():
        publishing.draw_up(desk.wave(wave_id))
        desk.wave(wave_id).state = "summarised"
        for entry in review_sheets.entries(wave_id):
            for reader in readers:
                reading = review_sheets.Reading(entry.place, reader, codes=(), seen="blind")
                review_sheets.keep(wave_id, reading)
        db.session.commit()
        answers_session().commit()
    return wave_id


@pytest.fixture
def pulse(app, monkeypatch):
    """A pulse whose draft waits, with new subjects at the desk and every comment read by two."""
    for module in (publishing, text_results):
        if hasattr(module, "first_coder"):
            monkeypatch.setattr(module, "first_coder", NoTheme)
    monkeypatch.setattr("analysis.text.counts.first_coder", NoTheme)
    monkeypatch.setattr(invitations, "announce_results", lambda *given: 0)
    monkeypatch.setattr(publishing.report_pdf, "render", lambda report: b"%PDF")
    return waiting(app, written())


def stored(app):
    """Every value of every office table, as text."""
    with app.app_context():
        tables = db.metadatas[None].tables
        rows = [db.session.execute(text(f'SELECT * FROM "{name}"')).all() for name in tables]  # noqa: S608  our own names
    return "".join(repr(row) for table in rows for row in table).lower()


def theme_of(app, wave_id):
    """The themes of the programme's own codebook."""
    with app.app_context():
        return own_codebooks.of(desk.wave(wave_id).programme).themes


def test_a_word_of_closed_comments_alone_is_seen_nowhere(app, pulse, board):
    with app.app_context():
        found = review_sheets.subjects(pulse)
        entries = {entry.id: entry.text for entry in review_sheets.entries(pulse)}
        opened, instrument = (
            publishing.load(desk.wave(pulse)),
            authoring.instrument_of(desk.wave(pulse)),
        )
        # Had they been open, the marker would be a term: it can be seen where it may be.
        naive = replace(
            opened, comments=tuple(replace(one, use="publish") for one in opened.comments)
        )
        leaked = review_finding.subjects_of(naive, instrument, {desk.QUESTION}, NoTheme())
    assert any(MARKER in term for one in leaked for term in one.terms)
    assert found
    assert sum(closed for one in found for _, _, closed in one.questions) > 0
    terms = {term for one in found for term in one.terms}
    assert {"parking", "car park"} & terms
    assert any(INNER in term for term in terms), "reviewers may see what they read"
    assert not any(MARKER in term for one in found for term in one.terms)
    assert all(MARKER not in entries[one] for each in found for one in each.examples)

    address = "/review/riverside/1/subjects"
    pages = [board.get(f"{address}{rest}").text for rest in ("", "/1")]
    assert "parking" in pages[1].lower()
    assert not any(MARKER in page.lower() for page in pages)
    assert "parking" not in stored(app), "what reviewers see lies sealed"

    with app.app_context():
        for reader in READERS:
            for one in found:
                naming = review_sheets.Naming(one.number, reader, "name", "Getting here")
                review_sheets.keep_naming(pulse, naming)
        db.session.commit()
        jobs.tick(clock.now())
        assert own_codebooks.of(desk.wave(pulse).programme).themes == (), "nothing before its date"
        jobs.tick(clock.now() + timedelta(days=2))
        sent = results.publication_of(desk.wave(pulse))
        files = db.session.query(PublishedFile).filter_by(publication_id=sent.id).all()
        out = sent.summary.lower() + "".join(repr(file.body).lower() for file in files)
        told = json.loads(sent.summary)
    assert MARKER not in out
    (result,) = (one for one in told["text"] if one["question"] == desk.QUESTION)
    (named,) = result["subjects"]
    assert named[0] == "Getting here"
    (proposed,) = theme_of(app, pulse)
    assert (proposed.title, proposed.state) == ("Getting here", "proposed")
    assert proposed.phrases
    for word in (MARKER, INNER, RARE):
        assert not any(word in phrase for phrase in proposed.phrases), "HR is not the board"
    assert not any(word in stored(app) for word in (MARKER, INNER))
    assert "reviewers named" in told["subjects"]


def test_the_checking_program_knows_that_people_named_them_and_that_somebody_was_to_read():
    made = pulse_of(4)
    found = NewSubjects((NamedSubject("Parking", ((desk.QUESTION, 13, 9),)),), kept=1)
    told = json.loads(with_subjects(made, found, RULE).to_json())
    assert told["text"][0]["subjects"]
    recounted, report = json.loads(made.to_json()), verify.Report()
    verify.compare(
        verify.Pulse([], covenant={"wave": {"label": "May"}}), recounted, told, True, report
    )
    assert not any(report.problems.values()), "what nobody can count once more is no other result"
    for readers, problems in ((2, 0), (0, 1)):
        covenant = {"wave": {"label": "May"}, "comment_readers": readers, "rule": RULE.to_dict()}
        report = verify.Report()
        verify.check_comments(verify.Pulse([], covenant=covenant), told, report)
        assert len(report.problems[verify.TAMPERED]) == problems


def test_another_s_view_of_a_subject_names_nobody(app, pulse):
    one, two, _ = desk.reviewers(app)
    one.post("/review/riverside/1/subjects/1", data={"act": "name", "name": "Cars"})
    two.post("/review/riverside/1/subjects/1", data={"act": "drop"})
    page = two.get("/review/riverside/1/subjects/1").text
    assert "1 of you says" in page
    assert "reviewer0@example.org" not in page
    with app.app_context():
        member = factories.an_account("board", email="reviewer9@example.org")
        mark = review_sheets.mark_of(pulse, member.id)
    assert mark not in page
