"""The noticeboard as files: whole, the same each time, and checked without the server."""

import hashlib
import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from surveyapp import jobs
from surveyapp.extensions import db
from surveyapp.models.publications import PublishedFile
from surveyapp.models.surveys import Wave
from surveyapp.services import mirror, noticeboard
from tests import factories, voting


@pytest.fixture
def wave(make_app):
    app = make_app(**voting.SETTINGS)
    voting.open_voting(app, slug="riverside")
    with app.app_context():
        yield db.session.query(Wave).one()


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "copy"


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def out(wave):
    wave.state = "published"
    publication = factories.a_publication(wave)
    file = PublishedFile(
        publication_id=publication.id, name="figures.csv", media_type="text/csv", body=b"a,b"
    )
    db.session.add(file)
    noticeboard.post(
        "PUBLISHED",
        {"wave": str(wave.id), "sha256": publication.sha256, "number": 1},
        on=wave.publishes_at.date(),
    )
    return publication


def test_the_copy_holds_board_promises_and_results_byte_for_byte(wave, copy):
    publication = out(wave)
    mirror.write(copy, wave.opens_at)
    there = tree(copy)
    results = f"results/{wave.results_key}"
    assert sorted(there) == sorted([
        "checkpoint.txt", "covenants/riverside-1.json", "index.html", "noticeboard.jsonl",
        f"{results}/figures.csv", f"{results}/index.html", f"{results}/summary.json",
        "sums.txt", "verify.py", "words.txt",
    ])  # fmt: skip
    assert there["noticeboard.jsonl"].decode() == noticeboard.as_jsonl()
    assert there["checkpoint.txt"].decode() == noticeboard.checkpoint()
    bodies = [json.loads(line)["body"] for line in there["noticeboard.jsonl"].splitlines()]
    said = {body.get("covenant_sha256") for body in bodies}
    assert hashlib.sha256(there["covenants/riverside-1.json"]).hexdigest() in said
    summary = hashlib.sha256(there[f"{results}/summary.json"]).hexdigest()
    assert summary == publication.sha256


def test_a_second_copy_has_the_same_bytes_and_a_second_round_changes_nothing(wave, copy):
    out(wave)
    for name in ("one", "two"):
        mirror.write(copy / name, wave.opens_at)
    assert tree(copy / "one") == tree(copy / "two")
    assert mirror.write(copy / "one", wave.opens_at) == 0


def test_the_page_needs_no_server_and_leads_nowhere_else(wave, copy):
    out(wave)
    mirror.write(copy, wave.opens_at)
    soup = BeautifulSoup((copy / "index.html").read_text(), "html.parser")
    assert soup.find("script") is None
    links = {link["href"] for link in soup.find_all("a")}
    assert all((copy / link).is_file() for link in links)
    # Decision 9: results have an address of their own, which no public page tells.
    assert wave.results_key not in soup.decode()
    assert " ".join(noticeboard.words()) in soup.get_text()


def test_nothing_that_is_not_out_yet_is_copied(wave, copy):
    wave.state = "summarised"
    factories.a_publication(wave)
    mirror.write(copy, wave.opens_at)
    assert not (copy / "results").exists()


def test_results_taken_back_leave_the_copy_and_other_peoples_files_stay(wave, copy):
    publication = out(wave)
    mirror.write(copy, wave.opens_at)
    (copy / "robots.txt").write_text("User-agent: *")
    publication.withdrawn_on = "2026-12-01"
    db.session.flush()
    mirror.write(copy, wave.opens_at)
    assert not (copy / "results").exists()
    assert (copy / "robots.txt").exists()


def test_late_results_are_called_overdue_there_too(wave, copy):
    mirror.write(copy, wave.publishes_at + timedelta(days=2))
    assert "should have been out 2 days ago" in (copy / "index.html").read_text()


def test_the_scheduler_keeps_the_copy_up(make_app, tmp_path):
    app = make_app(MIRROR=str(tmp_path / "public"), **voting.SETTINGS)
    running = voting.open_voting(app)
    with app.app_context():
        jobs.tick(voting.wave_of(running).opens_at)
        assert (tmp_path / "public" / "checkpoint.txt").read_text() == noticeboard.checkpoint()
