"""Whoever may write the office's database, and holds no key, shows nobody other results than those
that the noticeboard announced."""

import hashlib
import uuid

import pytest
from sqlalchemy import text

from surveyapp import clock
from surveyapp.extensions import db
from surveyapp.models.publications import PublishedFile
from surveyapp.services import mirror, noticeboard, results
from tests import factories
from tests.analysis import samples

HONEST = "Riverside says this"
FORGED = "All is well, says the board"


def summary(title):
    """Results by which a page can be told: they are of a programme with this name."""
    found = samples.summary(1)
    body = found.to_json().replace(found.programme, title)
    return body, hashlib.sha256(body.encode()).hexdigest()


@pytest.fixture
def pulse(app):
    """A pulse with its results out and announced; its id and those of its publication and key."""
    with app.app_context():
        wave = factories.a_wave(state="published")
        publication = factories.a_publication(wave)
        publication.summary, publication.sha256 = summary(HONEST)
        for name, body in (("summary.json", publication.summary), ("report.pdf", HONEST)):
            file = {"publication_id": publication.id, "name": name, "body": body.encode()}
            db.session.add(PublishedFile(**file, media_type="text/plain"))
        db.session.flush()
        files = results.fingerprints(publication)
        body = {"wave": str(wave.id), "sha256": publication.sha256, "files": files}
        noticeboard.post("PUBLISHED", body, on=clock.now().date())
        factories.committed()
        return wave.id, publication.id, wave.results_key


def write(app, sql, **given):
    with app.app_context():
        db.session.execute(text(sql), given)
        db.session.commit()


def shown(app, pulse):
    """Whose results pages show, and the fingerprints of those that the record holds."""
    with app.app_context():
        wave = results.wave_of_key(pulse[2])
        files = dict(mirror._results(wave))
        held = [hashlib.sha256(files[x]).hexdigest() for x in files if x.endswith("summary.json")]
        return [one.programme for _, one in results.released(wave.programme)], held


def added(app):
    body, sha256 = summary(FORGED)
    write(
        app,
        "INSERT INTO publication (id, wave_id, number, summary, sha256, released_on) "
        "SELECT :id, wave_id, 2, :body, :sha256, released_on FROM publication",
        id=uuid.uuid4().hex,
        body=body,
        sha256=sha256,
    )
    return sha256


def test_results_that_were_added_later_are_not_shown(app, pulse):
    added(app)
    assert shown(app, pulse) == ([HONEST], [summary(HONEST)[1]])


def test_nor_where_the_noticeboard_got_a_line_for_them(app, pulse):
    """Lines that another process left are signed by the office, so the first one counts."""
    sha256 = added(app)
    with app.app_context():
        body = {"wave": str(pulse[0]), "number": 2, "sha256": sha256}
        noticeboard.post("PUBLISHED", body, on=clock.now().date())
        factories.committed()
    assert shown(app, pulse) == ([HONEST], [summary(HONEST)[1]])


def test_results_that_were_changed_with_their_fingerprint_are_not_shown(app, pulse):
    body, sha256 = summary(FORGED)
    write(app, "UPDATE publication SET summary = :body, sha256 = :sha256", body=body, sha256=sha256)
    page = app.test_client().get(f"/r/{pulse[2]}")
    assert page.status_code == 500
    assert "do not match their fingerprint" in page.text
    assert FORGED not in page.text


def test_results_that_were_taken_back_do_not_return_from_a_backup(app, pulse):
    with app.app_context():
        wave = results.wave_of_key(pulse[2])
        sha256 = results.publication_of(wave).sha256
        body = {"wave": str(wave.id), "sha256": sha256, "reason": "x", "signed": []}
        noticeboard.post("TOMBSTONE", body, on=clock.now().date())
        factories.committed()
        assert results.released(wave.programme) == []
        assert results.publication_of(wave) is None


@pytest.mark.parametrize("name", ["summary.json", "report.pdf"])
def test_a_file_of_the_results_that_was_changed_is_not_sent(app, pulse, name):
    address = f"/r/{pulse[2]}/files/{name}"
    assert HONEST in app.test_client().get(address).text
    write(app, "UPDATE published_file SET body = :body", body=FORGED.encode())
    answer = app.test_client().get(address)
    assert answer.status_code == 500
    assert FORGED not in answer.text


def test_a_file_that_was_added_to_the_results_is_neither_sent_nor_listed(app, pulse):
    sql = "INSERT INTO published_file SELECT publication_id, 'models.txt', media_type, :body FROM"
    write(app, f"{sql} published_file WHERE name = 'report.pdf'", body=FORGED.encode())
    assert app.test_client().get(f"/r/{pulse[2]}/files/models.txt").status_code == 404
    assert "models.txt" not in app.test_client().get(f"/r/{pulse[2]}/downloads").text
    with app.app_context():
        copied = dict(mirror._results(results.wave_of_key(pulse[2])))
    assert not any(name.endswith("models.txt") for name in copied)
