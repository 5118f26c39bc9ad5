"""The databases, and who may open which.

Four stores share no key. The office is the default; ``who``, ``box`` and ``answers`` each have a
session of their own, and no session can reach a second store.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from flask import Flask, g
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as RoutedSession
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, MetaData, event, text
from sqlalchemy.orm import DeclarativeBase, Session

from surveyapp.prepared import Prepared

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
STORES = ("who", "box", "answers")
LONGEST_WAIT = 5_000  # milliseconds for a lock; then the person is told to try again


class Base(DeclarativeBase):
    """Every constraint has a name, so that a migration and a test can speak of it."""

    metadata = MetaData(naming_convention=NAMES)


class WrongStore(RuntimeError):
    """A session was asked for a table of another store."""


class OfficeSession(RoutedSession):
    """The default session: the office database and no other."""

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Any = None, **rest: Any
    ) -> Engine | Connection:
        bind = super().get_bind(mapper=mapper, clause=clause, bind=bind, **rest)
        office = self._db.engines.get(None)
        if office is None or bind is not office:
            raise WrongStore("The office session was asked for a table of another store.")
        return bind


db = SQLAlchemy(model_class=Base, session_options={"class_": OfficeSession})
for _name in STORES:
    # Constraint names hold in every store, not only in the office.
    db.metadatas[_name] = MetaData(naming_convention=NAMES, info={"bind_key": _name})
migrate = Migrate()
csrf = CSRFProtect()


class _OneStore(Session):
    """A session that serves the tables of one store and refuses all others."""

    store = ""

    def get_bind(self, mapper: Any = None, *, clause: Any = None, **rest: Any) -> Any:
        tables = []
        if mapper is not None:
            tables = list(mapper.tables if hasattr(mapper, "tables") else mapper.__mapper__.tables)
        elif clause is not None and hasattr(clause, "get_children"):
            tables = [clause] if hasattr(clause, "metadata") else []
        if any(table.metadata.info.get("bind_key") != self.store for table in tables):
            raise WrongStore(f"The session of {self.store!r} was asked for another store’s table.")
        return self.bind


def _session(store: str) -> Callable[[], Session]:
    kind = type(f"{store.title()}Session", (_OneStore,), {"store": store})

    def current() -> Session:
        """This application context's session; closed, and rolled back, at its end."""
        key = f"_session_{store}"
        if key not in g:
            setattr(g, key, kind(bind=db.engines[store]))
        return cast(Session, getattr(g, key))

    return current


who_session = _session("who")
box_session = _session("box")
answers_session = _session("answers")


def init_app(app: Flask) -> None:
    """Attach the databases and close every store's session with the application context."""
    db.init_app(app)
    migrate.init_app(app, db, render_as_batch=True, directory=app.config["MIGRATIONS"])
    csrf.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            harden = _harden_sqlite if engine.dialect.name == "sqlite" else _harden_postgresql
            event.listen(engine, "connect", harden)

    @app.teardown_appcontext
    def close_stores(_error: BaseException | None) -> None:
        for store in STORES:
            session = g.pop(f"_session_{store}", None)
            if session is not None:
                session.close()


def _harden_sqlite(connection: Any, _record: Any) -> None:
    # SECURITY 7: nothing deleted stays readable, nothing acknowledged is lost.
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "trusted_schema=OFF",
        "foreign_keys=ON",
        f"busy_timeout={LONGEST_WAIT}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _harden_postgresql(connection: Any, _record: Any) -> None:
    # The same two promises: nobody waits longer for a lock, and a commit is on the disk.
    connection.execute(f"SET lock_timeout = {LONGEST_WAIT}")
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()


def opens(store: str | None) -> bool:
    """Whether this process may open a store; the office's for ``None``."""
    return store in db.engines


def engine_of(store: str | None) -> Engine:
    """The engine of a store; the office's for ``None``."""
    return db.engines[store]


def read(store: str | None, query: Prepared, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """The rows of one select of plain columns, at a fifth of a session's price."""
    return query.read(engine_of(store), values)


def empty_journal(store: str) -> None:
    """Leave nothing that was deleted in a SQLite store's journal. Run after the commit.

    ``secure_delete`` wipes the store's own pages, but the write-ahead log keeps what they held
    before until something else happens to be written there.
    """
    engine = engine_of(store)
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
