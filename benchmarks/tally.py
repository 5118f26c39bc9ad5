"""Counting everything, against DuckDB doing only the means of the same file (PERFORMANCE 2).

Ours: every item and scale, 20 items in 6 themes, by 60 units and 12 waves, with squares,
cross-products of items and of themes, then all tables of theme scores for units and for the whole.
DuckDB: the mean of each item by unit and wave, once leaving out the codes for "prefer not to say",
as a mean must, and once bare, with those codes averaged in as numbers. On all cores, both with
workers that stand ready, and on one. Runs alternate; counts are checked against DuckDB's. Then how
time and memory grow with rows, each size in a process of its own, and Dask on 1, 2 and 4 workers
over the same rows in 12 shards, against one process.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from analysis import engine
from analysis.counting import shards
from analysis.counting.theme_table import ThemeTable, theme_table
from analysis.engine import Tallies, tally_shards
from analysis.instrument import Instrument, from_dict
from analysis.scoring import Key
from benchmarks import machine
from benchmarks.telling import say

MILLION = 1_000_000
SIZES = (10_000, 100_000, MILLION)
UNITS, WAVES, ITEMS = 60, 12, 20
WIDTHS = (3, 3, 3, 3, 4, 4)
REACH, REACH_GROWTH = 2.0, 1.05
WORKERS = (1, 2, 4)
MADE_AT_ONCE = MILLION


def main(arguments: Sequence[str] = ()) -> int:
    """Print the table and ratios; 1 when a figure is over its reach, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks tally", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--large", action="store_true", help="10 million rows too")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(list(arguments))
    if given.alone:
        return alone(given.alone)
    say(machine.describe("numpy", "polars", "duckdb", "dask"))
    with tempfile.TemporaryDirectory() as folder:
        sizes = (*SIZES, 10 * MILLION) if given.large else SIZES
        paths = {size: make(Path(folder) / f"{size}.parquet", size) for size in sizes}
        ratio = against_duckdb(paths[MILLION], given.rounds)
        exponent = growth(paths, max(3, given.rounds // 3))
        cluster(paths[MILLION], Path(folder), max(3, given.rounds // 3))
    over = ratio > REACH or exponent > REACH_GROWTH
    say(f"\nreach: ratio ≤ {REACH}, exponent ≤ {REACH_GROWTH}: {'missed' if over else 'kept'}")
    return 1 if over else 0


def instrument() -> Instrument:
    """Twenty questions of five options, every fifth reversed, in six themes."""
    names = [f"q{number:02}" for number in range(ITEMS)]
    ends = np.cumsum(WIDTHS)
    return from_dict(
        {
            "instrument": {"id": "benchmark", "version": "1", "title": "Benchmark"},
            "source": {"licence": "none", "attribution": "none"},
            "responses": {
                "agree": {"options": [{"code": c, "label": str(c)} for c in range(1, 6)]}
            },
            "items": [
                {"id": name, "kind": "rating", "text": name, "responses": "agree",
                 "reversed": place % 5 == 4}
                for place, name in enumerate(names)
            ],
            "scales": [
                {"id": f"theme{place}", "title": "T", "description": "D",
                 "items": names[end - width : end]}
                for place, (end, width) in enumerate(zip(ends, WIDTHS, strict=True))
            ],
        }
    )  # fmt: skip


def make(path: Path, size: int) -> Path:
    """A shard of answers that go together, wave after wave; 2% would not say, 2% left blank."""
    parts = [
        made(part, seed, size)
        for seed, part in enumerate(np.array_split(np.arange(size), -(-size // MADE_AT_ONCE)))
    ]
    pl.concat(parts).write_parquet(path, row_group_size=shards.ROWS_AT_ONCE)
    return path


def made(rows: np.ndarray, seed: int, size: int) -> pl.DataFrame:
    rng = np.random.default_rng([size, seed])
    lean = rng.normal(0, 0.8, len(rows))
    waves = pl.Series([f"wave-{n:02}" for n in range(WAVES)])
    units = pl.Series([f"unit-{n:02}" for n in range(UNITS)])
    columns = {
        shards.WAVE: waves.gather(rows * WAVES // size).cast(pl.Categorical),
        "unit": units.gather(rng.integers(0, UNITS, len(rows))).cast(pl.Categorical),
    }
    for item in instrument().ratings:
        sign = -1 if item.reversed else 1
        code = np.clip(np.round(3 + sign * lean + rng.normal(0, 0.9, len(rows))), 1, 5)
        chance = rng.random(len(rows))
        code[chance < 0.02] = -1
        blank = pl.Series(chance > 0.98)
        values = pl.Series(item.id, code.astype(np.int8))
        columns[item.id] = values.set(blank, None)
    return pl.DataFrame(columns)


def ours(path: Path, pool: ProcessPoolExecutor | None = None) -> tuple[Tallies, list[ThemeTable]]:
    """The tallies, and the table of every theme in every wave: the whole first, then units.

    Counted in this process, or in those of a pool that is there already."""
    book = instrument()
    if pool is None:
        tallies = tally_shards([path], book)
    else:
        ((_, tallies),) = engine.in_processes(pool, [path], book)
    keys = [Key.of(book, scale) for scale in book.scales]
    tables = []
    for tally in tallies.values():
        for key in keys:
            scores = tally.scores[key.scale.id]
            tables.append(
                theme_table(np.concatenate([scores.sum(axis=0, keepdims=True), scores]), key)
            )
    return tallies, tables


def query(path: Path, *, bare: bool) -> str:
    items = [item.id for item in instrument().ratings]
    means = (f"avg({i})" if bare else f"avg(case when {i} > 0 then {i} end)" for i in items)
    return f"select wave, unit, {', '.join(means)} from '{path}' group by wave, unit"  # noqa: S608


def against_duckdb(path: Path, rounds: int) -> float:
    """The larger ratio of medians to DuckDB's bare means, printed with the spread of each.

    By the clock DuckDB counts on as many threads as there are cores, which stand ready from the
    first query on; so do as many processes of ours. By core time one process of ours, with the
    threads that read ahead for it, is held against DuckDB on one thread.
    """
    cores = os.cpu_count() or 1
    with engine.local_processes(cores) as pool, duckdb.connect() as many, duckdb.connect() as one:
        one.execute("set threads = 1")
        check(path, many)
        contenders: dict[str, Callable[[], object]] = {
            f"everything, {cores} processes": lambda: ours(path, pool),
            f"DuckDB, means, {cores} threads": lambda: means(many, path, bare=False),
            f"DuckDB, bare, {cores} threads": lambda: means(many, path, bare=True),
            "everything, one process": lambda: ours(path),
            "DuckDB, means, one thread": lambda: means(one, path, bare=False),
            "DuckDB, bare, one thread": lambda: means(one, path, bare=True),
        }
        wall: dict[str, list[float]] = {name: [] for name in contenders}
        busy: dict[str, list[float]] = {name: [] for name in contenders}
        for turn in range(rounds + 1):
            for name, run in contenders.items():
                start, before = time.perf_counter(), time.process_time()
                run()
                if turn:  # the first turn fills the file cache and starts the processes
                    wall[name].append(time.perf_counter() - start)
                    busy[name].append(time.process_time() - before)
    say(f"\n{MILLION:,} rows, {rounds} rounds{'ms, median (least–most)':>42}{'core-ms':>10}")
    for place, name in enumerate(contenders):
        core = f"{statistics.median(busy[name]) * 1000:>10.0f}" if place else ""
        say(f"{name:34}{spread(wall[name]):>30}{core}")
    clock = [statistics.median(each) for each in wall.values()][:3]
    cost = [statistics.median(each) for each in busy.values()][3:]
    ratios = []
    for label, (mine, proper, bare) in (("all cores, by the clock", clock), ("core time", cost)):
        ratios.append(mine / bare)
        say(f"{label}: {mine / bare:.2f} of DuckDB's bare means, {mine / proper:.2f} of its means")
    return max(ratios)


def means(engine_of: duckdb.DuckDBPyConnection, path: Path, *, bare: bool) -> object:
    return engine_of.execute(query(path, bare=bare)).fetchall()


def check(path: Path, engine_of: duckdb.DuckDBPyConnection) -> None:
    """Stop unless ours and DuckDB's means of every item, unit and wave agree."""
    tallies, _ = ours(path)
    found = engine_of.execute(query(path, bare=False)).fetchall()
    for wave, unit, *means in found:
        tally = tallies[wave]
        place = tally.units.index(unit)
        for item, mean in zip(tally.items.values(), means, strict=True):
            row = item.options[place]
            if not math.isclose(row @ np.array(item.codes) / row.sum(), mean, rel_tol=1e-9):
                raise SystemExit(f"{wave}, {unit}: DuckDB finds another mean")
    if len(found) != sum(len(tally.units) for tally in tallies.values()):
        raise SystemExit("DuckDB finds other groups")


def growth(paths: dict[int, Path], rounds: int) -> float:
    """Time and peak memory by size, each run in a process of its own; the exponent of time."""
    runs: dict[int, list[dict[str, float]]] = {size: [] for size in paths}
    for _ in range(rounds):
        for size, path in paths.items():
            command = [sys.executable, "-m", "benchmarks", "tally", "--alone", str(path)]
            ran = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
            runs[size].append(json.loads(ran.stdout.splitlines()[-1]))
    say(f"\n{'rows':>12}{'ms, median (least–most)':>32}{'peak MiB':>10}")
    for size, each in runs.items():
        peak = max(run["peak"] for run in each)
        say(f"{size:>12,}{spread([run['seconds'] for run in each]):>32}{peak:>10.0f}")
    medians = [statistics.median(run["seconds"] for run in each) for each in runs.values()]
    exponent = float(np.polyfit(np.log(list(paths)), np.log(medians), 1)[0])
    last = math.log(medians[-1] / medians[-2]) / math.log(list(paths)[-1] / list(paths)[-2])
    say(f"exponent over all sizes {exponent:.2f}, over the last step {last:.2f}")
    return last


def alone(path: Path) -> int:
    """One count in this process: its seconds, and the most memory it ever held, MiB."""
    start = time.perf_counter()
    tallies, _ = ours(path)
    seconds = time.perf_counter() - start
    # getrusage would give the parent's peak where that is higher.
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    people = sum(int(tally.responses.sum()) for tally in tallies.values())
    say(json.dumps({"seconds": seconds, "peak": peak, "people": people}))
    return 0


def cluster(path: Path, folder: Path, rounds: int) -> None:
    """Dask's time over shards, cluster already up, as a ratio to counting them one by one."""
    table, cut = pl.read_parquet(path), []
    for number in range(WAVES):
        wave = f"wave-{number:02}"
        cut.append(folder / f"{wave}.parquet")
        table.filter(pl.col(shards.WAVE) == wave).write_parquet(cut[-1])
    book = instrument()
    say(f"\n{'Dask workers':>12}{'ms, median (least–most)':>32}{'ratio to serial':>18}")
    for workers in WORKERS:
        with engine.local_cluster(workers) as client:
            serial, dask = [], []
            for turn in range(rounds + 1):
                start = time.perf_counter()
                one = tally_shards(cut, book)
                between = time.perf_counter()
                two = dict[str, engine.Tally]()
                for _, tallies in engine.on_cluster(client, cut, book):
                    two |= tallies
                if turn:
                    serial.append(between - start)
                    dask.append(time.perf_counter() - between)
                if one != two:
                    raise SystemExit("Dask counts something else")
            ratio = statistics.median(dask) / statistics.median(serial)
            say(f"{workers:>12}{spread(dask):>32}{ratio:>18.2f}")


def spread(seconds: Sequence[float]) -> str:
    """Median, least and most in milliseconds."""
    each = (statistics.median(seconds), min(seconds), max(seconds))
    return "{:.0f} ({:.0f}–{:.0f})".format(*(1000 * value for value in each))


if __name__ == "__main__":
    raise SystemExit(main())
