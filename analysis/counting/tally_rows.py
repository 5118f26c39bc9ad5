"""A table's rows as small whole numbers: where each row's unit stands, and its answers as bytes."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.counting.patterns import BLANK
from analysis.dataset import UNIT, DataError


def places_of(
    rows: pl.DataFrame, units: tuple[str, ...] | None
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The units, sorted, and for each row the position of its own. Shape: (people,).

    Units of ``None`` are those that the rows name. Raises :class:`~analysis.dataset.DataError` on a
    row that names none, and on one that names another.
    """
    coded = rows[UNIT].cast(pl.Categorical())
    if coded.null_count():
        raise DataError(["Some rows name no group."])
    codes = coded.to_physical().to_numpy().astype(np.intp)
    there = np.flatnonzero(np.bincount(codes))
    row = np.zeros(int(there.max(initial=0)) + 1, dtype=np.intp)
    row[codes] = np.arange(len(codes))
    names = coded.gather(row[there]).to_list()
    units = tuple(sorted(names if units is None else units))
    place = {unit: i for i, unit in enumerate(units)}
    strangers = sorted(set(names) - place.keys())
    if strangers:
        raise DataError([f"The group {unit!r} is not listed." for unit in strangers])
    row[there] = [place[unit] for unit in names]
    return units, row.take(codes)


def bytes_of(rows: pl.DataFrame, names: list[str]) -> dict[str, NDArray[np.uint8]]:
    """Each item's answers as bytes, code − ``BLANK``, a missing one as nought. Shapes: (people,).

    Raises :class:`~analysis.dataset.DataError` on what is no whole number of one byte, by the
    item's name.
    """
    whole = rows.select(names)
    for name, dtype in whole.schema.items():
        if dtype != pl.Int8:
            whole = whole.with_columns(_small(whole[name]))
    lowest: list[Any] = [whole[name].min() for name in names]
    if any(low is not None and low <= BLANK for low in lowest):
        # Given, though it is no answer: another number that is none stands for it.
        whole = whole.with_columns(pl.all().replace(BLANK, BLANK - 1))
    filled = whole.select(pl.all().fill_null(BLANK))
    return {name: filled[name].to_numpy().view(np.uint8) - np.uint8(BLANK % 256) for name in names}


def _small(answers: pl.Series) -> pl.Series:
    """The answers to an item as ``Int8``; raises when they are anything else."""
    refused = DataError(
        [f"Item {answers.name}: some answers are no whole numbers from -128 to 127."]
    )
    if not (answers.dtype.is_numeric() or answers.dtype == pl.Null):
        raise refused
    if answers.dtype.is_float() and not (answers.drop_nulls() % 1 == 0).all():
        raise refused
    try:
        return answers.cast(pl.Int8)
    except pl.exceptions.PolarsError as error:
        raise refused from error
