"""Statements composed and compiled once a process, for what every respondent's request asks.

To look a statement up and get its values and rows ready each time costs several times what the
database takes to answer it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    Engine,
    Executable,
    Select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import CompilerElement

Row = tuple[Any, ...]


class Prepared:
    """One statement. ``names`` are the columns that an ``INSERT`` without values is given."""

    def __init__(self, statement: Executable, names: Sequence[str] = ()) -> None:
        self.statement = statement
        self.names = list(names) or None
        self._plans: dict[str, _Plan] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it within the connection's transaction."""
        plan = self._plan(connection.dialect)
        return connection.exec_driver_sql(plan.text, plan.given(values))

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """The rows of a select within the connection's transaction."""
        found = self.run(connection, values).all()
        return self._plan(connection.dialect).ready(found)

    def read(self, engine: Engine, values: Mapping[str, Any]) -> list[Row]:
        """The rows of a select, which sees only what is committed; nothing stays open behind it."""
        plan = self._plan(engine.dialect)
        failure = engine.dialect.loaded_dbapi.Error
        try:
            connection = engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(plan.text, plan.given(values))
                found = cursor.fetchall()
                cursor.close()
            except failure as error:
                if not engine.dialect.is_disconnect(error, connection.dbapi_connection, None):
                    # In SQLAlchemy's words, and at once: whoever met a locked table has waited.
                    raise DBAPIError.instance(
                        plan.text, None, error, failure, dialect=engine.dialect
                    ) from error
                raise
            finally:
                connection.close()
        except failure:
            # A connection that was lost: SQLAlchemy makes a new one.
            with engine.connect() as again:
                return self.rows(again, values)
        return plan.ready(found)

    def _plan(self, dialect: Dialect) -> "_Plan":
        # By name: a process has one kind of database for each store, and tests have both.
        if dialect.name not in self._plans:
            self._plans[dialect.name] = _Plan(self.statement, self.names, dialect)
        return self._plans[dialect.name]


class _Plan:
    """A statement for one kind of database: its text, and how values go in and come out."""

    def __init__(self, statement: Executable, names: list[str] | None, dialect: Dialect) -> None:
        if not isinstance(statement, CompilerElement):
            raise TypeError("Only a composed statement can be prepared.")
        compiled = statement.compile(dialect=dialect, column_keys=names)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError("Only a query or a change of rows can be prepared.")
        if compiled.post_compile_params:
            raise TypeError("A list of values has no one length to prepare for.")
        self.text = str(compiled)
        self.order = compiled.positiontup
        self.fixed = {
            name: bound.value for name, bound in compiled.binds.items() if not bound.required
        }
        self.into = {
            name: change
            for bound, name in compiled.bind_names.items()
            if (change := bound.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        chosen: Sequence[ColumnElement[Any]] = (
            statement.selected_columns.values() if isinstance(statement, Select) else ()
        )
        self.back = [
            one.type.dialect_impl(dialect).result_processor(dialect, None) for one in chosen
        ]

    def given(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them: in order, or by name."""
        taken = {**self.fixed, **values}
        for name, change in self.into.items():
            taken[name] = change(taken[name])
        return taken if self.order is None else tuple(taken[name] for name in self.order)

    def ready(self, rows: Sequence[Sequence[Any]]) -> list[Row]:
        """The rows as Python has them."""
        return [tuple(map(_changed, self.back, row)) for row in rows]


def _changed(change: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if change is None else change(value)
