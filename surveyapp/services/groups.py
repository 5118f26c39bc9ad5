"""The group tree of a roster, and how it is cut into classes (SECURITY 4, step 0).

Everybody is in exactly one class: the finest group whose label their ballot may carry. A group with
too few people gets no class; its people are counted in the group above.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

SEPARATOR = "/"


@dataclass(frozen=True)
class Group:
    """A group with its people, its own and all below. ``class_key`` is itself unless too small."""

    key: str
    name: str
    parent: str | None
    headcount: int
    class_key: str

    @property
    def stands_alone(self) -> bool:
        return self.class_key == self.key


class Placed(Protocol):
    """A group with the key of the one above, as a wave keeps them."""

    key: Any
    parent_key: Any


@dataclass(frozen=True)
class Tree:
    """Groups from the top down, and the people in each class. No class is empty."""

    groups: tuple[Group, ...]
    classes: Mapping[str, int]
    class_of: Mapping[str, str]

    @property
    def people(self) -> int:
        return sum(self.classes.values())

    @property
    def too_small(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if not group.stands_alone)

    def name(self, key: str) -> str:
        return next(group.name for group in self.groups if group.key == key)


def tree(people: Mapping[str, int], organisation: str, minimum: int) -> Tree:
    """Cut groups into classes of at least ``minimum``; ``people`` says how many sit at each path.

    The first part that all paths share is the whole; where there is none, the organisation is.
    With fewer people than ``minimum`` altogether there is one class, the whole; the caller refuses.
    """
    parents = _parents(people, organisation)
    children: dict[str | None, list[str]] = defaultdict(list)
    for key in sorted(parents, key=lambda key: (key.casefold(), key)):
        children[parents[key]].append(key)
    totals: dict[str, int] = {}
    stands: dict[str, bool] = {}
    order = _downward(children)
    for key in reversed(order):
        _settle(key, people, children[key], totals, stands, minimum)
    class_of: dict[str, str] = {}
    for key in order:
        parent = parents[key]
        stands[key] = parent is None or (stands[key] and stands[parent])
        class_of[key] = key if stands[key] or parent is None else class_of[parent]
    groups = tuple(
        Group(key, key.split(SEPARATOR)[-1], parents[key], totals[key], class_of[key])
        for key in order
    )
    sizes: dict[str, int] = defaultdict(int)
    for key, count in people.items():
        if count:
            sizes[class_of[key]] += count
    return Tree(groups, dict(sorted(sizes.items())), class_of)


def directorates(units: Iterable[Placed]) -> dict[str, str]:
    """For each group the one just below the top that it lies in; the top for itself."""
    parents = {unit.key: unit.parent_key for unit in units}
    found: dict[str, str] = {}
    for key in parents:
        step = key
        while (above := parents[step]) is not None and parents[above] is not None:
            step = above
        found[key] = step
    return found


def _settle(
    key: str,
    people: Mapping[str, int],
    below: list[str],
    totals: dict[str, int],
    stands: dict[str, bool],
    minimum: int,
) -> None:
    """Decide whether a group stands, once those below it are decided."""
    totals[key] = people.get(key, 0) + sum(totals[child] for child in below)
    gathered = people.get(key, 0) + sum(totals[child] for child in below if not stands[child])
    standing = sorted(
        (child for child in below if stands[child]), key=lambda child: (totals[child], child)
    )
    while 0 < gathered < minimum and standing:
        # Its label would cover too few, so the smallest group beside it loses its own label too.
        smallest = standing.pop(0)
        stands[smallest] = False
        gathered += totals[smallest]
    stands[key] = bool(standing) or gathered >= minimum


def _parents(people: Mapping[str, int], organisation: str) -> dict[str, str | None]:
    """Every group on the way to somebody, with the group above it."""
    parents: dict[str, str | None] = {}
    for path in people:
        parts = path.split(SEPARATOR)
        for depth in range(len(parts)):
            above = SEPARATOR.join(parts[:depth]) or None
            parents[SEPARATOR.join(parts[: depth + 1])] = above
    tops = [key for key, parent in parents.items() if parent is None]
    if len(tops) == 1:
        return parents
    whole = organisation.replace(SEPARATOR, "–")
    for top in tops:
        parents[top] = whole
    return {whole: None} | {key: above for key, above in parents.items() if key != whole}


def _downward(children: Mapping[str | None, list[str]]) -> list[str]:
    order: list[str] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        key = waiting.pop()
        order.append(key)
        waiting.extend(reversed(children.get(key, [])))
    return order
