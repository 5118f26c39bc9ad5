"""Models as they are kept in files: nearly all their numbers in one byte each.

A weight w in column j of a matrix is kept as round(w / sⱼ), with sⱼ the largest of the column over
127.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.text.network import Network
from analysis.text.scorer import Heads
from analysis.text.vocabulary import Floats

MOST = 127
Arrays = dict[str, NDArray[np.int8] | NDArray[np.float32]]


def in_bytes(matrix: Floats) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The matrix in bytes, and the scale of each column; a column of noughts has scale 1.

    >>> in_bytes(np.array([[2.54, 0.0], [-1.0, 0.0]]))[0].tolist()
    [[127, 0], [-50, 0]]
    """
    largest = np.abs(matrix).max(axis=0)
    scale = (np.where(largest > 0, largest, MOST) / MOST).astype(np.float32)
    return np.clip(np.round(matrix / scale), -MOST, MOST).astype(np.int8), scale


def write_networks(path: Path, networks: Iterable[Network]) -> None:
    """Write them, in order."""
    arrays: Arrays = {}
    for number, one in enumerate(networks):
        inner, scale = in_bytes(one.inner)
        arrays |= {f"{number}_0": inner, f"{number}_1": scale}
        for place, part in enumerate(one.parts[1:], 2):
            arrays[f"{number}_{place}"] = part.astype(np.float32)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def read_networks(path: Path) -> tuple[Network, ...]:
    """The networks of a file, in order; nothing but numbers is read from it."""
    with np.load(path, allow_pickle=False) as kept:
        numbers = sorted({int(name.split("_")[0]) for name in kept.files})
        several = [
            [kept[f"{number}_{place}"].astype(float) for place in range(5)] for number in numbers
        ]
    return tuple(Network(inner * scale, *rest) for inner, scale, *rest in several)


def write_heads(path: Path, heads: Heads) -> None:
    """Write one set of heads."""
    weights, scale = in_bytes(heads.weights)
    offsets = heads.offsets.astype(np.float32)
    np.savez_compressed(path, allow_pickle=False, weights=weights, scale=scale, offsets=offsets)


def read_heads(path: Path) -> Heads:
    """The heads of a file."""
    with np.load(path, allow_pickle=False) as kept:
        weights, scale, offsets = (
            kept[name].astype(float) for name in ("weights", "scale", "offsets")
        )
    return Heads(weights * scale, offsets)
