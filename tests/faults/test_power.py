"""F7 and F8 (SECURITY 10): syncs that fail, and a power cut right after any "thank you"."""

import hashlib
import shutil
import subprocess
import sys

import pytest

from tests import factories
from tests.faults import levels, power, site

pytestmark = pytest.mark.strace
ONE_THREAD = ("--worker-class=sync", "--workers=1", "--log-level=error")
# Saves rows without syncing each, and says thanks for each.
CARELESS = """
import socket, sqlite3
here, there = socket.socketpair()
store = sqlite3.connect("careless.sqlite")
store.execute("PRAGMA journal_mode=WAL")
store.execute("PRAGMA synchronous=NORMAL")
store.execute("CREATE TABLE ballot (n)")
for n in range(20):
    store.execute("INSERT INTO ballot VALUES (?)", (n,))
    store.commit()
    here.sendall(b"HTTP/1.1 200 OK")
"""


def test_a_store_that_does_not_sync_every_row_loses_what_it_said_thanks_for(tmp_path):
    (tmp_path / "start").mkdir()
    (tmp_path / "careless.sqlite").touch()
    log = tmp_path / "calls"
    command = [*power.tracing(log), sys.executable, "-c", CARELESS]
    subprocess.run(command, cwd=tmp_path, check=True)
    disk = power.Disk(tmp_path / "start", tmp_path)
    disk.pending["careless.sqlite"], disk.listed = [], {"careless.sqlite"}
    lost = 0
    for thanked, _ in enumerate(disk.follow(log), 1):
        disk.after_a_cut(tmp_path / "later")
        try:
            kept = power.rows(tmp_path / "later" / "careless.sqlite", "SELECT n FROM ballot")
        except Exception:
            kept = []
        lost += len(kept) < thanked
    assert lost == 20


def everybody_answers(make_app, tmp_path, serve, *inject):
    """A wave answered one by one on a traced server. Gives the disk before it started, the log, and
    for each answer that the server gave the question: the store, the row that must be there."""
    app, poll = site.open_poll(make_app, tmp_path, people=12)
    devices = site.devices(app, poll)
    factories.dispose([app])
    instance, log = tmp_path / "instance", tmp_path / "calls"
    shutil.copytree(instance, tmp_path / "start")
    server = serve(before=power.tracing(log, *inject), arguments=ONE_THREAD)
    asked = []

    def ask(path, body, store, row):
        for _ in range(20):
            status, _ = site.post(server.port, path, body, patience=60)
            asked.append((status, store, row))
            if status == 200:
                return
            assert status == 503
        raise AssertionError("no sync ever succeeds again")

    for counter in range(1, levels.times(2, 30) + 1):
        for device in devices:
            if counter == 1:
                blinded = hashlib.sha256(device.wish.blinded).digest()
                ask("/collect", device.asks, "who", blinded)
                device.collect(server.port)
                asked.append((200, "who", blinded))
            record = device.record(counter)
            ask("/cast", record, "box", (device.wish.key_sha256, counter))
    server.end()
    return power.Disk(tmp_path / "start", instance), log, asked


READ = {
    "who": "SELECT blinded_sha256 FROM invitation WHERE collected",
    "box": "SELECT key_sha256, counter FROM ballot",
}


def lost(disk, log, asked, folder, every):
    """How many rows that were acknowledged are gone if the power fails right after; cuts made."""
    missing, cuts, must = 0, 0, {"who": set(), "box": {}}
    answers = iter(asked)
    for status in disk.follow(log):
        said, store, row = next(answers)
        assert said == status
        if status != 200:
            continue
        must[store].update([row]) if store == "box" else must[store].add(row)
        cuts += 1
        if cuts % every:
            continue
        for luck in (None, power.chance(cuts)):
            disk.after_a_cut(folder, by_chance=luck)
            who = {one for (one,) in power.rows(folder / "who.sqlite", READ["who"])}
            box = dict(power.rows(folder / "box.sqlite", READ["box"]))
            missing += len(must["who"] - who)
            missing += sum(box.get(key, 0) < counter for key, counter in must["box"].items())
    assert next(answers, None) is None
    return missing, cuts


def test_after_a_power_cut_at_any_thanks_nothing_acknowledged_is_lost(
    make_app, tmp_path, serve, record_figure
):
    disk, log, asked = everybody_answers(make_app, tmp_path, serve)
    missing, cuts = lost(disk, log, asked, tmp_path / "later", every=1)
    assert {status for status, *_ in asked} == {200}
    assert (missing, cuts, disk.failed) == (0, len(asked), 0)
    record_figure(
        "F8", f"SQLite, power cut after each of {cuts} answers, unsynced writes lost or landing by "
        "chance: acknowledged and lost 0; without a sync for each row 20 of 20 lost"
    )  # fmt: skip


def test_a_sync_that_fails_is_never_a_thank_you(make_app, tmp_path, serve, record_figure):
    disk, log, asked = everybody_answers(make_app, tmp_path, serve, "fdatasync:error=EIO:when=4+3")
    missing, _ = lost(disk, log, asked, tmp_path / "later", every=1)
    refused = sum(status == 503 for status, *_ in asked)
    assert disk.failed >= refused >= 10
    assert missing == 0
    record_figure(
        "F7", "SQLite, every third sync fails (EIO): 200 without a durable row 0; others 503"
    )
