"""Tables made by anybody, read as statements about groups."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.attack import columns
from analysis.attack.guesses import MEANING, settle
from analysis.attack.model import Comments, Facet, Group, Line, Release
from analysis.attack.plan import Plan, Table, is_figure, name_unread, plan_of
from analysis.attack.printed import Cell, count_of, parse, refused

_WAVE = re.compile(
    r"(?<![a-z])(?:wave|pulse|survey|round|w|q)[-_ ]?\d+|20\d\d(?:[-_]?(?:q[1-4]|\d\d))?",
    re.IGNORECASE,
)
_OTHER_SIDE = ("neutral", "unfavourable", "unfavorable", "disagree", "strongly", "tend",
               "neither")  # fmt: skip


def read(table: Table, release: Release, named: Mapping[str, str], dimension: str = "") -> None:
    """Add a table's statements to the release, and say in words what was understood."""
    roles = columns.roles(table.header, named)
    if _comments(table, roles, release):
        return
    plan = plan_of(table, roles)
    if plan is None:
        release.unread.append(
            f"{table.called}: I found no column of groups with figures beside it. "
            "You can name columns with --column."
        )
        return
    plan = settle(table, plan, named)
    name_unread(table, plan, release)
    trees = _Trees(table, plan, dimension)
    lines = [line for row in table.rows for line in _row(table, plan, trees, row)]
    lines = [line for line in lines if line.cells or line.refusals]
    lines = _unrounded(_without_rates(_with_totals(lines)))
    release.lines.extend(lines)
    trees.tell(release, lines)
    release.read.append(_in_words(table, plan, roles))


def _comments(table: Table, roles: Mapping[str, str], release: Release) -> bool:
    column = next((name for name, role in roles.items() if role == "comment"), None)
    if column is None:
        return False
    texts = [row.get(column, "") for row in table.rows]
    numbers = sum(parse(text) is not None or refused(text) for text in texts if text)
    if numbers * 2 > len(texts):
        return False
    beside = [role for role in roles.values() if role not in ("comment", "measure", "wave")]
    unknown = [name for name in table.header if name not in roles]
    beside += ["key" for name in unknown if columns.plain(name) in ("id", "nr", "no", "number")]
    group = next((name for name, role in roles.items() if role == "group"), None)
    groups = tuple(row.get(group, "") for row in table.rows) if group else ()
    release.comments.append(
        Comments(table.called, tuple(dict.fromkeys(beside)), tuple(texts), groups)
    )
    release.read.append(f"{table.called}: {len(texts)} comments, in the column '{column}'.")
    return True


class _Trees:
    """Which group a row is about, and what holds what, as one table tells it."""

    def __init__(self, table: Table, plan: Plan, dimension: str) -> None:
        self.table, self.plan, self.dimension = table, plan, dimension
        self.nested = self._nested()
        self.roots = self._roots()

    def _dimension(self, column: str, row: Mapping[str, str]) -> str:
        kind = self.plan.one.get("breakdown")
        if kind and row.get(kind):
            return row[kind].strip().lower()
        name = columns.plain(column)
        return self.dimension or name if len(self.plan.groups) == 1 else name

    def wave(self, row: Mapping[str, str]) -> str:
        column = self.plan.one.get("wave")
        if column:
            return row.get(column, "").strip()
        for text in (self.table.part, self.table.title, self.table.source):
            if match := _WAVE.search(text):
                return match[0]
        return ""

    def _nested(self) -> dict[str, str]:
        """Group columns whose every value belongs to one value of an earlier column."""
        found: dict[str, str] = {}
        for place, inner in enumerate(self.plan.groups):
            for outer in reversed(self.plan.groups[:place]):
                pairs = {
                    (row.get(inner, ""), row.get(outer, ""))
                    for row in self.table.rows
                    if not columns.is_total(row.get(inner, ""))
                }
                inners, outers = {a for a, _ in pairs}, {b for _, b in pairs}
                totals = any(map(columns.is_total, outers))
                if len(pairs) == len(inners) > len(outers) and not totals:
                    found[inner] = outer
                    break
        return found

    def _roots(self) -> set[str]:
        """Rows that are about everybody though they have a name of their own."""
        if len(self.plan.groups) != 1:
            return set()
        column, rows = self.plan.groups[0], self.table.rows
        names = {row.get(column, "").strip() for row in rows}
        if parent := self.plan.one.get("parent"):
            held = {row.get(parent, "").strip() for row in rows}
            tops = {row[column].strip() for row in rows if columns.is_total(row.get(parent, ""))}
            inside = tops & held
            return inside if len(inside) == 1 and not any(map(columns.is_total, names)) else set()
        if any(map(columns.is_total, names)):
            return set()
        return self._largest(column)

    def _largest(self, column: str) -> set[str]:
        size = next((name for name, role, _ in self.plan.values if role in ("n", "people")), None)
        if size is None:
            return set()
        sizes: dict[str, float] = {}
        for row in self.table.rows:
            if cell := parse(row.get(size, "")):
                sizes[row.get(column, "").strip()] = cell.middle
        top = max(sizes, key=lambda name: sizes[name], default="")
        if len(sizes) > 2 and sizes[top] >= sum(sizes.values()) - sizes[top]:
            self.plan.notes.append(f"I took '{top}' as everybody")
            return {top}
        return set()

    def group(self, row: Mapping[str, str]) -> Group:
        facets: dict[str, Facet] = {}
        for column in self.plan.groups:
            value = row.get(column, "").strip()
            if columns.is_total(value) or value in self.roots:
                continue
            outer = self.nested.get(column)
            if outer:
                facets.pop(outer, None)
            facets[column] = (self._dimension(column, row), value)
        return frozenset(facets.values())

    def parent(self, row: Mapping[str, str]) -> dict[Facet, Facet | None]:
        found: dict[Facet, Facet | None] = {}
        column = self.plan.one.get("parent")
        for name in self.plan.groups:
            value = row.get(name, "").strip()
            if columns.is_total(value) or value in self.roots:
                continue
            facet = (self._dimension(name, row), value)
            outer, above = self.nested.get(name), row.get(column, "").strip() if column else ""
            if outer:
                found[facet] = (self._dimension(outer, row), row.get(outer, "").strip())
            elif columns.is_total(above) or above in self.roots:
                found[facet] = None
            else:
                found[facet] = (facet[0], above)
        return found

    def tell(self, release: Release, lines: Sequence[Line]) -> None:
        for row in self.table.rows:
            place = (self.wave(row), self.table.source)
            release.parents.setdefault(place, {}).update(self.parent(row))
        for line in lines:
            place, cell = (line.wave, line.source), line.cells.get("people")
            if cell is not None and not cell.words:
                release.people.setdefault(place, {})[line.group] = round(cell.middle)
        for root in self.roots:
            release.names[("", "")] = root


def _row(table: Table, plan: Plan, trees: _Trees, row: Mapping[str, str]) -> list[Line]:
    named = (plan.one[role] for role in ("measure", "option") if role in plan.one)
    parts = [row.get(name, "").strip() for name in named]
    base = " · ".join(part for part in parts if part) or table.title
    common: dict[str, tuple[str, str]] = {}
    told: dict[tuple[str, bool], dict[str, str]] = {}
    kinds = [role for _, role, part in plan.values if not part]
    several = {role for role in ("share", "count") if kinds.count(role) > 1}
    guesses: dict[str, str] = {}
    for column, role, part in plan.values:
        text = row.get(column, "").strip()
        name = part or base
        if part:
            other = role == "count" and " · " in part
            told.setdefault((part, other), {})[role] = text
        elif role in several:
            other = columns.plain(column).startswith(_OTHER_SIDE)
            name = " · ".join(one for one in (base, column.strip(" %")) if one)
            told.setdefault((name, other), {})[role] = text
        else:
            common[role] = (column, text)
        if column in plan.guessed:
            guesses[name] = f"if '{column}' {MEANING[role]}"
    shared = {role: text for role, (_, text) in common.items()}
    if not told or any(role in shared for role in ("count", "mean", "shrunk")):
        told[(base, False)] = told.get((base, False), {})
    marks = {name: row[name].strip() for name in plan.marks if row.get(name, "").strip()}
    audience = row.get(plan.one.get("audience", ""), "")
    made = []
    for (measure, other), texts in told.items():
        keep = (
            shared
            if len(told) == 1 or measure == base
            else {role: text for role, text in shared.items() if role in ("n", "people")}
        )
        cells, refusals = _cells(keep | texts)
        made.append(
            Line(table.source, trees.wave(row), measure, trees.group(row), cells, refusals, marks,
                 audience, one_sided=other, guess=guesses.get(measure, ""))
        )  # fmt: skip
    return made


def _cells(texts: Mapping[str, str]) -> tuple[dict[str, Cell], dict[str, str]]:
    cells: dict[str, Cell] = {}
    refusals = {}
    for role, text in texts.items():
        if pair := count_of(text) if role in ("count", "n") else None:
            first, second = ("count", "n") if role == "count" else ("n", "people")
            cells[first], cells[second] = _whole(pair[0]), _whole(pair[1])
        elif text and refused(text):
            refusals[role] = text
        elif (cell := parse(text)) is not None and is_figure(text, role):
            cells[role] = cell
    return cells, refusals


def _whole(value: float) -> Cell:
    return Cell(f"{value:g}", value - 0.5, value + 0.5, 1.0)


def _with_totals(lines: list[Line]) -> list[Line]:
    """Counts by option with no number of answers beside them: the options add up to it."""
    sums: dict[tuple[object, ...], float | None] = {}
    for line in lines:
        if "n" in line.cells or "count" not in {**line.cells, **line.refusals}:
            return lines
        key = (line.wave, line.group, line.measure.partition(" · ")[0])
        cell, before = line.cells.get("count"), sums.get(key, 0.0)
        sums[key] = None if cell is None or before is None else before + cell.middle
    made = []
    for line in lines:
        total = sums[(line.wave, line.group, line.measure.partition(" · ")[0])]
        if " · " in line.measure and total is not None:
            line = replace(line, cells={**line.cells, "n": _whole(round(total))})
        made.append(line)
    return made


def _without_rates(lines: list[Line]) -> list[Line]:
    """A share that is everywhere the answers over the people tells who took part, no opinion."""

    def rate(line: Line) -> bool:
        n, people, share = (line.cells.get(role) for role in ("n", "people", "share"))
        if n is None or people is None or share is None or people.high <= 0:
            return False
        low, high = 100 * (n.low - 0.5) / people.high, 100 * (n.high + 0.5) / max(people.low, 1)
        return low - 5 <= share.high and share.low <= high + 5

    told = [line for line in lines if "share" in line.cells]
    if not told or not all(rate(line) for line in told):
        return lines
    return [
        replace(line, cells={role: cell for role, cell in line.cells.items() if role != "share"})
        for line in lines
    ]


def _unrounded(lines: list[Line]) -> list[Line]:
    """Where every number of a kind is a multiple of 5, rounding to 5 is assumed; proportions
    between 0 and 1 become percentages."""
    for role in ("n", "share", "mean"):
        cells = [line.cells[role] for line in lines if role in line.cells]
        plain = [cell for cell in cells if not cell.words]
        by = 1.0
        if (
            role == "share"
            and plain
            and max(c.middle for c in plain) <= 1
            and not any(c.percent for c in plain)
        ):
            by = 100.0
        values = {round(cell.middle * by, 6) for cell in plain}
        fives = len(values) >= 4 and by == 1.0 and all(value % 5 == 0 for value in values)
        if by > 1 or fives:
            lines = [_changed(line, role, by, fives) for line in lines]
    return lines


def _changed(line: Line, role: str, by: float, fives: bool) -> Line:
    cell = line.cells.get(role)
    if cell is None or cell.words:
        return line
    new = Cell(cell.text, cell.low * by, cell.high * by, cell.step * by, percent=True)
    if fives:
        new = Cell(cell.text, cell.middle - 2.5, cell.middle + 2.5, 5.0, percent=cell.percent)
    return replace(line, cells={**line.cells, role: new})


def _in_words(table: Table, plan: Plan, roles: Mapping[str, str]) -> str:
    said = [f"groups in {' and '.join(repr(name) for name in plan.groups)}"]
    for role in ("parent", "wave", "measure"):
        if role in plan.one:
            said.append(f"{role} in '{plan.one[role]}'")
    shown = [f"'{name}' ({role})" for name, role, _ in plan.values]
    said.append(f"figures in {', '.join(shown[:8])}{' …' if len(shown) > 8 else ''}")
    unused = [name for name in plan.marks if name not in roles]
    words = f"{table.called}: {len(table.rows)} lines; {'; '.join(said)}."
    if plan.notes:
        words += f" {'. '.join(plan.notes)}."
    if unused:
        words += f" I did not understand {', '.join(repr(name) for name in unused[:6])}."
    return words
