"""The attackers work on real stores: SQLite files, and PostgreSQL where it matters."""

import pytest

from tests import factories, voting
from tests.security import copies, held
from tests.security.naive import Naive

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def app(make_app, tmp_path):
    return make_app(**voting.on_files(tmp_path))


@pytest.fixture(params=BOTH)
def shared_app(request, make_app, tmp_path):
    """An application whose stores many threads can use at once."""
    settings = voting.on_files(tmp_path)
    if request.param == "postgres":
        settings["DATABASES"] = request.getfixturevalue("postgres").fresh()
    return make_app(**settings)


@pytest.fixture(scope="module", params=BOTH)
def big(request, tmp_path_factory):
    """A wave that 300 people have answered and that is still open, in each kind of store; the
    folder it lies in, and the PostgreSQL server or ``None``. A module's tests share it."""
    folder = tmp_path_factory.mktemp("big")
    settings, server = voting.on_files(folder), None
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        settings["DATABASES"] = server.fresh()
    app = factories.an_app(folder / "instance", **settings)
    yield held.answered(app), folder, server
    factories.dispose([app])


@pytest.fixture(params=BOTH)
def naive(request, tmp_path):
    """Makes a store without care, in each kind of database: see ``Careless``."""
    made = []

    def make(marks, *, careless=False):
        made.append(Careless(request, tmp_path, marks, careless=careless))
        return made[-1]

    yield make
    for one in made:
        one.store.close()


class Careless:
    """A filled naive store and, for each attack that its kind of database allows, the orders that
    the attack reads for ``took_part`` and ``answer``."""

    def __init__(self, request, folder, marks, *, careless):
        self.folder, self.server, self.marks = folder, None, [mark.encode() for mark in marks]
        if request.param == "postgres":
            self.server = request.getfixturevalue("postgres")
            self.urls = [self.server.database(f"naive_{name}") for name in ("who", "answers")]
        else:
            self.urls = [f"sqlite:///{folder}/naive-{name}.sqlite" for name in ("who", "answers")]
        self.store = Naive(*self.urls, careless=careless)
        self.store.fill(marks)

    def orders(self):
        return self._sqlite() if self.server is None else self._postgres()

    def _sqlite(self):
        paths = [self.folder / f"naive-{name}.sqlite" for name in ("who", "answers")]
        spare = [copies.backup(path, path.with_suffix(".backup")) for path in paths]
        tables = ("took_part", "answer")
        journals = [path.with_name(path.name + "-wal") for path in paths]
        return {
            "rowid": [copies.by_rowid(*both) for both in zip(paths, tables, strict=True)],
            "backup": [copies.by_rowid(*both) for both in zip(spare, tables, strict=True)],
            "journal": [copies.by_frame(journal, self.marks) for journal in journals],
        }

    def _postgres(self):
        tables = ("took_part", "answer")
        both = list(zip(self.urls, tables, strict=True))
        return {
            "xmin": [copies.by_xmin(*one) for one in both],
            "ctid": [copies.by_ctid(*one) for one in both],
            "pg_dump": [
                copies.by_place(copies.dump(self.server, u), self.marks) for u in self.urls
            ],
        }
