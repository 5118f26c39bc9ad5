"""What a disk really holds: strace tells every write and every sync of a server, and :class:`Disk`
keeps what was synced and loses the rest, as a power cut does.

Unsynced writes are lost, or land or not by chance; what was written before a sync that failed is
never counted as kept by a later one (Linux forgets it). A new file is there only once its folder
was synced.
"""

import random
import re
import shutil
import sqlite3
from pathlib import Path

CALLS = "openat,pwrite64,ftruncate,fdatasync,fsync,unlink,sendto"
_LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<rest>.*)\) += (?P<result>-?\d+)(?P<more>.*)$", re.S)
# A call during which another process made one is told in two lines; it counts when it is done.
_CUT = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$", re.S)
_END = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$", re.S)
_FD = re.compile(r"^\d+<(?P<path>[^>]*)>(?:, )?(?P<rest>.*)$", re.S)
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def tracing(log, *inject):
    """The command that another command is run behind."""
    more = [part for one in inject for part in ("-e", f"inject={one}")]
    # Bytes in full, so that a page of a database is one string.
    return (
        "strace",
        "-f",
        "-y",
        "-x",
        "-s",
        "70000",
        "-e",
        f"trace={CALLS}",
        *more,
        "-o",
        str(log),
    )


def _bytes(text):
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


class Disk:
    """The database files of a folder through a power cut; ``start`` is a copy of them taken before
    the server started on ``folder``."""

    def __init__(self, start, folder):
        self.folder = Path(folder)
        self.synced = {path.name: path.read_bytes() for path in Path(start).glob("*.sqlite*")}
        self.listed = set(self.synced)
        self.pending = {name: [] for name in self.synced}
        self.failed = 0

    def follow(self, log):
        """Read a log call by call; gives each status that was sent, when it was sent."""
        begun = {}
        with open(log, encoding="latin-1") as lines:
            for line in lines:
                if cut := _CUT.match(line):
                    begun[cut[1]] = cut[2]
                    continue
                if (end := _END.match(line)) and end[1] in begun:
                    line = f"{end[1]} {begun.pop(end[1])}{end[2]}"
                found = _LINE.match(line.rstrip("\n"))
                if not found or (found["result"].startswith("-") and "sync" not in found["call"]):
                    continue
                if found["call"] == "sendto":
                    sent = _TEXT.search(found["rest"])
                    if sent and sent[1].startswith("HTTP/1.1 "):
                        yield int(sent[1][9:12])
                else:
                    self._do(found["call"], found["rest"], found["result"] == "0")

    def _do(self, call, rest, well):
        if call in ("openat", "unlink"):
            path = Path(_TEXT.search(rest)[1])
            if self._is_ours(path) and call == "unlink":
                self._forget(path.name)
            elif self._is_ours(path) and "O_CREAT" in rest:
                self.pending.setdefault(path.name, [])
            return
        found = _FD.match(rest)
        path = Path(found["path"])
        if call in ("fsync", "fdatasync"):
            self._sync(path, well)
        elif self._is_ours(path) and call == "pwrite64":
            data, at = _TEXT.search(found["rest"]), int(found["rest"].rpartition(", ")[2])
            self.pending[path.name].append((at, _bytes(data[1])))
        elif self._is_ours(path) and call == "ftruncate":
            self.pending[path.name].append((int(found["rest"]), None))

    def _is_ours(self, path):
        return path.parent == self.folder and ".sqlite" in path.name and path.suffix[-4:] != "-shm"

    def _forget(self, name):
        self.listed.discard(name)
        self.synced.pop(name, None)
        self.pending.pop(name, None)

    def _sync(self, path, well):
        if path == self.folder and well:
            self.listed |= set(self.pending)
        elif self._is_ours(path):
            waiting, self.pending[path.name] = self.pending[path.name], []
            if well:
                self.synced[path.name] = _written(self.synced.get(path.name, b""), waiting)
            else:
                self.failed += 1

    def after_a_cut(self, folder, *, by_chance=None):
        """Put into ``folder`` what is there when the power comes back; with ``by_chance``, a random
        generator, some of the unsynced writes as well."""
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir()
        for name in self.listed:
            waiting = self.pending.get(name, [])
            landed = [one for one in waiting if by_chance and by_chance.random() < 0.5]
            Path(folder, name).write_bytes(_written(self.synced.get(name, b""), landed))


def _written(data, writes):
    data = bytearray(data)
    for at, piece in writes:
        end = at if piece is None else at + len(piece)
        if len(data) < end:
            data.extend(bytes(end - len(data)))
        if piece is None:
            del data[at:]
        else:
            data[at:end] = piece
    return bytes(data)


def rows(path, query):
    """What a database says after the power came back, once it is found sound."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def chance(seed):
    """The same luck each time."""
    return random.Random(seed)
