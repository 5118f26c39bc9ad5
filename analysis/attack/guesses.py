"""Whether a column holds counts or percentages, where its name does not say."""

import re
from collections.abc import Mapping, Sequence

from analysis.attack.columns import is_total, plain
from analysis.attack.plan import Plan, ReadError, Table
from analysis.attack.printed import Cell, parse, whole

_SAID = re.compile(r"\b(?:percent|percentage|pct|share|rate|proportion)\b")
_CODE = re.compile(r"\d{1,2}")
MEANING = {"count": "holds counts", "share": "holds percentages", "mean": "holds averages"}
Row = tuple[str, float | None, Sequence[float | None]]  # group, answers, values


def settle(table: Table, plan: Plan, named: Mapping[str, str]) -> Plan:
    """The plan with counts told from percentages; what stays a guess is in ``plan.guessed``.

    Errors: :class:`ReadError` where whole numbers could be either.
    """
    unsure = [
        place for place, (column, role, _) in enumerate(plan.values)
        if role in ("share", "mean") and plain(column) not in named and _unsaid(table, column)
        and (role == "share" or column in plan.guessed)
    ]  # fmt: skip
    rows = _rows(table, plan, [plan.values[place][0] for place in unsure])
    together = _options(rows) if len(unsure) > 1 else ""
    for number, place in enumerate(unsure):
        column, role, part = plan.values[place]
        told = [(group, n, values[number]) for group, n, values in rows]
        if together == "count" and part:
            part = f"answer · {part}" if _CODE.fullmatch(part) else part
        elif not together and role == "mean":
            continue
        found, sure = (together, True) if together else _one(told, column, table)
        if not found:
            continue
        plan.values[place] = column, found, part
        plan.guessed.pop(column, None)
        if not sure:
            plan.guessed[column] = found
            plan.notes.append(f"I took '{column}' as a column that {MEANING[found]}: it is a guess")
    return plan


def _unsaid(table: Table, column: str) -> bool:
    """Whether neither the name nor the cells of a column say what its whole numbers are."""
    if "%" in column or _SAID.search(plain(column)):
        return False
    cells = [parse(row.get(column, "")) for row in table.rows]
    told = [cell for cell in cells if cell is not None and not cell.words]
    return bool(told) and all(cell.step == 1 and not cell.percent for cell in told)


def _rows(table: Table, plan: Plan, wanted: Sequence[str]) -> list[Row]:
    size = next((name for name, role, part in plan.values if role == "n" and not part), "")
    made: list[Row] = []
    for row in table.rows:
        n = parse(row.get(size, ""))
        values = [_exact(parse(row.get(column, ""))) for column in wanted]
        kind = row.get(plan.groups[0], "").strip()
        made.append((kind, _exact(n), values))
    return made


def _exact(cell: Cell | None) -> float | None:
    return whole(cell)[0] if cell is not None and cell.step == 1 and not cell.words else None


def _options(rows: Sequence[Row]) -> str:
    """Columns that add up in every line: to the answers they are counts, to 100 percentages."""
    full = [(n, [v for v in values if v is not None]) for _, n, values in rows if None not in
            values]  # fmt: skip
    if not full or len(full) < 2:
        return ""
    if all(abs(sum(values) - 100) <= len(values) / 2 for _, values in full):
        return "share"
    return "count" if all(n == sum(values) for n, values in full) else ""


def _one(
    told: Sequence[tuple[str, float | None, float | None]], column: str, table: Table
) -> tuple[str, bool]:
    """What one column holds, and whether that is sure; nothing where no size stands beside it."""
    pairs = [(n, value) for _, n, value in told if n is not None and value is not None]
    if not pairs:
        return "", False
    over = any(value > n for n, value in pairs)
    if max(value for _, value in pairs) > 100:
        return ("", False) if over else ("count", True)
    if over:
        return "share", True
    totals = [value for name, _, value in told if value is not None and is_total(name)]
    parts = [value for name, _, value in told if value is not None and not is_total(name)]
    if len(totals) == 1 and len(parts) > 1:
        if max(parts) > totals[0]:
            return "share", False
        if sum(parts) <= totals[0]:
            return "count", False
    raise ReadError(
        f"{table.called} could not be read: '{column}' could be either counts or percentages. "
        f"Say --column count='{column}' or --column share='{column}'."
    )
