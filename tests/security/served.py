"""The application as it is served: gunicorn on loopback, every logger at its loudest."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

SETTINGS = """SECRET_KEY = "a secret that only tests know"
"""
# What a person might do who looks for a fault: everything that is said goes to one file.
LOUD = """import logging
logging.basicConfig(filename={file!r}, level=logging.DEBUG)
for name in ("sqlalchemy", "flask", "surveyapp", "gunicorn.error", "gunicorn.access", "asyncio"):
    logging.getLogger(name).setLevel(logging.DEBUG)
"""
ARGUMENTS = ("--worker-class=gthread", "--threads=4", "--workers=1", "--log-level=debug")


class Answer(NamedTuple):
    """What came back, by the names that Flask's own client uses."""

    status_code: int
    data: bytes


class Wire:
    """A browser with an address of its own, which says who it is in every header there is."""

    def __init__(self, port, *, address, headers):
        self.port, self.address, self.headers = port, address, headers

    def get(self, path):
        return self._ask("GET", path, None, {})

    def post(self, path, *, data=None, json_=None):
        if json_ is not None:
            body = json_ if isinstance(json_, bytes) else json.dumps(json_).encode()
            return self._ask("POST", path, body, {"Content-Type": "application/json"})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(data or {}).encode(), form)

    def _ask(self, method, path, body, headers):
        link = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30, source_address=(self.address, 0)
        )
        try:
            link.request(method, path, body, {**self.headers, **headers})
            answer = link.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            link.close()


class Served:
    """gunicorn on an instance, until ``stop``. Its own words and every logger's are beside it."""

    def __init__(self, instance: Path) -> None:
        (instance / "config.py").write_text(SETTINGS)
        loud, self.said = instance / "loud.py", instance / "said-by-the-server.log"
        loud.write_text(LOUD.format(file=str(instance / "everything.log")))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "surveyapp.wsgi:app", *ARGUMENTS]
        command += [f"--bind=127.0.0.1:{self.port}", f"--config={loud}"]
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                command,
                stdout=said,
                stderr=said,
                cwd=Path(__file__).resolve().parents[2],
                env={**os.environ, "CANDOUR_INSTANCE": str(instance)},
            )
        self._wait()

    def _wait(self):
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise AssertionError(self.said.read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
