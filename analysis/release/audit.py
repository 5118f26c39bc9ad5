"""The check of a whole release: could the answers of a few people be computed from all of it?

A release is everything that goes out about one pulse: every table, for every audience, in every
publication. Figures of one *subject* are sums over the same answers, so whatever can be computed
from them is a sum of figures, each times a number. The check asks of every set of people whether
such a sum singles it out (rule D4 and attacks A1 to A3 of the statistics specification). It looks
at counts of answers only, never at what was answered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from analysis.disclosure import Group, ReleaseError, Rule, may_show

MOST_FREE = 12
NOBODY = Group("", None, 0, 0, 0)

Row = dict[int, Fraction]


@dataclass(frozen=True)
class Subject:
    """One statistic of one pulse: the cells of people behind it and the figures that go out.

    ``atoms`` are the finest cells of respondents by name. ``figures`` maps each figure's name to
    the atoms that it is a sum over, whatever table or audience it belongs to.
    """

    name: str
    atoms: Mapping[str, Group]
    figures: Mapping[str, frozenset[str]]
    sensitive: bool = False


@dataclass(frozen=True)
class Breach:
    """A set of ``people`` too few to be shown, and the figures from which they can be computed."""

    subject: str
    people: int
    figures: tuple[str, ...]

    def __str__(self) -> str:
        named = ", ".join(self.figures)
        return f"{self.people} answers to {self.subject} could be computed from {named}."


def of_tree(
    name: str,
    groups: Sequence[Group],
    tables: Mapping[str, Iterable[str]],
    *,
    sensitive: bool = False,
) -> Subject:
    """A subject whose figures are groups of one tree.

    ``tables`` maps each table's name to the ids it shows; two tables that show the same group
    hold one figure. An atom is a group without all groups below it.

    >>> groups = [Group("org", None, 30, 30, 50), Group("a", "org", 12, 12, 20)]
    >>> found = of_tree("safe", groups, {"staff": ["org"], "board": ["org", "a"]})
    >>> found.atoms["org"].answers, sorted(found.figures["org"])
    (18, ['a', 'org'])
    """
    parents = {group.id: group.parent for group in groups}
    below: dict[str, list[Group]] = {group.id: [] for group in groups}
    inside: dict[str, set[str]] = {group.id: set() for group in groups}
    for group in groups:
        if group.parent is not None:
            below[group.parent].append(group)
        above: str | None = group.id
        while above is not None:
            inside[above].add(group.id)
            above = parents[above]
    atoms = {group.id: group.without(below[group.id]) for group in groups}
    shown = {unit for ids in tables.values() for unit in ids}
    figures = {group.id: frozenset(inside[group.id]) for group in groups if group.id in shown}
    return Subject(name, atoms, figures, sensitive)


def audit(subjects: Iterable[Subject], rule: Rule) -> tuple[Breach, ...]:
    """Every way in which too few people can be computed; empty when the release is safe.

    Exact: atoms that no figure tells apart are one class, so only unions of classes can be
    computed; where every class may be shown by itself, nothing smaller exists. Otherwise the
    figures' sums that touch no large class are found in fractions, and every union of small
    classes among them is a breach. Most tables share one mask, which is looked at once.
    """
    seen: dict[object, tuple[Breach, ...]] = {}
    found: list[Breach] = []
    for subject in subjects:
        mask = (
            subject.sensitive,
            tuple((key, *_size(atom)) for key, atom in subject.atoms.items()),
            tuple(subject.figures.items()),
        )
        if mask not in seen:
            seen[mask] = tuple(_audit(subject, rule))
        found.extend(replace(breach, subject=subject.name) for breach in seen[mask])
    return tuple(found)


def smallest(breach: Breach, subject: Subject) -> str:
    """The figure to drop: the one of the fewest people, by name where two have as many."""
    return min(breach.figures, key=lambda name: (_total(subject, name), name))


def cleared(subjects: Sequence[Subject], rule: Rule) -> tuple[tuple[Subject, ...], tuple[str, ...]]:
    """Subjects from which nothing can be computed, and what was dropped ("subject: figure").

    The smallest figure of the first breach goes, then all is looked at again, so the same input
    drops the same figures. Raises :class:`ReleaseError` if a breach stays when nothing is left to
    drop.
    """
    now = {subject.name: subject for subject in subjects}
    dropped: list[str] = []
    breaches: tuple[Breach, ...] = ()
    for _ in range(sum(len(subject.figures) for subject in subjects) + 1):
        breaches = audit(now.values(), rule)
        if not breaches:
            return tuple(now.values()), tuple(dropped)
        subject = now[breaches[0].subject]
        gone = smallest(breaches[0], subject)
        kept = {name: atoms for name, atoms in subject.figures.items() if name != gone}
        now[subject.name] = replace(subject, figures=kept)
        dropped.append(f"{subject.name}: {gone}")
    raise ReleaseError("\n".join(map(str, breaches)))


def _size(atom: Group) -> tuple[int, int, int | None]:
    return atom.answers, atom.responses, atom.headcount


def _total(subject: Subject, figure: str) -> int:
    return sum(subject.atoms[atom].answers for atom in subject.figures[figure])


def _joined(cells: Iterable[Group]) -> Group:
    """Several cells as one; a headcount that is missing in one is missing in all."""
    answers = responses = 0
    people: int | None = 0
    for cell in cells:
        answers, responses = answers + cell.answers, responses + cell.responses
        people = None if people is None or cell.headcount is None else people + cell.headcount
    return Group("", None, answers, responses, people)


def _audit(subject: Subject, rule: Rule) -> list[Breach]:
    names = list(subject.figures)
    holds: dict[str, list[int]] = {atom: [] for atom in subject.atoms}
    for place, name in enumerate(names):
        for atom in subject.figures[name]:
            holds[atom].append(place)
    members: dict[tuple[int, ...], list[Group]] = {}
    for atom, places in holds.items():
        if places:
            members.setdefault(tuple(places), []).append(subject.atoms[atom])
    # A class without answers takes part in no sum, but its people stay with those beside them.
    classes = {places: _joined(cells) for places, cells in members.items()}
    answered = {places: cell for places, cell in classes.items() if cell.answers}
    few = {
        places: cell
        for places, cell in answered.items()
        if not may_show(cell, rule, sensitive=subject.sensitive)
    }
    if not few:
        return []
    return [
        Breach(subject.name, union.answers, tuple(names[place] for place in used))
        for union, used in _combinations(answered, few, len(names))
        if not may_show(union, rule, sensitive=subject.sensitive)
    ]


def _combinations(
    classes: Mapping[tuple[int, ...], Group], few: Mapping[tuple[int, ...], Group], width: int
) -> list[tuple[Group, list[int]]]:
    """Unions of small classes that are sums of figures, with the figures' places.

    The figures' 0/1 rows over the classes, large ones first, carry an identity beside them that
    remembers which figures were added. Rows that are nought on all large classes after
    elimination span every sum that touches small classes only. Each 0/1 sum of such rows, brought
    to echelon form, takes its pivots' values, so all of them can be listed.
    """
    large = [places for places in classes if places not in few]
    small = list(few)
    columns = {places: column for column, places in enumerate([*large, *small])}
    rows: list[Row] = [{len(columns) + place: Fraction(1)} for place in range(width)]
    for places, column in columns.items():
        for place in places:
            rows[place][column] = Fraction(1)
    free = _eliminated(rows, range(len(large)))
    basis = _eliminated(free, range(len(large), len(columns)), keep=True)
    if len(basis) > MOST_FREE:
        raise ReleaseError("Too many small groups could be computed to list them all.")
    found = []
    for choice in product((0, 1), repeat=len(basis)):
        total: Row = {}
        for row, times in zip(basis, choice, strict=True):
            if times:
                _add(total, row, Fraction(1))
        on = [column for column in total if column < len(columns)]
        if on and all(total[column] == 1 for column in on):
            union = _joined(few[small[column - len(large)]] for column in on)
            used = sorted(column - len(columns) for column in total if column >= len(columns))
            found.append((union, used))
    return found


def _eliminated(rows: list[Row], columns: Iterable[int], *, keep: bool = False) -> list[Row]:
    """Gauss and Jordan over fractions on these columns.

    Gives the rows that have nothing left in them, or with ``keep`` the rows with a pivot.
    """
    waiting = [dict(row) for row in rows]
    pivots: list[Row] = []
    for column in columns:
        place = next((i for i, row in enumerate(waiting) if column in row), None)
        if place is None:
            continue
        pivot = waiting.pop(place)
        scale = pivot[column]
        pivot = {key: value / scale for key, value in pivot.items()}
        for row in (*waiting, *pivots):
            if column in row:
                _add(row, pivot, -row[column])
        pivots.append(pivot)
    return pivots if keep else waiting


def _add(row: Row, other: Row, times: Fraction) -> None:
    """Add a multiple of one sparse row to another, in place; noughts are left out."""
    for key, value in other.items():
        total = row.get(key, Fraction(0)) + times * value
        if total:
            row[key] = total
        else:
            row.pop(key, None)
