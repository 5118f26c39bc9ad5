"""A respondent's journey, Basic, against the floor F1 (PERFORMANCE 1).

Ours: landing, group, all questions, Send: four requests, with every rule of the respondent routes
on, a blind signature of 3,072 bits, two envelopes and two durable commits. The floor: page,
answers, thanks: three requests and one durable commit. Both under gunicorn, two processes of four
threads, on this machine’s loopback; the client shares the processors. 20 ratings, 2 choices and a
comment. Runs alternate A B A B; every stored row is counted.
"""

import argparse
import json
import math
import os
import re
import secrets
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
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from analysis.disclosure import Rule
from benchmarks import floor_app, machine
from surveyapp import clock, create_app
from surveyapp.crypto import tokens
from surveyapp.extensions import db, who_session
from surveyapp.models.participation import Invitation, InvitationKey
from surveyapp.models.people import Person
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import waves

COMMENT = "Rotas come out too late to plan anything around them."
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


@dataclass
class Stack:
    """A server under test, and how one journey through it goes."""

    name: str
    port: int
    process: int
    journey: Callable[[HTTPConnection, str], None]
    people: Iterator[str]
    runs: dict[int, list[Run]] = field(default_factory=dict)

    def run(self, journeys: int, at_once: int) -> None:
        """Make the journeys, ``at_once`` at a time, each person's on one connection."""
        whose = [next(self.people) for _ in range(journeys)]

        def go(person: str) -> float:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            started = time.perf_counter()
            self.journey(connection, person)
            taken = time.perf_counter() - started
            connection.close()
            return taken

        before, started = processor_seconds(self.process), time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            seconds = list(pool.map(go, whose))
        wall = time.perf_counter() - started
        used = processor_seconds(self.process) - before
        self.runs.setdefault(at_once, []).append(Run(seconds, wall, used))


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks journey", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each at each width")
    parser.add_argument("--journeys", type=int, default=120, help="journeys a run")
    given = parser.parse_args(arguments)
    widths = (1, 8, 32)
    warm = 16
    total = given.rounds * given.journeys * len(widths) + warm
    with tempfile.TemporaryDirectory(prefix="candour-journey-") as name:
        folder = Path(name)
        say(machine.describe("flask", "sqlalchemy", "gunicorn", "cryptography", "gmpy2"))
        say(f"Preparing a wave with {total} invitations …")
        people = prepare(folder / "instance", total)
        floor_app.prepare(str(folder / "floor.sqlite"))
        with served(folder, people) as (ours, floor):
            for stack in (ours, floor):
                stack.run(warm, 8)
                stack.runs.clear()
            for at_once in widths:
                for _ in range(given.rounds):
                    for stack in (ours, floor):
                        stack.run(given.journeys, at_once)
            report(ours, floor)
        return check(folder, total)


def report(ours: Stack, floor: Stack) -> None:
    """Median, least and most of each figure, and the ratios of medians."""
    say(f"\n{'':22}{'at once':>8}{'journeys/s':>24}{'p95 ms':>24}{'core-ms each':>24}")
    for stack in (ours, floor):
        for at_once, runs in stack.runs.items():
            cells = [spread([getattr(run, name) for run in runs]) for name in FIGURES]
            say(f"{stack.name:22}{at_once:>8}" + "".join(f"{cell:>24}" for cell in cells))
    say("\nratios of medians, ours to the floor (reach at 8: rate ≥ 0.5, p95 ≤ 2)")
    for at_once in ours.runs:
        rate, p95, core = (
            median(getattr(run, name) for run in ours.runs[at_once])
            / median(getattr(run, name) for run in floor.runs[at_once])
            for name in FIGURES
        )
        say(f"{at_once:>8} at once: rate {rate:.2f}   p95 {p95:.2f}   core-ms {core:.2f}")


FIGURES = ("rate", "p95", "core")
median = statistics.median


def spread(values: list[float]) -> str:
    return f"{median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def check(folder: Path, total: int) -> int:
    """Count what was stored: every journey once, in each."""
    kept = {}
    for name, file, table in (
        ("ours", folder / "instance" / "box.sqlite", "ballot"),
        ("floor", folder / "floor.sqlite", "response"),
    ):
        with sqlite3.connect(file) as connection:
            kept[name] = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    sound = all(number == total for number in kept.values())
    say(f"\nstored: {kept}, expected {total} each: {'ok' if sound else 'WRONG'}")
    return 0 if sound else 1


def our_journey(connection: HTTPConnection, token: str) -> None:
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


def prepare(instance: Path, people: int) -> list[str]:
    """An installation with one open wave; a token for everybody."""
    instance.mkdir(parents=True)
    (instance / "config.py").write_text(f"SECRET_KEY = {secrets.token_hex(32)!r}\n")
    app = create_app(instance_path=str(instance))
    now = clock.now()
    with app.app_context():
        db.create_all(bind_key="__all__")
        programme = Programme(slug="bench", name="Benchmark", organisation="Benchmark")
        wave = Wave(
            programme=programme,
            number=1,
            label="Benchmark",
            instrument_json=json.dumps(instrument()),
            rule=Rule().to_dict(),
            opens_at=now + timedelta(hours=1),
            closes_at=now + timedelta(days=10),
            publishes_at=now + timedelta(days=20),
            results_key=secrets.token_urlsafe(16),
        )
        db.session.add_all([programme, wave])
        db.session.flush()
        who_session().add_all(
            Person(
                programme_id=programme.id,
                name=f"Person {n}",
                email=f"person{n}@example.org",
                unit_key=f"Whole/Group {n % 10}",
            )
            for n in range(people)
        )
        who_session().flush()
        waves.commit(wave, actor="benchmark", now=now)
        waves.open_wave(wave, actor="benchmark", now=now + timedelta(hours=1))
        made = []
        for invitation in who_session().query(Invitation.id):
            made.append(tokens.new_token())
            key = InvitationKey(sha256=tokens.digest(made[-1]), invitation_id=invitation.id)
            who_session().add(key)
        who_session().commit()
        db.session.commit()
    return made


def instrument() -> dict[str, object]:
    """20 ratings, 2 choices and a comment."""
    options = [{"code": code, "label": f"Answer {code}"} for code in range(1, 6)]
    asked: list[dict[str, object]] = [
        {
            "id": f"q{n:02}",
            "kind": "rating" if n < floor_app.RATINGS else "choice",
            "text": f"Question {n}: how is work, and why?",
            "responses": "five",
        }
        for n in range(floor_app.RATINGS + floor_app.CHOICES)
    ]
    asked.append({"id": "why", "kind": "text", "text": "What should stop?", "purpose": "shadow"})
    return {
        "instrument": {"id": "bench", "version": "1", "title": "Benchmark"},
        "source": {"licence": "CC0-1.0", "attribution": "Made for the benchmark"},
        "responses": {"five": {"options": options}},
        "items": asked,
        "scales": [
            {"id": "work", "title": "Work", "description": "How work is.", "items": ["q00", "q01"]}
        ],
    }


@contextmanager
def served(folder: Path, people: list[str]) -> Iterator[tuple[Stack, Stack]]:
    """Both stacks, each under its own gunicorn, stopped at the end whatever happens."""
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
        port, pid = start("benchmarks.journey:serve()", JOURNEY_INSTANCE=str(folder / "instance"))
        ours = Stack("ours, Basic", port, pid, our_journey, iter(people))
        port, pid = start(
            "benchmarks.floor_app:create_app()", FLOOR_DATABASE=str(folder / "floor.sqlite")
        )
        nobody = iter(lambda: uuid.uuid4().hex, "")
        yield ours, Stack("F1, the floor", port, pid, floor_journey, nobody)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def serve() -> Flask:
    """What gunicorn serves: the respondents' door."""
    return create_app(role="registrar", instance_path=os.environ["JOURNEY_INSTANCE"])


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


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
