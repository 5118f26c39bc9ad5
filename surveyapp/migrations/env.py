"""Brings all four stores to the same revision, or none of them."""

from contextlib import ExitStack, contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import Connection

db = current_app.extensions["migrate"].db
options = current_app.extensions["migrate"].configure_args
STORES = {"office": None, "who": "who", "box": "box", "answers": "answers"}


def nothing_to_do(_context, _revision, directives):
    """Write no revision file when no store's models have changed."""
    script = directives[0]
    if all(upgrade.is_empty() for upgrade in script.upgrade_ops_list):
        directives[:] = []


@contextmanager
def begun(engine):
    """A transaction for all of a store's steps."""
    with engine.connect() as connection:
        of = for_sqlite if engine.dialect.name == "sqlite" else Connection.begin
        with of(connection):
            yield connection


@contextmanager
def for_sqlite(connection):
    """One that takes back changed tables too, for which SQLite's driver begins none. Tables that
    others point to can be rebuilt, and at the end every row still points to one that is there."""
    driver = connection.connection.driver_connection
    usual, driver.isolation_level = driver.isolation_level, None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield
            if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise RuntimeError(f"{len(lost)} rows would point to nothing. Nothing was changed.")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.isolation_level = usual


def migrate_all():
    with ExitStack() as stack:
        # Each store's transaction ends only after the last store's steps went through.
        connections = {
            name: stack.enter_context(begun(db.engines[bind])) for name, bind in STORES.items()
        }
        for name, bind in STORES.items():
            context.configure(
                connection=connections[name],
                target_metadata=db.metadatas[bind],
                upgrade_token=f"{name}_upgrades",
                downgrade_token=f"{name}_downgrades",
                process_revision_directives=nothing_to_do,
                transactional_ddl=True,
                **options,
            )
            context.run_migrations(engine_name=name)


migrate_all()
