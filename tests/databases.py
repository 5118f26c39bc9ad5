"""A real PostgreSQL server for the tests that need one: made, used and removed by them."""

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import psycopg

STORES = ("office", "who", "box", "answers")
# Nothing has to outlast the tests.
UNSAFE = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off"


def binaries() -> Path | None:
    """Where Debian keeps the newest server it has installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Server:
    """A server of our own on the loopback address, in a folder of its own."""

    def __init__(self, folder: Path, options: str = UNSAFE) -> None:
        bin_ = binaries()
        assert bin_ is not None, "PostgreSQL is missing: apt-get install postgresql"
        self.bin, self.data = bin_, folder / "data"
        self.port, self.urls = _free_port(), dict[str, str]()
        # The server refuses to run as root: hand it to Debian's own account.
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(folder, self.user)
            closed = [str(parent) for parent in folder.parents if not parent.stat().st_mode & 1]
            assert not closed, f"{self.user} may not enter {closed}: set TMPDIR to another folder"
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "candour", "--no-sync")
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {folder} {options}"
        log = str(folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-o", settings, "start")

    def _run(self, command: str, *arguments: str) -> None:
        before = ["runuser", "-u", self.user, "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*before, str(self.bin / command), *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def fresh(self) -> dict[str, str]:
        """Four empty databases; the address of each store. Each call empties the same four."""
        for store in STORES:
            self.database(store)
        return {store: self.urls[store] for store in STORES}

    def database(self, name: str) -> str:
        """The address of an empty database of this name, made or emptied."""
        if name not in self.urls:
            where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "candour")
            self._run("createdb", *where, name)
            self.urls[name] = f"postgresql+psycopg://candour@127.0.0.1:{self.port}/{name}"
        else:
            self._empty(name)
        return self.urls[name]

    def _empty(self, store: str) -> None:
        where = f"host=127.0.0.1 port={self.port} user=candour dbname={store}"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
