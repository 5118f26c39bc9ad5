"""What an attack found, and how little may be learned before it counts as a finding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
ATTACKS = {
    "A0": "shown although few answered",
    "A1": "children taken from their parent",
    "A2": "one shown group taken from another",
    "A3": "shown groups added and subtracted",
    "A4": "bounds from all figures together",
    "A5": "colleagues who compare notes",
    "A6": "everybody said the same",
    "A7": "two waves compared",
    "A8": "two versions compared",
    "A9": "old and new groups compared",
    "A10": "overlapping periods compared",
    "A11": "questions answered by a few people less",
    "A12": "figures turned back into answers",
    "A13": "marks on hidden groups",
    "A14": "hidden parts of files",
    "A16": "comments joined to people",
    "A19": "two attributes combined",
}


@dataclass(frozen=True)
class Limits:
    """Below what size a group must not be known: ``answers`` given and ``people`` in it."""

    answers: int = 10
    people: int = 12
    sure: float = 0.9
    colluders: int = 3


@dataclass(frozen=True)
class Finding:
    """One thing that became known. ``known`` is a sentence part: "exactly 1 of 7"."""

    attack: str
    severity: Severity
    group: str
    known: str
    wave: str = ""
    measure: str = ""
    files: tuple[str, ...] = ()

    def line(self) -> str:
        """The finding as printed.

        >>> Finding("A1", "high", "C", "exactly 1 of 7", "2026", "Safe", ("a.csv",)).line()
        'HIGH   A1 C, Safe, 2026: exactly 1 of 7 (from a.csv)'
        """
        where = ", ".join(part for part in (self.group, self.measure, self.wave) if part)
        came = f" (from {', '.join(self.files)})" if self.files else ""
        return f"{self.severity.upper():6} {self.attack} {where}: {self.known}{came}"


def telling(low: float, high: float, n_low: float, n_high: float) -> bool:
    """Whether an interval for a count among n people says more than that it is some of them.

    Formula: high − low < max(2, 0.2·n), and narrower than "none to all" (STATISTICS D4).

    >>> telling(1, 1, 7, 7), telling(0, 7, 7, 7), telling(0, 1, 1, 1), telling(0, 0, 0, 5)
    (True, False, False, False)
    """
    width = high - low
    return n_low >= 1 and width < max(2.0, 0.2 * n_high) and width < n_high - 1e-9


def telling_mean(width: float, n_high: float, span: float) -> bool:
    """The same for a mean: the share of its scale that is left, half at most for the smallest.

    >>> telling_mean(15, 8, 100), telling_mean(30, 8, 100), telling_mean(60, 1, 100)
    (True, False, False)
    """
    return width < min(max(2 / n_high, 0.2), 0.5) * span


def amount(low: float, high: float, n_low: float, n_high: float) -> str:
    """Words for a count among people.

    >>> amount(1, 1, 7, 7), amount(2, 3, 5, 9)
    ('exactly 1 of 7', '2 to 3 of 5 to 9')
    """
    count = f"exactly {low:g}" if low == high else f"{low:g} to {high:g}"
    return f"{count} of {n_low:g}" if n_low == n_high else f"{count} of {n_low:g} to {n_high:g}"


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Most serious first, then by attack and group; each thing once."""
    unique = list(dict.fromkeys(findings))
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    return sorted(
        unique, key=lambda f: (order[f.severity], int(f.attack[1:]), f.wave, f.group, f.measure)
    )
