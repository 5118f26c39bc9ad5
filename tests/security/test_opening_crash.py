"""An opener that dies at any step, or runs twice: one outcome, and nothing left behind."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from surveyapp import jobs, keys
from surveyapp.crypto import peeled, witness_key
from surveyapp.extensions import answers_session, box_session, db, empty_journal, engine_of
from surveyapp.models.ballots import Ballot
from surveyapp.services import noticeboard, noticeboard_check, opening, registrar, waves, witnesses
from tests import factories, voting

PLACES = ("Riverside/Days",) * 12
MO = witness_key.WitnessKey.new("Mo, speak-up guardian")


@pytest.fixture(params=["sealed", "blind"])
def sealed(request):
    return request.param == "sealed"


def handed_in(app, sealed):
    """A closed wave of twelve ballots that may be opened now."""
    wave = voting.open_voting(app, places=PLACES, witnesses=(MO,) if sealed else ())
    for number, person in enumerate(wave.people):
        voting.vote(app, wave, person, {"speak_1": 1 + number % 5})
    voting.close(app, wave)
    if sealed:
        with app.app_context():
            row = voting.wave_of(wave)
            witnesses.prepare(row)
            witnesses.hand_in(row, voting.peel(witnesses.bundle(row), MO).to_bytes())
    return wave


def one_round(app, wave):
    """What the scheduler does with this wave, until it is with the board."""
    with app.app_context():
        row = voting.wave_of(wave)
        if row.state == "closed":
            jobs.open_ballots(row, row.closes_at)
        elif opening.is_left(row):
            jobs.let_go(row)


def nothing_is_left(app, wave):
    with app.app_context():
        row = voting.wave_of(wave)
        assert row.state == "opened"
        assert [one.type for one in noticeboard.about(row.id)].count("OPENED") == 1
        assert box_session().query(Ballot).count() == 0
        assert not keys.directory("opener", row.id).exists()
        assert not witnesses._folder(row.id).exists()
        said = voting.opened(wave, "responses")["speak_1"]
        assert sorted(said) == sorted(1 + number % 5 for number in range(12))
        assert noticeboard_check.check() == []


class PowerCut(Exception):
    """The process ends here."""


STEPS = {
    "destroying the signing keys": (registrar, "destroy_keys"),
    "the opening": (opening, "open_wave"),
    "peeling and checking": (peeled.Peeled, "check"),
    "the answers' commit": (answers_session, "commit"),
    "reading back": (opening, "read_back"),
    "the announcement": (waves, "move"),
    "the announcement's commit": (db.session, "commit"),
    "letting the ballots go": (opening, "let_go"),
    "the box's commit": (box_session, "commit"),
    "scrubbing": (opening, "scrub"),
    "clearing what was handed in": (witnesses, "clear"),
    "destroying the keys": (opening, "destroy_keys"),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """An application whose sealed wave may be opened, and copies of its stores and files."""
    app = factories.an_app(tmp_path_factory.mktemp("kept") / "instance", **voting.SETTINGS)
    wave = handed_in(app, sealed=True)
    stores = []
    for engine in engines(app):
        stores.append(sqlite3.connect(":memory:"))
        with engine.connect() as connection:
            connection.connection.driver_connection.backup(stores[-1])
    files = Path(app.instance_path).with_name("files")
    shutil.copytree(app.instance_path, files)
    yield app, wave, stores, files
    factories.dispose([app])


@pytest.fixture
def waiting(kept):
    """The same wave each time as it was before anybody opened it."""
    app, wave, stores, files = kept
    for engine, store in zip(engines(app), stores, strict=True):
        with engine.connect() as connection:
            store.backup(connection.connection.driver_connection)
    shutil.rmtree(app.instance_path)
    shutil.copytree(files, app.instance_path)
    return app, wave


def engines(app):
    with app.app_context():
        return list(db.engines.values())


@pytest.mark.parametrize("step", STEPS)
def test_an_opener_that_dies_before_any_step_comes_to_the_same_end(waiting, monkeypatch, step):
    app, wave = waiting
    with app.app_context():
        holder, name = STEPS[step]
        holder = holder() if holder in (answers_session, box_session) else holder

        def die(*_arguments, **_more):
            raise PowerCut

        monkeypatch.setattr(holder, name, die)
        row = voting.wave_of(wave)
        with pytest.raises(PowerCut):
            jobs.open_ballots(row, row.closes_at)
        monkeypatch.undo()
    one_round(app, wave)
    nothing_is_left(app, wave)
    one_round(app, wave)
    nothing_is_left(app, wave)


def test_two_openers_at_once_open_once(shared_app, sealed):
    wave = handed_in(shared_app, sealed)
    gate = Barrier(2)

    def run(_n):
        with shared_app.app_context():
            row = voting.wave_of(wave)
            assert row.state == "closed"
            gate.wait(60)
            jobs.open_ballots(row, row.closes_at)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, range(2))) == [None, None]
    nothing_is_left(shared_app, wave)


def test_ballots_leave_no_byte_in_the_box_even_before_it_is_written_anew(app, tmp_path):
    """What deletes them wipes them; the whole file written anew afterwards is a second lock."""
    wave = voting.open_voting(app, places=PLACES)
    cast = [voting.vote(app, wave, person, {"speak_1": 1}) for person in wave.people]
    voting.close(app, wave)
    with app.app_context():
        row = voting.wave_of(wave)
        opening.open_wave(row)
        answers_session().commit()
        empty_journal("box")
        assert held(tmp_path, cast) == len(cast)
        opening.let_go(row)
        box_session().commit()
        empty_journal("box")
        with engine_of("box").connect() as connection:
            free = connection.scalar(text("PRAGMA freelist_count"))
    assert free  # the pages are still there, only empty
    assert held(tmp_path, cast) == 0


def held(folder, cast):
    """How many of these ballots the box's files hold a piece of."""
    files = b"".join(path.read_bytes() for path in folder.rglob("box.sqlite*"))
    assert files
    return sum(record[200:264] in files for record in cast)
