"""How the second scorer is joined to the first: found once on the seed corpus, and shipped.

What joins the networks to the first scorer is fitted on scores of comments whose writers neither
had learnt from, so the joined scores have a calibration and thresholds of their own.

Fitting reads every seed with the model, minutes of work, so it is done when the corpus changes, by
``python -m analysis.text.fusion``, which needs the extra ``embeddings``; what it finds is shipped.
"""

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from analysis.text import minilm
from analysis.text.asked import read_question
from analysis.text.calibration import shipped, sources
from analysis.text.codebook import Codebook, load
from analysis.text.coder import Coder, first_coder
from analysis.text.kept_models import read_networks, write_networks
from analysis.text.learning import folds, thresholds, together, unseen_signs, weights_of
from analysis.text.network import VECTORS, fit_to_vectors
from analysis.text.reading import Ints
from analysis.text.scorer import SIGNS, Joining
from analysis.text.second_scorer import Fusion, SecondScorer, Vectorise, columns_of
from analysis.text.seeds import Example, seeds
from analysis.text.vocabulary import Floats

FILE = Path(__file__).parent / "fusion.toml"
QUESTIONS = FILE.with_name("seed_questions.toml")
NETWORKS = FILE.with_suffix(".npz")
DRAWS = (1, 2)
TIGHT = 2.0


def fused(coder: Coder, model: minilm.MiniLM, fusion: Fusion | None = None) -> Coder:
    """The coder with the second scorer beside its first, and the thresholds that go with both."""
    chosen = fusion or read(coder.codebook)
    joining = replace(coder.scorer.joining, thresholds=chosen.thresholds)
    second = SecondScorer(model.vectors, model.sha256, chosen)
    scorer = replace(coder.scorer, joining=joining, second=second)
    return Coder(coder.codebook, scorer, coder.lean)


def fused_coder() -> Coder:
    """The shipped coder with the second scorer; needs the extra ``embeddings``."""
    return fused(first_coder(), minilm.load())


def unseen_logits(
    vectors: Floats, about: Floats, labels: Floats, weights: Floats, part: Ints
) -> Floats:
    """What networks that have not seen a comment's part say of it (comments, themes)."""
    found = np.zeros(labels.shape)
    for one in np.unique(part):
        inside, rest = part == one, part != one
        columns = columns_of(vectors[inside], about[inside])
        for draw in DRAWS:
            given = (vectors[rest], about[rest], labels[rest], weights[rest])
            network = fit_to_vectors(*given, draw, VECTORS)
            found[inside] += network.logits(columns) / len(DRAWS)
    return found


def fit_joint(
    first: Floats, second: Floats, labels: Floats, weights: Floats
) -> tuple[float, float, Floats]:
    """a, b and c of the module's formula by logistic regression; c is held near 0 by a ridge."""

    def cost(found: Floats) -> tuple[float, Floats]:
        logits = found[0] * first + found[1] * second + found[2:]
        wrong = weights[:, None] * (expit(logits) - labels)
        loss = np.sum(weights[:, None] * (np.logaddexp(0, logits) - labels * logits))
        steep = [np.sum(wrong * first), np.sum(wrong * second)]
        shift = wrong.sum(axis=0) + TIGHT * found[2:]
        return float(loss + TIGHT / 2 * np.sum(found[2:] ** 2)), np.concatenate([steep, shift])

    start = np.concatenate([[0.5, 0.5], np.zeros(labels.shape[1])])
    found = minimize(cost, start, jac=True, method="L-BFGS-B").x
    return float(found[0]), float(found[1]), found[2:]


def fit(
    signs: Floats,
    vectors: Floats,
    labels: Floats,
    weights: tuple[Floats, Floats],
    fold: Ints,
    joining: Joining,
) -> Fusion:
    """Networks of all comments, joined as fits ``signs`` of a scorer that has not seen their fold.

    ``weights`` are those of comments for learning and for joining.
    """
    learning, judging = weights
    first, about = joining.raw(signs), signs[:, :, SIGNS.index("asked")]
    second = unseen_logits(vectors, about, labels, learning, fold)
    a, b, shifts = (np.round(part, 3) for part in fit_joint(first, second, labels, judging))
    logits = joining.drawn(a * first + b * second + shifts)
    networks = [fit_to_vectors(vectors, about, labels, learning, draw, VECTORS) for draw in DRAWS]
    cuts = thresholds(expit(logits), labels, judging)
    return Fusion(tuple(networks), float(a), float(b), shifts, cuts)


def read(codebook: Codebook) -> Fusion:
    """The fusion shipped with Candour, by theme in the order of the codebook."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    themes = [raw["themes"][theme.id] for theme in codebook.themes]
    shifts, cuts = (np.array([one[key] for one in themes], float) for key in ("shift", "threshold"))
    return Fusion(read_networks(NETWORKS), raw["first"], raw["second"], shifts, cuts)


def questions_of(codebook: Codebook, examples: Sequence[Example]) -> list[str]:
    """Words of a question for each seed that answers one about a theme, by turns; else none."""
    written = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))
    words = {
        theme: [read_question(codebook, text).words for text in some]
        for theme, some in written.items()
    }
    return [
        words[example.about][at % len(words[example.about])] if example.about else ""
        for at, example in enumerate(examples)
    ]


def found_anew(codebook: Codebook, vectorise: Vectorise) -> Fusion:
    """The fusion of the shipped corpus."""
    examples = seeds()
    fold = together(folds(examples))
    signs, labels, judging = unseen_signs(codebook, examples, fold)
    texts = [example.text for example in examples]
    vectors = vectorise(texts, questions_of(codebook, examples)).astype(float)
    weights = (weights_of(examples), judging)
    return fit(signs, vectors, labels, weights, fold, shipped(codebook))


def document(codebook: Codebook, found: Fusion) -> str:
    """All but the networks, as the file has it."""
    lines = [
        "# Written by `python -m analysis.text.fusion`; see analysis/text/fusion.py.",
        f'sources = "{sources()}"',
        f'model = "{minilm.SHA256["model.safetensors"]}"',
        f"first = {found.first}",
        f"second = {found.second}",
        "",
        "[themes]",
    ]
    for theme, shift, cut in zip(codebook.themes, found.shifts, found.thresholds, strict=True):
        lines.append(f"{theme.id} = {{ shift = {shift:.3f}, threshold = {cut:.2f} }}")
    return "\n".join(lines) + "\n"


def write(codebook: Codebook, found: Fusion) -> None:
    """Both files: numbers to be read by people, and the networks."""
    FILE.write_text(document(codebook, found), encoding="utf-8")
    write_networks(NETWORKS, found.networks)


if __name__ == "__main__":
    book = load()
    write(book, found_anew(book, minilm.load().vectors))
    sys.stdout.write(f"{FILE} and {NETWORKS} written\n")
