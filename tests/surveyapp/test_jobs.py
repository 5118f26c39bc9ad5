"""What the scheduler does by itself, and that one trouble stops nothing else."""

from datetime import timedelta

import pytest

from surveyapp import clock, jobs
from surveyapp.extensions import db, who_session
from surveyapp.models.participation import OutboxMail
from surveyapp.models.surveys import Wave
from tests import factories


def summarised(label, slug, days=0):
    """A wave whose results are due now and lie ready."""
    programme = factories.a_programme(slug)
    now = clock.now()
    wave = factories.a_wave(
        programme,
        "summarised",
        label=label,
        origin="imported",
        closes_at=now - jobs.mail.KEPT_AFTER_SENDING,
        publishes_at=now,
    )
    factories.a_publication(wave, released=False)
    return wave


def states(app):
    with app.app_context():
        return dict(db.session.execute(db.select(Wave.label, Wave.state)).all())


def test_a_wave_in_trouble_keeps_no_other_results_back(app):
    with app.app_context():
        # It is closed, but the keys that would open it are gone.
        factories.a_wave(factories.a_programme("broken"), "closed", label="Broken")
        summarised("Sound", "sound")
        factories.committed()
    with app.app_context(), pytest.raises(jobs.Unfinished, match=r"Broken: closed → opened failed"):
        jobs.tick(clock.now())
    assert states(app) == {"Broken": "closed", "Sound": "published"}


def test_what_a_failed_step_had_begun_is_undone(app, monkeypatch):
    def half_done(wave, now):
        wave.label = "Half done"
        db.session.flush()
        raise OSError("a disk is full")

    monkeypatch.setitem(jobs.STEPS, "published", half_done)
    with app.app_context():
        summarised("Whole", "whole")
        factories.committed()
    with app.app_context(), pytest.raises(jobs.Unfinished, match="OSError") as trouble:
        jobs.tick(clock.now())
    assert "disk" not in str(trouble.value)  # a message may hold what somebody wrote
    assert states(app) == {"Whole": "summarised"}


def test_the_board_hears_of_a_draft_even_after_a_crash_between_two_commits(app, monkeypatch):
    def draw_up(wave):
        factories.a_publication(wave, released=False)

    monkeypatch.setattr(jobs.publishing, "draw_up", draw_up)

    def crash():
        raise OSError("the power went")

    with app.app_context():
        factories.an_account("board")
        factories.a_wave(state="opened")
        factories.committed()
    with app.app_context():
        monkeypatch.setattr(db.session, "commit", crash)
        wave = db.session.scalars(db.select(Wave)).one()
        with pytest.raises(OSError, match="power"):
            jobs.summarise(wave, clock.now())
        monkeypatch.undo()
    with app.app_context():
        letters = who_session().scalars(db.select(OutboxMail.kind)).all()
    assert letters == ["draft"]


def test_a_publisher_that_stands_still_keeps_results_back_for_an_hour_at_most(app, monkeypatch):
    """Where doors are apart the office waits until it has put in what reviewers found."""
    laid_out = True
    monkeypatch.setattr(jobs, "opens", lambda store: store in (None, "who"))
    monkeypatch.setattr(jobs.review_sheets, "is_laid_out", lambda _wave_id: laid_out)
    with app.app_context():
        wave = summarised("Due", "due")
        for minutes, ours in ((0, False), (59, False), (61, True)):
            now = wave.publishes_at + timedelta(minutes=minutes)
            assert jobs.is_ours(wave, "published", now) is ours
        laid_out = False
        assert jobs.is_ours(wave, "published", wave.publishes_at)
