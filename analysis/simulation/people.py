"""Who works in the made-up service in each wave: groups, names, leavers and new starters."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.dataset import Unit

HERE = Path(__file__).parent
LEAVERS = 0.04
SEPARATOR = "/"

Roster = tuple["Person", ...]


@dataclass(frozen=True)
class Person:
    """Somebody in the service; ``number`` stays with them from wave to wave."""

    number: int
    name: str
    email: str
    unit: str

    @property
    def service(self) -> str:
        """The path of the service, which is the finest place a comment may carry."""
        return self.unit.rpartition(SEPARATOR)[0]


@dataclass(frozen=True)
class Place:
    """The made-up organisation as its file describes it."""

    name: str
    root: str
    domain: str
    services: Mapping[str, Mapping[str, int]]
    before: str
    after: str
    from_wave: int
    new_teams: Mapping[str, int]

    def teams(self, wave: int) -> dict[str, int]:
        """Path and planned size of each team in a wave."""
        return {
            SEPARATOR.join((self.root, service, team)): size
            for service, teams in self._services(wave).items()
            for team, size in teams.items()
        }

    def _services(self, wave: int) -> dict[str, Mapping[str, int]]:
        if wave < self.from_wave:
            return dict(self.services)
        return {
            (self.after if name == self.before else name): (
                self.new_teams if name == self.before else teams
            )
            for name, teams in self.services.items()
        }


def place() -> Place:
    """The service described in ``organisation.toml``."""
    raw = _read("organisation.toml")
    cut = raw["reorganised"]
    return Place(
        raw["name"],
        raw["root"],
        raw["domain"],
        raw["services"],
        cut["before"],
        cut["after"],
        cut["from_wave"],
        cut["teams"],
    )


def rosters(where: Place, waves: int, rng: np.random.Generator) -> tuple[Roster, ...]:
    """The people of each wave, in order of team.

    About 4 % leave before each wave and as many start, in the same teams. Where a service is cut
    anew, its people are dealt to the new teams by their planned size.
    """
    names = _Names(where.domain, rng)
    now = [names.person(unit) for unit, size in where.teams(1).items() for _ in range(size)]
    found = [tuple(now)]
    for wave in range(2, waves + 1):
        going = rng.random(len(now)) < LEAVERS
        now = [
            names.person(person.unit) if leaves else person
            for person, leaves in zip(now, going, strict=True)
        ]
        if wave == where.from_wave:
            now = _dealt(now, where, rng)
        found.append(tuple(sorted(now, key=lambda person: (person.unit, person.number))))
    return tuple(found)


def units(where: Place, roster: Roster) -> tuple[Unit, ...]:
    """The tree of a roster with the people in and below each group, the whole first."""
    paths: dict[str, int] = {}
    for person in roster:
        parts = person.unit.split(SEPARATOR)
        for depth in range(1, len(parts) + 1):
            path = SEPARATOR.join(parts[:depth])
            paths[path] = paths.get(path, 0) + 1
    return tuple(
        Unit(path, path.split(SEPARATOR)[-1], path.rpartition(SEPARATOR)[0] or None, paths[path])
        for path in sorted(paths, key=lambda path: (path != where.root, path))
    )


class _Names:
    """Makes people whose name and address nobody else has."""

    def __init__(self, domain: str, rng: np.random.Generator) -> None:
        raw = _read("names.toml")
        self._given: list[str] = raw["given"].split()
        self._surnames: list[str] = raw["surnames"].split()
        self._domain = domain
        self._rng = rng
        self._taken: set[str] = set()

    def person(self, unit: str) -> Person:
        while True:
            given = self._given[self._rng.integers(len(self._given))]
            surname = self._surnames[self._rng.integers(len(self._surnames))]
            email = f"{_plain(given)}.{_plain(surname)}@{self._domain}"
            if email not in self._taken:
                self._taken.add(email)
                return Person(len(self._taken), f"{given} {surname}", email, unit)


def _dealt(now: list[Person], where: Place, rng: np.random.Generator) -> list[Person]:
    old = SEPARATOR.join((where.root, where.before))
    new = SEPARATOR.join((where.root, where.after))
    seats = [team for team, size in where.new_teams.items() for _ in range(size)]
    moving = [place for place, person in enumerate(now) if person.service == old]
    order = rng.permutation(len(moving))
    for seat, which in enumerate(order):
        team = seats[seat % len(seats)]
        person = now[moving[which]]
        now[moving[which]] = replace(person, unit=SEPARATOR.join((new, team)))
    return now


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter for letter in letters.lower() if letter.isalpha())


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))
