"""Parts of a shard counted on several threads: added in the order of the rows all the same."""

import numpy as np
import polars as pl
import pytest

from analysis.counting import shards
from analysis.engine import tally_shard, to_bytes
from tests.analysis.made import answers, instrument, wave

BOOK = instrument()


@pytest.fixture
def shard(tmp_path, monkeypatch):
    """Two waves of weighted answers, thirty rows at a time."""
    monkeypatch.setattr(shards, "ROWS_AT_ONCE", 30)
    tables = []
    for name in ("w1", "w2"):
        rows = answers({"east": 90, "west": 40}, len(tables))
        tables.append(wave(rows).responses.select(pl.lit(name).alias(shards.WAVE), pl.all()))
    table = pl.concat(tables)
    weights = np.random.default_rng(1).uniform(0.2, 4, table.height)
    path = tmp_path / "shard.parquet"
    table.with_columns(pl.Series("w", weights)).write_parquet(path, row_group_size=20)
    return path


def test_any_number_of_threads_gives_the_same_to_the_last_bit(shard):
    found = {to_bytes(tally_shard(shard, BOOK, "w", threads=n), BOOK) for n in (1, 2, 5)}
    assert len(found) == 1


def test_rows_of_a_wave_come_together_up_to_the_limit(shard):
    parts = [(name, rows.height) for name, rows in shards.batches(shard, BOOK, "w")]
    assert max(rows for _, rows in parts) <= shards.ROWS_AT_ONCE
    for name in ("w1", "w2"):
        mine = [rows for wave_id, rows in parts if wave_id == name]
        assert sum(mine) == 130
        # No two neighbours would have fitted into one part.
        assert all(a + b > shards.ROWS_AT_ONCE for a, b in zip(mine, mine[1:], strict=False))
