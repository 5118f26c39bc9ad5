"""A store as one would build it without thinking: what every attack must take apart first.

Random keys, no foreign key between who took part and what was said, two databases, one commit each.
That alone looks anonymous, and its bytes tell everything. ``careless=True`` adds what most survey
tools have besides: running numbers and the time to the second.
"""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa

SPACING = 37  # seconds between two people


class Naive:
    """``take_part`` and ``answer`` in databases of their own, filled in order of arrival."""

    def __init__(self, who_url, answers_url, *, careless=False):
        self.who, self.answers = sa.create_engine(who_url), sa.create_engine(answers_url)
        for engine in (self.who, self.answers):
            if engine.dialect.name == "sqlite":
                sa.event.listen(engine, "connect", _write_ahead)
        self.took_part = _table("took_part", careless)
        self.answer = _table("answer", careless)
        self.took_part.metadata.create_all(self.who)
        self.answer.metadata.create_all(self.answers)
        self.careless = careless

    def fill(self, marks, begin=1_790_000_000):
        """Each mark takes part and answers, one after the other."""
        for place, mark in enumerate(marks):
            at = datetime.fromtimestamp(begin + place * SPACING, UTC).replace(tzinfo=None)
            more = {"at": at} if self.careless else {}
            with self.who.begin() as connection:
                connection.execute(self.took_part.insert().values(_row(mark, more)))
            with self.answers.begin() as connection:
                connection.execute(self.answer.insert().values(_row(mark, more)))

    def empty(self):
        """Answers are taken away as tidily as a person would: all in one go, then closed."""
        with self.answers.begin() as connection:
            connection.execute(self.answer.delete())

    def close(self):
        self.who.dispose()
        self.answers.dispose()


def _write_ahead(connection, _record):
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")  # nothing has to outlast the test


def _row(mark, more):
    return {"id": uuid4().hex, "mark": mark, **more}


def _table(name, careless):
    columns = [sa.Column("id", sa.String(32), primary_key=True), sa.Column("mark", sa.Text)]
    if careless:
        columns[0] = sa.Column("id", sa.String(32), unique=True)
        columns += [sa.Column("number", sa.Integer, primary_key=True), sa.Column("at", sa.DateTime)]
    return sa.Table(name, sa.MetaData(), *columns)
