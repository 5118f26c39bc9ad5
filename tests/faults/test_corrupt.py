"""F15 (SECURITY 10): a byte that changes by itself, in a ballot, in a page of the box's file, or in
the block of answers. It is noticed, and every other ballot counts."""

import random
import shutil
import sqlite3

import pytest
from sqlalchemy.exc import DatabaseError

from surveyapp.crypto.blocks import BlockError
from surveyapp.extensions import answers_session, box_session, db
from surveyapp.models.ballots import Ballot
from surveyapp.models.responses import AnswerBlock
from surveyapp.services import answer_blocks, opening
from tests import factories, voting
from tests.faults import levels

PLACES = ("Riverside/Days",) * 12


@pytest.fixture
def answered(make_app, tmp_path):
    """An open wave, all in its files; everybody said something else."""
    app = make_app(**voting.on_files(tmp_path))
    poll = voting.open_voting(app, places=PLACES)
    for number, person in enumerate(poll.people):
        voting.vote(app, poll, person, {"speak_1": 1 + number % 5, "work_1": 1 + number % 3})
    return app, poll


def flipped(data, dice):
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]


def test_one_changed_byte_costs_its_own_ballot_and_no_other(answered, record_figure):
    app, poll = answered
    with app.app_context():
        rows = box_session().query(Ballot).all()
        for number, row in enumerate(rows[:6]):
            row.record = flipped(row.record, random.Random(number))
        box_session().commit()
    voting.close(app, poll)
    opened = voting.open_ballots(app, poll)
    assert opened.accepted == len(PLACES) - 6
    assert sum(opened.rejected.values()) == 6
    record_figure("F15", "6 of 12 ballots with one byte changed: 6 found, 6 others counted")


def test_a_changed_byte_after_closing_stops_the_opening_until_a_copy_is_put_back(answered):
    app, poll = answered
    voting.close(app, poll)
    with app.app_context():
        row = box_session().query(Ballot).first()
        good, row.record = row.record, flipped(row.record, random.Random(1))
        key = row.key_sha256
        box_session().commit()
        with pytest.raises(opening.OpeningRefused):
            opening.open_wave(voting.wave_of(poll))
        box_session().get(Ballot, key).record = good
        box_session().commit()
    assert voting.open_ballots(app, poll).accepted == len(PLACES)


def test_a_changed_byte_anywhere_in_the_box_s_file_never_changes_an_answer(
    answered, make_app, tmp_path, record_figure
):
    app, poll = answered
    voting.close(app, poll)
    path = tmp_path / "instance" / "box.sqlite"
    factories.dispose([app])
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copy(path, tmp_path / "good")
    good = path.read_bytes()
    with app.app_context():
        usual = opening._bundle(voting.wave_of(poll)).to_bytes()
    tries, dice, noticed = levels.times(40, 400, 4000), random.Random(), 0
    for _ in range(tries):
        factories.dispose([app])
        for journal in path.parent.glob("box.sqlite-*"):
            journal.unlink()
        path.write_bytes(flipped(good, dice))
        with app.app_context():
            try:
                found = opening._bundle(voting.wave_of(poll))
            except (DatabaseError, ValueError, opening.OpeningRefused):
                noticed += 1
                continue
            wrong = opening.bundles.problems(found)
            noticed += bool(wrong)
            # Bytes that nothing is kept in may change.
            assert wrong or found.to_bytes() == usual
    assert noticed
    record_figure("F15", "any byte of the box's file changed: found, or nothing was kept there")


def test_a_changed_byte_in_the_answers_is_noticed_wherever_it_is(answered, record_figure):
    app, poll = answered
    voting.close(app, poll)
    voting.open_ballots(app, poll)
    with app.app_context():
        row = answers_session().query(AnswerBlock).filter_by(kind="responses").one()
        good, tries = bytes(row.sealed), levels.times(50, 500)
        for number in range(tries):
            row.sealed = flipped(good, random.Random(number))
            answers_session().flush()
            with pytest.raises(BlockError):
                answer_blocks.read(poll.wave_id, "responses")
        answers_session().rollback()
        db.session.rollback()
    record_figure("F15", f"one byte of the answers changed: found {tries} of {tries}")
