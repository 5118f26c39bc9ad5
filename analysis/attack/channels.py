"""A14 and A16: hidden parts of files, words that give away why a group is hidden, comments."""

import re
from collections.abc import Iterator
from itertools import pairwise

from analysis.attack.facts import Version
from analysis.attack.files import NUMBER
from analysis.attack.findings import Finding, Limits
from analysis.attack.model import SENTENCES, Comments, Group, Line, Release

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?|\d\d?:\d\d(?::\d\d)?")
ALWAYS_TOLD = ("a picture's description", "its title", "its metadata", "its description",
               "its text", "a meta tag", "a script")  # fmt: skip


def attack(release: Release, found: dict[str, list[Version]], limits: Limits) -> Iterator[Finding]:
    """All channels of all files."""
    yield from unseen(release)
    yield from refusals(release)
    yield from finer(release, found)
    yield from beside(release)
    for comments in release.comments:
        yield from _comments(comments, limits)


def unseen(release: Release) -> Iterator[Finding]:
    """Numbers in a part that readers do not see and in no part that they see."""
    places: dict[tuple[str, str], list[str]] = {}
    for hidden in release.hidden:
        places.setdefault((hidden.source, hidden.where), []).append(hidden.text)
    for (source, where), texts in places.items():
        numbers = [number for text in texts for number in NUMBER.findall(_DATE.sub("", text))]
        strange = [number for number in numbers if not _told(number, where, release)]
        if strange:
            few = ", ".join(dict.fromkeys(strange[:6]))
            yield Finding(
                "A14", "high" if len(strange) > 3 or "extra key" in where else "medium", where,
                f"{len(strange)} numbers that no reader sees: {few}", files=(source,),
            )  # fmt: skip


def _told(number: str, where: str, release: Release) -> bool:
    """Whether a number says nothing new: shown elsewhere, or a page, a year, or a round one."""
    value = float(number)
    if where.startswith("an extra key"):
        return False
    if number in release.visible or f"{value:g}" in release.visible:
        return True
    if where == SENTENCES and _coefficient(number, value):
        return True
    if "." in number and value != int(value):
        # Text of a chart's axis or a page may hold versions: two decimals and more tell.
        return False
    return (where in ALWAYS_TOLD or where.startswith("an unknown key")) and (
        value <= 100 or 1900 < value < 2100
    )


def _coefficient(number: str, value: float) -> bool:
    """In sentences on models: points, coefficients of two digits, and people in fifties."""
    digits = len(number.partition(".")[2])
    return value <= 100 and not digits or value < 1 and digits <= 2 or value % 50 == 0


def refusals(release: Release) -> Iterator[Finding]:
    """Hidden groups are told apart by the words that stand for their figures (D14)."""
    words: dict[str, str] = {}
    for line in release.lines:
        if line.hidden:
            for text in line.refusals.values():
                words.setdefault(text.strip(), line.source)
    if len(words) > 1:
        said = ", ".join(f"'{text}'" for text in sorted(words)[:5])
        yield Finding(
            "A14", "low", "hidden groups", f"are told apart by {len(words)} words: {said}",
            files=tuple(dict.fromkeys(words.values())),
        )  # fmt: skip


def beside(release: Release) -> Iterator[Finding]:
    """Numbers that stand beside a hidden figure in a column of their own."""
    for line in release.lines:
        if not line.hidden or not line.refusals:
            continue
        n = line.cells.get("n")
        if n is not None and n.step == 1 and n.high < 10 and not n.words:
            yield _beside(line, release, f"its number of answers, {n.text}, is told", "low")
        for column, text in line.marks.items():
            number = re.fullmatch(r"-?\d+(\.\d+)?%?", text)
            if number and not re.search(r"rank|order|id$|no$|colou?r", column.lower()):
                yield _beside(line, release, f"'{column}' still holds {text}", "high")


def _beside(line: Line, release: Release, known: str, severity: str) -> Finding:
    return Finding(
        "A14", "high" if severity == "high" else "low", release.name(line.group), known,
        line.wave, line.measure, (line.source,),
    )  # fmt: skip


def finer(release: Release, found: dict[str, list[Version]]) -> Iterator[Finding]:
    """The same figure with more digits in one file than in another."""
    for versions in found.values():
        for version in versions:
            coarse: dict[tuple[str, Group, str], tuple[float, str]] = {}
            told: dict[tuple[str, str], tuple[Line, str, float]] = {}
            for line in version.lines:
                for role, cell in line.cells.items():
                    key = (line.measure, line.group, role)
                    before = coarse.get(key)
                    if cell.step <= 0 or cell.words:
                        continue
                    if before and before[1] != line.source and cell.step != before[0]:
                        fine = min((cell.step, line.source), before)
                        other = max((cell.step, line.source), before)
                        told.setdefault((fine[1], other[1]), (line, role, fine[0]))
                    coarse[key] = min(before or (cell.step, line.source), (cell.step, line.source))
            for (fine_file, other_file), (line, role, step) in told.items():
                if step < 1:
                    yield Finding(
                        "A14", "medium", release.name(line.group),
                        f"{fine_file} has more digits of the {role} than {other_file}",
                        version.wave, line.measure, (fine_file, other_file),
                    )  # fmt: skip


def _comments(table: Comments, limits: Limits) -> Iterator[Finding]:
    """A16: what stands beside comments and joins them to people."""
    words = {
        "time": ("high", "a time stands beside each comment"),
        "key": ("high", "a number or name of the person stands beside each comment"),
        "mean": ("high", "a score stands beside each comment"),
        "share": ("high", "a score stands beside each comment"),
        "count": ("high", "a score stands beside each comment"),
    }
    for role, (severity, known) in words.items():
        if role in table.beside:
            yield Finding(
                "A16", "high" if severity == "high" else "low", "comments", known, table.wave,
                files=(table.source,),
            )  # fmt: skip
    sizes = {group: table.groups.count(group) for group in dict.fromkeys(table.groups)}
    small = [group for group, size in sizes.items() if size < limits.answers]
    if small:
        yield Finding(
            "A16", "high", f"comments of {small[0]}",
            f"{sizes[small[0]]} comments of a group that is named, and {len(small) - 1} more such",
            table.wave, files=(table.source,),
        )  # fmt: skip
    elif len(sizes) > 1 and any(one == other for one, other in pairwise(table.groups)):
        yield Finding(
            "A16", "medium", "comments", "the group stands beside each comment", table.wave,
            files=(table.source,),
        )  # fmt: skip
