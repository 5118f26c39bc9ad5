"""Reading an R call: its formula, its data, and what its comment says of rows and new columns."""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.multilevel.grouped import FloatArray
from analysis.reference.folder import Entry, Folder, NotCovered

NAME = r"[A-Za-z.][\w.]*"
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_CONDITION = re.compile(rf"({NAME})\s*(<=|>=|==|!=|<|>)\s*['\"]?(-?[\w.]+)['\"]?")
_PARITY = re.compile(rf"({NAME})\s*=\s*({NAME})\s+(?:is\s+)?(even|odd)\b")
_COMPARED = re.compile(rf"({NAME})\s*=\s*({_CONDITION.pattern})")


@dataclass(frozen=True)
class Formula:
    """``outcome ~ terms + (1 | group)``; without such a bracket ``group`` is empty."""

    outcome: str
    terms: tuple[str, ...]
    group: str


def formula(call: str) -> Formula:
    """The first formula of a call. Raises :class:`NotCovered` for what we cannot fit."""
    found = re.search(rf"({NAME})\s*~", call)
    if not found:
        raise NotCovered("The call has no formula.")
    terms, group = [], ""
    for term in _split(_until_closed(call[found.end() :])):
        random = re.fullmatch(rf"\(\s*1\s*\|\s*({NAME})\s*\)", term)
        if random and not group:
            group = random[1]
        elif re.fullmatch(NAME, term):
            terms.append(term)
        elif factor := re.fullmatch(rf"(?:as\.)?factor\(\s*({NAME})\s*\)", term):
            terms.append(factor[1])
        elif term != "1":
            raise NotCovered(f"We fit no term like “{term}”.")
    return Formula(found[1], tuple(terms), group)


def _until_closed(text: str) -> str:
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0 or (depth == 0 and sign in ",;#"):
            return text[:at]
    return text


def _split(text: str) -> Iterator[str]:
    """The summands outside brackets."""
    depth = start = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and sign == "+":
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


def data(entry: Entry, folder: Folder) -> pl.DataFrame:
    """The rows that a call reads: the first file that ``data`` names, or that the call does,
    with the columns and the rows that the call's comment asks for."""
    table = _table(entry, folder)
    for name, column, parity in _PARITY.findall(entry.call):
        values = numbers(table, column)
        table = table.with_columns(pl.Series(name, (values % 2 == (parity == "odd")) * 1.0))
    rest = _PARITY.sub("", entry.call)
    for name, _, column, sign, value in _COMPARED.findall(rest):
        if column in table.columns:
            made = _compared(table[column], sign, value)
            table = table.with_columns(made.cast(pl.Float64).alias(name))
    for column, sign, value in _CONDITION.findall(_COMPARED.sub("", rest)):
        if column in table.columns:
            table = table.filter(_compared(table[column], sign, value))
    return table


def _compared(column: pl.Series, sign: str, value: str) -> pl.Series:
    found: pl.Series = _COMPARE[sign](column, float(value) if column.dtype.is_numeric() else value)
    return found


def _table(entry: Entry, folder: Folder) -> pl.DataFrame:
    named = re.findall(r"([\w.-]+?)\.csv", entry.data)
    words = set(re.findall(NAME, entry.call))
    named += [file.stem for file in folder.files if file.stem.partition("_")[2] in words]
    for name in named:
        if not name.startswith("ref_"):
            return folder.table(name)
    raise NotCovered("The data set is not named.")


def column(table: pl.DataFrame, name: str) -> pl.Series:
    """A column by its name; a name made of several columns' names stands for them pasted together.
    Raises :class:`NotCovered`."""
    if name in table.columns:
        return table[name]
    parts = _pasted(name, table.columns)
    if not parts:
        raise NotCovered(f"There is no column called “{name}”.")
    text = [pl.col(part).cast(pl.String) for part in parts]
    return table.select(pl.concat_str(text).alias(name))[name]


def _pasted(name: str, columns: list[str]) -> list[str]:
    for one in sorted(columns, key=len, reverse=True):
        if name == one:
            return [one]
        if one and name.startswith(one):
            rest = _pasted(name[len(one) :].lstrip("_.:"), columns)
            if rest:
                return [one, *rest]
    return []


def numbers(table: pl.DataFrame, name: str) -> FloatArray:
    """A column of numbers (N,), missing ones as NaN. Raises :class:`NotCovered`."""
    found = column(table, name)
    if not found.dtype.is_numeric():
        raise NotCovered(f"The column “{name}” holds no numbers.")
    return found.cast(pl.Float64).fill_null(np.nan).to_numpy()


def predictors(table: pl.DataFrame, term: str) -> dict[str, FloatArray]:
    """The columns (N,) that R makes of a term, by their names: words become one for each level but
    the first, in the order of the alphabet. Raises :class:`NotCovered`."""
    given = column(table, term)
    if given.dtype.is_numeric():
        return {term: numbers(table, term)}
    words = given.cast(pl.String).str.to_uppercase() if given.dtype == pl.Boolean else given
    levels = sorted(words.drop_nulls().unique())
    return {
        f"{term}{level}": (words == level).cast(pl.Float64).fill_null(np.nan).to_numpy()
        for level in levels[1:]
    }


def spelt_out(table: pl.DataFrame, terms: tuple[str, ...]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The table with the columns that words become, and the names of all predictors."""
    made = {name: values for term in terms for name, values in predictors(table, term).items()}
    return table.with_columns(**made), tuple(made)


def complete(
    table: pl.DataFrame, names: tuple[str, ...], group: str
) -> tuple[FloatArray, NDArray[Any]]:
    """The numbers (N, names) and the groups (N,) of the rows where nothing is missing."""
    figures = np.column_stack([numbers(table, name) for name in names])
    labels = column(table, group)
    known = ~np.isnan(figures).any(axis=1) & labels.is_not_null().to_numpy()
    return figures[known], labels.filter(pl.Series(known)).to_numpy()


def chosen(entry: Entry, table: pl.DataFrame) -> tuple[tuple[str, ...], str]:
    """The columns in a call's ``data[, …]`` and the group after it: by place from 1, or by name.
    Raises :class:`NotCovered`."""
    found = re.search(rf"\[\s*,\s*([^\]]+)\]\s*,\s*(?:{NAME}\$)?({NAME})", entry.call)
    if not found:
        raise NotCovered("The call does not say which columns it reads.")
    inside, group = found[1], found[2]
    names = tuple(re.findall(r"['\"]([^'\"]+)['\"]", inside))
    if names:
        return names, group
    places: list[int] = []
    for first, _, last in re.findall(r"(\d+)(:(\d+))?", inside):
        places.extend(range(int(first), int(last or first) + 1))
    if not places or max(places) > len(table.columns) or min(places) < 1:
        raise NotCovered(f"There are no columns {inside}.")
    return tuple(table.columns[place - 1] for place in places), group
