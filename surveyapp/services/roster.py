"""The roster: read a file, show what it would change, then change it whole or not at all."""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select

from analysis.disclosure import Rule
from surveyapp.errors import NotNow, Rejected
from surveyapp.extensions import who_session
from surveyapp.models.participation import Invitation
from surveyapp.models.people import Person
from surveyapp.models.surveys import Programme
from surveyapp.services import groups, roster_file
from surveyapp.services.roster_file import Problem, Row

Kind = Literal["added", "moved", "renamed", "details", "leaving"]
KINDS: tuple[Kind, ...] = ("added", "moved", "renamed", "details", "leaving")


@dataclass(frozen=True)
class Change:
    """What would happen to one person."""

    kind: Kind
    name: str
    email: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Preview:
    """What a file would do to a programme's roster. ``base`` is the roster it was compared with."""

    programme_id: uuid.UUID
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    changes: tuple[Change, ...]
    unchanged: int
    tree: groups.Tree
    unread: tuple[str, ...]
    note: str
    base: str

    def of(self, kind: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind == kind)

    @property
    def bad_lines(self) -> int:
        return len({problem.line for problem in self.problems})


def read(data: bytes, programme: Programme, attributes: Sequence[str] = ()) -> Preview:
    """Compare a file with the roster. Nothing is changed. ``attributes`` are the agreed columns."""
    table = roster_file.read(data, attributes)
    current = {person.email: person for person in people(programme)}
    changes: list[Change] = []
    unchanged = 0
    for row in table.rows:
        found = _compare(row, current.get(row.email))
        changes.extend(found)
        unchanged += not found
    staying = {row.email for row in table.rows}
    changes.extend(
        Change("leaving", person.name, person.email, before=person.unit_key)
        for email, person in sorted(current.items())
        if email not in staying
    )
    seats = Counter(row.unit for row in table.rows)
    return Preview(
        programme_id=programme.id,
        rows=table.rows,
        problems=table.problems,
        changes=tuple(changes),
        unchanged=unchanged,
        tree=groups.tree(seats, programme.organisation, Rule().headcount),
        unread=table.unread,
        note=table.note,
        base=_fingerprint(list(current.values())),
    )


def apply(preview: Preview) -> None:
    """Make the roster what the file says. People who left stay known, but are not invited again."""
    if preview.problems:
        raise Rejected(
            "Nothing was changed, because some lines cannot be used.",
            [f"Line {problem.line} {problem.text}" for problem in preview.problems],
        )
    session = who_session()
    known = {
        person.email: person
        for person in session.scalars(
            select(Person).where(Person.programme_id == preview.programme_id)
        )
    }
    if _fingerprint([person for person in known.values() if person.active]) != preview.base:
        raise NotNow("The roster changed since this preview. Send the file again.")
    for row in preview.rows:
        person = known.pop(row.email, None)
        if person is None:
            person = Person(programme_id=preview.programme_id, email=row.email)
            session.add(person)
        person.name, person.unit_key, person.active = row.name, row.unit, True
        if person.attributes != row.attributes:
            person.attributes = row.attributes
    for person in known.values():
        person.active = False
    session.flush()


def forget_leavers() -> int:
    """Delete who left the roster once no pulse remembers inviting them; how many went."""
    left = select(Person.id).where(
        ~Person.active, ~select(Invitation.id).where(Invitation.person_id == Person.id).exists()
    )
    gone = list(who_session().scalars(left))
    for start in range(0, len(gone), 500):
        who_session().execute(delete(Person).where(Person.id.in_(gone[start : start + 500])))
    return len(gone)


def people(programme: Programme) -> list[Person]:
    """Everybody on the roster now, by email."""
    return list(
        who_session().scalars(
            select(Person)
            .where(Person.programme_id == programme.id, Person.active)
            .order_by(Person.email)
        )
    )


def units(programme: Programme, rule: Rule | None = None) -> groups.Tree:
    """The roster's groups with their head counts, cut into classes for ``rule``."""
    seats = Counter(
        who_session().scalars(
            select(Person.unit_key).where(Person.programme_id == programme.id, Person.active)
        )
    )
    return groups.tree(seats, programme.organisation, (rule or Rule()).headcount)


def _compare(row: Row, person: Person | None) -> list[Change]:
    if person is None:
        return [Change("added", row.name, row.email, after=row.unit)]
    changes = []
    if person.unit_key != row.unit:
        changes.append(Change("moved", row.name, row.email, person.unit_key, row.unit))
    if person.name != row.name:
        changes.append(Change("renamed", row.name, row.email, person.name, row.name))
    if person.attributes != row.attributes:
        changes.append(Change("details", row.name, row.email))
    return changes


def _fingerprint(current: list[Person]) -> str:
    rows = sorted([p.email, p.name, p.unit_key, sorted(p.attributes.items())] for p in current)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
