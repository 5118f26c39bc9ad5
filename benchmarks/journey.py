"""A respondent's journey, Basic and Blind, on SQLite and PostgreSQL, against the floor F1
(PERFORMANCE 1).

Basic: landing, group, all questions, Send: four requests, with every rule of the respondent routes
on, a blind signature of 3,072 bits, two envelopes and two durable commits. Blind: what the server
does for a browser's script: landing, check, promises, collect, cast, done; the script's own part is
done in between, by the Python client, while no clock runs. The floor: page, answers, thanks: three
requests and one durable commit. All under gunicorn, two processes of four threads, on this
machine’s loopback; the client shares the processors. 20 ratings, 2 choices and a comment. Runs
alternate A B C A B C; every stored row is counted.
"""

import argparse
import json
import math
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from benchmarks import floor_app, machine
from benchmarks.house import COMMENT, Device, House
from benchmarks.telling import say
from surveyapp.crypto import base64url
from tests import databases

WARM = 16
HIDDEN = re.compile(rb'name="(seed|seen)" value="([0-9a-f]+)"')
FLOOR_BODY = urlencode({f"q{n}": n % 5 + 1 for n in range(22)} | {"comment": COMMENT})
OUR_ANSWERS = {f"a.q{n:02}": n % 5 + 1 for n in range(22)} | {"t.why": COMMENT, "u.why": "board"}


@dataclass
class Run:
    """One uninterrupted run: how long each journey took, and how much processor time the server."""

    seconds: list[float]
    wall: float
    processor: float

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.wall

    @property
    def p95(self) -> float:
        return 1000 * sorted(self.seconds)[math.ceil(0.95 * len(self.seconds)) - 1]

    @property
    def core(self) -> float:
        return 1000 * self.processor / len(self.seconds)


class Part(NamedTuple):
    """A stretch of a journey, and what the person's device does before it, which is not timed."""

    act: Callable[[HTTPConnection, Any], None]
    before: Callable[[Any], None] | None = None


@dataclass
class Stack:
    """A server under test, and how one journey through it goes."""

    name: str
    port: int
    process: int
    parts: Sequence[Part]
    people: Iterator[Any]
    runs: dict[int, list[Run]] = field(default_factory=dict)

    def run(self, journeys: int, at_once: int) -> None:
        """Make the journeys, ``at_once`` at a time, each person's on one connection."""
        whose = [next(self.people) for _ in range(journeys)]
        seconds, wall, used = [0.0] * journeys, 0.0, 0.0
        for part in self.parts:
            for person in whose if part.before else ():
                part.before(person)

            def go(person: Any, act: Callable[[HTTPConnection, Any], None] = part.act) -> float:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
                started = time.perf_counter()
                act(connection, person)
                taken = time.perf_counter() - started
                connection.close()
                return taken

            before, started = processor_seconds(self.process), time.perf_counter()
            with ThreadPoolExecutor(at_once) as pool:
                taken = list(pool.map(go, whose))
            wall += time.perf_counter() - started
            used += processor_seconds(self.process) - before
            seconds = [sum(both) for both in zip(seconds, taken, strict=True)]
        self.runs.setdefault(at_once, []).append(Run(seconds, wall, used))


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks journey", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each at each width")
    parser.add_argument("--journeys", type=int, default=120, help="journeys a run")
    parser.add_argument("--at-once", type=int, nargs="+", default=(1, 8, 32))
    given = parser.parse_args(arguments)
    widths = given.at_once
    each = given.rounds * given.journeys * len(widths) + WARM
    with ExitStack() as at_the_end:
        folder = Path(at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="journey-")))
        packages = ("flask", "sqlalchemy", "gunicorn", "psycopg", "cryptography", "gmpy2")
        say(machine.describe(*packages))
        say(f"Preparing a wave with {2 * each} invitations in each kind of database …")
        houses = [House("SQLite", folder / "sqlite", {})]
        if databases.binaries():
            (folder / "server").mkdir()
            folder.chmod(0o755)
            # As it is installed: every commit is synced.
            server = databases.Server(folder / "server", options="-c listen_addresses=127.0.0.1")
            at_the_end.callback(server.stop)
            houses.append(House("PostgreSQL", folder / "postgresql", server.fresh()))
        for house in houses:
            house.prepare(2 * each)
        floor_app.prepare(str(folder / "floor.sqlite"))
        stacks = at_the_end.enter_context(served(folder, houses, each))
        for stack in stacks:
            stack.run(WARM, 8)
            stack.runs.clear()
        for at_once in widths:
            for _ in range(given.rounds):
                for stack in stacks:
                    stack.run(given.journeys, at_once)
        report(stacks)
        return check(folder, houses, each)


def report(stacks: Sequence[Stack]) -> None:
    """Median, least and most of each figure, and the ratios of medians to the last, the floor."""
    say(f"\n{'':22}{'at once':>8}{'journeys/s':>24}{'p95 ms':>24}{'core-ms each':>24}")
    for stack in stacks:
        for at_once, runs in stack.runs.items():
            cells = [spread([getattr(run, name) for run in runs]) for name in FIGURES]
            say(f"{stack.name:22}{at_once:>8}" + "".join(f"{cell:>24}" for cell in cells))
    say("\nratios of medians to the floor (reach at 8: rate ≥ 0.5, p95 ≤ 2)")
    *ours, floor = stacks
    for stack in ours:
        for at_once in stack.runs:
            rate, p95, core = (
                median(getattr(run, name) for run in stack.runs[at_once])
                / median(getattr(run, name) for run in floor.runs[at_once])
                for name in FIGURES
            )
            say(f"{stack.name:22}{at_once:>8}   rate {rate:.2f}   p95 {p95:.2f}   core {core:.2f}")


FIGURES = ("rate", "p95", "core")
median = statistics.median


def spread(values: list[float]) -> str:
    return f"{median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def check(folder: Path, houses: Sequence[House], each: int) -> int:
    """Count what was stored: every journey once, in each."""
    kept = {house.name: house.ballots() for house in houses}
    sound = all(number == 2 * each for number in kept.values())
    with sqlite3.connect(folder / "floor.sqlite") as connection:
        kept["floor"] = connection.execute("SELECT count(*) FROM response").fetchone()[0]
    sound = sound and kept["floor"] == each
    say(f"\nstored: {kept}, expected {each} for each journey: {'ok' if sound else 'WRONG'}")
    return 0 if sound else 1


def basic_journey(connection: HTTPConnection, token: str) -> None:
    """Landing, group, all questions, Send."""
    ask(connection, "GET", "/v/", "")
    seen = dict(HIDDEN.findall(connection_body(connection)))
    first = {"code": token, "seen": seen[b"seen"].decode()}
    ask(connection, "POST", "/v/", urlencode(first | {"go": "start"}))
    carried = {
        name.decode(): value.decode() for name, value in HIDDEN.findall(connection_body(connection))
    }
    ask(connection, "POST", "/v/", urlencode(first | carried | {"go": "all"}))
    connection_body(connection)
    last = first | carried | OUR_ANSWERS | {"go": "send.unless-hints"}
    ask(connection, "POST", "/v/", urlencode(last))
    if b"Your answers are in" not in connection_body(connection):
        raise RuntimeError("A ballot was not taken.")


def until_collected(connection: HTTPConnection, device: Device) -> None:
    """Landing, check, promises, collect."""
    ask(connection, "GET", "/v/", "")
    connection_body(connection)
    told = posted(connection, "/check", json.dumps({"token": device.token}).encode())
    ask(connection, "GET", told["covenant"], "")
    connection_body(connection)
    asks = {"token": device.token, "blinded": base64url.encode(device.wish.blinded)}
    device.signed = posted(connection, "/collect", json.dumps(asks).encode())["signed"]


def until_done(connection: HTTPConnection, device: Device) -> None:
    """Cast, and forget."""
    posted(connection, "/cast", device.record)
    connection.request("POST", "/v/done")
    connection.getresponse().read()


BLIND = (Part(until_collected), Part(until_done, before=Device.seal))


def posted(connection: HTTPConnection, path: str, body: bytes) -> dict[str, Any]:
    """The answer to a script's request."""
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    said: dict[str, Any] = json.loads(connection_body(connection))
    return said


def floor_journey(connection: HTTPConnection, _person: str) -> None:
    """Page, answers, thanks."""
    ask(connection, "GET", "/", "")
    connection_body(connection)
    ask(connection, "POST", "/", FLOOR_BODY)
    connection_body(connection)
    ask(connection, "GET", "/thanks", "")
    if b"Thank you" not in connection_body(connection):
        raise RuntimeError("A response was not taken.")


def ask(connection: HTTPConnection, method: str, path: str, body: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body, headers)


def connection_body(connection: HTTPConnection) -> bytes:
    response = connection.getresponse()
    body = response.read()
    if response.status not in (200, 303):
        raise RuntimeError(f"The server answered {response.status}.")
    return body


@contextmanager
def served(folder: Path, houses: Sequence[House], each: int) -> Iterator[list[Stack]]:
    """Every stack, ours under one gunicorn for each house, stopped at the end whatever happens."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(application: str, **environment: str) -> tuple[int, int]:
        port = free_port()
        command = [
            sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "4",
            "--worker-class", "gthread", "--bind", f"127.0.0.1:{port}", "--log-level", "error",
            "--keep-alive", "5", "--worker-tmp-dir", str(folder), application,
        ]  # fmt: skip
        process = subprocess.Popen(command, env=os.environ | environment)  # noqa: S603
        processes.append(process)
        wait_for(port, process)
        return port, process.pid

    try:
        stacks = []
        for house in houses:
            where = start("surveyapp.wsgi:app", CANDOUR_INSTANCE=str(house.instance))
            tokens, devices = iter(house.tokens[:each]), map(house.device, house.tokens[each:])
            stacks += [
                Stack(f"Basic, {house.name}", *where, [Part(basic_journey)], tokens),
                Stack(f"Blind, {house.name}", *where, BLIND, devices),
            ]
        floor = start(
            "benchmarks.floor_app:create_app()", FLOOR_DATABASE=str(folder / "floor.sqlite")
        )
        nobody = iter(lambda: uuid.uuid4().hex, "")
        stacks.append(Stack("F1, the floor", *floor, [Part(floor_journey)], nobody))
        yield stacks
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("A server did not start.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("A server did not answer within 30 seconds.")


def processor_seconds(parent: int) -> float:
    """Processor time so far of a gunicorn's workers."""
    ticks = 0
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for child in children:
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
