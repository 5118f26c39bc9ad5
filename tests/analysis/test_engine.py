"""Shards counted by every engine: the same tally, only sums, and all or nothing."""

import os
import pickle
import signal
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import polars as pl
import psutil
import pytest

from analysis import engine
from analysis.__main__ import main
from analysis.counting import shards
from analysis.engine import ShardError, tally_shard, tally_shards
from analysis.instrument import bundled
from analysis.tally import Tally, TallyError, count
from tests.analysis.made import X, answers, flat, instrument, wave

UNITS = flat(("east", 400), ("west", 300), ("north", 90))
BOOK = instrument()


def rows(seed, n=60):
    drawn = answers({"east": n, "west": n // 2, "north": 3}, seed)
    return [*drawn, ("east", None, X, 5)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six shards of two waves."""
    where = tmp_path_factory.mktemp("shards")
    waves = [wave(rows(seed), UNITS, id=f"w{seed}") for seed in (1, 2)]
    return shards.write(where, waves, rows=32)


@pytest.fixture(scope="module")
def heavy(folder, tmp_path_factory):
    """The same shards with a column of weights."""
    where = tmp_path_factory.mktemp("heavy")
    rng = np.random.default_rng(1)
    paths = []
    for path in folder:
        table = pl.read_parquet(path)
        paths.append(where / path.name)
        table.with_columns(pl.Series("w", rng.uniform(0.2, 4, table.height))).write_parquet(
            paths[-1]
        )
    return paths


@pytest.fixture(scope="module")
def cluster():
    """Two Dask workers that listen on this machine alone."""
    with engine.local_cluster(2) as client:
        yield client


def test_shards_add_up_to_the_waves_they_were_cut_from(folder):
    found = tally_shards(folder, BOOK)
    assert list(found) == ["w1", "w2"]
    for seed in (1, 2):
        whole = count(wave(rows(seed), UNITS, id="w"), BOOK).tally
        # The whole organisation has no answers of its own, so no shard knows it.
        assert (
            Tally.of(wave([], UNITS, items=3).responses, whole.units, BOOK) + (found[f"w{seed}"])
            == whole
        )


def test_rows_of_two_waves_in_one_shard_are_kept_apart(tmp_path, folder):
    path = tmp_path / "both.parquet"
    pl.concat([pl.read_parquet(part) for part in folder]).write_parquet(path, row_group_size=32)
    assert tally_shard(path, BOOK) == tally_shards(folder, BOOK)


def test_a_shard_larger_than_a_batch_is_counted_whole(tmp_path, monkeypatch):
    table = wave(rows(3, n=2000), UNITS, id="w3")
    (path,) = shards.write(tmp_path, [table])
    whole = tally_shard(path, BOOK)["w3"]
    monkeypatch.setattr(shards, "ROWS_AT_ONCE", 100)
    seen = [batch.height for _, batch in shards.batches(path, BOOK)]
    assert max(seen) <= 100
    assert sum(seen) == table.responses.height
    assert tally_shard(path, BOOK)["w3"] == whole


def test_every_engine_gives_the_same_to_the_last_bit(heavy, cluster, monkeypatch):
    monkeypatch.setattr(engine, "local_cluster", lambda workers: nullcontext(cluster))
    found = {
        name: engine.to_bytes(tally_shards(heavy, BOOK, weight="w", engine=name), BOOK)
        for name in engine.ENGINES
    }
    assert found["processes"] == found["serial"]
    assert found["dask"] == found["serial"]


def test_a_killed_worker_changes_nothing(folder, cluster):
    many = folder * 6
    pids = list(cluster.run(os.getpid).values())
    found = []
    for done, (_, tallies) in enumerate(engine.on_cluster(cluster, many, BOOK), start=1):
        if done == 2:
            os.kill(pids[0], signal.SIGKILL)
        found.append(tallies)
    assert found == [tally_shard(path, BOOK) for path in folder] * 6
    cluster.wait_for_workers(2, timeout=60)
    assert pids[0] not in cluster.run(os.getpid).values()


def test_a_cluster_listens_on_this_machine_alone(cluster):
    mine = [os.getpid(), *cluster.run(os.getpid).values()]
    listening = [
        connection.laddr.ip
        for pid in mine
        for connection in psutil.Process(pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 3
    assert set(listening) == {"127.0.0.1"}


def parts(thing):
    """Everything inside what a worker sends back."""
    yield thing
    if isinstance(thing, dict):
        inside = [*thing.keys(), *thing.values()]
    elif isinstance(thing, tuple | list):
        inside = list(thing)
    elif hasattr(thing, "__dataclass_fields__"):
        inside = [getattr(thing, name) for name in thing.__dataclass_fields__]
    else:
        inside = []
    for one in inside:
        yield from parts(one)


def test_only_sums_leave_a_worker(tmp_path):
    sizes = []
    for n in (2_000, 20_000):
        (path,) = shards.write(tmp_path, [wave(rows(4, n), UNITS, id=f"n{n}")])
        sent = tally_shard(path, BOOK)
        height = pl.read_parquet(path).height
        for part in parts(sent):
            assert isinstance(part, dict | tuple | str | int | np.ndarray | type(None)) or hasattr(
                part, "__dataclass_fields__"
            )
            if isinstance(part, np.ndarray):
                assert part.dtype in (np.int64, np.float64)
                assert part.base is None or part.base.size < height  # no view of the rows
                assert height not in part.shape
        sizes.append(len(pickle.dumps(sent)))
    assert sizes[1] < 1.02 * sizes[0]
    assert sizes[1] < 20_000


def test_progress_names_each_shard(folder):
    told = []
    tally_shards(folder, BOOK, progress=lambda path, done, all: told.append((path, done, all)))
    assert told == [(path, i, len(folder)) for i, path in enumerate(folder, start=1)]


def spoil(how, path):
    table = pl.read_parquet(path)
    match how:
        case "rubbish":
            path.write_bytes(b"no parquet")
        case "gone":
            path.unlink()
        case "column":
            table.drop("b").write_parquet(path)
        case "stranger":
            table.with_columns(name=pl.lit("Ann")).write_parquet(path)
        case "range":
            table.with_columns(pl.lit(9, dtype=pl.Int8).alias("b")).write_parquet(path)
        case "float":
            table.with_columns(pl.lit(float("nan")).alias("b")).write_parquet(path)
        case "unit":
            table.with_columns(pl.lit(None, dtype=pl.String).alias("unit")).write_parquet(path)
        case "wave":
            table.with_columns(pl.lit(None, dtype=pl.String).alias("wave")).write_parquet(path)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("rubbish", "could not be read"),
        ("gone", "could not be read"),
        ("column", "the columns b are missing"),
        ("stranger", "nobody knows the columns name"),
        ("range", "wave w2, item b: .* answers are out of range"),
        ("float", "Item b: some answers are no whole numbers"),
        ("unit", "name no group"),
        ("wave", "name no wave"),
    ],
)
def test_a_bad_shard_is_named_and_stops_everything(tmp_path, how, said):
    paths = shards.write(tmp_path, [wave(rows(seed), UNITS, id=f"w{seed}") for seed in (1, 2)])
    spoil(how, paths[-1])
    with pytest.raises(ShardError, match=f"{paths[-1].name}.*{said}"):
        tally_shards(paths, BOOK)


def test_a_bad_shard_is_named_by_a_cluster(tmp_path, folder, cluster):
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"no parquet")
    with pytest.raises(ShardError, match="bad.parquet"):
        list(engine.on_cluster(cluster, [*folder[:2], bad], BOOK))


def fall(*_):
    os._exit(1)


def test_a_process_that_dies_is_said(folder, monkeypatch):
    monkeypatch.setattr(engine, "tally_slice", fall)
    with pytest.raises(ShardError, match=f"{folder[0].name}: a worker process died"):
        tally_shards(folder[:1], BOOK, engine="processes", workers=1)


def test_a_shard_named_twice_is_refused(folder):
    with pytest.raises(ShardError, match="named twice"):
        tally_shards([*folder, folder[0]], BOOK)


def test_tallies_come_back_from_their_bytes(heavy):
    found = tally_shards(heavy, BOOK, weight="w")
    assert engine.from_bytes(engine.to_bytes(found, BOOK)) == found
    for data in (b"", b"rubbish", b"x\x9c\x03\x00\x00\x00\x00\x01"):
        with pytest.raises(TallyError):
            engine.from_bytes(data)


def test_dask_that_is_not_installed_is_asked_for(folder, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(engine, "import_module", missing)
    with pytest.raises(ShardError, match="scale"):
        tally_shards(folder, BOOK, engine="dask")


def test_the_command_counts_shards_into_a_file(tmp_path, capsys):
    book = bundled("candour-core")
    blank = pl.DataFrame(
        {"unit": ["east"] * 30, **{item.id: [None] * 30 for item in book.ratings}},
        schema={"unit": pl.String, **{item.id: pl.Int8 for item in book.ratings}},
    )
    empty = replace(wave([], flat(("east", 40)), items=1), responses=blank)
    paths, out = shards.write(tmp_path, [empty], rows=20), tmp_path / "tallies"
    command = ["tally", *map(str, paths), "--instrument", "candour-core", "--out", str(out)]
    assert main(command) == 0
    assert "1 of 2" in capsys.readouterr().err
    kept = out.read_bytes()
    assert engine.from_bytes(kept)["w"].responses.tolist() == [30]
    paths[1].write_bytes(b"no parquet")
    assert main(command) == 2
    assert paths[1].name in capsys.readouterr().err
    assert out.read_bytes() == kept
