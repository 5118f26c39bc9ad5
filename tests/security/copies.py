"""What somebody does with a copy of the stores: read off the order in which things were written.

A *mark* is the bytes that give a row away: an address, an answer, a ballot's key. Each attack gives
the marks it found, in the order it believes they came.
"""

import base64
import math
import sqlite3
import struct
import subprocess
from functools import cache
from pathlib import Path

import psycopg

HEADER, FRAME = 32, 24  # bytes before a SQLite journal's frames, and before each page


def by_place(data, marks):
    """The marks in the order in which they first stand in these bytes."""
    found = ((data.find(mark), mark) for mark in marks)
    return [mark for place, mark in sorted(found) if place >= 0]


def by_rowid(path, table, column="mark"):
    """A SQLite table's rows in the order of the number that every ordinary table hides."""
    return as_stored(path, f"{table} ORDER BY rowid", column)


def as_stored(path, table, column):
    """A SQLite table's rows as the database hands them out, when nothing orders them."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as copy:
        return [_bytes(row[0]) for row in copy.execute(_all(column, table))]


def by_frame(journal, marks):
    """A SQLite write-ahead log replayed frame by frame: the marks in the order of the frames in
    which they are first seen. Frames of the round before, not yet written over, come first."""
    data = journal.read_bytes() if journal.exists() else b""
    if len(data) < HEADER:
        return []
    (size,) = struct.unpack(">I", data[8:12])
    places = range(HEADER, len(data) - FRAME - size + 1, FRAME + size)
    # The salt in a frame's header goes up by one each time the log starts anew.
    rounds = [(struct.unpack(">I", data[at + 8 : at + 12])[0], at + FRAME) for at in places]
    seen, left = [], set(marks)
    for _, start in sorted(rounds):
        new = by_place(data[start : start + size], left)
        seen += new
        left -= set(new)
    return seen


def by_xmin(url, table, column="mark"):
    """A PostgreSQL table's rows by the number of the transaction that wrote them."""
    return _ask(url, _all(column, f"{table} ORDER BY xmin::text::bigint, ctid"))


def by_ctid(url, table, column="mark"):
    """A PostgreSQL table's rows by their place in its file."""
    return _ask(url, _all(column, f"{table} ORDER BY ctid"))


def in_files(folder, marks):
    """The marks by their first place in the server's files, read one after the other by name."""
    data = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return by_place(data, marks)


def settle(url):
    """Have PostgreSQL write what it holds in memory into its files."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def number(url):
    """The folder of a PostgreSQL database, below ``base``."""
    query = "SELECT oid::text FROM pg_database WHERE datname = current_database()"
    return _ask(url, query)[0].decode()


def backup(path, to):
    """What ``sqlite3 FILE .backup`` makes."""
    with sqlite3.connect(path) as source, sqlite3.connect(to) as copy:
        source.backup(copy)
    return to


def dump(server, url):
    """What ``pg_dump`` makes, as bytes; binary columns come as hexadecimal."""
    command = [str(server.bin / "pg_dump"), plain(url)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def every_byte(*folders):
    """Each file below the folders with its content; what vanishes meanwhile is left out."""
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            try:
                if path.is_file():
                    yield path, path.read_bytes()
            except FileNotFoundError:
                continue


@cache
def forms(mark):
    """Something as it may stand in a file, in small letters: text in UTF-8 and UTF-16; bytes plain,
    in hexadecimal and in base64 at any offset."""
    if isinstance(mark, str):
        # Without its last zero the one order of bytes stands in the other.
        return {mark.lower().encode(), mark.lower().encode("utf-16-le")[:-1]}
    found = {mark.lower(), mark.hex().encode()}
    for shift in range(3):
        # The characters that depend on the bytes before and behind are left out.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            kept = encode(b"\0" * shift + mark)[4:-4] if shift else encode(mark)[:-4]
            found.add(kept.lower())
    return found


def found_in(marks, *folders):
    """The marks that stand in a file in any form and either case, each with the file's name."""
    files = [(path.name, held.lower()) for path, held in every_byte(*folders)]
    assert files, folders
    return [
        (mark, name)
        for mark in marks
        for name, held in files
        if any(form in held for form in forms(mark))
    ]


def matches(people, answers):
    """How many pairs the attack gets right by laying two orders side by side."""
    return sum(one == other for one, other in zip(people, answers, strict=True))


def rank_correlation(order):
    """Spearman's ρ of a permutation of 0 … n − 1 with the order of counting."""
    n = len(order)
    return 1 - 6 * sum((place - at) ** 2 for at, place in enumerate(order)) / (n * (n * n - 1))


def by_luck(expected):
    """The most matches that chance is allowed: a random order has as many on average as there are
    groups to sort within, and as much variance."""
    return expected + 3 * math.sqrt(expected)


def _all(column, table):
    return f"SELECT {column} FROM {table}"  # noqa: S608  the names are the tests' own


def _ask(url, query):
    with psycopg.connect(plain(url)) as connection:
        return [_bytes(row[0]) for row in connection.execute(query)]


def plain(url):
    """The address as psycopg and PostgreSQL's own tools take it."""
    return str(url).replace("postgresql+psycopg://", "postgresql://")


def _bytes(value):
    return value.encode() if isinstance(value, str) else bytes(value)
