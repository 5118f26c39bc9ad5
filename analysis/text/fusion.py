"""How the second scorer is joined to the first: found once on the seed corpus, and shipped.

The heads are ridge logistic regressions; what joins them to the first scorer is fitted on scores of
comments whose voices neither had learnt from, so the joined scores have a calibration and
thresholds of their own.

Fitting reads a vector for every seed, minutes of work, so it is done when the corpus changes, by
``python -m analysis.text.fusion``, which needs the extra ``embeddings``; what it finds is shipped.
"""

import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from analysis.text import minilm
from analysis.text.calibration import shipped, sources
from analysis.text.codebook import Codebook, load
from analysis.text.coder import Coder, first_coder
from analysis.text.learning import folds, thresholds, unseen_signs
from analysis.text.reading import Ints
from analysis.text.scorer import Joining
from analysis.text.second_scorer import Fusion, SecondScorer, Vectorise
from analysis.text.seeds import seeds
from analysis.text.vocabulary import Floats

FILE = Path(__file__).parent / "fusion.toml"
STRENGTH = 0.3
LENGTH = 6.0
TIGHT = 2.0
PARTS = 1_000


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


def fit_heads(vectors: Floats, labels: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Ridge logistic regressions of all themes at once (L-BFGS): ``weights`` for vectors of length
    1, and offsets. ``labels`` (comments, themes), ``weights`` (comments)."""
    given = LENGTH * vectors
    width, themes = given.shape[1], labels.shape[1]

    def cost(found: Floats) -> tuple[float, Floats]:
        heads, offsets = found[:-themes].reshape(width, themes), found[-themes:]
        logits = given @ heads + offsets
        loss = np.sum(weights[:, None] * (np.logaddexp(0, logits) - labels * logits))
        wrong = weights[:, None] * (expit(logits) - labels)
        steep = given.T @ wrong + heads / STRENGTH
        size = 0.5 / STRENGTH * float(np.sum(heads**2))
        return float(loss) + size, np.concatenate([steep.ravel(), wrong.sum(axis=0)])

    start = np.concatenate([np.zeros(width * themes), np.full(themes, -2.0)])
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 120}).x
    return LENGTH * found[:-themes].reshape(width, themes), found[-themes:]


def unseen_logits(vectors: Floats, labels: Floats, weights: Floats, fold: Ints) -> Floats:
    """The heads' logits of every comment from heads that have not seen its fold."""
    found = np.zeros(labels.shape)
    for one in np.unique(fold):
        inside, rest = fold == one, fold != one
        heads, offsets = fit_heads(vectors[rest], labels[rest], weights[rest])
        found[inside] = vectors[inside] @ heads + offsets
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
    first: Floats, vectors: Floats, labels: Floats, weights: Floats, fold: Ints, joining: Joining
) -> Fusion:
    """Heads on all comments, joined as fits ``first``, logits that have not seen their fold."""
    second = unseen_logits(vectors, labels, weights, fold)
    a, b, shifts = (np.round(part, 3) for part in fit_joint(first, second, labels, weights))
    logits = joining.drawn(a * first + b * second + shifts)
    heads, offsets = fit_heads(vectors, labels, weights)
    return Fusion(
        np.round(heads * PARTS) / PARTS,
        np.round(offsets, 3),
        float(a),
        float(b),
        shifts,
        thresholds(expit(logits), labels, weights),
    )


def read(codebook: Codebook) -> Fusion:
    """The fusion shipped with Candour, by theme in the order of the codebook."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    themes = [raw["themes"][theme.id] for theme in codebook.themes]
    weights = np.array([one["weights"] for one in themes], float).T / PARTS
    offsets, shifts, cuts = (
        np.array([one[key] for one in themes], float) for key in ("offset", "shift", "threshold")
    )
    return Fusion(weights, offsets, raw["first"], raw["second"], shifts, cuts)


def document(codebook: Codebook, vectorise: Vectorise) -> str:
    """The fusion found anew on the shipped corpus, as the file has it."""
    examples = seeds()
    joining = shipped(codebook)
    fold = folds(examples)
    signs, labels, weights = unseen_signs(codebook, examples, fold)
    vectors = vectorise([example.text for example in examples]).astype(float)
    found = fit(joining.raw(signs), vectors, labels, weights, fold, joining)
    lines = [
        "# Written by `python -m analysis.text.fusion`; see analysis/text/fusion.py.",
        f'sources = "{sources()}"',
        f'model = "{minilm.SHA256["model.safetensors"]}"',
        f"first = {found.first}",
        f"second = {found.second}",
    ]
    for at, theme in enumerate(codebook.themes):
        heads = ", ".join(f"{weight * PARTS:.0f}" for weight in found.weights[:, at])
        lines += [
            "",
            f"[themes.{theme.id}]",
            f"offset = {found.offsets[at]:.3f}",
            f"shift = {found.shifts[at]:.3f}",
            f"threshold = {found.thresholds[at]:.2f}",
            f"weights = [{heads}]",
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(load(), minilm.load().vectors), encoding="utf-8")
    sys.stdout.write(f"{FILE} written\n")
