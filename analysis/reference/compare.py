"""Ours against theirs, value by value."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analysis.reference.families import FAMILIES
from analysis.reference.family import TOLERANCE, Family, Looser
from analysis.reference.folder import Entry, Folder, NotCovered

PLAIN = Looser(TOLERANCE, "", TOLERANCE**2)

# What a file of another form than we expect may raise on the way.
_STOPS = (ValueError, ArithmeticError, LookupError, TypeError, pl.exceptions.PolarsError)


@dataclass(frozen=True)
class Outcome:
    """What became of one analysis.

    ``off`` lists each value outside its tolerance: name, theirs, ours. ``same`` values agree;
    ``left`` are names we have no function for; ``why`` says why nothing applies.
    """

    id: str
    same: int
    off: tuple[tuple[str, float, float], ...]
    left: tuple[str, ...]
    why: str

    @property
    def reproduced(self) -> bool:
        return bool(self.same) and not self.off

    def sentence(self) -> str:
        if self.why:
            return f"{self.id}: does not apply. {self.why}"
        found = (
            f"reproduced, {self.same} values" if self.reproduced
            else f"{len(self.off)} of {self.same + len(self.off)} values are off"
        )  # fmt: skip
        left = f"; no function of ours for {', '.join(self.left)}" if self.left else ""
        worst = "".join(
            f"\n    {name}: {ours:.10g}, theirs {theirs:.10g}, off by {abs(ours - theirs):.2g}"
            for name, theirs, ours in self.off
        )
        return f"{self.id}: {found}{left}{worst}"


def compare(folder: Folder) -> Iterator[Outcome]:
    """Every analysis of a folder, worked out again."""
    for entry in folder.entries:
        yield _compare(entry, folder)


def _compare(entry: Entry, folder: Folder) -> Outcome:
    family = next((one for one in FAMILIES if one.fits(entry)), None)
    if family is None:
        return Outcome(entry.id, 0, (), (), f"No function of ours does “{entry.call}”.")
    try:
        ours = family.redo(entry, folder)
        pairs = [
            (name, theirs, ours[name]) for name, theirs in entry.values.items() if name in ours
        ]
        left = entry.values.keys() - {name for name, _, _ in pairs}
        pairs += family.rows(entry, folder) if family.rows else []
    except NotCovered as reason:
        return Outcome(entry.id, 0, (), (), str(reason))
    except _STOPS as error:
        return Outcome(entry.id, 0, (), (), f"Ours stops: {error}")
    off = tuple(
        (name, float(theirs), float(mine))
        for name, theirs, mine in pairs
        if not _agree(float(theirs), float(mine), _tolerance(family, name))
    )
    missed = tuple(name for name in entry.values if name in left)
    return Outcome(entry.id, len(pairs) - len(off), off, missed, "")


def _agree(theirs: float, ours: float, within: Looser) -> bool:
    near = max(within.near, PLAIN.near)
    return math.isclose(ours, theirs, rel_tol=within.relative, abs_tol=near)


def _tolerance(family: Family, name: str) -> Looser:
    """Relative; values close to nought are compared to 1e-12 as they stand."""
    found = (one for pattern, one in family.looser.items() if re.fullmatch(pattern, name))
    return next(found, PLAIN)
