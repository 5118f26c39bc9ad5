"""What the coder sees of a comment: known words, pairs of words, groups of words and set phrases.

Columns are numbered once, when a model is made; reading new comments only looks them up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.text.reading import Ints, Reading

Floats = NDArray[np.float64]
APART = 4


@dataclass(frozen=True)
class Grams:
    """The columns of one vocabulary.

    ``stems``: how many stems are known. ``groups``: for each stem number its group numbers, first
    and second, 0 for none. ``pairs`` and ``group_pairs``: sorted keys of pairs that have a column.
    """

    stems: int
    groups: Ints
    pairs: Ints
    group_pairs: Ints

    @property
    def n_groups(self) -> int:
        return int(self.groups.max())

    @property
    def columns(self) -> int:
        return self.stems + len(self.pairs) + self.n_groups + len(self.group_pairs)

    def found(self, reading: Reading) -> tuple[Ints, Ints]:
        """Places of words, and the column of what begins there."""
        stems = reading.stems
        place = np.flatnonzero(stems > 0)
        places, columns = [place], [stems[place] - 1]
        base = self.stems
        at, keys = word_pairs(reading, self.stems)
        places_, columns_ = looked_up(at, keys, self.pairs)
        places.append(places_)
        columns.append(columns_ + base)
        base += len(self.pairs)
        for which in (0, 1):
            group = self.groups[stems, which]
            place = np.flatnonzero(group > 0)
            places.append(place)
            columns.append(group[place] - 1 + base)
        base += self.n_groups
        at, keys = group_pairs(reading, self.groups[:, 0])
        places_, columns_ = looked_up(at, keys, self.group_pairs)
        places.append(places_)
        columns.append(columns_ + base)
        return np.concatenate(places), np.concatenate(columns)


def word_pairs(reading: Reading, stems: int) -> tuple[Ints, Ints]:
    """Places and keys of two known words side by side in a clause."""
    at = reading.pairs()
    first, second = reading.stems[at], reading.stems[at + 1]
    known = (first > 0) & (second > 0)
    return at[known], first[known] * (stems + 1) + second[known]


def group_pairs(reading: Reading, groups: Ints) -> tuple[Ints, Ints]:
    """Places and keys of two different groups in a clause, at most ``APART`` such words apart."""
    group = groups[reading.stems]
    place = np.flatnonzero(group)
    group, clause = group[place], reading.clause[place]
    most = int(groups.max()) + 1
    places, keys = [], []
    for gap in range(1, APART + 1):
        near = np.flatnonzero((clause[:-gap] == clause[gap:]) & (group[:-gap] != group[gap:]))
        one, other = group[near], group[near + gap]
        places.append(place[near])
        keys.append(np.minimum(one, other) * most + np.maximum(one, other))
    return np.concatenate(places), np.concatenate(keys)


def looked_up(places: Ints, keys: Ints, known: Ints) -> tuple[Ints, Ints]:
    """The places whose key is known, and its number."""
    if not len(known):
        return places[:0], keys[:0]
    number = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    hit = known[number] == keys
    return places[hit], number[hit]


def table(rows: Ints, columns: Ints, shape: tuple[int, int]) -> sparse.csr_array:
    """1 + log of how often each column stands in each row."""
    ones = np.ones(len(rows))
    counts = sparse.csr_array((ones, (rows, columns)), shape=shape)
    counts.sum_duplicates()
    counts.data = 1 + np.log(counts.data)
    return counts


def frequencies(rows: Ints, keys: Ints, least: int) -> Ints:
    """Sorted keys that stand in at least ``least`` rows."""
    if not len(keys):
        return keys
    order = np.unique(np.stack([keys, rows]), axis=1)
    found, count = np.unique(order[0], return_counts=True)
    return found[count >= least]


def groups_of(concepts: Mapping[str, Sequence[str]], number: Mapping[str, int]) -> Ints:
    """For each stem number its first two groups, counted from 1 in the order written."""
    found = np.zeros((len(number) + 1, 2), np.int64)
    for place, stems in enumerate(concepts.values(), 1):
        for stem in stems:
            row = found[number[stem]]
            if place not in row and not row.all():
                row[np.argmin(row)] = place
    return found
