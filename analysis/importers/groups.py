"""The group column of a table, as a tree of units."""

from collections.abc import Iterable, Mapping

from analysis.dataset import Unit

SEPARATOR = "/"
EVERYONE = "Everyone"


class Groups:
    """Turns the words of a group column into units; one tree serves all waves of a file.

    A unit's id is its path. People without a group belong to the whole. When every path starts
    with the same group, that group is the whole.
    """

    def __init__(self, cells: Iterable[str], names: Mapping[str, str]) -> None:
        self.names = names
        paths = {self._path(cell) for cell in cells}
        tops = {path.split(SEPARATOR)[0] for path in paths}
        alone = len(tops) == 1 and "" not in paths
        self.root = tops.pop() if alone else EVERYONE

    def unit(self, cell: str) -> str:
        """The id of a cell's unit."""
        return self._path(cell) or self.root

    def tree(self, ids: Iterable[str]) -> tuple[Unit, ...]:
        """These units and all above them, the whole first, then by path."""
        known: dict[str, Unit] = {}
        for unit_id in ids:
            step = unit_id
            while step != self.root and step not in known:
                above, _, name = step.rpartition(SEPARATOR)
                known[step] = Unit(step, name, above or self.root)
                step = above or self.root
        return (Unit(self.root, self.root, None), *(known[key] for key in sorted(known)))

    def _path(self, cell: str) -> str:
        path = self.names.get(cell, cell)
        return SEPARATOR.join(part for part in map(str.strip, path.split(SEPARATOR)) if part)
