"""What a family of analyses is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from analysis.reference.folder import Entry, Folder

Redo = Callable[[Entry, Folder], Mapping[str, float]]
Rows = Callable[[Entry, Folder], Iterator[tuple[str, float, float]]]


@dataclass(frozen=True)
class Family:
    """A family of analyses: ``redo`` works out the values of those whose call ``fits``.

    ``redo`` gives what we have a function for, by the names of the entry, and may raise
    :class:`~analysis.reference.folder.NotCovered`. ``looser`` names the values that the other
    program itself only approximates, by a pattern, with a relative tolerance and the reason.
    ``rows`` goes through a file of figures that lies beside the entry: name, theirs, ours.
    """

    fits: Callable[[Entry], bool]
    redo: Redo
    looser: Mapping[str, tuple[float, str]]
    rows: Rows | None = None
