"""F1 to F5 (SECURITY 10): a server that is killed, and answers that get lost on their way back."""

import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from surveyapp.crypto import base64url, client
from surveyapp.extensions import box_session, engine_of, who_session
from surveyapp.models.ballots import Ballot
from surveyapp.models.participation import Invitation
from tests import voting
from tests.faults import levels, site
from tests.security.test_once import MANY

PEOPLE = 24


def whole(app):
    """Whether every file of the stores is sound, by SQLite's own check."""
    with app.app_context():
        for store in (None, "who", "box"):
            if engine_of(store).dialect.name == "sqlite":
                with engine_of(store).connect() as connection:
                    if connection.scalar(text("PRAGMA integrity_check")) != "ok":
                        return False
    return True


def kept(app):
    """The ballots in the box: the record by ballot key."""
    with app.app_context():
        return {row.key_sha256: row.record for row in box_session().query(Ballot)}


def signed_for(app):
    """How many codes have got their signature."""
    with app.app_context():
        return who_session().query(Invitation).filter_by(collected=True).count()


class Replacing(threading.Thread):
    """A device that sends its answers, then other answers, and so on until told to stop."""

    def __init__(self, device, port, stop):
        super().__init__(daemon=True)
        self.device, self.port, self.stop = device, port, stop
        self.sent, self.thanked = [], 0

    def run(self):
        while not self.thanked or not self.stop.is_set():
            assert self.device.collect(self.port) == 200
            self.sent.append(self.device.record(len(self.sent) + 1))
            status, _ = site.persist(self.port, "/cast", self.sent[-1])
            assert status == 200
            self.thanked += 1


def test_a_server_killed_again_and_again_loses_nothing_it_said_thanks_for(
    make_app, tmp_path, databases, serve, record_figure
):
    app, poll = site.open_poll(make_app, tmp_path, people=PEOPLE, databases=databases)
    server, stop, kills = serve(databases=databases), threading.Event(), levels.times(10, 60, 1000)
    people = [Replacing(one, server.port, stop) for one in site.devices(app, poll)]
    for person in people:
        person.start()
    done = 0
    while done < kills:
        time.sleep(random.uniform(0.05, 0.4))
        done += server.kill_worker()
    stop.set()
    for person in people:
        person.join(120)
    box = kept(app)
    lost = [one for one in people if box.get(one.device.wish.key_sha256) != one.sent[-1]]
    assert lost == []
    assert all(one.thanked == len(one.sent) for one in people)
    assert len(box) == signed_for(app) == PEOPLE
    assert whole(app)
    kind = "PostgreSQL" if databases else "SQLite"
    record_figure(
        "F1", f"{kind}, {kills} kills: acknowledged and lost 0, duplicates 0, integrity ok"
    )


def at_once(tasks):
    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(lambda task: task(), tasks))


def test_fifty_at_once_over_the_wire_are_one_row_and_one_signature(
    make_app, tmp_path, databases, serve, record_figure
):
    app, poll = site.open_poll(make_app, tmp_path, people=PEOPLE, databases=databases)
    port, (one, other, *_) = serve(databases=databases).port, site.devices(app, poll)
    assert one.collect(port) == 200
    body = one.record()
    answers = at_once([lambda: site.post(port, "/cast", body, patience=60)] * MANY)
    assert Counter(status for status, _ in answers) == {200: MANY}
    assert len(kept(app)) == 1
    kind = "PostgreSQL" if databases else "SQLite"
    record_figure("F2", f"{kind}, through gunicorn: 1 row, {MANY} times 200")

    def asking():
        public = other.conditions.classes[other.person.class_key]
        wish = client.begin(client.new_seed(), other.wave, other.person.class_key, public)
        asks = {"token": other.person.token, "blinded": base64url.encode(wish.blinded)}
        return lambda: site.post(port, "/collect", json.dumps(asks), patience=60)

    answers = at_once([asking() for _ in range(MANY)])
    assert Counter(status for status, _ in answers) == {200: 1, 409: MANY - 1}
    assert signed_for(app) == 2
    record_figure("F3", f"{kind}, through gunicorn: 1 signature, {MANY - 1} times 409")


def test_whoever_is_cut_off_at_any_moment_of_send_is_never_stuck(
    make_app, tmp_path, serve, record_figure
):
    rounds = levels.times(2, 42)
    app, poll = site.open_poll(make_app, tmp_path, people=PEOPLE * rounds)
    port, people = serve().port, site.devices(app, poll)

    def interrupted(device):
        cuts = Counter()
        for path in ("/collect", "/cast"):
            # The request or its reply is lost: the wait reaches past the server's own work.
            for _ in range(random.randint(0, 3)):
                body = device.asks if path == "/collect" else device.record()
                with pytest.raises(site.Lost):
                    site.post(port, path, body, cut_after=random.uniform(0, 0.03))
                cuts[path] += 1
            if path == "/collect":
                assert device.collect(port) == 200
        assert site.persist(port, "/cast", device.record()) == (200, {})
        return cuts

    with ThreadPoolExecutor(8) as pool:
        cuts = sum(pool.map(interrupted, people), Counter())
    assert min(cuts["/collect"], cuts["/cast"]) > len(people) / 2
    assert len(kept(app)) == signed_for(app) == len(people)
    record_figure("F4", f"same signature each time; stuck 0 of {len(people)}")
    record_figure("F5", f"a tab that lives, cut off at collect and cast: stuck 0 of {len(people)}")

    # The tab is gone and so is what it made: the page explains, and the count tells of it.
    asks = site.Device(poll, poll.people[0], people[0].conditions).asks
    assert site.post(port, "/collect", asks) == (409, {"error": "used"})
    page = voting.arrive(app.test_client(), poll.people[0].token)
    assert "been used" in page.text
    record_figure("F5", "a tab that is gone after its code was used: 409, explained and countable")
