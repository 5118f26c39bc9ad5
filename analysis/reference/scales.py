"""Which items an analysis is about, which of them are reversed, and the factors they belong to."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis.distributions import DistributionError
from analysis.factors.factor_model import FactorModelError
from analysis.reference.calls import NAME, numbers
from analysis.reference.family import Redo
from analysis.reference.folder import Entry, Folder, NotCovered
from analysis.reliability import Matrix, ReliabilityError

_LIST = rf"((?:{NAME}\s*,\s*)*{NAME})"
_RANGE = r"(\d+(?:\.\d+)?)\s*-"
_REVERSED = (
    re.compile(rf"{_LIST}\s*->\s*{_RANGE}"),
    re.compile(rf"{_LIST}\s+(?:is\s+|are\s+)?reversed(?:\s+(?:as|to))?\s+{_RANGE}"),
)
_KEYS = re.compile(r"keys\s*=\s*(c\([^)]*\)|'[^']*'|\"[^\"]*\")")
_OF_ITEM = re.compile(r"(.+?)(-?):(?:r_raw|r_std|r_cor|r_drop|mean|sd|n|alpha_if_dropped)")
_NAMING = (
    re.compile(r"(?:loading\w*|theta|fa\w*|thr):([^|]+)(?:\|.*)?"),
    re.compile(rf"\w+:({NAME})-({NAME})"),
)
_FACTOR = re.compile(rf"({NAME})\s*=~\s*({NAME}(?:\s*\+\s*{NAME})*)")
_LOADING = re.compile(rf"({NAME})=~({NAME}):\w+")
_COLUMNS = re.compile(r"\[\s*,?\s*((?:c\()?[\w.:,'\"\s]+\)?)\s*\]")
_COMPLETE = re.compile(r"na\.omit|complete", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Items:
    """The answers to some items as an analysis reads them, reversed where it reverses them.

    ``answers`` is (people, items) with NaN for what is missing; ``top`` is each item's highest
    code and ``turned`` names the items that are reversed.
    """

    names: tuple[str, ...]
    answers: Matrix
    top: Matrix
    turned: frozenset[str]

    @property
    def complete(self) -> Matrix:
        found: Matrix = self.answers[~np.isnan(self.answers).any(axis=1)]
        return found


def asks(*patterns: str) -> Callable[[Entry], bool]:
    """Whether a call holds every one of these patterns."""
    return lambda entry: all(re.search(pattern, entry.call) for pattern in patterns)


def saying_why(redo: Redo) -> Redo:
    """What our functions refuse becomes a sentence on why the analysis does not apply."""

    def redone(entry: Entry, folder: Folder) -> Mapping[str, float]:
        try:
            return redo(entry, folder)
        except (ReliabilityError, FactorModelError, DistributionError) as error:
            raise NotCovered(str(error)) from error

    return redone


def text(entry: Entry) -> str:
    return " ; ".join((entry.data, entry.call, entry.note))


def only_complete(entry: Entry) -> bool:
    return _COMPLETE.search(text(entry)) is not None


def table_of(entry: Entry, folder: Folder) -> pl.DataFrame:
    """The file that ``data`` names, also as the first part of a set's name: ``x_A`` for file x."""
    return _source(entry, folder)[0]


def _source(entry: Entry, folder: Folder) -> tuple[pl.DataFrame, str]:
    """The file and the name of a set of its items, if one is given, in ``data`` or in the id."""
    named = folder.tables_named(entry.data)
    if named:
        return named[0], _set_named(entry.id, folder, named[0])
    word = entry.data.split()[0] if entry.data.split() else ""
    try:
        return folder.table(word), ""
    except NotCovered:
        stem, _, part = word.rpartition("_")
        table = folder.table(stem or word)
        if not members(table, part):
            raise NotCovered(f"The file “{stem}” has no items {part}1, {part}2 …") from None
        return table, part


def _set_named(name: str, folder: Folder, table: pl.DataFrame) -> str:
    for file in folder.files:
        short = re.escape(file.stem.partition("_")[2] or file.stem)
        found = re.search(rf"(?:^|_){short}_([A-Za-z]+)(?:_|$)", name)
        if found and members(table, found[1]) and folder.table(file.stem) is table:
            return found[1]
    return ""


def members(table: pl.DataFrame, part: str) -> tuple[str, ...]:
    """The items of a set: the columns called by its name and a number."""
    return tuple(name for name in table.columns if re.fullmatch(rf"{re.escape(part)}\d+", name))


def items(entry: Entry, folder: Folder) -> Items:
    """The items that an analysis is about, from its figures' names, its call, or a set's name.
    Raises :class:`NotCovered`."""
    table, part = _source(entry, folder)
    named = _named(entry, table)
    # Data called by a set's name are the set as other analyses of it take it.
    if part and (not named or not folder.tables_named(entry.data)):
        return pick_set(entry, folder, part)
    if named:
        return pick(entry, folder, named)
    return pick(entry, folder, tuple(n for n in table.columns if table[n].dtype.is_numeric()))


def _named(entry: Entry, table: pl.DataFrame) -> tuple[str, ...]:
    chosen = tuple(_bracketed(entry.call, table))
    if chosen:
        return chosen
    for found in (
        [m[1] for name in entry.values if (m := _OF_ITEM.fullmatch(name))],
        [item for _, items in _FACTOR.findall(entry.call) for item in _split(items)],
        [
            item
            for name in entry.values
            for pattern in _NAMING
            if (m := pattern.fullmatch(name))
            for item in m.groups()
        ],
    ):
        known = tuple(dict.fromkeys(name for name in found if name in table.columns))
        if len(known) > 1:
            return known
    return ()


def _bracketed(call: str, table: pl.DataFrame) -> Iterator[str]:
    """The columns in ``data[, …]``: ``A1:A5``, ``c("a", "b")`` or ``1:5``."""
    found = _COLUMNS.search(call)
    if not found:
        return
    for first, last in re.findall(r"([\w.]+)['\"]?(?:\s*:\s*([\w.]+))?", found[1]):
        ends = [_place(name, table) for name in (first, last or first)]
        if min(ends) >= 0:
            yield from table.columns[ends[0] : ends[1] + 1]


def _place(name: str, table: pl.DataFrame) -> int:
    if name in table.columns:
        return table.columns.index(name)
    return int(name) - 1 if name.isdigit() and int(name) <= len(table.columns) else -1


def pick_set(entry: Entry, folder: Folder, part: str) -> Items:
    """A set's items; what any analysis of the same file says of their direction counts."""
    table = table_of(entry, folder)
    names = members(table, part)
    if not names:
        raise NotCovered(f"There are no items {part}1, {part}2 …")
    turned: dict[str, float | None] = {}
    for other in _about(table, folder):
        for name, both in reversals(other, table.columns).items():
            turned[name] = turned.get(name) or both
    return _turn(table, names, turned)


def pick(entry: Entry, folder: Folder, names: tuple[str, ...]) -> Items:
    """Items by name, reversed as the analysis itself says."""
    table = table_of(entry, folder)
    turned = reversals(entry, table.columns)
    for name, both in turned.items():
        if both is None:
            others = (reversals(one, table.columns).get(name) for one in _about(table, folder))
            turned[name] = next((found for found in others if found), None)
    return _turn(table, names, turned)


def _about(table: pl.DataFrame, folder: Folder) -> Iterator[Entry]:
    for entry in folder.entries:
        try:
            same = table_of(entry, folder) is table
        except NotCovered:
            continue
        if same:
            yield entry


def reversals(entry: Entry, columns: list[str]) -> dict[str, float | None]:
    """Each reversed item with the sum of its lowest and highest code, where that is said."""
    found: dict[str, float | None] = {
        m[1]: None for name in entry.values if (m := _OF_ITEM.fullmatch(name)) and m[2]
    }
    for keys in _KEYS.findall(entry.call):
        found |= dict.fromkeys(re.findall(r"['\"]-?([^'\"]+)['\"]", keys))
    for pattern in _REVERSED:
        for names, both in pattern.findall(text(entry)):
            found |= {name.strip(): float(both) for name in names.split(",")}
    return {name: both for name, both in found.items() if name in columns}


def _turn(table: pl.DataFrame, names: tuple[str, ...], turned: Mapping[str, float | None]) -> Items:
    answers = np.column_stack([numbers(table, name) for name in names])
    # Where no range is said psych::alpha takes the lowest and highest code of all items together.
    low, high = float(np.nanmin(answers)), float(np.nanmax(answers))
    top = np.full(len(names), high)
    for place, name in enumerate(names):
        if name in turned:
            answers[:, place] = (turned[name] or low + high) - answers[:, place]
    return Items(names, answers, top, frozenset(turned) & frozenset(names))


def factors(entry: Entry, folder: Folder) -> dict[str, tuple[str, ...]]:
    """The factors and items of a model: written in the call, in the figures' names, or in another
    analysis that gives the model the same name. Raises :class:`NotCovered`."""
    found = _factors(entry)
    name = re.search(rf"\bcfa\(\s*(?:model\s*=\s*)?({NAME})", entry.call)
    if not found and name:
        same = (one for one in folder.entries if _mentions(one.call, name[1]))
        found = next((told for one in same if (told := _factors(one))), {})
    if not found:
        raise NotCovered("Neither the call nor any figure says which items belong to a factor.")
    return found


def _mentions(call: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", call) is not None


def _factors(entry: Entry) -> dict[str, tuple[str, ...]]:
    if re.search(r"=~[^'\"]*\*", entry.call):
        raise NotCovered("We fit no model with numbers or labels written before its items.")
    found = {
        factor: tuple(_split(items))
        for part in (entry.call, entry.note)
        for factor, items in _FACTOR.findall(part)
    }
    if found:
        return found
    told: dict[str, dict[str, None]] = {}
    for name in entry.values:
        if m := _LOADING.fullmatch(name):
            told.setdefault(m[1], {})[m[2]] = None
    return {factor: tuple(items) for factor, items in told.items()}


def _split(items: str) -> list[str]:
    return [item.strip() for item in items.split("+")]
