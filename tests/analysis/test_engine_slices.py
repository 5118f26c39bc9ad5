"""A large shard is counted in slices, in several processes: added in the order of the rows."""

import numpy as np
import polars as pl
import pytest

from analysis.counting import shards
from analysis.engine import in_processes, local_processes, tally_shard, to_bytes
from tests.analysis.made import answers, instrument, wave

BOOK = instrument()


@pytest.fixture
def shard(tmp_path):
    """Two waves of weighted answers."""
    tables = []
    for name in ("w1", "w2"):
        rows = answers({"east": 90, "west": 40}, len(tables))
        tables.append(wave(rows).responses.select(pl.lit(name).alias(shards.WAVE), pl.all()))
    table = pl.concat(tables)
    weights = np.random.default_rng(1).uniform(0.2, 4, table.height)
    path = tmp_path / "shard.parquet"
    table.with_columns(pl.Series("w", weights)).write_parquet(path, row_group_size=20)
    return path


@pytest.mark.parametrize("rows", [30, 70, 260])
def test_slices_counted_by_processes_give_the_same_to_the_last_bit(shard, monkeypatch, rows):
    monkeypatch.setattr(shards, "SLICE", rows)
    alone = to_bytes(tally_shard(shard, BOOK, "w"), BOOK)
    with local_processes(2) as pool:
        ((_, found),) = in_processes(pool, [shard], BOOK, "w")
    assert to_bytes(found, BOOK) == alone


def test_slices_leave_no_row_out_and_count_none_twice(shard, monkeypatch):
    monkeypatch.setattr(shards, "SLICE", 70)
    assert [start for start, _ in shards.slices(shard)] == [0, 70, 140, 210]
    assert {wave: int(t.responses.sum()) for wave, t in tally_shard(shard, BOOK, "w").items()} == {
        "w1": 130,
        "w2": 130,
    }


def test_rows_of_a_wave_come_together_up_to_the_limit(shard, monkeypatch):
    monkeypatch.setattr(shards, "ROWS_AT_ONCE", 30)
    parts = [(name, rows.height) for name, rows in shards.batches(shard, BOOK, "w")]
    assert max(rows for _, rows in parts) <= shards.ROWS_AT_ONCE
    for name in ("w1", "w2"):
        mine = [rows for wave_id, rows in parts if wave_id == name]
        assert sum(mine) == 130
        # No two neighbours would have fitted into one part.
        assert all(a + b > shards.ROWS_AT_ONCE for a, b in zip(mine, mine[1:], strict=False))
