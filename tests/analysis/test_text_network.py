"""The network of themes that reads words, and the files in which models are kept."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from threadpoolctl import threadpool_limits

from analysis.text import calibration
from analysis.text.calibration import StaleError, shipped_models
from analysis.text.codebook import load
from analysis.text.coder import first_coder
from analysis.text.kept_models import read_heads, read_networks, write_heads, write_networks
from analysis.text.learning import Rows, fit_heads, vocabulary_of
from analysis.text.network import WORDS, averaged, fit_network
from analysis.text.seeds import seeds

FEW = replace(WORDS, hidden=24, rounds=40, left_out=0.05)
WIDE = 300


def beside(count, seed=1):
    """Comments of six words of 300. The first theme: of the first two words exactly one is there,
    which no sum of weights tells. The second: the third word is there."""
    rng = np.random.default_rng(seed)
    held = np.zeros((count, WIDE), np.float32)
    for row in held:
        row[rng.choice(np.arange(3, WIDE), 4, replace=False)] = 0.4
    held[:, :3] = 0.4 * (rng.random((count, 3)) < 0.5)
    there = held[:, :3] > 0
    labels = np.stack([there[:, 0] ^ there[:, 1], there[:, 2]], axis=1).astype(float)
    return sparse.csr_array(held), labels


def right(found, seed=2):
    columns, labels = beside(1_000, seed)
    return ((found.logits(columns) > 0) == labels).mean(axis=0)


@pytest.fixture(scope="module")
def learnt():
    columns, labels = beside(5_000)
    return fit_network(columns, labels, np.ones(5_000), 1, FEW)


def test_a_network_learns_what_a_word_says_beside_another_and_heads_do_not(learnt):
    columns, labels = beside(5_000)
    heads = fit_heads(Rows(columns.astype(float), labels, np.ones(5_000)))
    assert right(heads)[0] < 0.6
    assert right(learnt)[0] > 0.95
    assert min(right(heads)[1], right(learnt)[1]) > 0.99


def test_rows_of_no_weight_teach_nothing():
    columns, labels = beside(4_000)
    half = np.arange(4_000) % 2
    wrong = np.where(half[:, None] == 1, 1 - labels, labels)
    found = fit_network(columns, wrong, 1.0 - half, 1, FEW)
    assert right(found)[1] > 0.99


def test_a_network_is_the_same_with_one_thread_and_with_two():
    columns, labels = beside(600)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(fit_network(columns, labels, np.ones(600), 1, replace(WORDS, rounds=2)))
    assert all(np.array_equal(*parts) for parts in zip(*(one.parts for one in found), strict=True))


def test_the_mean_of_two_networks_says_the_mean_of_what_they_say(learnt):
    columns, labels = beside(800)
    other = fit_network(columns, labels, np.ones(800), 2, replace(FEW, hidden=10))
    both = averaged([learnt, other])
    mean = (learnt.logits(columns) + other.logits(columns)) / 2
    assert np.allclose(both.logits(columns), mean)
    assert both.inner.shape == (WIDE, 34)


def test_models_that_are_kept_are_read_again_nearly_as_they_were(learnt, tmp_path):
    columns, labels = beside(5_000)
    heads = fit_heads(Rows(columns.astype(float), labels, np.ones(5_000)))
    write_networks(tmp_path / "network.npz", [learnt, averaged([learnt, learnt])])
    write_heads(tmp_path / "heads.npz", heads)
    one, two = read_networks(tmp_path / "network.npz")
    for found, wanted in (
        (one, learnt),
        (two, learnt),
        (read_heads(tmp_path / "heads.npz"), heads),
    ):
        apart = np.abs(found.logits(columns) - wanted.logits(columns))
        assert 0 < apart.max() < 0.1 * np.abs(wanted.logits(columns)).max()
    again = tmp_path / "again.npz"
    write_networks(again, [one, two])
    assert again.read_bytes() == (tmp_path / "network.npz").read_bytes()


def test_models_of_other_words_are_refused_and_it_is_said_what_to_do():
    with pytest.raises(StaleError, match=r"python -m analysis\.text\.calibration"):
        shipped_models(vocabulary_of(load(), seeds()[::50]))


def test_a_model_that_the_calibration_does_not_go_with_is_refused(tmp_path, monkeypatch):
    vocabulary = first_coder().scorer.vocabulary
    assert shipped_models(vocabulary)[1].inner.shape[0] == vocabulary.columns
    heads = read_heads(calibration.HEADS)
    write_heads(tmp_path / "heads.npz", replace(heads, offsets=heads.offsets + 0.5))
    monkeypatch.setattr(calibration, "HEADS", tmp_path / "heads.npz")
    with pytest.raises(StaleError, match="not all found together"):
        shipped_models(vocabulary)


def test_what_is_shipped_has_a_row_for_each_column_and_a_column_for_each_theme():
    themes = len(load().themes)
    (network,) = read_networks(calibration.NETWORK)
    heads = read_heads(calibration.HEADS)
    assert heads.weights.shape[1] == network.outer.shape[1] == themes
    assert heads.weights.shape[0] == network.inner.shape[0]
    assert np.isfinite(heads.weights).all()
    assert all(np.isfinite(part).all() for part in network.parts)
