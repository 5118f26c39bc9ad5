"""F9 and F10 (SECURITY 10): kill -9 at any point of opening and of publishing; then all goes on."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from surveyapp import clock, jobs
from surveyapp.services import publishing
from tests import factories, voting
from tests.faults import levels
from tests.faults.crashing import Scheduler
from tests.faults.looking import MARK
from tests.surveyapp.test_mail import free_port

PLACES = ("Riverside/Days",) * 13 + ("Riverside/Nights",) * 12


@pytest.fixture
def answered(make_app, tmp_path, monkeypatch):
    """A wave that everybody has answered; nobody holds its files open."""
    monkeypatch.setattr(publishing, "_files", lambda *_: [])
    app = make_app(**voting.on_files(tmp_path))
    wave = voting.open_voting(app, places=PLACES)
    for number, person in enumerate(wave.people):
        ratings = {"speak_1": 1 + number % 5, "work_1": 1 + number % 3}
        voting.vote(app, wave, person, ratings, [("barriers", f"{MARK} {number}", "themes")])
    with app.app_context():
        row = voting.wave_of(wave)
        dates = row.closes_at, row.publishes_at
    return app, *dates


@pytest.fixture
def scheduler(tmp_path):
    """Starts the process that is killed again and again."""
    started = []

    def start(looks, **settings):
        started.append(Scheduler(tmp_path / "instance", looks, **settings))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def at_any_point(steps, tries):
    """One point in each of so many equal stretches of the work. They cover all of it but the last
    hundredth: a round that is killed takes fewer steps than the first, which had more to load."""
    dice, steps = random.Random(), steps * 99 // 100
    return [dice.randint(steps * n // tries + 1, steps * (n + 1) // tries) for n in range(tries)]


def test_an_opener_killed_at_any_point_comes_to_the_same_results(
    answered, scheduler, record_figure
):
    app, closes, _ = answered
    factories.dispose([app])
    killed = scheduler("at_answers")
    again = closes + timedelta(minutes=1)
    usual = killed.rounds(closes, again)
    assert usual["end"]["accepted"] == len(PLACES)
    tries = levels.times(4, 100, 1000)
    for point in at_any_point(usual["steps"], tries):
        seen = killed.rounds(closes, again, die=point)
        assert seen["steps"] is None
        assert seen["after"] == 0, point
        assert seen["end"] == usual["end"], point
    assert usual["end"] == {
        **usual["end"], "state": "summarised", "ballots": 0, "keys": False, "problems": [],
    }  # fmt: skip
    record_figure("F9", f"same results {tries} of {tries}; readable on disk before commit 0")


class Sink:
    """A mail server's memory."""

    def __init__(self):
        self.taken = Counter()

    async def handle_DATA(self, _server, _session, envelope):
        (subject,) = (
            line for line in envelope.content.decode().splitlines() if line.startswith("Subject: ")
        )
        self.taken[envelope.rcpt_tos[0], subject] += 1
        return "250 OK"


@pytest.mark.own_mail_server
def test_results_come_out_once_and_everybody_hears_of_them_whenever_the_power_fails(
    answered, scheduler, record_figure
):
    app, closes, publishes = answered
    with app.app_context(), clock.as_if(closes):
        jobs.tick(closes)
    factories.dispose([app])
    sink = Sink()
    server = Controller(sink, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        killed = scheduler(
            "at_results", MAIL_BACKEND="smtp", SMTP_HOST="127.0.0.1", SMTP_PORT=server.port
        )
        later = [publishes + timedelta(minutes=minutes) for minutes in (1, 20)]
        usual = killed.rounds(publishes, *later)
        letters = dict(sink.taken)
        assert set(letters.values()) == {1}
        assert len({who for who, _ in letters} & {f"person.{n:03}@example.org" for n in range(25)})
        tries = levels.times(4, 100, 1000)
        for point in at_any_point(usual["steps"], tries):
            sink.taken.clear()
            seen = killed.rounds(publishes, *later, die=point)
            assert seen["steps"] is None
            assert seen["end"] == usual["end"], point
            assert set(sink.taken) == set(letters), point
            assert sum(sink.taken.values()) <= len(letters) + 1, point
    finally:
        server.stop()
    assert (usual["end"]["published"], usual["end"]["state"]) == (1, "published")
    record_figure(
        "F10",
        f"killed at {tries} points: published once, mails missing 0, repeats at most 1 a crash",
    )
