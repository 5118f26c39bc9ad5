"""A folder of reference figures as it lies on disk."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import polars as pl

MISSING = ("NA", "NaN", "")


class ReferenceError(ValueError):
    """A folder that cannot be read as reference figures."""


class NotCovered(Exception):
    """An analysis that none of our functions does; its text says why in a sentence."""


@dataclass(frozen=True)
class Entry:
    """One analysis: what was called on what, and the numbers that came out, by name."""

    id: str
    data: str
    call: str
    package: str
    note: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Folder:
    """``values.json`` and ``data/`` of one place."""

    path: Path

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every analysis, in the order of the file. Raises :class:`ReferenceError`."""
        file = self.path / "values.json"
        try:
            raw = json.loads(file.read_text(encoding="utf-8"))
            return tuple(_entry(name, body) for name, body in raw["values"].items())
        except OSError as error:
            raise ReferenceError(f"{file} cannot be read: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReferenceError(
                f"{file} is not in the form of reference figures: it needs “values”, and in it "
                f"“data”, “call” and “values” for each analysis ({error})."
            ) from error

    @cached_property
    def files(self) -> tuple[Path, ...]:
        return tuple(sorted((self.path / "data").glob("*.csv")))

    def table(self, name: str) -> pl.DataFrame:
        """A data file by its name, with or without “.csv”, or by what follows its package's name:
        ``attitude`` finds ``datasets_attitude.csv``; of several the one that an analysis names in
        full. Raises :class:`NotCovered`."""
        wanted = name.strip().removesuffix(".csv")
        exact = [file for file in self.files if file.stem == wanted]
        loose = [file for file in self.files if file.stem.partition("_")[2] == wanted]
        read = [file for file in loose if any(file.name in one.data for one in self.entries)]
        for found in (exact, loose, read):
            if len(found) == 1:
                return _read(found[0])
        raise NotCovered(f"There is no data file called “{wanted}”.")

    def tables_named(self, text: str) -> list[pl.DataFrame]:
        """The data files that a text names with their “.csv”, in its order."""
        return [self.table(name) for name in re.findall(r"([\w.-]+?)\.csv", text)]


def _entry(name: str, body: Mapping[str, Any]) -> Entry:
    data, call, package, note = (
        str(body.get(key) or "") for key in ("data", "call", "package", "note")
    )
    values = {key: _number(value) for key, value in body["values"].items()}
    known = {key: value for key, value in values.items() if not math.isnan(value)}
    return Entry(name, data, call, package, note, known)


def _number(value: object) -> float:
    """``Inf`` is written as a word; what is no number is NaN."""
    return (
        float(value) if isinstance(value, int | float | str) and value not in MISSING else math.nan
    )


@cache
def _read(file: Path) -> pl.DataFrame:
    return pl.read_csv(file, null_values=list(MISSING), infer_schema_length=None)
