"""How the shipped coder's scores become probabilities, found once and kept with the seed corpus.

Finding it takes heads that have not seen each comment, several times the work of learning itself,
so it is done when the corpus or the codebook changes: ``python -m analysis.text.calibration``.
"""

import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.special import expit

from analysis.text.codebook import SHIPPED, Codebook, load
from analysis.text.language import WORDS
from analysis.text.learning import folds, join, thresholds, unseen_signs
from analysis.text.reading import Ints
from analysis.text.scorer import SIGNS, Joining
from analysis.text.seeds import SEEDS, seeds
from analysis.text.vocabulary import CONCEPTS, Floats

FILE = Path(__file__).parent / "calibration.toml"
STEPS = np.round(np.arange(0.3, 1.01, 0.05), 2)
SURE, PRECISE = 0.8, 0.93


def sources() -> str:
    """SHA-256 over what the calibration was found on: corpus, codebook and word lists."""
    files = (SEEDS, SHIPPED, CONCEPTS, WORDS)
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def shipped(codebook: Codebook) -> Joining:
    """The calibration shipped with Candour, by theme in the order of the codebook."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    themes = [raw["themes"][theme.id] for theme in codebook.themes]
    offsets, slopes, cuts = (
        np.array([one[key] for one in themes]) for key in ("offset", "slope", "threshold")
    )
    common = np.array([raw["signs"][name] for name in SIGNS])
    return Joining(common, offsets, slopes, cuts, raw["drawn"])


def document(codebook: Codebook) -> str:
    """The calibration found anew on the shipped corpus, as the file has it."""
    examples = seeds()
    fold = folds(examples)
    signs, labels, weights = unseen_signs(codebook, examples, fold)
    joining = join(signs, labels, weights)
    joining = replace(joining, elsewhere=drawn(signs, labels, weights, fold))
    chosen = thresholds(expit(joining.logits(signs)), labels, weights)
    joining = replace(joining, thresholds=chosen)
    lines = [
        "# Written by `python -m analysis.text.calibration`; see analysis/text/scorer.py.",
        f'sources = "{sources()}"',
        f"drawn = {joining.elsewhere:.2f}",
        "",
        "[signs]",
        *(f"{name} = {weight:.3f}" for name, weight in zip(SIGNS, joining.common, strict=True)),
        "",
        "[themes]",
    ]
    columns = (joining.offsets, joining.slopes, joining.thresholds)
    for theme, offset, slope, cut in zip(codebook.themes, *columns, strict=True):
        numbers = f"offset = {offset:.3f}, slope = {slope:.3f}, threshold = {cut:.2f}"
        lines.append(f"{theme.id} = {{ {numbers} }}")
    return "\n".join(lines) + "\n"


def drawn(signs: Floats, labels: Floats, weights: Floats, fold: Ints) -> float:
    """How far logits for a theme are drawn to one half, found on writers that were left out.

    Each writer is scored by heads and a joining that saw the others only. The greatest value is
    taken at which what would be called sure is right as often as it has to be, averaged over
    writers, however much each wrote; the least where none is.
    """
    right = []
    for one in np.unique(fold):
        inside, rest = fold == one, fold != one
        joining = join(signs[rest], labels[rest], weights[rest])
        chances = [
            expit(replace(joining, elsewhere=float(step)).logits(signs[inside])) for step in STEPS
        ]
        right.append([labels[inside][each >= SURE].mean() for each in chances])
    enough = STEPS[np.mean(right, axis=0) >= PRECISE]
    return float(enough.max(initial=STEPS[0]))


if __name__ == "__main__":
    FILE.write_text(document(load()), encoding="utf-8")
