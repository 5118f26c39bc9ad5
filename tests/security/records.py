"""A published wave as anybody downloads it, its checker run as anybody runs it, and a forger who
holds the noticeboard's own key."""

import hashlib
import importlib.util
import io
import json
import random
import subprocess
import sys
import zipfile
from argparse import Namespace
from dataclasses import dataclass, field
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from surveyapp.crypto import client as voter
from surveyapp.crypto import merkle, witness_key
from surveyapp.crypto.canonical import canonical
from surveyapp.crypto.checkpoint import Checkpoint
from tests import factories, voting

TEAMS = {"Days": 26, "Nights": 22, "Kitchen": 14, "Office": 4}
PLACES = tuple(f"Riverside/{team}" for team, size in TEAMS.items() for _ in range(size))
ITEMS = ("speak_1", "speak_2", "work_1")
NOTHING = {"words": None, "checkpoint": None, "receipt": None, "row": None, "pulse": None,
           "deep": None}  # fmt: skip


@dataclass
class Site:
    """An installation with one wave, what its people sent, and what can be downloaded."""

    app: object
    wave: voting.Voting
    witness: witness_key.WitnessKey
    seeds: list = field(default_factory=list)
    answers: list = field(default_factory=list)

    def moment(self, name):
        with self.app.app_context():
            return getattr(voting.wave_of(self.wave), f"{name}_at")

    def tick(self, now):
        from surveyapp import clock, jobs

        with self.app.app_context(), clock.as_if(now):
            jobs.tick(now)

    def open(self):
        """Close the wave, and let the witness and the opener do their parts."""
        from surveyapp import clock, jobs
        from surveyapp.services import witnesses

        now = self.moment("closes")
        self.tick(now)
        with self.app.app_context(), clock.as_if(now):
            wave = voting.wave_of(self.wave)
            made = voting.peel(witnesses.bundle(wave), self.witness)
            witnesses.hand_in(wave, made.to_bytes())
            jobs.tick(now)

    def download(self):
        """The record with results, through the door that everybody invited uses."""
        with self.app.app_context():
            key = voting.wave_of(self.wave).results_key
        answer = self.app.test_client().get(f"/r/{key}/record.zip")
        assert answer.status_code == 200
        return answer.data

    def board_key(self):
        from surveyapp import keys

        with self.app.app_context():
            raw = keys.get(keys.directory("office") / "noticeboard.key")
        return Ed25519PrivateKey.from_private_bytes(raw)


def answered(folder, *, places=PLACES, silent=6, **settings):
    """A wave with a witness, and all but the last few have answered."""
    app = factories.an_app(folder, **{**voting.SETTINGS, **settings})
    mo = witness_key.WitnessKey.new("Mo Bell")
    site = Site(app, voting.open_voting(app, places=places, witnesses=[mo], slug="riverside"), mo)
    dice = random.Random(3)
    for person in site.wave.people[: len(places) - silent]:
        said = {item: dice.randint(1, 5) for item in ITEMS}
        site.seeds.append(voter.new_seed())
        site.answers.append(said)
        comments = [("barriers", "Too few people at night", "board")]
        voting.vote(app, site.wave, person, said, comments, seed=site.seeds[-1])
    return site


def unzip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name.removeprefix("record/"): archive.read(name) for name in archive.namelist()}


def lay_out(files, folder):
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return folder


def run(record, folder, *options, today):
    """The downloaded program on a bare folder, without the application: code and words."""
    copy = lay_out(record, folder / "record")
    program = copy / "verify.py"
    command = [sys.executable, "-I", program, copy, "--today", str(today), *map(str, options)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def loaded(record, folder):
    """The downloaded program in this process, for attacks that are made hundreds of times."""
    path = folder / "verify_downloaded.py"
    path.write_bytes(record["verify.py"])
    spec = importlib.util.spec_from_file_location("verify_downloaded", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify_downloaded"] = module
    spec.loader.exec_module(module)
    return module


def code(program, files, today, **options):
    """What the program would exit with."""
    options = Namespace(**{**NOTHING, **options})
    return program.verify(files, date.fromisoformat(str(today)[:10]), options).code()


def lines(files):
    return [json.loads(line) for line in files["noticeboard.jsonl"].splitlines()]


def place(files, kind):
    """The number of the first line of a type."""
    return next(line["n"] for line in lines(files) if line["type"] == kind)


def written(files, board):
    """The record with these lines, each spelled as it should be and nothing else mended."""
    raw = b"".join(canonical(line) + b"\n" for line in board)
    return with_sums({**files, "noticeboard.jsonl": raw})


def forged(files, board, key):
    """The record with these lines by somebody who holds the board's key: numbers, chain,
    checkpoint and sums all fit."""
    prev, raws = "0" * 64, []
    for number, line in enumerate(board):
        raws.append(canonical({**line, "n": number, "prev": prev}))
        prev = hashlib.sha256(raws[-1]).hexdigest()
    signed = Checkpoint(board[0]["body"]["origin"], len(raws), merkle.root(raws)).signed(key)
    new = {
        "noticeboard.jsonl": b"".join(r + b"\n" for r in raws),
        "checkpoint.txt": signed.encode(),
    }
    return with_sums({**files, **new})


def republished(files, change, key):
    """Other results under an announcement that fits them."""
    (name,) = (name for name in files if name.endswith("summary.json"))
    summary = json.loads(files[name])
    change(summary)
    raw = json.dumps(summary, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
    board = lines(files)
    board[place(files, "PUBLISHED")]["body"]["sha256"] = hashlib.sha256(raw).hexdigest()
    return forged({**files, name: raw}, board, key)


def promised(files, change, key):
    """Other promises, announced from the first line on as if they had always been these."""
    (name,) = (name for name in files if name.startswith("covenants/"))
    covenant = json.loads(files[name])
    change(covenant)
    raw, board = canonical(covenant), lines(files)
    for line in board:
        if "covenant_sha256" in line["body"]:
            line["body"]["covenant_sha256"] = hashlib.sha256(raw).hexdigest()
        if line["type"] == "COMMITTED":
            line["body"] |= {"rule": covenant["rule"], "dates": covenant["dates"]}
    return forged({**files, name: raw}, board, key)


def with_sums(files):
    """The list of sums made to fit, as whoever changed a file would."""
    files = {name: body for name, body in files.items() if name != "sums.txt"}
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in files.items())
    return {**files, "sums.txt": sums.encode()}
