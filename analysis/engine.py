"""Count shards apart and add up: one after another, in several processes, or on a Dask cluster.

Only tallies leave a worker. They are added in the order of the shards whatever finishes first, so
every engine gives the same result to the last bit. A threshold is applied once, after all of this.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, get_args

from analysis.counting.shards import ShardError, Slice, batches, slices
from analysis.dataset import DataError
from analysis.instrument import Instrument
from analysis.tally import Plan, Tally, TallyError, strays

Engine = Literal["serial", "processes", "dask"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
FORMAT = 1
RETRIES = 3
LOOPBACK = "127.0.0.1"

Tallies = dict[str, Tally]
Progress = Callable[[Path, int, int], None]


def tally_shard(path: Path, instrument: Instrument, weight: str | None = None) -> Tallies:
    """A shard's tallies by wave: all that a worker sends back.

    Raises :class:`~analysis.counting.shards.ShardError`, naming the shard, on anything that cannot
    be counted. Memory is bounded by a few batches of rows, not by the shard.
    """
    return _together(
        path,
        instrument,
        (tally_slice(path, instrument, weight, part) for part in slices(path)),
    )


def tally_slice(path: Path, instrument: Instrument, weight: str | None, part: Slice) -> Tallies:
    """The tallies by wave of one of the slices that a shard is cut into for counting."""
    found, plan = Tallies(), Plan.of(instrument)
    try:
        for wave, rows in batches(path, instrument, weight, part):
            _add(found, wave, Tally.of(rows, None, plan, weight))
    except (DataError, TallyError) as error:
        raise ShardError(f"{path.name}: {error}") from error
    return found


def _together(path: Path, instrument: Instrument, parts: Iterable[Tallies]) -> Tallies:
    """A shard's slices added in their order; raises where an answer is out of range."""
    found = Tallies()
    for tallies in parts:
        for wave, tally in tallies.items():
            _add(found, wave, tally)
    for wave, tally in found.items():
        for item, number in strays(tally, instrument).items():
            raise ShardError(
                f"{path.name}, wave {wave}, item {item}: {number} answers are out of range."
            )
    return found


def _add(total: Tallies, wave: str, tally: Tally) -> None:
    total[wave] = total[wave] + tally if wave in total else tally


def tally_shards(
    paths: Sequence[Path],
    instrument: Instrument,
    *,
    engine: Engine = "serial",
    workers: int = 2,
    weight: str | None = None,
    progress: Progress | None = None,
) -> Tallies:
    """Tallies by wave of all shards together, or nothing: one bad shard stops everything.

    ``progress`` is told of each shard counted: its path, how many are done, of how many. Raises
    :class:`~analysis.counting.shards.ShardError` with the name of the shard that stopped it.
    """
    if len(set(paths)) < len(paths):
        raise ShardError("A shard is named twice, so its answers would count twice.")
    total = Tallies()
    with _ENGINES[engine](workers) as start:
        for done, (path, tallies) in enumerate(start(paths, instrument, weight), start=1):
            for wave, tally in tallies.items():
                _add(total, wave, tally)
            if progress:
                progress(path, done, len(paths))
    return dict(sorted(total.items()))


def to_bytes(tallies: Tallies, instrument: Instrument) -> bytes:
    """Same tallies, same bytes. They have *not* passed disclosure control."""
    raw = {
        "format": FORMAT,
        "instrument": [instrument.id, instrument.version, instrument.wording_sha256],
        "waves": {wave: tally.to_dict() for wave, tally in tallies.items()},
    }
    return zlib.compress(json.dumps(raw, ensure_ascii=False, sort_keys=True).encode())


def from_bytes(data: bytes) -> Tallies:
    """The inverse of :func:`to_bytes`. Raises :class:`~analysis.tally.TallyError`."""
    try:
        raw = json.loads(zlib.decompress(data))
    except (zlib.error, ValueError) as error:
        raise TallyError("These bytes hold no tallies.") from error
    if not isinstance(raw, Mapping) or raw.get("format") != FORMAT:
        raise TallyError("These bytes hold no tallies of a known format.")
    return {wave: Tally.from_dict(body) for wave, body in raw["waves"].items()}


Counted = Iterator[tuple[Path, Tallies]]
Start = Callable[[Sequence[Path], Instrument, str | None], Counted]


@contextmanager
def _serial(_: int) -> Iterator[Start]:
    def start(paths: Sequence[Path], instrument: Instrument, weight: str | None) -> Counted:
        for path in paths:
            yield path, tally_shard(path, instrument, weight)

    yield start


@contextmanager
def _processes(workers: int) -> Iterator[Start]:
    with local_processes(workers) as pool:
        yield lambda paths, instrument, weight: in_processes(pool, paths, instrument, weight)


@contextmanager
def local_processes(
    workers: int, start: Callable[..., None] | None = None, given: tuple[Any, ...] = ()
) -> Iterator[ProcessPoolExecutor]:
    """Processes that count; what is still waiting when something goes wrong is given up.

    Each calls ``start`` with what is ``given`` before its first work."""
    # A forked child could hang on a lock of the threads that Polars keeps.
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=start, initargs=given
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def in_processes(
    pool: ProcessPoolExecutor,
    paths: Sequence[Path],
    instrument: Instrument,
    weight: str | None = None,
) -> Counted:
    """Count shards in processes that are there already, in the order given; a large one in slices,
    so that it keeps them all busy."""
    running = [
        (
            path,
            [pool.submit(tally_slice, path, instrument, weight, part) for part in slices(path)],
        )
        for path in paths
    ]
    for path, parts in running:
        try:
            yield path, _together(path, instrument, (part.result() for part in parts))
        except BrokenProcessPool as error:
            raise ShardError(f"{path.name}: a worker process died.") from error


@contextmanager
def _dask(workers: int) -> Iterator[Start]:
    with local_cluster(workers) as client:
        yield lambda paths, instrument, weight: on_cluster(client, paths, instrument, weight)


@contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """A Dask client with workers on this machine, reachable from nowhere else, with no pages."""
    try:
        distributed, dask = import_module("distributed"), import_module("dask")
    except ImportError as error:
        raise ShardError(
            "The Dask engine is not installed. Install Candour with the extra called 'scale'."
        ) from error
    no_pages: dict[str, list[str]] = {
        f"distributed.{role}.http.routes": [] for role in ("scheduler", "worker")
    }
    with (
        dask.config.set(no_pages),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host=LOOPBACK,
            dashboard_address=f"{LOOPBACK}:0",
            scheduler_kwargs={"dashboard": False},
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def on_cluster(
    client: Any, paths: Sequence[Path], instrument: Instrument, weight: str | None = None
) -> Counted:
    """Count shards on a Dask cluster that is there already, in the order given.

    Paths are sent, never rows, so a shard of a worker that died is read again by another.
    """
    running = client.map(
        tally_shard,
        list(paths),
        instrument=instrument,
        weight=weight,
        pure=False,
        retries=RETRIES,
    )
    killed = import_module("distributed").KilledWorker
    for path, future in zip(paths, running, strict=True):
        try:
            yield path, future.result()
        except killed as error:
            raise ShardError(f"{path.name}: every worker that took it died.") from error


_ENGINES: Mapping[Engine, Callable[[int], Any]] = {
    "serial": _serial,
    "processes": _processes,
    "dask": _dask,
}
