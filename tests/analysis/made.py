"""Small instruments, trees and waves for tests of the numbers."""

import csv
import json

import numpy as np
import polars as pl

from analysis.dataset import NOT_ASKED, PREFER_NOT_TO_SAY, UNIT, Unit, Wave
from analysis.instrument import Instrument, from_dict
from tests.needed import shared

P, X = PREFER_NOT_TO_SAY, NOT_ASKED


def reference(name: str) -> dict[str, float]:
    """The reference values of one id of ../shared/reference/values.json."""
    path = shared("reference/values.json")
    values: dict[str, float] = json.loads(path.read_text())["values"][name]["values"]
    return values


def shared_rows(name: str) -> list[dict[str, str]]:
    with shared(f"reference/data/{name}").open(newline="") as lines:
        return list(csv.DictReader(lines))


def instrument(
    *,
    items: int = 3,
    options: int = 5,
    reverse: tuple[int, ...] = (),
    low: int = 1,
    scale: dict | None = None,
    scales: list[dict] | None = None,
    changes: dict[str, dict] | None = None,
) -> Instrument:
    """Items a, b, c … on one response set, and one scale of all of them unless told otherwise."""
    names = [chr(ord("a") + i) for i in range(items)]
    body = [
        {
            "id": name,
            "kind": "rating",
            "text": f"Question {name}",
            "responses": "agree",
            "reversed": i in reverse,
            **(changes or {}).get(name, {}),
        }
        for i, name in enumerate(names)
    ]
    one = {"id": "s", "title": "Safe", "description": "D", "items": names, **(scale or {})}
    return from_dict(
        {
            "instrument": {"id": "test", "version": "1", "title": "Test"},
            "source": {"licence": "none", "attribution": "none"},
            "responses": {
                "agree": {
                    "options": [
                        {"code": low + i, "label": f"Option {low + i}"} for i in range(options)
                    ]
                }
            },
            "items": body,
            "scales": scales or [one],
        }
    )


def wave(
    rows: list[tuple],
    units: tuple[Unit, ...] = (Unit("org", "Org", None),),
    *,
    id: str = "w",
    items: int | None = None,
    **settings,
) -> Wave:
    """A wave of rows (unit, answer, answer, …)."""
    width = items if items is not None else len(rows[0]) - 1
    names = [chr(ord("a") + i) for i in range(width)]
    table = pl.DataFrame(
        {
            UNIT: pl.Series([row[0] for row in rows], dtype=pl.String),
            **{
                name: pl.Series([row[i + 1] for row in rows], dtype=pl.Int8)
                for i, name in enumerate(names)
            },
        }
    )
    return Wave(id, f"Pulse {id}", "2026-11-01", table, units, **settings)


def flat(*groups: tuple[str, int | None], extra: int = 0) -> tuple[Unit, ...]:
    """An organisation with groups directly below it; ``extra`` people in no group."""
    counts = [count for _, count in groups]
    whole = None if None in counts else sum(counts) + extra
    return (
        Unit("org", "Org", None, whole),
        *(Unit(name, name.title(), "org", count) for name, count in groups),
    )


def organisation(seed: int, *, services: int = 5, teams: tuple[int, int] = (2, 7)):
    """A random tree of services and teams with headcounts, and how many answered in each team."""
    rng = np.random.default_rng(seed)
    tree: list[tuple[str, str | None]] = [("org", None)]
    people: dict[str, int] = {"org": int(rng.integers(0, 8))}
    answered: dict[str, int] = {"org": 0}
    for s in range(services):
        service = f"s{s}"
        tree.append((service, "org"))
        people[service] = int(rng.integers(0, 14))
        answered[service] = int(rng.binomial(people[service], rng.uniform(0.3, 1)))
        for t in range(int(rng.integers(*teams))):
            team = f"s{s}t{t}"
            tree.append((team, service))
            people[team] = int(rng.integers(2, 34))
            full = rng.random() < 0.1
            answered[team] = people[team] if full else int(rng.binomial(people[team], 0.65))
    below: dict[str, int] = dict(people)
    for name, parent in reversed(tree):
        if parent is not None:
            below[parent] += below[name]
    units = tuple(Unit(name, name.upper(), parent, below[name]) for name, parent in tree)
    return units, answered


def answers(units_answered: dict[str, int], seed: int, items: int = 3, shift: float = 0.0):
    """Random answers of 1 to 5 that go together, for as many people as answered in each unit."""
    rng = np.random.default_rng(seed)
    rows = []
    for unit, n in units_answered.items():
        for _ in range(n):
            lean = rng.normal(3 + shift, 0.8)
            rows.append(
                (unit, *(int(v) for v in np.clip(rng.normal(lean, 0.7, items).round(), 1, 5)))
            )
    return rows
