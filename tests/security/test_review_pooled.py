"""What nobody may read of an earlier pulse shows nowhere in a later one that is pooled with it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from surveyapp import clock, jobs
from surveyapp.extensions import db
from surveyapp.models.publications import PublishedFile
from surveyapp.services import (
    invitations,
    own_codebooks,
    publishing,
    results,
    review_earlier,
    review_finding,
    review_sheets,
    text_results,
)
from tests import desk
from tests.security.test_review_subjects import MARKER, READERS, NoTheme, stored, waiting, written

EARLY = "pangolin"  # in comments that reviewers of the earlier pulse read, and in no later one
HELD = "okapi"  # in twelve comments for everybody, all of which reviewers withhold
NAME = "Getting here"


@pytest.fixture(autouse=True)
def _only_what_is_tested(monkeypatch):
    """Software that finds no theme, no mail, and no pages set for print."""
    monkeypatch.setattr(text_results, "first_coder", NoTheme)
    monkeypatch.setattr("analysis.text.counts.first_coder", NoTheme)
    monkeypatch.setattr(invitations, "announce_results", lambda *given: 0)
    monkeypatch.setattr(publishing.report_pdf, "render", lambda report: b"%PDF")


def withhold(app, wave_id, word):
    """Two reviewers withhold every comment with this word; how many there were."""
    with app.app_context():
        held = [entry for entry in review_sheets.entries(wave_id) if word in entry.text]
        for entry in held:
            for reader in READERS:
                said = review_sheets.Reading(entry.place, reader, "author", codes=(), seen="blind")
                review_sheets.keep(wave_id, said)
        db.session.commit()
    return len(held)


def said_of_all(app, wave_id, act, said):
    """Two reviewers say this of every new subject."""
    with app.app_context():
        for one in review_sheets.subjects(wave_id):
            for reader in READERS:
                review_sheets.keep_naming(
                    wave_id, review_sheets.Naming(one.number, reader, act, said)
                )
        db.session.commit()


def published(app, wave_id):
    """Everything that comes out of a pulse, as text; and its results."""
    with app.app_context():
        jobs.tick(clock.now() + timedelta(days=2))
        sent = results.publication_of(desk.wave(wave_id))
        files = db.session.query(PublishedFile).filter_by(publication_id=sent.id).all()
        out = sent.summary.lower() + "".join(repr(file.body).lower() for file in files)
        return out, json.loads(sent.summary)


def few():
    """Comments on parking and on nothing, as many as it takes."""
    return [*written()[:80], *written()[120:]]


def early():
    """The pulse before: the same subject, with a word in it of that pulse's own."""
    for one in few():
        more = f" {EARLY} parking" if one.use == "publish" and "Parking" in one.text else ""
        yield desk.Said(one.text + more, one.use, one.unit)


def now():
    """The pulse that is pooled with it: nobody wrote either word where it may be read."""
    return [one for one in few() if MARKER not in one.text]


def test_an_earlier_pulse_gives_a_later_one_a_name_and_no_word(app, board):
    first = waiting(app, list(early()), READERS[:1])
    said_of_all(app, first, "name", NAME)
    _, told = published(app, first)
    assert NAME in json.dumps(told["text"])
    assert "there again" not in told["subjects"]
    second = waiting(app, now(), READERS[:1], first)
    with app.app_context():
        found = review_sheets.subjects(second)
        entries = {entry.id for entry in review_sheets.entries(second)}
        sheet = review_sheets.sheet(second)
        lent = review_earlier.lent(
            desk.wave(second), {(one.id, one.text, one.purpose) for one in sheet.questions}
        )
        # Counted like this pulse's own, what was lent would show: the words can be seen.
        naive = review_finding.emerging(
            [review_finding.Written(one.text, one.question, one.unit, one.use, 0.1) for one in lent]
        )
    assert any(EARLY in term for group in naive for term in group.terms)
    assert not any(MARKER in one.text for one in lent), "themes only is lent to nobody"
    assert found
    assert {(one.like, one.like_of) for one in found if one.like} == {(NAME, "Pulse 1")}
    assert not any(word in term for one in found for term in one.terms for word in (EARLY, MARKER))
    assert all(example in entries for one in found for example in one.examples)
    number = next(one.number for one in found if one.like)
    address = f"/review/riverside/2/subjects/{number}"
    page = board.get(address).text
    assert "It looks like “Getting here”, which reviewers named in “Pulse 1”." in page
    assert not any(word in page.lower() for word in (EARLY, MARKER))
    assert board.post(address, data={"act": "name", "name": NAME}).status_code == 302

    said_of_all(app, second, "name", NAME)
    out, told = published(app, second)
    assert (
        f"“{NAME}” is there again: reviewers gave that name in “Pulse 1” too." in told["subjects"]
    )
    assert not any(word in out for word in (EARLY, MARKER))
    assert MARKER not in stored(app)


def held_back():
    """Comments on parking of which twelve, for everybody, have a word of their own."""
    said = written()
    return [replace(one, text=f"{one.text} {HELD}") for one in said[:12]] + said[12:]


def test_words_put_with_a_theme_are_offered_to_hr_only_when_five_wrote_them_for_all(app):
    pulse = waiting(app, held_back(), READERS[:1])
    assert withhold(app, pulse, HELD) == 12
    with app.app_context():
        terms = {term for one in review_sheets.subjects(pulse) for term in one.terms}
        assert HELD in terms, "reviewers see what they withhold"
    said_of_all(app, pulse, "theme", "workload")
    with app.app_context():
        jobs.tick(clock.now())
        programme = desk.wave(pulse).programme
        assert own_codebooks.offers(programme) == [], "nothing before its date"
    published(app, pulse)
    with app.app_context():
        programme = desk.wave(pulse).programme
        (offer,) = own_codebooks.offers(programme)
        assert own_codebooks.of(programme).in_use.themes == ()
        assert own_codebooks.promised(desk.wave(pulse)).keys() == {"version", "sha256"}
    assert (offer.theme, offer.wave) == ("workload", "Pulse 1")
    assert offer.words
    for word in (MARKER, HELD, "wombat", "numbat"):
        assert not any(word in phrase for phrase in offer.words)
        assert word == "numbat" or word not in stored(app)
