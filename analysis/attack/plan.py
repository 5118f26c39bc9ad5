"""What each column of a table is, and which of its cells are figures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analysis.attack import columns
from analysis.attack.model import Release
from analysis.attack.printed import count_of, parse, refused

_WIDE = re.compile(r"^(.+?)[\s_\-:.(]+(n|base|count|mean|score|sd|%|pct|percent|share)\)?$", re.I)
_WIDE_ROLE = {"base": "n", "score": "mean", "%": "share", "pct": "share", "percent": "share"}
VALUES = ("count", "share", "mean")
FIGURES = (*VALUES, "n", "people", "sd", "low", "high", "shrunk", "weight", "lowest", "highest")


class ReadError(ValueError):
    """A table that cannot be attacked, in a sentence."""


@dataclass(frozen=True)
class Table:
    """Rows of words under a header, from one place in one file."""

    source: str
    part: str
    header: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    title: str = ""

    @property
    def called(self) -> str:
        return f"{self.source} ({self.part})" if self.part else self.source


@dataclass
class Plan:
    """What each column is: ``values`` are (column, role, measure) for every figure to read.

    ``guessed`` holds columns whose role neither name nor cells say, with the role assumed.
    """

    groups: list[str]
    one: dict[str, str]
    values: list[tuple[str, str, str]]
    marks: list[str]
    notes: list[str] = field(default_factory=list)
    guessed: dict[str, str] = field(default_factory=dict)


def plan_of(table: Table, roles: Mapping[str, str]) -> Plan | None:
    groups = [name for name in table.header if roles.get(name) == "group"]
    labels = [name for name in table.header if roles.get(name) == "label"]
    named_option = [
        name for name in labels if columns.plain(name) in ("option", "response", "answer")
    ]
    notes = []
    if not groups:
        left = [name for name in labels if name not in named_option] or [
            name for name in table.header if name not in roles and _wordy(table, name)
        ]
        groups = left[:1]
        notes = [f"I took '{name}' as the group" for name in groups]
    one = {
        role: name
        for name, role in reversed(list(roles.items()))
        if role not in ("group", *FIGURES)
    }
    if named_option:
        one["option"] = named_option[0]
    values = [(name, role, "") for name, role in roles.items() if role in FIGURES]
    found = {role for _, role, _ in values}
    if "count" in found and "n" not in found and found & {"share", "mean"}:
        values = [(name, "n" if role == "count" else role, part) for name, role, part in values]
    guessed: dict[str, str] = {}
    values += _wide(table, roles, groups, found, guessed)
    if guessed:
        kinds = sorted(set(guessed.values()))
        notes.append(f"I took {', '.join(list(guessed)[:4])} as {' and '.join(kinds)}s")
    if not groups or not any(role in (*VALUES, "n", "shrunk") for _, role, _ in values):
        return None
    used = {name for name, _, _ in values} | set(groups) | set(one.values()) | set(labels)
    marks = [name for name in table.header if roles.get(name) == "mark" or name not in used]
    return Plan(groups, one, values, marks, notes, guessed)


def _wordy(table: Table, name: str) -> bool:
    texts = [row.get(name, "") for row in table.rows]
    return bool(texts) and sum(parse(text) is None for text in texts) > len(texts) / 2


def _wide(
    table: Table, roles: Mapping[str, str], groups: Sequence[str], found: set[str],
    guessed: dict[str, str],
) -> list[tuple[str, str, str]]:  # fmt: skip
    """Columns that hold one question each: "Q1 n" and "Q1 %", or just "Q1"."""
    free = [name for name in table.header if name not in roles and name not in groups]
    wide = []
    for name in free:
        if match := _WIDE.match(name):
            word = match[2].lower()
            wide.append((name, _WIDE_ROLE.get(word, word), match[1].strip()))
    if wide or found & set(VALUES):
        return wide
    for name in free:
        cells = [cell for row in table.rows if (cell := parse(row.get(name, ""))) is not None]
        if len(cells) * 2 < len(table.rows) or not cells:
            continue
        share = "%" in name or any(cell.percent for cell in cells)
        sure = share
        share = share or max(cell.middle for cell in cells) > 10
        wide.append((name, "share" if share else "mean", name))
        if not sure:
            guessed[name] = wide[-1][1]
    return wide


def name_unread(table: Table, plan: Plan, release: Release) -> None:
    """Name every cell among figures that is no figure; refuse a column that holds nothing else."""
    for column, role, _ in plan.values:
        told = [(row, row.get(column, "").strip()) for row in table.rows]
        told = [(row, text) for row, text in told if text and not refused(text)]
        strange = [(row, text) for row, text in told if not is_figure(text, role)]
        cells = ", ".join(f"'{text}' ({row.get(plan.groups[0], '')})" for row, text in strange)
        if strange and len(strange) == len(told):
            raise ReadError(
                f"{table.called} could not be read: no cell of the column '{column}' is a figure "
                f"that I can read: {cells}. If it holds words, say --column mark='{column}'."
            )
        if strange:
            release.unread.append(f"{table.called}: in the column '{column}', {cells}.")


def is_figure(text: str, role: str) -> bool:
    """Whether a cell can be read as a figure. No percentage is over 100."""
    if role in ("count", "n") and count_of(text):
        return True
    cell = parse(text)
    return cell is not None and (role != "share" or cell.low <= 100)
