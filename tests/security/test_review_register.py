"""Whoever may write the office's database, and holds no key, undoes no decision of a reviewer and
buries none untold; and an honest crash buries nothing."""

import threading

import pytest
from sqlalchemy import delete, event, select, text

from analysis.text.human_codes import BLIND
from surveyapp import jobs, keys
from surveyapp.extensions import db
from surveyapp.models.accounts import Account
from surveyapp.models.review import ReviewNaming, ReviewReading
from surveyapp.services import review, review_desk, review_register, review_sheets
from surveyapp.services.review_reasons import GONE, UNREAD
from tests import desk, factories
from tests.security.test_review_marks import FILES
from tests.surveyapp.test_review import members, say

NAME = "trombone"  # who it points to: software leaves it
SAID = f"The way the {NAME} player treats night staff is plain wrong and has been so for long."
ALL = 12
AGAIN = "Please read those comments again"


def laid(app):
    """A dozen comments with a name that software leaves, which two of three reviewers cleared."""
    with app.app_context():
        wave_id = desk.a_pulse([desk.Said(SAID)] * ALL)
    desk.lay_out(app)
    with app.app_context():
        people = members(3)
        for place in range(1, ALL + 1):
            for member in people[:2]:
                mark = review_sheets.mark_of(wave_id, member.id)
                given = review_sheets.Reading(place, mark, codes=(), seen=BLIND)
                review_sheets.keep(wave_id, given)
        db.session.commit()
        yield app, wave_id, people


@pytest.fixture
def house(app):
    yield from laid(app)


@pytest.fixture
def on_disk(make_app, tmp_path):
    """The same, where two can write at once."""
    (tmp_path / "instance").mkdir(exist_ok=True)
    yield from laid(make_app(**FILES))


def account(email):
    return db.session.scalar(select(Account).where(Account.email == email))


def decided(wave_id, member, place=1, **more):
    say(wave_id, member, place, **more)
    db.session.commit()


def rows():
    query = select(ReviewReading.reader, ReviewReading.wrapped_key, ReviewReading.sealed)
    return db.session.execute(query).all()


def put_back(older):
    """Make the table what a copy of it holds."""
    for row in db.session.scalars(select(ReviewReading)):
        kept = [one for one in older if one.reader == row.reader]
        if kept:
            row.wrapped_key, row.sealed = kept[0].wrapped_key, kept[0].sealed
        else:
            db.session.delete(row)
    db.session.commit()


def both_mask(wave_id, people):
    for member in people[:2]:
        decided(wave_id, member, masks=[NAME])


def a_third_withholds(wave_id, people):
    decided(wave_id, people[1], reason="author")
    older = rows()
    decided(wave_id, people[2], reason="author")
    return older


def naive(monkeypatch):
    """A desk that believes its database."""
    believed = lambda wave_id: (review_register._rows(wave_id), set())  # noqa: E731
    monkeypatch.setattr(review_register, "trusted", believed)


def shown(wave_id):
    return sum(NAME in one.text for one in review.cleared(wave_id))


@pytest.mark.parametrize("undone", [both_mask, a_third_withholds])
def test_putting_back_older_rows_shows_nothing(house, monkeypatch, undone):
    _, wave_id, people = house
    cleared = rows()
    undone(wave_id, people)
    assert shown(wave_id) == ALL - 1
    put_back(cleared)
    with monkeypatch.context() as patch:
        naive(patch)
        assert shown(wave_id) == ALL, "the attack works where the database is believed"
    assert review.cleared(wave_id) == []
    assert review.withheld(wave_id) == {GONE: ALL}


def test_not_even_the_last_step_can_be_taken_back(house, monkeypatch):
    _, wave_id, people = house
    before = a_third_withholds(wave_id, people)
    put_back(before)
    assert review.withheld(wave_id) == {GONE: ALL}


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM review_reading WHERE reader = (SELECT min(reader) FROM review_reading)",
        "UPDATE review_reading SET sealed = x'00' WHERE rowid = 1",
        "DELETE FROM review_reading",
    ],
)
def test_what_is_deleted_or_damaged_is_not_told_as_never_read(house, monkeypatch, sql):
    _, wave_id, _ = house
    db.session.execute(text(sql))
    db.session.commit()
    assert review.withheld(wave_id) == {GONE: ALL}
    if "sealed" not in sql:
        naive(monkeypatch)
        monkeypatch.setattr(review_sheets, "lost_places", lambda *given: set())
        assert review.withheld(wave_id) == {UNREAD: ALL}, "it would be, without the register"


def test_a_desk_that_somebody_empties_is_laid_out_anew_and_that_is_told(house):
    app, wave_id, people = house
    for table in ("reading", "naming", "comment", "subjects", "sheet"):
        db.session.execute(text(f"DELETE FROM review_{table}"))  # noqa: S608
    db.session.commit()
    desk.lay_out(app)
    assert review.withheld(wave_id) == {GONE: ALL}
    for member in people[:2]:
        decided(wave_id, member)
    assert len(review.cleared(wave_id)) == 1
    assert review.withheld(wave_id) == {GONE: ALL - 1}


def test_reviewers_are_asked_again_and_what_two_say_anew_counts(house):
    app, wave_id, people = house
    browser = app.test_client()
    factories.sign_in(browser, "board", email=people[0].email)
    cleared = rows()
    both_mask(wave_id, people)
    assert AGAIN not in browser.get("/review/riverside").text
    put_back(cleared)
    assert AGAIN in browser.get("/review/riverside").text
    mine = review_desk.desk(desk.wave(wave_id), people[0])
    assert all(mine.wants(place) for place in range(1, ALL + 1))
    # What one says now makes nothing of the older rows good.
    decided(wave_id, people[0], place=5)
    assert list(review_sheets.readings(wave_id)) == [5]
    decided(wave_id, people[1], place=5, masks=[NAME])
    assert [NAME in one.text for one in review.cleared(wave_id)] == [False]
    assert review.withheld(wave_id) == {GONE: ALL - 1}
    put_back(cleared)
    assert review.withheld(wave_id) == {GONE: ALL}


def test_a_crash_before_or_after_the_rows_are_committed_loses_nothing(house, monkeypatch):
    _, wave_id, people = house
    real, written = keys.replace, []

    def once(path, data):
        """The machine stops once the rows are committed and before that is told."""
        if written:
            raise OSError
        written.append(path)
        real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(keys, "replace", once)
        decided(wave_id, people[0], masks=[NAME])
    assert len(written) == 1
    assert (shown(wave_id), review.withheld(wave_id)) == (ALL - 1, {})

    def stops(_session):
        raise KeyboardInterrupt

    event.listen(db.session(), "before_commit", stops)
    with pytest.raises(KeyboardInterrupt):
        decided(wave_id, people[1], place=2, masks=[NAME])
    event.remove(db.session(), "before_commit", stops)
    db.session.rollback()
    assert (shown(wave_id), review.withheld(wave_id)) == (ALL - 1, {})
    decided(wave_id, people[1], place=3, masks=[NAME])
    assert (shown(wave_id), review.withheld(wave_id)) == (ALL - 2, {})


def test_two_who_save_at_once_lose_nothing(on_disk):
    app, wave_id, people = on_disk
    failed = []

    def saves(email, mask):
        with app.app_context():
            member = account(email)
            for place in range(1, ALL + 1):
                try:
                    decided(wave_id, member, place, masks=[mask])
                except Exception as error:
                    failed.append(error)

    emails = [member.email for member in people]
    busy = [
        threading.Thread(target=saves, args=(email, mask))
        for email, mask in zip(emails[:2], (NAME, "night staff"), strict=True)
    ]
    for one in busy:
        one.start()
    for one in busy:
        one.join()
    assert failed == []
    db.session.rollback()
    assert (shown(wave_id), review.withheld(wave_id)) == (0, {})


def test_who_saves_late_to_the_file_takes_nothing_back_that_came_after(on_disk, monkeypatch):
    """One commits, is held up, and another commits before the first tells that it is done."""
    app, wave_id, people = on_disk
    email, calls, real = people[1].email, [], review_register._alone

    def other():
        with app.app_context():
            decided(wave_id, account(email), place=2, masks=[NAME])

    def overtaken(known):
        calls.append(known)
        if len(calls) == 2:  # before the commit, and after it
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        return real(known)

    monkeypatch.setattr(review_register, "_alone", overtaken)
    decided(wave_id, people[0], masks=[NAME])
    assert len(calls) == 4
    db.session.rollback()
    assert (shown(wave_id), review.withheld(wave_id)) == (ALL - 2, {})


def test_the_file_tells_nobody_and_goes_with_the_key(house):
    app, wave_id, people = house
    folder = keys.directory("review", wave_id)
    kept = (folder / review_register.FILE).read_text()
    for member in people:
        assert review_sheets.mark_of(wave_id, member.id) not in kept
    assert len(kept) < 200
    desk.wave(wave_id).state = "published"
    db.session.commit()
    jobs.mind_comments(failed := [])
    assert failed == []
    assert not folder.exists()


def test_a_desk_of_before_there_was_a_register_is_believed_until_somebody_saves(house):
    _, wave_id, people = house
    cleared = rows()
    (keys.directory("review", wave_id) / review_register.FILE).unlink()
    assert shown(wave_id) == ALL
    decided(wave_id, people[0], masks=[NAME])
    assert (shown(wave_id), review.withheld(wave_id)) == (ALL - 1, {})
    put_back(cleared)
    assert review.withheld(wave_id) == {GONE: ALL}


@pytest.mark.parametrize("damaged", [False, True])
def test_a_row_that_does_not_open_buries_no_review(house, damaged):
    """Put there, or damaged, before the first thing that the register knows of."""
    _, wave_id, people = house
    (keys.directory("review", wave_id) / review_register.FILE).unlink()
    if damaged:
        db.session.execute(text("UPDATE review_reading SET sealed = x'00'"))
    else:
        noise = {"wave_id": wave_id, "sheaf": 0, "reader": bytes(16)}
        db.session.add(ReviewReading(**noise, wrapped_key=b"0", sealed=b"0"))
    db.session.commit()
    assert shown(wave_id) == 0
    for place in range(1, ALL + 1):
        for member in people[:2]:
            decided(wave_id, member, place)
    assert (shown(wave_id), review.withheld(wave_id)) == (ALL, {})


def test_what_was_said_of_new_subjects_is_held_too(house):
    _, wave_id, people = house
    if review_sheets.subjects(wave_id) is None:
        review_sheets.lay_subjects(wave_id, [])
    marks = [review_sheets.mark_of(wave_id, one.id) for one in people]
    for mark in marks:
        review_sheets.keep_naming(wave_id, review_sheets.Naming(1, mark, "drop"))
    db.session.commit()
    assert len(review_sheets.namings(wave_id)) == 3
    db.session.execute(delete(ReviewNaming).where(ReviewNaming.reader == bytes.fromhex(marks[0])))
    db.session.commit()
    assert review_sheets.namings(wave_id) == []
    review_sheets.keep_naming(wave_id, review_sheets.Naming(1, marks[1], "drop"))
    db.session.commit()
    assert [one.reader for one in review_sheets.namings(wave_id)] == [marks[1]]
