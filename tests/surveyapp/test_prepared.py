"""A prepared statement says what SQLAlchemy says, in its own types and its own errors."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    bindparam,
    create_engine,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from surveyapp.prepared import Prepared

THING = Table(
    "thing",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime),
    Column("open", Boolean),
    Column("kept", LargeBinary),
    Column("said", JSON),
    Column("name", String),
)
FIRST = {
    "id": uuid.UUID(int=7),
    "at": datetime(2026, 11, 22, 9, 30),
    "open": True,
    "kept": b"\0\xff",
    "said": {"ä": [1, None]},
    "name": "Ŵanda",
}
PUT = Prepared(insert(THING), THING.c.keys())
ALL = Prepared(select(THING).where(THING.c.id == bindparam("which"), THING.c.open))
RENAME = Prepared(update(THING).where(THING.c.id == bindparam("which")).values(name="Will"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request, tmp_path):
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path}/store.sqlite"
    else:
        address = request.getfixturevalue("postgres").fresh()["box"]
    engine = create_engine(address)
    yield _filled(engine)
    engine.dispose()


def _filled(engine):
    THING.create(engine)
    with engine.begin() as connection:
        assert PUT.run(connection, FIRST).rowcount == 1
    return engine


def test_rows_are_those_that_sqlalchemy_gives(engine):
    with engine.connect() as connection:
        expected = [tuple(row) for row in connection.execute(select(THING))]
        assert ALL.rows(connection, {"which": FIRST["id"]}) == expected == [tuple(FIRST.values())]
    assert ALL.read(engine, {"which": FIRST["id"]}) == expected
    assert ALL.read(engine, {"which": uuid.UUID(int=8)}) == []


def test_a_change_counts_its_rows_and_is_seen_once_committed(engine):
    with engine.begin() as connection:
        assert RENAME.run(connection, {"which": FIRST["id"]}).rowcount == 1
        assert RENAME.run(connection, {"which": uuid.UUID(int=8)}).rowcount == 0
        assert ALL.read(engine, {"which": FIRST["id"]})[0][-1] == "Ŵanda"
    assert ALL.read(engine, {"which": FIRST["id"]})[0][-1] == "Will"


def test_what_goes_wrong_is_told_in_sqlalchemys_words(engine):
    with pytest.raises(IntegrityError), engine.begin() as connection:
        PUT.run(connection, FIRST)
    with engine.begin() as connection:
        THING.drop(connection)
    with pytest.raises((OperationalError, ProgrammingError)):
        ALL.read(engine, {"which": FIRST["id"]})


def test_what_failed_is_not_asked_again(engine):
    # Whoever waited five seconds for a locked table would wait five more.
    with engine.begin() as connection:
        THING.drop(connection)
    asked = []
    event.listen(engine, "checkout", lambda *_: asked.append(1))
    with pytest.raises((OperationalError, ProgrammingError)):
        ALL.read(engine, {"which": FIRST["id"]})
    assert asked == [1]


@pytest.mark.postgres
def test_a_lost_connection_is_made_anew(postgres):
    engine = _filled(create_engine(postgres.fresh()["box"]))
    with engine.connect() as connection:
        lost = connection.scalar(text("SELECT pg_backend_pid()"))
    other = create_engine(engine.url)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": lost})
    assert ALL.read(engine, {"which": FIRST["id"]}) == [tuple(FIRST.values())]
    engine.dispose()
    other.dispose()


def test_nothing_stays_open_behind_a_read(engine):
    for _ in range(50):
        ALL.read(engine, {"which": FIRST["id"]})
    assert engine.pool.checkedout() == 0


def test_a_value_that_is_missing_is_not_taken_for_nothing(engine):
    with pytest.raises((KeyError, ProgrammingError)):
        ALL.read(engine, {})


def test_a_list_of_values_cannot_be_prepared(engine):
    with pytest.raises(TypeError):
        Prepared(select(THING.c.id).where(THING.c.name.in_(["a", "b"]))).read(engine, {})
