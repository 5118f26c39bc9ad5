"""F19 (SECURITY 10): a database that somebody else holds: a short wait, then "try again"."""

import sqlite3
import threading
import time
from collections import Counter
from contextlib import contextmanager

import psycopg
import pytest

from surveyapp import extensions
from tests import voting
from tests.faults import levels, site

PLACES = ("Riverside/Days",) * 12


@pytest.fixture
def wait(monkeypatch):
    """Seconds that the application waits for a lock. The quick form is the long one in small."""
    seconds = levels.times(1, 5)
    monkeypatch.setattr(extensions, "LONGEST_WAIT", 1_000 * seconds)
    return seconds


@contextmanager
def held(tmp_path, databases, store, table):
    """Somebody else holds all of a store, or its table, and lets go at the end."""
    if databases is None:
        holder = sqlite3.connect(tmp_path / "instance" / f"{store}.sqlite", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        holder = psycopg.connect(databases[store].replace("postgresql+psycopg", "postgresql"))
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        holder.close()


def test_the_wait_is_five_seconds():
    assert extensions.LONGEST_WAIT == 5_000


def test_whoever_meets_a_locked_store_waits_a_little_and_is_taken_on_another_try(
    make_app, tmp_path, databases, wait, record_figure
):
    app, poll = site.open_poll(make_app, tmp_path, people=len(PLACES), databases=databases)
    people = site.devices(app, poll)
    seen, longest, released = Counter(), [0.0], threading.Event()

    def send(device, path):
        browser = app.test_client()
        while True:
            body = device.asks if path == "/collect" else device.record()
            started = time.perf_counter()
            answer = browser.post(path, data=body, content_type="application/json")
            longest.append(time.perf_counter() - started)
            seen[path, answer.status_code] += 1
            if answer.status_code == 200:
                assert released.is_set()
                return
            assert answer.get_json() == {"error": "busy"}
            time.sleep(0.05)

    first = people[0]
    answer = app.test_client().post("/collect", data=first.asks, content_type="application/json")
    first.signed = site.base64url.decode(answer.get_json()["signed"])
    tasks = [(one, "/collect") for one in people[1:4]] + [(first, "/cast")]
    threads = [threading.Thread(target=send, args=one) for one in tasks]
    with (
        held(tmp_path, databases, "who", "invitation"),
        held(tmp_path, databases, "box", "ballot"),
    ):
        for thread in threads:
            thread.start()
        time.sleep(2 * wait)
        released.set()
    for thread in threads:
        thread.join(60)
    assert seen["/collect", 200] == 3
    assert seen["/cast", 200] == 1
    assert min(seen["/collect", 503], seen["/cast", 503]) >= 1
    # Whoever came second in line may wait a little while the first is served.
    assert max(longest) < wait + 2
    assert (voting.collected(app), voting.ballots(app, poll)) == (4, 1)
    kind = "PostgreSQL" if databases else "SQLite"
    record_figure("F19", f"{kind}: waits at most {wait} s, 503, taken on another try; loss 0")
