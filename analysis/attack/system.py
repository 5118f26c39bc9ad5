"""Groups as sets of people, and which sets follow from which by adding and subtracting."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.attack.facts import Measure, Version, groups_of
from analysis.attack.model import EVERYBODY, Facet, Group, Range

Vector = NDArray[np.int64]
MOST_ATOMS = 3000


@dataclass(frozen=True)
class Leaf:
    """The finest part of a division: a category without others in it, or the ``rest`` of one."""

    category: Facet | None
    rest: bool


@dataclass
class System:
    """One measure of a version over one division of people, or several that were crossed.

    Atoms are the finest cells that any group could be made of; a group is a 0-1 vector of them.
    """

    version: Version
    measure: Measure
    dimensions: tuple[str, ...]
    all_dimensions: frozenset[str]

    @cached_property
    def groups(self) -> list[Group]:
        inside = [
            group
            for group in groups_of(self.version)
            if all(facet[0] in self.all_dimensions for facet in group)
        ]
        return sorted(inside, key=lambda group: (len(group), sorted(group)))

    @cached_property
    def shown(self) -> list[Group]:
        return [g for g in self.groups if g in self.measure.facts and self.measure.facts[g].shown]

    @cached_property
    def children(self) -> Mapping[tuple[str, Facet | None], list[Facet]]:
        found: dict[tuple[str, Facet | None], list[Facet]] = {}
        facets = {facet for group in self.groups for facet in group}
        for facet in sorted(facets):
            parent = self.version.parents.get(facet)
            parent = parent if parent in facets else None
            found.setdefault((facet[0], parent), []).append(facet)
        return found

    def inside(self, dimension: str, category: Facet | None) -> list[Facet]:
        """The categories just below one; a division may go on in another one, team in service."""
        below = self.children.get((dimension, category), [])
        if below or category is None:
            return list(below)
        return [
            f for (_, above), facets in self.children.items() if above == category for f in facets
        ]

    @cached_property
    def leaves(self) -> Mapping[str, list[Leaf]]:
        return {dimension: self._leaves(dimension, None) for dimension in self.dimensions}

    def _leaves(self, dimension: str, category: Facet | None) -> list[Leaf]:
        below = self.inside(dimension, category)
        if not below:
            return [Leaf(category, False)]
        found = [leaf for facet in below for leaf in self._leaves(dimension, facet)]
        if self._has_rest(category, below):
            found.append(Leaf(category, True))
        return found

    def _has_rest(self, category: Facet | None, below: Sequence[Facet]) -> bool:
        """Whether anybody may be in a category and in none of those inside it."""
        whole: Group = frozenset({category}) if category else EVERYBODY
        parts = [frozenset({facet}) for facet in below]
        people = self.version.people
        if whole in people and all(part in people for part in parts):
            return people[whole] > sum(people[part] for part in parts)
        facts = self.measure.facts
        known = [facts[part].n if part in facts else None for part in parts]
        total = facts[whole].n if whole in facts else None
        if total is None or any(n is None for n in known):
            return False
        return total[1] - sum(n[0] for n in known if n) >= 1

    @cached_property
    def atoms(self) -> list[tuple[Leaf, ...]]:
        return list(itertools.product(*(self.leaves[d] for d in self.dimensions)))

    @cached_property
    def adds_up(self) -> bool:
        """Whether parts of everybody hold no more answers than everybody: else they overlap."""
        facts = self.measure.facts
        total = facts[EVERYBODY].n if EVERYBODY in facts else None
        for dimension in self.dimensions:
            parts = [frozenset({facet}) for facet in self.inside(dimension, None)]
            known = [facts[part].n for part in parts if part in facts]
            if total and sum(n[0] for n in known if n) > total[1]:
                return False
        return True

    @cached_property
    def too_large(self) -> bool:
        size = 1
        for dimension in self.dimensions:
            size *= len(self.leaves[dimension])
        return size > MOST_ATOMS

    def _under(self, leaf: Leaf, facet: Facet) -> bool:
        at = leaf.category
        while at is not None:
            if at == facet:
                return True
            at = self.version.parents.get(at)
        return False

    def vector(self, group: Group) -> Vector:
        """Shape: (atoms,), ones where an atom is in the group."""
        held = [
            all(any(self._under(leaf, facet) for leaf in atom) for facet in group)
            for atom in self.atoms
        ]
        return np.array(held, dtype=np.int64)

    @cached_property
    def vectors(self) -> Mapping[Group, Vector]:
        return {group: self.vector(group) for group in self.groups}

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Shape: (shown groups, atoms)."""
        return np.array([self.vectors[g] for g in self.shown], dtype=np.int64).reshape(
            len(self.shown), len(self.atoms)
        )

    @cached_property
    def _inverse(self) -> NDArray[np.float64]:
        inverse: NDArray[np.float64] = np.linalg.pinv(self.rows.astype(float))
        return inverse

    def express(self, target: Vector) -> dict[Group, Fraction] | None:
        """A set as a sum of shown groups with signs, or ``None`` where it is none.

        The combination is found in floating point, turned into fractions and checked exactly.
        """
        if not self.shown:
            return None
        found = target @ self._inverse
        if np.abs(found @ self.rows - target).max(initial=0) > 1e-6:
            return None
        parts = {
            group: Fraction(float(weight)).limit_denominator(1000)
            for group, weight in zip(self.shown, found, strict=True)
            if abs(weight) > 1e-9
        }
        check = [Fraction(0)] * len(self.atoms)
        for group, weight in parts.items():
            for place in np.flatnonzero(self.vectors[group]):
                check[place] += weight
        return parts if check == [Fraction(int(v)) for v in target] else None

    def people(self, target: Vector) -> float | None:
        """How many people are in a set, where head counts say so."""
        total = 0.0
        for place in np.flatnonzero(target):
            size = self.atom_people[place]
            if size is None:
                return None
            total += size
        return total

    @cached_property
    def atom_people(self) -> list[float | None]:
        return [self._size(atom) for atom in self.atoms]

    def _size(self, atom: tuple[Leaf, ...]) -> float | None:
        group: Group = frozenset(leaf.category for leaf in atom if leaf.category)
        people = self.version.people
        if group not in people:
            return None
        if not any(leaf.rest for leaf in atom):
            return people[group]
        if len(atom) > 1:
            return people[group]
        dimension, category = self.dimensions[0], atom[0].category
        parts = [frozenset({facet}) for facet in self.inside(dimension, category)]
        if any(part not in people for part in parts):
            return None
        return people[group] - sum(people[part] for part in parts)


def systems(version: Version, measure: Measure) -> list[System]:
    """The divisions of a measure; those that were crossed with one another stand together."""
    joined: list[set[str]] = []
    for group in groups_of(version):
        dimensions = {facet[0] for facet in group}
        dimensions |= {p[0] for f in group if (p := version.parents.get(f))}
        touching = [one for one in joined if one & dimensions]
        for one in touching:
            joined.remove(one)
        if dimensions:
            joined.append(dimensions.union(*touching))
    found = [
        System(version, measure, tuple(sorted(_own(version, one))), frozenset(one))
        for one in sorted(joined, key=sorted)
    ]
    return [one for one in found if not one.too_large and one.adds_up]


def _own(version: Version, dimensions: set[str]) -> set[str]:
    """Divisions that are not just the inside of another one's categories."""
    nested = {f[0] for f, p in version.parents.items() if p is not None and p[0] != f[0]}
    return dimensions - nested or dimensions


def combined(parts: Mapping[Group, Fraction], ranges: Mapping[Group, Range | None]) -> Range | None:
    """The range of a sum of known ranges with signs; ``None`` when one is not known."""
    low = high = 0.0
    for group, weight in parts.items():
        known = ranges.get(group)
        if known is None:
            return None
        ends = float(weight) * known[0], float(weight) * known[1]
        low, high = low + min(ends), high + max(ends)
    return low, high
