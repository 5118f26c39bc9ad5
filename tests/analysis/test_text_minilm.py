"""The numpy forward pass of MiniLM: against a slow one in float64, and against wrong files."""

import math

import numpy as np
import pytest

from analysis.text import minilm
from tests.analysis import tiny_minilm
from tests.needed import need_packages

need_packages("safetensors", "tokenizers")

TEXTS = [
    "My manager never listens.",
    "Too many cases",
    "Parking, pay, desks and chairs.",
    "",
    "we are afraid to speak",
    "Zzz never seen",
    "My manager never listens.",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def hashes(folder):
    return tiny_minilm.write(folder)


@pytest.fixture(scope="module")
def model(folder, hashes):
    return minilm.load(folder, hashes)


def slowly(given, ids, unread=0):
    """The vectors of one text in float64, a piece at a time, as the papers write it."""
    given = {name: value.astype(float) for name, value in given.items()}

    def norm(name, x):
        mean = sum(x) / len(x)
        spread = math.sqrt(sum((v - mean) ** 2 for v in x) / len(x) + 1e-12)
        scale, shift = given[f"{name}.LayerNorm.weight"], given[f"{name}.LayerNorm.bias"]
        return np.array(
            [(v - mean) / spread * a + b for v, a, b in zip(x, scale, shift, strict=True)]
        )

    def linear(name, x):
        return np.array([row @ x for row in given[f"{name}.weight"]]) + given[f"{name}.bias"]

    def gelu(x):
        return np.array([0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x])

    words, places, kinds = (
        given[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")
    )
    state = [norm("embeddings", words[i] + places[at] + kinds[0]) for at, i in enumerate(ids)]
    means = []
    for layer in range(tiny_minilm.LAYERS):
        at = f"encoder.layer.{layer}"
        asks, keys, values = (
            [linear(f"{at}.attention.self.{part}", x) for x in state]
            for part in ("query", "key", "value")
        )
        seen = []
        for ask in asks:
            parts = []
            for head in range(0, tiny_minilm.WIDTH, 32):
                own = slice(head, head + 32)
                weights = [math.exp(ask[own] @ key[own] / math.sqrt(32)) for key in keys]
                mixed = sum(w * value[own] for w, value in zip(weights, values, strict=True))
                parts.append(mixed / sum(weights))
            seen.append(linear(f"{at}.attention.output.dense", np.concatenate(parts)))
        state = [norm(f"{at}.attention.output", x + y) for x, y in zip(state, seen, strict=True)]
        inner = [gelu(linear(f"{at}.intermediate.dense", x)) for x in state]
        outer = [linear(f"{at}.output.dense", x) for x in inner]
        state = [norm(f"{at}.output", x + y) for x, y in zip(state, outer, strict=True)]
        behind = state[unread + 1 : -1] if unread else state
        mean = sum(behind) / len(behind)
        means.append(mean / math.sqrt(mean @ mean))
    return np.concatenate(means[-minilm.LAYERS_READ :])


def test_the_forward_pass_is_the_one_of_the_papers(model):
    tokenizer = tiny_minilm.tokenizer()
    tokenizer.no_padding()
    found = model.vectors(TEXTS)
    wanted = [slowly(tiny_minilm.tensors(), tokenizer.encode(text).ids) for text in TEXTS]
    assert found.shape == (len(TEXTS), tiny_minilm.LAYERS * tiny_minilm.WIDTH)
    assert np.allclose(found, wanted, atol=2e-5)
    assert np.abs(found[0] - found[1]).max() > 0.05


def test_a_question_is_read_before_its_answer_and_has_no_part_in_the_mean(model):
    tokenizer = tiny_minilm.tokenizer()
    tokenizer.no_padding()
    asked, texts = ["is the team not kind", "pay"], ["My manager never listens.", "parking is"]
    found = model.vectors(texts, asked)
    wanted = [
        slowly(tiny_minilm.tensors(), tokenizer.encode(f"{one} {text}").ids, count)
        for one, text, count in zip(asked, texts, (5, 1), strict=True)
    ]
    assert len(tokenizer.encode(asked[0]).tokens) == 5 + 2
    assert np.allclose(found, wanted, atol=2e-5)
    assert not np.allclose(found, model.vectors(texts), atol=1e-2)
    assert np.array_equal(model.vectors(texts, ["", ""]), model.vectors(texts))


def test_a_question_that_leaves_no_room_for_the_answer_is_read_alone(model):
    long = "team " * 300
    assert np.isfinite(model.vectors(["pay", ""], [long, "parking"])).all()
    assert np.allclose(model.vectors(["pay"], [long]), model.vectors([long]), atol=1e-6)


def test_of_more_layers_the_last_ones_are_read(folder, hashes, monkeypatch):
    both = minilm.load(folder, hashes).vectors(TEXTS)
    monkeypatch.setattr(minilm, "LAYERS_READ", 1)
    last = minilm.load(folder, hashes)
    assert last.width == tiny_minilm.WIDTH
    assert np.array_equal(last.vectors(TEXTS), both[:, tiny_minilm.WIDTH :])


def test_a_comment_has_the_same_vector_alone_and_among_others(model):
    together = model.vectors(TEXTS)
    alone = np.vstack([model.vectors([text]) for text in TEXTS])
    turned = model.vectors(TEXTS[::-1])[::-1]
    assert np.allclose(together, alone, atol=1e-6)
    assert np.allclose(together, turned, atol=1e-6)
    assert model.vectors([]).shape == (0, model.width)


def test_no_more_than_256_pieces_are_read_and_none_are_padding(model):
    long = "team " * 254
    assert np.allclose(model.vectors([long]), model.vectors([long + "pay " * 50]))
    assert not np.allclose(model.vectors([long]), model.vectors(["team " * 253 + "pay"]), atol=1e-4)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_file_that_is_not_the_right_one_is_refused_by_name(folder, hashes, tmp_path, name):
    for other in hashes:
        (tmp_path / other).write_bytes((folder / other).read_bytes())
    minilm.load(tmp_path, hashes)
    changed = bytearray((tmp_path / name).read_bytes())
    changed[-20] ^= 1
    (tmp_path / name).write_bytes(changed)
    with pytest.raises(minilm.WrongModelError, match=f"{name} is not the file"):
        minilm.load(tmp_path, hashes)


def test_files_are_checked_against_what_candour_was_tried_with(folder, hashes):
    assert set(minilm.SHA256) == set(hashes)
    with pytest.raises(minilm.WrongModelError):
        minilm.load(folder)
