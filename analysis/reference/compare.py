"""Ours against theirs, value by value."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.reference.families import FAMILIES
from analysis.reference.family import Family
from analysis.reference.folder import Entry, Folder, NotCovered

TOLERANCE = 1e-6


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
            (name, theirs, ours[name])
            for name, theirs in entry.values.items()
            if name in ours and isinstance(theirs, int | float)
        ]
        left = entry.values.keys() - {name for name, _, _ in pairs}
        pairs += family.rows(entry, folder) if family.rows else []
    except NotCovered as reason:
        return Outcome(entry.id, 0, (), (), str(reason))
    off = tuple(
        (name, float(theirs), float(mine))
        for name, theirs, mine in pairs
        if not math.isclose(mine, theirs, rel_tol=_tolerance(family, name), abs_tol=TOLERANCE**2)
    )
    missed = tuple(name for name in entry.values if name in left)
    return Outcome(entry.id, len(pairs) - len(off), off, missed, "")


def _tolerance(family: Family, name: str) -> float:
    """Relative; values close to nought are compared to 1e-12 as they stand."""
    return next(
        (wide for pattern, (wide, _) in family.looser.items() if re.fullmatch(pattern, name)),
        TOLERANCE,
    )
