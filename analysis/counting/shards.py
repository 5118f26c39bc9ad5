"""Answers in Parquet shards: many files of rows, counted apart and never held at once.

A shard has the columns ``wave`` and ``unit`` (ids), one ``Int8`` column an item as in
:class:`analysis.dataset.Wave`, and perhaps one of weights. Rows of a wave stand together.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import polars as pl

from analysis.dataset import UNIT, Wave
from analysis.instrument import Instrument

WAVE = "wave"
ROWS_AT_ONCE = 1 << 17
SLICE = 1 << 19  # rows that one process counts at a time


class ShardError(ValueError):
    """A shard that cannot be counted; the message names it."""


def write(folder: Path, waves: Sequence[Wave], rows: int = 1 << 20) -> list[Path]:
    """Write waves as shards of at most ``rows`` rows, each of one wave; returns their paths."""
    paths = []
    for wave in waves:
        for number, start in enumerate(range(0, max(wave.responses.height, 1), rows)):
            path = folder / f"{wave.id}-{number:04}.parquet"
            part = wave.responses.slice(start, rows)
            named = part.select(
                pl.lit(wave.id, dtype=pl.Categorical()).alias(WAVE),
                pl.col(UNIT).cast(pl.Categorical()),
                pl.exclude(UNIT),
            )
            named.write_parquet(path, row_group_size=ROWS_AT_ONCE)
            paths.append(path)
    return paths


Slice = tuple[int, int]  # the first row and how many


def slices(path: Path) -> list[Slice]:
    """Slices of ``SLICE`` rows that make up a shard, at least one.

    Raises :class:`ShardError` when the file is no Parquet.
    """
    try:
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(path, error) from error
    return [(start, SLICE) for start in range(0, max(rows, 1), SLICE)]


def batches(
    path: Path, instrument: Instrument, weight: str | None = None, part: Slice | None = None
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of a shard, or a slice, by wave, ``ROWS_AT_ONCE`` at most; the next are read ahead.

    As many rows of a wave as may be come together, because counting has a cost for each part.
    Raises :class:`ShardError` when the file is no Parquet or its columns are not those expected.
    """
    expected = [UNIT, *(item.id for item in instrument.ratings), *([weight] if weight else [])]
    try:
        frame = pl.scan_parquet(path)
        there = frame.collect_schema().names()
        _check(path, [WAVE, *expected], there)
        wanted = frame.select(WAVE, *expected).slice(*part or (0, None))
        read = wanted.collect_batches(chunk_size=ROWS_AT_ONCE, maintain_order=True)
        parts = (part for batch in read for part in _by_wave(path, batch))
        yield from _joined(parts)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(path, error) from error


def _joined(parts: Iterator[tuple[str, pl.DataFrame]]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Parts of one wave that stand next to one another as one, while they fit."""
    for wave, group in groupby(parts, key=itemgetter(0)):
        held: list[pl.DataFrame] = []
        for _, rows in group:
            if held and sum(map(len, held)) + len(rows) > ROWS_AT_ONCE:
                yield wave, pl.concat(held)
                held = []
            held.append(rows)
        yield wave, pl.concat(held)


def _by_wave(path: Path, batch: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    waves = batch[WAVE]
    if waves.null_count():
        raise ShardError(f"{path.name}: {waves.null_count()} rows name no wave.")
    # Runs are found among codes, which is quicker than among names.
    runs = waves.cast(pl.Categorical()).rle().struct.unnest()
    start = 0
    for length, wave in runs.iter_rows():
        yield str(wave), batch.slice(start, length).drop(WAVE)
        start += length


def _check(path: Path, expected: Sequence[str], there: Sequence[str]) -> None:
    lacking = sorted(set(expected) - set(there))
    if lacking:
        raise ShardError(f"{path.name}: the columns {', '.join(lacking)} are missing.")
    surplus = sorted(set(there) - set(expected))
    if surplus:
        raise ShardError(f"{path.name}: nobody knows the columns {', '.join(surplus)}.")


def _unreadable(path: Path, error: Exception) -> ShardError:
    return ShardError(f"{path.name} could not be read: {error}.")
