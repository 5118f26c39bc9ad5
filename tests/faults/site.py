"""The application under gunicorn, to be killed, and people whose devices try again until it
answers, as a respondent's own script does."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from surveyapp.crypto import base64url, client
from tests import voting

HERE = Path(__file__).resolve().parents[2]
SETTINGS = 'SECRET_KEY = "a secret that only tests know"\n'
SERVER = ("--worker-class=gthread", "--threads=8", "--workers=1", "--preload", "--log-level=error")


class Site:
    """gunicorn on an instance: a master, and one worker that does all the work."""

    def __init__(self, instance, *, databases=None, before=(), arguments=SERVER, settings=""):
        stores = f"DATABASES = {databases!r}\n" if databases else ""
        (instance / "config.py").write_text(SETTINGS + stores + settings)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.said = instance / "said-by-the-server.log"
        command = [*before, sys.executable, "-m", "gunicorn", "surveyapp.wsgi:app", *arguments]
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [*command, f"--bind=127.0.0.1:{self.port}"],
                stdout=said,
                stderr=said,
                cwd=HERE,
                env={**os.environ, "CANDOUR_INSTANCE": str(instance)},
                start_new_session=True,
            )
        until = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < until, self.said.read_text()
            assert self.process.poll() is None, self.said.read_text()
            time.sleep(0.05)

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill_worker(self):
        """kill -9 of whoever serves now; gives whether somebody did."""
        workers = children(self.process.pid)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        return bool(workers)

    def end(self):
        """kill -9 of a server that is followed, but not of who follows it."""
        (master,) = children(self.process.pid)
        for one in (master, *children(master)):
            os.kill(one, signal.SIGKILL)
        self.process.wait(30)

    def stop(self):
        """kill -9 of everything that is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


def children(parent):
    """The processes that a process started."""
    return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


class Lost(Exception):
    """No answer came back, whatever the server has done."""


def post(port, path, body, *, patience=10, cut_after=None):
    """One request and its answer. ``cut_after``: hang up so many seconds after sending."""
    link = HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        link.request("POST", path, body, {"Content-Type": "application/json"})
        if cut_after is not None:
            time.sleep(cut_after)
            raise Lost
        answer = link.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    except (OSError, HTTPException) as error:
        raise Lost from error
    finally:
        link.close()


def persist(port, path, body, *, until=60):
    """Ask until there is an answer that is not "busy" or "slower", with waits by chance."""
    end = time.monotonic() + until
    while time.monotonic() < end:
        try:
            status, said = post(port, path, body)
        except (Lost, ValueError):
            status = 503
        if status < 500 and status != 429:
            return status, said
        time.sleep(random.random() * 0.1)
    raise AssertionError(f"{path} did not answer for {until} seconds")


class Device:
    """Somebody's open tab: what it made once, it keeps and sends again."""

    def __init__(self, voting_, person, conditions):
        self.person, self.conditions = person, conditions
        self.wave, self.seed = str(voting_.wave_id), client.new_seed()
        public = conditions.classes[person.class_key]
        self.wish = client.begin(self.seed, self.wave, person.class_key, public)
        self.asks = json.dumps(
            {"token": person.token, "blinded": base64url.encode(self.wish.blinded)}
        ).encode()
        self.signed, self.sealed = None, {}

    def record(self, counter=1):
        """The sealed ballot, once the credential is here; the same bytes again."""
        if counter in self.sealed:
            return self.sealed[counter]
        said = client.fill_in(self.seed, self.person.class_key, {"speak_1": 1 + counter % 5}, [])
        made = client.finish(self.wish, self.signed, said, self.conditions.lid, counter=counter)
        self.sealed[counter] = made.to_bytes()
        return self.sealed[counter]

    def collect(self, port):
        """Get the credential, however often it takes; the status."""
        status, said = persist(port, "/collect", self.asks)
        if status == 200:
            signed = base64url.decode(said["signed"])
            assert self.signed in (None, signed)
            self.signed = signed
        return status


def devices(app, voting_):
    """A device for everybody invited."""
    from surveyapp.services import terms

    with app.app_context():
        conditions = terms.of(voting_.wave_id)
    return [Device(voting_, person, conditions) for person in voting_.people]


def open_poll(make_app, folder, *, people, databases=None):
    """An open wave in real stores, for a server to be started on."""
    settings = voting.on_files(folder)
    if databases:
        settings["DATABASES"] = databases
    app = make_app(**settings)
    return app, voting.open_voting(app, places=("Riverside/Days",) * people)
