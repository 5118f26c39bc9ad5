"""Batches coded one after another, in several processes, or on a Dask cluster: the same lines."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from typing import Any

from analysis.coding.lines import Batch, Lines, LineWriter
from analysis.dataset import DataError
from analysis.engine import Engine, local_cluster, local_processes

AHEAD = 2
DIED = "A worker process died. Nothing was written; try again with fewer workers."


def write_lines(
    batches: Iterable[Batch], writer: LineWriter, engine: Engine, workers: int
) -> Iterator[Lines]:
    """The lines of each batch, in the order of the batches.

    No more than two batches a worker are under way, so a file of any length fits into memory.
    Raises :class:`~analysis.dataset.DataError` where a worker died.
    """
    return _ENGINES[engine](batches, writer, workers)


def _serial(batches: Iterable[Batch], writer: LineWriter, _: int) -> Iterator[Lines]:
    return map(writer.write, batches)


def _processes(batches: Iterable[Batch], writer: LineWriter, workers: int) -> Iterator[Lines]:
    with local_processes(workers, _keep, (writer,)) as pool:
        try:
            yield from _in_order(batches, lambda batch: pool.submit(_write, batch), workers)
        except BrokenProcessPool as error:
            raise DataError([DIED]) from error


def _dask(batches: Iterable[Batch], writer: LineWriter, workers: int) -> Iterator[Lines]:
    with local_cluster(workers) as client:
        killed = import_module("distributed").KilledWorker
        kept = client.scatter(writer, broadcast=True, hash=False)
        try:
            yield from _in_order(
                batches,
                lambda batch: client.submit(LineWriter.write, kept, batch, pure=False),
                workers,
            )
        except killed as error:
            raise DataError([DIED]) from error


_ENGINES: dict[Engine, Callable[[Iterable[Batch], LineWriter, int], Iterator[Lines]]] = {
    "serial": _serial,
    "processes": _processes,
    "dask": _dask,
}


def _in_order(
    batches: Iterable[Batch], submit: Callable[[Batch], Any], workers: int
) -> Iterator[Lines]:
    running: deque[Any] = deque()
    for batch in batches:
        running.append(submit(batch))
        if len(running) >= AHEAD * workers:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


_kept: list[LineWriter] = []


def _keep(writer: LineWriter) -> None:
    """Each process gets the coder once, not with every batch."""
    _kept[:] = [writer]


def _write(batch: Batch) -> Lines:
    return _kept[0].write(batch)
