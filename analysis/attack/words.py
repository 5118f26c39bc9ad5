"""A7 on words: one person came or left, nothing else moved, and a group's word turned."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from analysis.attack.facts import Version
from analysis.attack.findings import Finding
from analysis.attack.model import EVERYBODY, Group, Release
from analysis.attack.printed import WORDS

LEAST_ALIKE = 10
Texts = Mapping[tuple[str, Group, str], str]


def attack(found: Mapping[str, Sequence[Version]], release: Release) -> Iterator[Finding]:
    """Every pair of waves next to one another."""
    for (_, olds), (_, news) in itertools.pairwise(found.items()):
        for old, new in itertools.product(olds, news):
            yield from turned(old, new, release)


def turned(old: Version, new: Version, release: Release) -> Iterator[Finding]:
    """Words that turned in groups of one person more or fewer.

    It takes that the others answered as before. That is borne out where all figures of groups of
    which nobody came or left stayed as they were; otherwise nothing follows from a word.
    """
    before, after = _texts(old), _texts(new)
    moved = {
        group: new.people[group] - people
        for group, people in old.people.items()
        if group in new.people
    }
    still = [
        key
        for key in before.keys() & after.keys()
        if key[1] != EVERYBODY and not moved.get(key[1], 1)
    ]
    if len(still) < LEAST_ALIKE or any(before[key] != after[key] for key in still):
        return
    words = _words(old), _words(new)
    for key in sorted(words[0].keys() & words[1].keys(), key=repr):
        measure, group = key
        if words[0][key] == words[1][key] or abs(moved.get(group, 0)) != 1:
            continue
        came = "came" if moved[group] > 0 else "left"
        (first, low), (second, high) = words[0][key], words[1][key]
        side = "more" if (high > low) == (came == "came") else "less"
        yield Finding(
            "A7", "medium", release.name(group),
            f"the one who {came} agrees {side} than the group, because its word went from "
            f"'{first}' to '{second}', if the others answered as before",
            f"{old.wave} and {new.wave}", measure, tuple(dict.fromkeys([*old.files, *new.files])),
        )  # fmt: skip


def _texts(version: Version) -> Texts:
    """Every figure as printed, by measure, group and role; numbers of answers hardly ever move."""
    return {
        (line.measure, line.group, role): cell.text
        for line in version.lines
        for role, cell in line.cells.items()
        if role != "n"
    }


def _words(version: Version) -> Mapping[tuple[str, Group], tuple[str, float]]:
    """The words that stand for a share, and where their range begins."""
    return {
        (line.measure, line.group): (cell.text, cell.low)
        for line in version.lines
        for role, cell in line.cells.items()
        if role == "share" and cell.text in WORDS
    }
