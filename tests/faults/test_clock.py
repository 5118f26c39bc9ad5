"""F11 and F12 (SECURITY 10): a clock that is wrong, and two schedulers at the same moment."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from surveyapp import clock, jobs
from surveyapp.extensions import db, who_session
from surveyapp.models.participation import OutboxMail
from surveyapp.models.surveys import STATES
from surveyapp.services import (
    noticeboard,
    noticeboard_check,
    publishing,
    review,
    review_sheets,
    waves,
)
from tests import desk, factories, voting
from tests.faults import levels

PLACES = ("Riverside/Days",) * 12
HOURS = timedelta(hours=1)
MOVES = ["COMMITTED", "ROSTER", "OPEN", "CLOSED", "OPENED", "PUBLISHED"]
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(autouse=True)
def nothing_is_drawn(monkeypatch):
    monkeypatch.setattr(publishing, "_files", lambda *_: [])
    monkeypatch.setattr(jobs, "NIGHT", ())


def moves(wave_id):
    return [line.type for line in noticeboard.about(wave_id) if line.type in MOVES]


@pytest.mark.parametrize("seed", range(levels.times(1, 25)))
def test_a_clock_two_days_out_makes_only_moves_that_are_due_by_it_and_each_once(
    make_app, seed, record_figure
):
    app, dice = make_app(**voting.SETTINGS), random.Random(seed)
    poll = voting.open_voting(app, places=PLACES, state="committed")
    with app.app_context():
        wave = voting.wave_of(poll)
        dates = {"open": wave.opens_at, "closed": wave.closes_at, "published": wave.publishes_at}
        true, end, furthest = wave.opens_at - 72 * HOURS, wave.publishes_at + 72 * HOURS, 0
    while true < end:
        reads = true + dice.choice((-48, 0, 48)) * HOURS
        with app.app_context(), clock.as_if(reads):
            jobs.tick(reads)
            wave = voting.wave_of(poll)
            here, after = STATES.index(wave.state), moves(poll.wave_id)
            assert here >= furthest
            assert after == MOVES[: len(after)]
            for state, date in dates.items():
                moved = furthest < STATES.index(state) <= here
                assert not moved or reads >= date
            furthest = here
        true += dice.choice((1, 12, 30)) * HOURS
    with app.app_context():
        assert moves(poll.wave_id) == MOVES
        assert noticeboard_check.check() == []
    record_figure("F11", "clock 48 hours out either way: each move once, in order, on its date")


# Days on which a clock changes, the leap day, the turn of the year, and the days beside them.
DUE = ("2027-03-27", "2027-03-28", "2027-10-30", "2027-10-31", "2028-02-28", "2028-02-29",
       "2027-12-31")  # fmt: skip


def moment(day, time):
    """A time in the organisation's zone, as the application keeps it."""
    here = datetime.fromisoformat(f"{day} {time}").replace(tzinfo=LONDON)
    return here.astimezone(UTC).replace(tzinfo=None)


def test_overdue_is_right_to_the_day(make_app, record_figure):
    app = make_app(TIMEZONE="Europe/London")
    with app.app_context():
        wave = factories.a_wave(state="summarised")
        for due in DUE:
            for time in ("00:00", "00:30", "01:30", "12:00", "23:59"):
                wave.publishes_at = moment(due, time)
                assert waves.overdue(wave, moment(due, "23:59")) == 0
                for days in range(1, 5):
                    then = (datetime.fromisoformat(due) + timedelta(days=days)).date()
                    assert waves.overdue(wave, moment(then, "00:00")) == days
                    assert waves.overdue(wave, moment(then, "23:59")) == days
    record_figure(
        "F11", f"overdue right to the day around {len(DUE)} days of changed clocks and leaps"
    )


def test_two_schedulers_make_each_move_once_and_write_to_everybody_once(
    make_app, tmp_path, databases, record_figure
):
    app = make_app(**voting.on_files(tmp_path) | ({"DATABASES": databases} if databases else {}))
    poll = voting.open_voting(app, places=PLACES, state="committed")
    with app.app_context():
        wave = voting.wave_of(poll)
        opens, closes, publishes = wave.opens_at, wave.closes_at, wave.publishes_at

    def both(now):
        gate = Barrier(2)

        def one(_n):
            with app.app_context(), clock.as_if(now):
                gate.wait(30)
                jobs.tick(now)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(one, range(2)))

    both(opens)
    for person in poll.people:
        voting.vote(app, poll, person, {"speak_1": 3})
    for now in (opens + 24 * HOURS, closes, closes + HOURS, publishes, publishes + HOURS):
        both(now)
    with app.app_context():
        assert moves(poll.wave_id) == MOVES
        assert noticeboard_check.check() == []
        told = [(one.recipient, one.kind, one.round) for one in who_session().query(OutboxMail)]
        assert len(told) == len(set(told))
        results = [one for one in told if one[1] == "results"]
        assert len(results) == len(PLACES)
    kind = "PostgreSQL" if databases else "SQLite"
    record_figure("F12", f"{kind}: each move once, each message queued once")


def test_a_scheduler_that_another_overtakes_at_every_row_of_the_desk_ends_its_round_well(
    make_app, tmp_path, databases, monkeypatch
):
    """The other is first with the comments, and again with the new subjects in them."""
    app = make_app(**voting.on_files(tmp_path) | ({"DATABASES": databases} if databases else {}))
    with app.app_context():
        wave_id = desk.a_pulse(desk.plain(20))
    overtaken = []

    def lays_out():
        with app.app_context():
            assert review.prepare(desk.wave(wave_id))
            db.session.commit()

    def goes_on():
        with app.app_context():
            jobs.mind_comments(failed := [])
            assert failed == []

    def after(other, act):
        def second(*given):
            if other not in overtaken:
                overtaken.append(other)
                with ThreadPoolExecutor(1) as pool:
                    pool.submit(other).result()
            return act(*given)

        return second

    for step, other in (("lay_out", lays_out), ("lay_subjects", goes_on)):
        monkeypatch.setattr(review_sheets, step, after(other, getattr(review_sheets, step)))
    with app.app_context():
        jobs.mind_comments(failed := [])
        assert failed == []
        assert overtaken == [lays_out, goes_on]
        assert review_sheets.how_many(wave_id) == 20
        assert review_sheets.subjects(wave_id) is not None
