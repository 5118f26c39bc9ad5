"""When the time of a pulse's answers is over, no copy of them can be read by anybody."""

import io
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from types import SimpleNamespace

import polars as pl
import pytest
from sqlalchemy import delete, update

from surveyapp import clock, jobs, keys
from surveyapp.crypto import blocks, witness_key
from surveyapp.extensions import db
from surveyapp.models.publications import Notice
from surveyapp.models.surveys import Wave
from surveyapp.services import audit, audits, covenants, publishing, retention
from surveyapp.transparency import inventory
from tests import factories, voting

SAID = "the rota comes out on a Sunday night"
AUDITOR = witness_key.WitnessKey.new("Anna Audit")


def copied(app, folder):
    """What a backup holds of the answers; their keys are not in it."""
    kept = folder / "backup.sqlite"
    shutil.copy(app.instance_path + "/answers.sqlite", kept)
    wal = app.instance_path + "/answers.sqlite-wal"
    shutil.copy(wal, f"{kept}-wal")
    return kept


def readable(backup, instance, wave_id):
    """The words of every block that any file of the instance unlocks."""
    found = {}
    with closing(sqlite3.connect(backup)) as copy:
        rows = copy.execute("SELECT kind, wrapped_key, sealed FROM answer_block").fetchall()
    held = [one.read_bytes() for one in instance.rglob("*") if one.is_file()]
    for kind, wrapped, sealed in rows:
        for key in (one for one in held if len(one) == blocks.KEY_BYTES):
            try:
                found[kind] = blocks.unseal(key, wrapped, sealed, blocks.context(wave_id, kind))
            except blocks.BlockError:
                continue
    assert len(rows) >= 2
    return found


@pytest.fixture
def published(make_app, tmp_path):
    """A pulse with answers, a comment and an auditor, opened, counted and out."""
    app = make_app(**voting.on_files(tmp_path))
    opened = voting.open_voting(app, auditors=[AUDITOR])
    for person in opened.people[:12]:
        voting.vote(app, opened, person, {"speak_1": 4}, [("barriers", SAID, "board")])
    voting.close(app, opened)
    with app.app_context():
        wave = voting.wave_of(opened)
        jobs.open_ballots(wave, clock.now())
        jobs.summarise(wave, clock.now())
        jobs.publish(wave, clock.now())
    return app, opened.wave_id


def closed_on(app, day):
    """Let the noticeboard say that the pulse closed on that day."""
    with app.app_context():
        db.session.execute(
            update(Notice).where(Notice.type == "CLOSED").values(date=day.isoformat())
        )
        db.session.commit()


def unlocked(app, wave_id):
    with app.app_context():
        return keys.directory("publisher", wave_id).exists()


def fetchable(app, wave_id):
    with app.app_context():
        return audits.are_kept(db.session.get(Wave, wave_id))


BOTH = pytest.mark.parametrize(
    ("destroy", "kept"),
    [(retention.destroy_keys, unlocked), (retention.destroy_files, fetchable)],
    ids=["key", "files"],
)


def tick(app, day):
    with app.app_context():
        jobs.tick(factories.at(day.isoformat()))


def mind(app, *days, destroy=retention.destroy_keys):
    """Do that part of a tick alone."""
    for day in days:
        with app.app_context():
            destroy(factories.at(day.isoformat()))
            factories.committed()


def test_at_the_end_of_its_time_a_backup_of_the_answers_is_noise(published, tmp_path):
    app, wave_id = published
    instance = tmp_path / "instance"
    backup = copied(app, tmp_path)
    closed_on(app, date(2026, 2, 28))
    tick(app, date(2028, 2, 21))
    tick(app, date(2028, 2, 27))
    before = readable(backup, instance, wave_id)
    assert before.keys() >= {"responses", "comments", "tally"}
    assert SAID in pl.read_parquet(io.BytesIO(before["comments"]))["text"].to_list()
    for _ in range(2):
        tick(app, date(2028, 2, 28))
        assert readable(backup, instance, wave_id) == {}
        assert readable(copied(app, tmp_path), instance, wave_id) == {}
    with app.app_context():
        assert not keys.directory("publisher", wave_id).exists()
        with pytest.raises(keys.MissingKey):
            publishing.load(db.session.get(Wave, wave_id))


def test_the_promised_months_count_and_no_setting_changes_them_later(published):
    app, wave_id = published
    app.config["ANSWERS_KEPT_MONTHS"] = 1
    with app.app_context():
        wave = db.session.get(Wave, wave_id)
        assert json.loads(wave.covenant)[covenants.KEPT] == 24
    for closed, end in (
        (date(2026, 2, 28), date(2028, 2, 28)),
        (date(2026, 12, 31), date(2028, 12, 31)),
        (date(2024, 2, 29), date(2026, 2, 28)),
    ):
        closed_on(app, closed)
        with app.app_context():
            assert retention.ends(db.session.get(Wave, wave_id)) == end
    with app.app_context():
        db.session.execute(delete(Notice).where(Notice.type == "CLOSED"))
        assert retention.ends(db.session.get(Wave, wave_id)) is None


def test_the_auditors_files_go_thirty_days_after_closing_and_the_log_says_so_before(published):
    app, wave_id = published
    closed_on(app, date(2026, 3, 1))
    told = []
    for day in (23, 24, 30, 31):
        tick(app, date(2026, 3, day))
        with app.app_context():
            told.append(retention.FILES in {line.verb for line in audit.lines()})
        assert fetchable(app, wave_id) == (day < 31)
    assert told == [False, True, True, True]
    assert unlocked(app, wave_id)
    (kept,) = (one for one in inventory.STORED if "auditor" in one.what)
    assert kept.until.startswith(f"{retention.FILES_KEPT.days} days after closing")


def test_files_of_results_that_came_late_can_be_fetched_for_a_week(published):
    app, wave_id = published
    closed_on(app, date(2026, 3, 1))
    for day in (20, 26, 27):
        tick(app, date(2026, 5, day))
        assert fetchable(app, wave_id) == (day < 27)


@BOTH
def test_whoever_writes_other_days_or_promises_into_a_row_destroys_nothing(
    published, destroy, kept
):
    app, wave_id = published
    for lie in (
        {"closed_on": "2020-01-01"},
        {"covenant": Wave.covenant.op("||")(" ")},
    ):
        with app.app_context():
            db.session.execute(update(Wave).values(lie))
            factories.committed()
        days = [clock.now().date() + timedelta(days=days) for days in (0, 7, 14)]
        mind(app, *days, destroy=destroy)
        assert kept(app, wave_id)
    days = [clock.now().date() + timedelta(days=days) for days in (999, 1007)]
    mind(app, *days, destroy=destroy)
    assert kept(app, wave_id), "promises that are not those on the noticeboard end nothing"


@BOTH
def test_results_that_a_row_calls_out_and_the_noticeboard_does_not_keep_their_answers(
    published, destroy, kept
):
    app, wave_id = published
    closed_on(app, date(2024, 2, 28))
    with app.app_context():
        db.session.execute(delete(Notice).where(Notice.type == "PUBLISHED"))
        factories.committed()
    mind(app, date(2027, 1, 1), date(2027, 1, 8), destroy=destroy)
    assert kept(app, wave_id)


@BOTH
def test_a_clock_that_was_years_ahead_for_a_while_destroys_nothing(published, destroy, kept):
    app, wave_id = published
    today = clock.now().date()
    for years in (3, 4):
        mind(app, today + timedelta(days=365 * years), destroy=destroy)
        assert kept(app, wave_id), "the staff log had not told of it"
        mind(app, today, destroy=destroy)
        with app.app_context():
            assert audit.check() == []
    for days in (0, 6, 7):
        mind(app, today + timedelta(days=365 * 5 + days), destroy=destroy)
        assert kept(app, wave_id) == (days < 7), "a clock that stays is believed"


def test_what_is_not_published_is_kept_and_what_came_from_a_file_counts_from_its_results(
    published,
):
    app, wave_id = published
    with app.app_context():
        wave = db.session.get(Wave, wave_id)
        # A file has no promises, so nothing of its row is on the noticeboard.
        wave.origin, wave.covenant, wave.covenant_sha256 = "imported", None, None
        wave.closed_on = "2020-01-01"
        factories.committed()
    mind(app, clock.now().date() + timedelta(days=7))
    assert unlocked(app, wave_id)
    end = clock.now().date() + timedelta(days=24 * 31)
    mind(app, end - timedelta(days=7))
    assert unlocked(app, wave_id)
    with app.app_context():
        db.session.get(Wave, wave_id).state = "summarised"
        factories.committed()
    mind(app, end)
    assert unlocked(app, wave_id)


def test_a_later_pulse_comes_out_without_comparing_with_answers_that_are_gone(published):
    app, wave_id = published
    with app.app_context():
        wave = db.session.get(Wave, wave_id)
        later = SimpleNamespace(programme=wave.programme, number=wave.number + 1)
        assert len(publishing._earlier(later)) == 1
        keys.destroy_all("publisher", wave_id)
        assert publishing._earlier(later) == []


def test_the_page_of_promises_says_when(published):
    app, wave_id = published
    closed_on(app, date(2026, 2, 28))
    page = app.test_client().get("/trust/riverside/1").get_data(as_text=True)
    assert "<dt>The key to the answers is destroyed</dt><dd>28 February 2028" in page
    assert "24 months after closing, the server destroys the key" in page
