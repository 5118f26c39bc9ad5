"""What each attack measured, and the page that says so.

A test that makes an attack of the catalogue asks for the fixture ``record_figure`` and calls it
after its assertions, wherever the test lives::

    def test_a_changed_byte_of_the_bundle_is_seen(record_figure):
        ...
        record_figure("KEY-2", "100 of 100 changed bytes flagged")

The row appears in ``docs/security-tests.md`` the next time somebody runs ``make security``, which
runs everything in ``tests/security`` and every other test that asks for the fixture. Several tests
may add to one row. Give figures that come out the same each time: counts tried and found, and the
bound that was kept, never a date, a duration or the luck of one draw.
"""

import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

FILE = "SECURITY_FIGURES"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "security-tests.md"


class Row(NamedTuple):
    """One attack of the catalogue and what the defence must reach."""

    id: str
    attack: str
    reach: str


_CATALOGUE = """
LINK-1 | copy of all stores and their journals of a wave of 300 people: xmin, ctid, rowid, journal read frame by frame, backups | matches at most chance + 3σ; certain 0
LINK-2 | stored order against the order of arrival | mean ρ under 0.1, n = 300; no serial or time column
LINK-3 | a time finer than a day beside a ballot, anywhere | 0
LINK-4 | exact times of collecting and casting are known | after opening, a guess is right for 1 in n of a class
LINK-5 | what the registrar saw against the box, 200 credentials | shared strings of 8 bytes: 0
LOG-1 | a whole wave with debug logging on; every file searched for codes, addresses, agents, marked answers | 0
LOG-2 | bodies behind TLS captured (sealed, blind) | answer text 0; sizes: exactly one
LOG-3 | 50 abandoned sessions; after finishing: storage, cache, history | 0 bytes
KEY-1 | swapped key, covenant or personal signing key | client stops, 100 %
KEY-2 | one byte of the bundle changed | flagged
NB-1 | threshold lowered | exit 1
NB-2 | wording, options or recipients edited while open | exit 1
NB-3 | one declared table left out | exit 2
NB-4 | scheduler off past the date | exit 3 next day; the witness's copy opens offline
NB-5 | any row, wave or file deleted | detected
NB-6 | reordered, dated anew | detected
NB-7 | forked board | consistency check or words differ
OPEN-1 | the witness's side tries to read | never decrypts
OPEN-2 | either of two witnesses | opens
OPEN-3 | bundle short of the CLOSED root; second opening | refused
INT-1 | second collection, stolen token | 409; the report path works
INT-2 | flip, drop, duplicate, swap 1 of 500 | 500 of 500 by audit, and by the owner
INT-3 | envelope copied under another credential | rejected before opening
INT-4 | minted credentials; more ballots than issued, or than people, in a class | flagged, 100 %
INT-5 | receipt, all stores and the board, but no nonce | answers unrecoverable; comments unjoinable
ROST-1 | row added after the freeze | flagged
ROST-2 | "count me in the larger group only" chosen | no trace of the unit
ROST-3 | 1,000 random trees cut into classes | every class at least the minimum
SDC-1 | attacks A1–A20 on published figures | their figures, in attacks.md
SDC-2 | comments | no join key, an order of their own, hints shown
MAIL-1 | after the purge | counts only
MAIL-2 | remind everyone | the same recipients each round
STOLEN | every stored byte and every key left after opening, by somebody who also knows who answered when | matches at most chance + 3σ; ballots opened 0
LIVE | every page as every role while a pulse is open, before and after people answer | pages that change 0
EXPORT | every page and file as every role, in every state | answers of one person 0
ACCESS | every role, route and object | as declared, 100 %; default no
HEADERS | every response, errors too | 100 %
FUZZ | random requests to every route | 5xx 0
LINT | address, agent, cookie or clock in the code that handles ballots | 0
F1 | kill -9 while collecting and casting | lost acknowledgements 0, duplicates 0, integrity ok
F2 | one credential cast 50 times in parallel | 1 row, 50 times 200
F3 | one token, 50 different blinded values in parallel | 1 signature, 49 times 409
F4 | the reply of /collect lost, retry | same signature; stuck 0 of 1,000
F5 | tab closed or network lost at any moment of Send, reopened | stuck 0 of 1,000 while the tab lives; else explained and counted
F6 | disk full on each store and the board | 503, no partial state, recovers unaided
F7 | fdatasync fails | never 200 without a durable row
F8 | power loss, synced bytes only | acknowledged and lost 0
F9 | opener killed at 100 random points, resumed | same results 100 of 100; readable on disk before commit 0
F10 | killed while publishing | published once; mails missing 0, at most 1 repeat a crash
F11 | clock 48 hours out, daylight saving, leap | only recorded moves; overdue right to the day
F12 | two schedulers | each move once
F13 | mail server down 24 hours, slow, hung, refusing | respondents' p95 unchanged; backlog clears
F14 | witness absent 14 days | reminded; second opens; board says "waiting"; the date binds
F15 | one byte corrupted in blob, page or board line | detected 100 %; other ballots unaffected
F16 | yesterday's backup restored during a wave | notice; issued at most headcount + announced doubles
F17 | upgrade during a wave, old page cached | accepted while its hash is listed; else clear message, draft kept
F18 | 300 people in 5 minutes, 2 cores | p95 of collecting and casting under 300 ms, errors 0
F19 | database locked 10 s | waits at most 5 s, 503, client retries; loss 0
F20 | migration fails half-way | old version starts; verify.py passes
"""  # noqa: E501  a table
CATALOGUE = tuple(
    Row(*(cell.strip() for cell in line.split(" | "))) for line in _CATALOGUE.strip().splitlines()
)
WAITING = "not measured here yet"
IDS = frozenset(row.id for row in CATALOGUE)


def full() -> bool:
    """Whether the long forms run: in CI and ``make security``. The quick ones try the same."""
    return os.environ.get("SECURITY") == "full"


def record(id: str, figure: str) -> None:
    """Note what a test measured for a row of the catalogue. Without ``make security``: only
    check that the row exists."""
    if id not in IDS:
        raise KeyError(f"{id} is no row of tests/security/figures.py")
    if path := os.environ.get(FILE):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"id": id, "figure": figure}) + "\n")


def kept(lines: list[str], before: str) -> list[str]:
    """What the page said before of the rows that these lines do not measure, as lines."""
    new = {json.loads(line)["id"] for line in lines}
    cells = (line.strip("| ").split(" | ") for line in before.splitlines() if line.startswith("| "))
    return [
        json.dumps({"id": row[0], "figure": figure})
        for row in cells
        if row[0] in IDS - new and row[-1] != WAITING
        for figure in row[-1].split("<br>")
    ]


def page(lines: list[str]) -> str:
    """``docs/security-tests.md`` from the recorded lines."""
    measured: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        one = json.loads(line)
        measured[one["id"]].add(one["figure"])
    done = len(measured)
    rows = "\n".join(
        f"| {row.id} | {row.attack} | {row.reach} | "
        f"{'<br>'.join(sorted(measured[row.id])) or WAITING} |"
        for row in CATALOGUE
    )
    return HEAD.format(done=done, all=len(IDS)) + rows + "\n"


HEAD = """# Attacks on Candour, and what they got

Written by `make security`, which makes every attack below on real databases (SQLite files and a
PostgreSQL server), real processes and stored bytes. It writes this page only when all of them
failed to do harm. Each attack that links people to answers first links everybody in a store that
was built without care (`tests/security/naive.py`), so that an attack which finds nothing is known
to be able to find something. `make soak` tries the faults F1 to F20 as often as in a night and
writes their rows alone. {done} of {all} rows are measured.

What no test can promise is on the first page of every pulse: someone's way of writing, a watched
device, a server whose code was changed, an employer and a witness who work together. The copy that
somebody takes **before** opening is told apart below from one taken after it: until opening the
database files tell in which order sealed ballots came, and what keeps them shut is the lock; after
opening there is nothing left to match.

| | attack | must reach | measured |
|---|---|---|---|
"""


if __name__ == "__main__":
    recorded = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    if "--keep" in sys.argv:
        recorded += kept(recorded, PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(page(recorded), "utf-8")
