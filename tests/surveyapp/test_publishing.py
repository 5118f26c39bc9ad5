"""What goes into a wave's results, and what must not yet."""

import hashlib
from datetime import timedelta

import pytest

from analysis import instrument
from analysis.disclosure import Rule
from surveyapp import clock, jobs
from surveyapp.crypto.canonical import canonical
from surveyapp.errors import NotNow
from surveyapp.extensions import answers_session, db
from surveyapp.models.publications import Publication, PublishedFile
from surveyapp.services import publishing
from tests import factories


@pytest.fixture
def app(make_app):
    return make_app()


def brought_in(programme, label, code, *, summarise=True):
    """A wave of thirty people who all choose one answer, counted but not out."""
    import polars as pl

    from analysis import dataset

    asked = instrument.from_dict(instrument.to_dict(factories.an_instrument()))
    unit = dataset.Unit("Riverside", "Riverside", None, 40)
    columns = {"unit": ["Riverside"] * 30} | {
        item.id: pl.Series([code] * 30, dtype=pl.Int8) for item in asked.ratings
    }
    wave = dataset.Wave(
        id=label, label=label, date="2026-05-01", responses=pl.DataFrame(columns), units=(unit,)
    )
    made = publishing.import_wave(programme, wave, asked, Rule(), clock.now())
    if summarise:
        jobs.summarise(made, clock.now())
    answers_session().commit()
    return made


def waiting_to_be_summarised():
    """A wave of thirty answers under promises, opened and not counted."""
    wave = brought_in(factories.a_programme(), "Snowdrop", 2, summarise=False)
    text = canonical({"rule": wave.rule})
    wave.origin, wave.covenant = "ballots", text.decode()
    wave.covenant_sha256 = hashlib.sha256(text).hexdigest()
    factories.committed()
    return wave


def published_bytes(wave):
    publication = db.session.scalar(db.select(Publication).where(Publication.wave_id == wave.id))
    files = db.session.scalars(
        db.select(PublishedFile).where(PublishedFile.publication_id == publication.id)
    )
    return publication.summary.encode() + b"".join(file.body for file in files)


@pytest.mark.parametrize("out", [True, False])
def test_a_wave_says_nothing_of_an_earlier_one_that_is_not_out(app, out):
    with app.app_context():
        programme = factories.a_programme()
        first = brought_in(programme, "Snowdrop", 2)
        if out:
            jobs.publish(first, clock.now())
        second = brought_in(programme, "Bluebell", 4)
        assert b"Bluebell" in published_bytes(second)
        assert (b"Snowdrop" in published_bytes(second)) is out


@pytest.mark.parametrize("what", ["row", "promises", "fingerprint too"])
def test_a_rule_that_was_lowered_after_the_promise_publishes_nothing(app, caplog, what):
    """Attack A18: a smaller k in the store, with or without the promises made to match."""
    with app.app_context():
        wave = waiting_to_be_summarised()
        text = wave.covenant.replace('"k":10', '"k":8')
        assert text != wave.covenant
        if what == "row":
            wave.rule = {**wave.rule, "k": 8}
        else:
            wave.covenant = text
        if what == "fingerprint too":
            wave.covenant_sha256 = hashlib.sha256(text.encode()).hexdigest()
        factories.committed()
        with pytest.raises(NotNow):
            publishing.summarise(wave, clock.now())
        answers_session().rollback()
        db.session.rollback()
        with pytest.raises(jobs.Unfinished):
            jobs.tick(clock.now())
        assert "failed: NotNow" in caplog.text
        assert db.session.scalar(db.select(db.func.count()).select_from(Publication)) == 0


def test_the_rule_as_promised_publishes(app):
    with app.app_context():
        wave = waiting_to_be_summarised()
        jobs.summarise(wave, clock.now())
        assert db.session.scalar(db.select(db.func.count()).select_from(Publication)) == 1


def test_a_workbook_of_the_figures_is_kept_and_offered(app, client):
    with app.app_context():
        wave = brought_in(factories.a_programme(), "Snowdrop", 2)
        jobs.publish(wave, clock.now())
        key, kept = wave.results_key, db.session.scalar(db.select(Publication)).id
        body = db.session.get(PublishedFile, (kept, "figures.xlsx")).body
    sent = client.get(f"/r/{key}/files/figures.xlsx")
    assert sent.data == body
    assert sent.mimetype == publishing.WORKBOOK
    assert "figures.xlsx" in sent.headers["Content-Disposition"]
    assert "Figures (Excel)" in client.get(f"/r/{key}/downloads").text


def files_named(name):
    return db.session.scalars(db.select(PublishedFile).where(PublishedFile.name == name)).all()


def test_models_are_worked_out_once_at_night_while_a_draft_waits(app, client):
    with app.app_context():
        wave = brought_in(factories.a_programme(), "Snowdrop", 2)
        wave.publishes_at = clock.now() + timedelta(days=9)
        factories.committed()
        noon = clock.now().replace(hour=12)
        jobs.tick(noon)
        assert not files_named(publishing.MODELS)
        jobs.tick(noon.replace(hour=1))
        (kept,) = files_named(publishing.MODELS)
        assert "How well the questions work" in kept.body.decode()
        # Thirty people carry no model, and that is said.
        assert "Left out:" in kept.body.decode()
        jobs.tick(noon.replace(hour=2))
        assert len(files_named(publishing.MODELS)) == 1
        jobs.publish(wave, clock.now())
        key = wave.results_key
    assert "How the questions work" in client.get(f"/r/{key}/downloads").text
    assert client.get(f"/r/{key}/files/models.txt").mimetype == "text/plain"


@pytest.mark.parametrize("taken_back", [False, True])
def test_models_leave_out_a_pulse_that_was_taken_back(app, monkeypatch, taken_back):
    """Both pulses hold answers; what was taken back would show in the comparison of pulses."""
    seen = []
    with app.app_context():
        programme = factories.a_programme()
        first = brought_in(programme, "Snowdrop", 2)
        jobs.publish(first, clock.now())
        if taken_back:
            db.session.scalar(db.select(Publication)).withdrawn_on = "2026-01-01"
        second = brought_in(programme, "Crocus", 3)
        second.publishes_at = clock.now() + timedelta(days=9)
        jobs.summarise(second, clock.now())
        monkeypatch.setattr(publishing, "plan", lambda rows: seen.extend(rows) or [])
        publishing.models(second)
        assert [one.wave.label for one in seen] == ["Crocus"] if taken_back else len(seen) == 2


def test_a_model_that_fails_keeps_no_results_back(app, monkeypatch):
    with app.app_context():
        wave = brought_in(factories.a_programme(), "Snowdrop", 2)
        wave.publishes_at = clock.now() + timedelta(days=9)
        factories.committed()
        monkeypatch.setattr(publishing, "plan", lambda _rows: 1 / 0)
        with pytest.raises(jobs.Unfinished, match="models of a night failed: ZeroDivisionError"):
            jobs.tick(clock.now().replace(hour=1))
        jobs.tick(clock.now() + timedelta(days=10, hours=12 - clock.now().hour))
        assert wave.state == "published"
