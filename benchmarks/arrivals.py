"""300 people who answer in five minutes (SECURITY 10, F18), at moments of chance, by the script of
their browsers: how long collecting and casting take each of them.

gunicorn, two processes of four threads, SQLite; the devices share the processors. Arrivals do not
wait for one another, so a server that falls behind shows it.
"""

import argparse
import json
import math
import tempfile
import threading
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path

import numpy as np

from benchmarks import floor_app, machine
from benchmarks.house import Device, House
from benchmarks.journey import ask, connection_body, posted, served
from benchmarks.telling import say
from surveyapp.crypto import base64url

REACH = 300  # milliseconds, p95


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks arrivals", description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=300)
    given = parser.parse_args(arguments)
    say(machine.describe("flask", "sqlalchemy", "gunicorn", "cryptography", "gmpy2"))
    with tempfile.TemporaryDirectory(prefix="arrivals-") as name:
        folder = Path(name)
        house = House("SQLite", folder / "sqlite", {})
        house.prepare(given.people)
        floor_app.prepare(str(folder / "floor.sqlite"))
        with served(folder, [house], 0) as (_, stack, _floor):
            devices = list(stack.people)
            taken, errors = arrive(stack.port, devices, given.seconds)
        kept = house.ballots()
    say(f"{given.people} people in {given.seconds:g} seconds")
    worst = 0.0
    for request, seconds in taken.items():
        ordered = sorted(1000 * one for one in seconds)
        p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
        worst = max(worst, p95)
        say(f"{request:>10}: median {ordered[len(ordered) // 2]:.0f} ms, p95 {p95:.0f} ms, "
            f"most {ordered[-1]:.0f} ms")  # fmt: skip
    for error in errors:
        say(f"{type(error).__name__}: {error}")
    stored = f"stored {kept} of {given.people}"
    say(f"errors {len(errors)}, {stored} (reach: p95 < {REACH} ms, errors 0)")
    return 0 if worst < REACH and not errors and kept == given.people else 1


def arrive(
    port: int, devices: Sequence[Device], seconds: float
) -> tuple[dict[str, list[float]], list[Exception]]:
    """Let everybody come at a moment of their own; the times of two requests, and failures."""
    taken: dict[str, list[float]] = {"collect": [], "cast": []}
    failed: list[Exception] = []

    def answer(device: Device) -> None:
        link = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            ask(link, "GET", "/v/", "")
            connection_body(link)
            told = posted(link, "/check", json.dumps({"token": device.token}).encode())
            ask(link, "GET", told["covenant"], "")
            connection_body(link)
            asks = {"token": device.token, "blinded": base64url.encode(device.wish.blinded)}
            started = time.perf_counter()
            device.signed = posted(link, "/collect", json.dumps(asks).encode())["signed"]
            taken["collect"].append(time.perf_counter() - started)
            device.seal()
            started = time.perf_counter()
            posted(link, "/cast", device.record)
            taken["cast"].append(time.perf_counter() - started)
        except (OSError, RuntimeError) as error:
            failed.append(error)
        finally:
            link.close()

    # Evenly spread by chance, the same way each time.
    moments = np.sort(np.random.default_rng(18).uniform(0, seconds, len(devices)))
    started, threads = time.perf_counter(), []
    for moment, device in zip(moments, devices, strict=True):
        time.sleep(max(0.0, started + moment - time.perf_counter()))
        threads.append(threading.Thread(target=answer, args=(device,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return taken, failed
