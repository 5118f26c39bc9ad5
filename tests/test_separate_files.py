"""With SQLite each store is a folder of its own, open to one account: a box that runs as that
account takes ballots and cannot open the other files."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests import factories, voting

NOBODY = 65534
BOX = """
import json, os, sqlite3, sys
record, files, keys, instance = json.loads(sys.stdin.read())
from surveyapp import create_app
settings = {{"SECRET_KEY": "a secret that only tests know", "KEYS": keys,
             "DATABASES": {{"box": "sqlite:///" + files["box"]}}}}
box = create_app(settings, role="box", instance_path=instance)
browser = box.test_client()
browser.post("/cast")  # whatever Python still has to read of itself
os.setgroups([])
os.setgid({nobody})
os.setuid({nobody})
answer = browser.post("/cast", data=record, content_type="application/json")
opened = []
for store, path in files.items():
    try:
        sqlite3.connect(path).execute("SELECT count(*) FROM sqlite_master").fetchall()
        opened.append(store)
    except sqlite3.OperationalError:
        pass
print(json.dumps([answer.status_code, opened]))
"""


@pytest.fixture
def folder():
    """A folder that other accounts may pass through, as those of pytest may not be."""
    path = Path(tempfile.mkdtemp(prefix="candour-files-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a process as another account")
def test_a_box_with_its_own_file_takes_ballots_and_opens_no_other(folder, make_app):
    files = {}
    for store in ("office", "who", "box", "answers"):
        (folder / store).mkdir(mode=0o700)
        files[store] = str(folder / store / f"{store}.sqlite")
    urls = {store: f"sqlite:///{path}" for store, path in files.items()}
    owner = make_app(DATABASES=urls, KEYS=str(folder / "keys"), **voting.SETTINGS)
    wave = voting.open_voting(owner)
    with owner.app_context():
        record = voting.make_record(wave, wave.people[0], {"speak_1": 4}).decode()
    for path in [folder / "box", *(folder / "box").iterdir()]:
        shutil.chown(path, NOBODY, NOBODY)
    (folder / "keys").chmod(0o711)
    given = json.dumps([record, files, str(folder / "keys"), str(folder / "instance")])
    program = [sys.executable, "-c", BOX.format(nobody=NOBODY)]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(program, input=given, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [200, ["box"]]
    assert voting.ballots(owner, wave) == 1
    factories.dispose([owner])
