"""LINK-1, LINK-2, STOLEN (SECURITY 11): who answered what cannot be read off stored things.

The attacker holds a copy of every store and knows the exact order in which 300 people answered.
Before opening the box's files tell which sealed ballot is whose, so the lock is what is tested;
after opening nothing is left to match, and that is tested on bytes.
"""

import contextlib
import statistics
from collections import Counter

import psycopg
import pytest

from surveyapp import keys
from surveyapp.crypto import ballot, blind, envelope
from tests import voting
from tests.security import copies, figures, held

OPENINGS, LOOKED_FOR, STEP = (100, 300, 1) if figures.full() else (5, 8, 8)
PEOPLE = len(held.PLACES)


def test_the_attacks_link_everybody_in_a_naive_store(naive, record_figure):
    store = naive([f"naive-person-{number:03}@example.org" for number in range(PEOPLE)])
    linked = {how: copies.matches(*orders) for how, orders in store.orders().items()}
    assert set(linked.values()) == {PEOPLE}, linked
    store.store.empty()
    if store.server is None:
        left = (store.folder / "naive-answers.sqlite-wal").read_bytes()
    else:
        with psycopg.connect(copies.plain(store.urls[1]), autocommit=True) as connection:
            connection.execute("VACUUM FULL answer")
        wal = (store.server.data / "pg_wal").iterdir()
        left = b"".join(path.read_bytes() for path in sorted(wal) if path.is_file())
    assert copies.by_place(left, store.marks) == store.marks
    how = ", ".join([*linked, "journal after deleting"])
    record_figure("LINK-1", f"naive store by {how}: {PEOPLE} of {PEOPLE}")
    record_figure("LINK-2", "naive store: ρ = 1")


def held_keys(app, *, without=()):
    """Pieces of 32 bytes of every key file, as somebody would try them who does not know which is
    which."""
    files = copies.every_byte(app.config["KEYS"])
    kept = [data for path, data in files if path.name not in without]
    assert kept
    return {data[at : at + 32] for data in kept for at in range(0, len(data) - 31, STEP)}


def opens(record, candidates):
    """Whether one of these numbers is the key to a ballot: to both envelopes, or the inner one."""
    given = ballot.Record.from_bytes(record)
    layers = list(given.outer)
    for number in candidates:
        with contextlib.suppress(ValueError):
            key = envelope.load_private(number)
            with contextlib.suppress(ballot.BallotError):
                layers.append(ballot.peel(given, key))
    for number in candidates:
        with contextlib.suppress(ValueError):
            key = envelope.load_private(number)
            for inside in layers:
                with contextlib.suppress(ballot.BallotError):
                    return bool(ballot.unseal(inside, given.wave, key))
    return False


def test_until_opening_only_the_lock_keeps_a_copy_from_being_read(big, record_figure):
    wave, folder, server = big
    arrived = [ballot.Record.from_bytes(record).key_sha256 for record in wave.records]
    box = folder / "instance" / "box.sqlite"
    if server is None:
        ballots = copies.by_frame(box.with_name("box.sqlite-wal"), arrived)
        assert copies.as_stored(box, "ballot", "key_sha256, record") == sorted(arrived)
    else:
        url = server.urls["box"]
        ballots = copies.by_xmin(url, "ballot", "key_sha256")
    # What the order of writing tells: the ballots in the order in which their people came.
    assert len(ballots) == PEOPLE
    assert copies.rank_correlation([arrived.index(key) for key in ballots]) > 0.5

    everything = held_keys(wave.app)
    assert opens(wave.records[0], everything), "with every key the attack reads ballots"
    copied = held_keys(wave.app, without=("inner.key",))
    assert not any(opens(record, copied) for record in wave.records[:2])
    stores = [folder] if server is None else [folder, *database_folders(server)]
    assert copies.found_in([held.SAID], *stores) == []
    pieces = [record[1500:1548] for record in wave.records[:LOOKED_FOR]]
    found = {piece for piece, _ in copies.found_in(pieces, *stores)}
    assert len(found) > LOOKED_FOR / 2, "a page may end within a piece, but not within most"
    record_figure(
        "LINK-1",
        "copy taken before opening: which sealed ballot is whose can be told; ballots opened with "
        "every key but the inner one: 0",
    )


@pytest.fixture(scope="module")
def opened(big):
    """The same wave closed and opened; the keys that opening destroyed, as the test kept them."""
    wave, folder, server = big
    with wave.app.app_context():
        signing = [
            blind.SigningKey.from_bytes(held)
            for _, held in copies.every_byte(keys.directory("registrar", wave.wave.wave_id))
            if held.startswith(b"{")
        ]
    held.closed(wave)
    voting.open_ballots(wave.app, wave.wave)
    primes = [key.p.to_bytes(-(-key.p.bit_length() // 8)) for key in signing]
    return wave, folder, server, [*wave.keys.values(), *primes]


def database_folders(server):
    """Where a PostgreSQL server keeps its databases and its journal."""
    copies.settle(server.urls["box"])
    numbers = [copies.number(url) for url in server.urls.values()]
    return [server.data / "pg_wal", *(server.data / "base" / one for one in numbers)]


def test_after_opening_no_byte_of_a_ballot_an_answer_or_a_key_is_left(opened, record_figure):
    wave, folder, server, destroyed = opened
    places = [folder / "instance"] if server is None else [folder, *database_folders(server)]
    assert len(destroyed) > 4
    assert min(map(len, destroyed)) >= 32
    assert copies.found_in([held.SAID, *destroyed], *places) == []
    pieces = [record[1500:1548] for record in wave.records[:LOOKED_FOR]]
    pieces += [ballot.Record.from_bytes(r).key_sha256 for r in wave.records[:LOOKED_FOR]]
    everything = list(copies.every_byte(*places))
    left = [piece for piece in pieces if any(piece in data for _, data in everything)]
    if server is None:
        assert left == []
        record_figure(
            "LINK-1",
            "after opening, SQLite files, journals and free pages: ballots, answers, destroyed "
            "keys found 0",
        )
    else:
        assert left, "PostgreSQL keeps what it deleted; when it no longer does, say so"
        record_figure(
            "LINK-1",
            "after opening, PostgreSQL's files and WAL: sealed ballots are still there, answers "
            "and destroyed keys found 0",
        )


def test_after_opening_no_key_that_is_left_opens_a_ballot_copied_before(opened, record_figure):
    wave, *_ = opened
    candidates = held_keys(wave.app)
    assert opens(wave.records[0], candidates | set(wave.keys.values())), (
        "with the destroyed keys it opens"
    )
    assert not opens(wave.records[0], candidates)
    record_figure("STOLEN", "ballots copied before and opened with every key left: 0")


class Tally:
    """Orders that somebody knows, laid beside the stored orders of several openings: how often
    each pair of orders agreed, how often chance would have it, and who was right every time."""

    def __init__(self, wave, known):
        self.wave, self.known = wave, known
        self.matched, self.expected = Counter(), Counter()
        self.rho = []
        self.certain = {name: set(known["arrival"]) for name in known}

    def open_and_look(self):
        self.wave.open_again()
        rows = self.wave.responses()
        stored = {"responses": [n for n, _ in rows], "comments": self.wave.comments()}
        assert all(sorted(one) == self.known["arrival"] for one in stored.values())
        self.rho.append([copies.rank_correlation(order) for order in stored.values()])
        self._lay("comments", stored["responses"], stored["comments"])
        unit = dict(rows)
        for name, people in self.known.items():
            for kind, order in stored.items():
                self._lay(f"{name} to {kind}", people, order)
            right = {p for p, one in zip(people, stored["responses"], strict=True) if p == one}
            self.certain[name] &= right
            for label in set(unit.values()):
                inside = [[n for n in o if unit[n] == label] for o in (people, stored["responses"])]
                self._lay(f"{name}, class by class", *inside)

    def _lay(self, name, people, order):
        self.matched[name] += copies.matches(people, order)
        self.expected[name] += 1

    def beyond_luck(self):
        over = copies.by_luck
        found = {name for name, n in self.matched.items() if n > over(self.expected[name])}
        means = [abs(statistics.fmean(order)) for order in zip(*self.rho, strict=True)]
        return found | ({"stored order"} if max(means) >= 0.1 else set())


def test_the_order_of_what_was_opened_says_nothing_of_who_came_when(opened, record_figure):
    wave, *_ = opened
    everybody = list(range(PEOPLE))
    email = [person.email for person in wave.arrival]
    digests = [ballot.Record.from_bytes(record).key_sha256 for record in wave.records]
    known = {
        "arrival": everybody,
        "last first": everybody[::-1],
        "roster": sorted(everybody, key=email.__getitem__),
        "keys of ballots": sorted(everybody, key=digests.__getitem__),
        "leaves": sorted(everybody, key=wave.records.__getitem__),
    }

    def look():
        tally = Tally(wave, known)
        for _ in range(OPENINGS):
            tally.open_and_look()
        return tally

    first = look()
    suspicious = first.beyond_luck()
    if suspicious:
        # Chance passes three times its spread once in a few hundred: a leak does so again.
        suspicious &= look().beyond_luck()
    assert suspicious == set()
    assert not any(first.certain.values())
    figure = f"{len(known)} known orders against responses and comments, {PEOPLE} people: "
    record_figure("LINK-1", f"after opening, {figure}matches within chance + 3σ; certain 0")
    record_figure("STOLEN", f"{figure}matches within chance + 3σ; certain 0")
    record_figure("LINK-2", f"mean ρ of responses and comments under 0.1, n = {PEOPLE}")


def test_the_tally_sees_an_order_that_was_kept(opened, monkeypatch):
    """The same measure on a wave whose answers stay in the order of arrival."""
    wave, *_ = opened
    everybody = list(range(PEOPLE))
    tally = Tally(wave, {"arrival": everybody})
    monkeypatch.setattr(wave, "open_again", lambda: None)
    units = dict(wave.responses())
    monkeypatch.setattr(wave, "responses", lambda: [(n, units[n]) for n in everybody])
    monkeypatch.setattr(wave, "comments", lambda: everybody)
    for _ in range(3):
        tally.open_and_look()
    assert tally.beyond_luck() == {*tally.matched, "stored order"}
    assert tally.certain["arrival"] == set(everybody)
