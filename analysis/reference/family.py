"""What a family of analyses is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from analysis.reference.folder import Entry, Folder

Redo = Callable[[Entry, Folder], Mapping[str, float]]
Rows = Callable[[Entry, Folder], Iterator[tuple[str, float, float]]]


TOLERANCE = 1e-6


class Looser(NamedTuple):
    """A tolerance for values that the other program itself only approximates.

    ``relative`` to the value, or ``near`` in the value's own units where it is close to nought.
    """

    relative: float
    reason: str
    near: float = 0.0


@dataclass(frozen=True)
class Family:
    """A family of analyses: ``redo`` works out the values of those whose call ``fits``.

    ``redo`` gives what we have a function for, by the names of the entry, and may raise
    :class:`~analysis.reference.folder.NotCovered`. ``looser`` names by a pattern the values
    that are met less closely.
    ``rows`` goes through a file of figures that lies beside the entry: name, theirs, ours.
    """

    fits: Callable[[Entry], bool]
    redo: Redo
    looser: Mapping[str, Looser]
    rows: Rows | None = None
