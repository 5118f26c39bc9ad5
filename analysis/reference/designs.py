"""Reading a survey design and its variables from the text of an R call."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.reference.calls import NAME, numbers
from analysis.reference.folder import Entry, Folder, NotCovered
from analysis.sampling.weighting import Design, FloatArray, design

_MADE = re.compile(rf"({NAME})\s*=\s*({NAME}\s*(?:<=|>=|==|<|>)\s*-?[\d.]+)")
_TEST = re.compile(rf"({NAME})\s*(<=|>=|==|<|>)\s*(-?[\d.]+)")
_DESIGN = re.compile(r"\bsvydesign\s*\(")


@dataclass(frozen=True)
class Plan:
    """The text of a ``svydesign`` call: each argument by its name."""

    arguments: Mapping[str, str]

    def of(self, table: pl.DataFrame) -> Design:
        """The design of a table. Raises :class:`NotCovered` for more than one stage."""
        cluster = self._formula("id", "ids")
        strata = self._formula("strata")
        weights, chances = self._formula("weights"), self._formula("probs")
        population = self._formula("fpc")
        heavy = _values(table, weights) if weights else None
        if chances:
            heavy = 1 / _values(table, chances)
        layers = None if strata is None else table_column(table, strata).to_list()
        groups = None if cluster in (None, "1", "0") else _labels(table, cluster)
        if groups is not None and layers is not None and self.arguments.get("nest") == "TRUE":
            groups = list(zip(layers, groups, strict=True))
        people = None if population is None else _values(table, population)
        if people is not None and (people <= 1).all():
            raise NotCovered("The sampled part of the population is given, not its size.")
        if heavy is None and people is None:
            heavy = np.ones(len(table))
        return design(heavy, strata=layers, clusters=groups, population=people)

    def strata(self) -> str | None:
        return self._formula("strata")

    def _formula(self, *names: str) -> str | None:
        found = next((self.arguments[name] for name in names if name in self.arguments), None)
        return None if found in (None, "NULL") else (found or "").lstrip("~").strip()


def plan(entry: Entry, folder: Folder) -> Plan:
    """The design of an entry's own call, or of another entry on the same data that spells it out.

    Raises :class:`NotCovered`."""
    wanted = _files(entry)
    for one in (entry, *folder.entries):
        start = _DESIGN.search(one.call)
        if start and (one is entry or (wanted and _files(one)[:1] == wanted[:1])):
            return Plan(dict(_arguments(_inside(one.call, start.end()))))
    raise NotCovered("Nothing says how the sample was drawn.")


def first_table(entry: Entry, folder: Folder) -> pl.DataFrame:
    """The first data file that an entry names. Raises :class:`NotCovered`."""
    tables = folder.tables_named(entry.data)
    if not tables:
        raise NotCovered("The data set is not named.")
    return tables[0]


def variable(entry: Entry, table: pl.DataFrame, name: str) -> FloatArray | None:
    """A column of numbers, a comparison that the note defines, or whether a column has a level:
    what follows the column's name. ``None`` for none of these."""
    for made, test in _MADE.findall(f"{entry.call};{entry.note}"):
        found = _TEST.fullmatch(test)
        if made == name and found and found[1] in table.columns:
            return _tested(numbers(table, found[1]), found[2], float(found[3]))
    if name in table.columns:
        return numbers(table, name) if table[name].dtype.is_numeric() else None
    for column in sorted(table.columns, key=len, reverse=True):
        if column and name.startswith(column):
            values, level = table[column].cast(pl.String), name[len(column) :]
            if level in values.to_list():
                same = (values == level).cast(pl.Float64)
                return same.fill_null(np.nan).to_numpy()
    return None


def split_by(entry: Entry) -> str | None:
    """The groups of a ``svyby`` call that spells them out: its second formula."""
    found = re.search(rf"\bsvyby\(\s*~[^,]+,\s*~\s*({NAME})", entry.call)
    return found[1] if found else None


def column_with(table: pl.DataFrame, levels: set[str], first: str | None) -> str | None:
    """The column whose levels are exactly these: ``first`` if it is one."""
    for column in dict.fromkeys([*([first] if first else []), *table.columns]):
        if column in table.columns and set(texts(table, column)) - {None} == levels:
            return column
    return None


def texts(table: pl.DataFrame, column: str) -> list[str | None]:
    return table_column(table, column).cast(pl.String).to_list()


def table_column(table: pl.DataFrame, name: str) -> pl.Series:
    if name not in table.columns:
        raise NotCovered(f"There is no column called “{name}”.")
    return table[name]


def margins(entry: Entry, table: pl.DataFrame) -> list[tuple[str, dict[str, float]]]:
    """The known totals in a note, by the columns of ``list(~a, ~b)`` in the call: each part of the
    note between semicolons is a name and then levels, each with its number. Of columns with the
    same levels each takes the part that bears its name, else the next one in turn."""
    listed = re.search(r"list\(([^)]*~[^)]*)\)", entry.call)
    names = re.findall(rf"~\s*({NAME})", listed[1]) if listed else []
    found: list[tuple[str, dict[str, float]]] = []
    parts = [part.strip() for part in entry.note.split(";")]
    for name in names:
        levels = sorted({level for level in texts(table, name) if level}, key=len, reverse=True)
        for part in sorted(parts, key=lambda part: not _about(part, name)):
            totals = dict(_totals(part.partition(" ")[2], levels))
            if set(totals) == set(levels):
                found.append((name, totals))
                parts.remove(part)
                break
    if not found or len(found) < len(names):
        raise NotCovered("The note does not give the known totals.")
    return found


def _about(part: str, name: str) -> bool:
    """Whether a part of the note is named after a column: ``pop.schwide`` after ``sch.wide``."""
    told = part.partition(" ")[0].replace(".", "").replace("_", "").lower()
    return told.endswith(name.replace(".", "").replace("_", "").lower())


def _totals(text: str, levels: list[str]) -> Iterator[tuple[str, float]]:
    if not levels:
        return
    either = "|".join(map(re.escape, levels))
    for level, number in re.findall(rf"(?:^|[\s,])({either})[\s:=]*([\d.]+)(?=[\s,]|$)", text):
        yield level, float(number)


def _files(entry: Entry) -> list[str]:
    return re.findall(r"([\w.-]+?)\.csv", entry.data)


def _inside(text: str, start: int) -> str:
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return text[start:at]
    return text[start:]


def _arguments(text: str) -> Iterator[tuple[str, str]]:
    """Named arguments; the first one without a name is the clusters."""
    for place, part in enumerate(_parts(text)):
        name, equals, value = part.partition("=")
        if equals and re.fullmatch(NAME, name.strip()):
            yield name.strip(), value.strip()
        elif place == 0:
            yield "id", part.strip()


def _parts(text: str) -> Iterator[str]:
    depth = start = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _values(table: pl.DataFrame, expression: str) -> FloatArray:
    """A column, a number, or columns multiplied and divided."""
    found = np.ones(len(table))
    for sign, part in re.findall(r"([*/]?)\s*([^*/]+)", expression.strip("I() ")):
        word = part.strip()
        plain = re.fullmatch(r"[\d.]+", word)
        value = np.full(len(table), float(word)) if plain else numbers(table, word)
        found = found / value if sign == "/" else found * value
    return found


def _labels(table: pl.DataFrame, expression: str | None) -> list[object]:
    if expression and "+" in expression:
        raise NotCovered("We draw in one stage only.")
    return list(table_column(table, expression or "").to_list())


def _tested(values: FloatArray, sign: str, edge: float) -> FloatArray:
    said = {
        "<=": values <= edge,
        ">=": values >= edge,
        "==": values == edge,
        "<": values < edge,
        ">": values > edge,
    }[sign]
    return np.where(np.isnan(values), np.nan, said.astype(float))
