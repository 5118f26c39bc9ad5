"""A small model with random weights, in the files and the form of the one that Candour can use."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.text.network import Network
from analysis.text.second_scorer import Fusion

WRITTEN = """manager never listen ##s help ##ed team desk chair ##load case too many the my is are
not afraid to speak pay parking and we no time for . , ?"""
WORDS = WRITTEN.split()
WIDTH, INNER, LAYERS, PLACES = 64, 96, 2, 300
COLUMNS = LAYERS * WIDTH


def tensors(seed=1):
    """Random weights by their name in the file, float32."""
    rng = np.random.default_rng(seed)
    found = {}

    def linear(name, rows, columns):
        found[f"{name}.weight"] = rng.normal(0, 0.2, (rows, columns))
        found[f"{name}.bias"] = rng.normal(0, 0.2, rows)

    def norm(name):
        found[f"{name}.LayerNorm.weight"] = rng.normal(1, 0.2, WIDTH)
        found[f"{name}.LayerNorm.bias"] = rng.normal(0, 0.2, WIDTH)

    for kind, rows in (("word", len(WORDS) + 4), ("position", PLACES), ("token_type", 2)):
        found[f"embeddings.{kind}_embeddings.weight"] = rng.normal(0, 1, (rows, WIDTH))
    norm("embeddings")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            linear(f"{at}.attention.{part}", WIDTH, WIDTH)
        norm(f"{at}.attention.output")
        linear(f"{at}.intermediate.dense", INNER, WIDTH)
        linear(f"{at}.output.dense", WIDTH, INNER)
        norm(f"{at}.output")
    linear("pooler.dense", WIDTH, WIDTH)
    return {name: value.astype(np.float32) for name, value in found.items()}


def tokenizer():
    """Pieces of words; as in the real file, short texts are padded and long ones cut at 128."""
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordPiece

    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
    number = {piece: place for place, piece in enumerate(pieces)}
    made = Tokenizer(WordPiece(number, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made.enable_padding(length=128)
    made.enable_truncation(128)
    return made


def write(folder: Path) -> dict[str, str]:
    """Write both files; gives the hash of each."""
    from safetensors.numpy import save_file

    save_file(tensors(), folder / "model.safetensors")
    tokenizer().save(str(folder / "tokenizer.json"))
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("model.safetensors", "tokenizer.json")
    }


def some_network(coder, seed=3, hidden=7):
    """A network with random weights for the vectors of the small model."""
    rng = np.random.default_rng(seed)
    themes = len(coder.themes)
    inner = rng.normal(0, 1, (COLUMNS + themes, hidden))
    return Network(inner, rng.normal(0, 1, hidden), rng.normal(0, 1, (hidden, themes)), inner[0])


def numbers(coder, first=1.0, second=0.0, networks=None, shift=0.0):
    """How a second scorer is joined: by these numbers, the same for every theme."""
    themes = len(coder.themes)
    given = tuple(
        replace(each, outer_offsets=np.zeros(themes)) for each in networks or [some_network(coder)]
    )
    return Fusion(given, first, second, np.full(themes, shift), np.full(themes, 0.4))
