"""LINK (SECURITY 11), thin: who answered what cannot be read off the order of stored things.

The attacker holds every byte of every store and the keys that are left, and even knows the exact
order in which people answered. The attack must first link everybody in a deliberately naive store.
"""

import math
import secrets
import sqlite3
import uuid
from random import Random

import sqlalchemy as sa

from surveyapp import models  # noqa: F401  registers the tables
from surveyapp.extensions import answers_session, box_session, db
from surveyapp.models.ballots import Ballot
from tests import voting

PLACES = ("Riverside/Days",) * 60 + ("Riverside/Nights",) * 60


def matches(people, answers):
    """How many pairs the attack gets right by laying two orders side by side."""
    return sum(person == answer for person, answer in zip(people, answers, strict=True))


def rank_correlation(order):
    """Spearman's ρ of a permutation of 0 … n − 1 with the order of counting."""
    n = len(order)
    return 1 - 6 * sum((place - at) ** 2 for at, place in enumerate(order)) / (n * (n * n - 1))


def test_the_attack_links_everybody_in_a_naive_store(tmp_path):
    people = [uuid.uuid4().hex for _ in range(120)]
    Random(1).shuffle(people)
    with sqlite3.connect(tmp_path / "naive.sqlite") as naive:
        naive.execute("CREATE TABLE took_part (id TEXT PRIMARY KEY, person TEXT)")
        naive.execute("CREATE TABLE answer (id TEXT PRIMARY KEY, text TEXT)")
        for person in people:
            naive.execute("INSERT INTO took_part VALUES (?, ?)", (secrets.token_hex(16), person))
            naive.execute("INSERT INTO answer VALUES (?, ?)", (secrets.token_hex(16), person))
    with sqlite3.connect(tmp_path / "naive.sqlite") as copy:
        took_part = [row[0] for row in copy.execute("SELECT person FROM took_part ORDER BY rowid")]
        answers = [row[0] for row in copy.execute("SELECT text FROM answer ORDER BY rowid")]
    assert matches(took_part, answers) == len(people)


def test_after_opening_the_attack_does_no_better_than_chance(app):
    wave = voting.open_voting(app, places=PLACES)
    arrival = list(wave.people)
    Random(2).shuffle(arrival)
    for number, person in enumerate(arrival):
        # Every answer is marked with its author, so that a match can be counted.
        marks = {"speak_1": number % 5 + 1, "speak_2": number // 5 % 5 + 1}
        marks["work_1"] = number // 25 + 1
        voting.vote(app, wave, person, marks, [("barriers", person.email, "board")])
    voting.close(app, wave)
    voting.open_ballots(app, wave)
    with app.app_context():
        rows, said = (voting.opened(wave, kind) for kind in ("responses", "comments"))
    ratings = [
        (row["speak_1"] - 1) + 5 * (row["speak_2"] - 1) + 25 * (row["work_1"] - 1)
        for row in rows.iter_rows(named=True)
    ]
    comments = [next(n for n, p in enumerate(arrival) if p.email == t) for t in said["text"]]
    everybody = list(range(len(arrival)))
    roster = [next(n for n, p in enumerate(arrival) if p is one) for one in wave.people]
    assert sorted(ratings) == sorted(comments) == everybody
    # A random order has one match on average, with variance one.
    chance = 1 + 4
    for known in (everybody, everybody[::-1], roster):
        assert matches(known, ratings) <= chance
        assert matches(known, comments) <= chance
    assert matches(ratings, comments) <= chance
    limit = 4 / math.sqrt(len(everybody))
    assert abs(rank_correlation(ratings)) < limit
    assert abs(rank_correlation(comments)) < limit
    assert said["unit"].unique().to_list() != []
    assert "unit" in rows.columns


def test_the_box_keeps_no_order_of_arrival(app):
    wave = voting.open_voting(app, places=PLACES)
    arrived = [voting.vote(app, wave, person) for person in wave.people]
    with app.app_context():
        raw = box_session().connection().exec_driver_sql("SELECT record FROM ballot").all()
        stored = [arrived.index(row[0]) for row in raw]
        made = box_session().scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'ballot'"))
    assert abs(rank_correlation(stored)) < 4 / math.sqrt(len(stored))
    assert "WITHOUT ROWID" in made


def test_no_time_and_no_running_number_beside_a_ballot_or_an_answer(app):
    with app.app_context():
        tables = [*db.metadatas["box"].tables.values(), *db.metadatas["answers"].tables.values()]
        assert {table.name for table in tables} == {"ballot", "poll", "answer_block"}
        for column in (column for table in tables for column in table.columns):
            assert not isinstance(column.type, sa.DateTime | sa.Date | sa.Time)
            assert column.name in {
                "key_sha256", "wave_id", "class_key", "counter", "record",
                "kind", "wrapped_key", "sealed", "open",
            }  # fmt: skip
            assert column.foreign_keys == set()


def test_the_registrar_s_side_shares_nothing_with_the_box(app):
    """LINK-5, thin: no eight bytes of who stand in box."""
    from surveyapp.extensions import who_session
    from surveyapp.models.participation import Invitation

    wave = voting.open_voting(app)
    for person in wave.people:
        voting.vote(app, wave, person, {"speak_1": 2})
    with app.app_context():
        box = b"".join(row.key_sha256 + row.record for row in box_session().query(Ballot))
        for invitation in who_session().query(Invitation):
            known = (invitation.blinded_sha256, invitation.id.bytes, invitation.person_id.bytes)
            for secret in known:
                pieces = [secret[at : at + 8] for at in range(len(secret) - 7)]
                assert not any(piece in box for piece in pieces)
        assert answers_session() is not box_session()
