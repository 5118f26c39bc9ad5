"""How the shipped coder's scores become probabilities, found once and kept with the seed corpus.

Finding it takes heads that have not seen each comment, several times the work of learning itself,
so it is done when the corpus or the codebook changes: ``python -m analysis.text.calibration``.
"""

import hashlib
import tomllib
from pathlib import Path

import numpy as np

from analysis.text.codebook import SHIPPED, Codebook, load
from analysis.text.language import WORDS
from analysis.text.learning import folds, join, unseen_signs
from analysis.text.scorer import SIGNS, Joining
from analysis.text.seeds import SEEDS, seeds
from analysis.text.vocabulary import CONCEPTS

FILE = Path(__file__).parent / "calibration.toml"


def sources() -> str:
    """SHA-256 over what the calibration was found on: corpus, codebook and word lists."""
    files = (SEEDS, SHIPPED, CONCEPTS, WORDS)
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def shipped(codebook: Codebook) -> Joining:
    """The calibration shipped with Candour, by theme in the order of the codebook."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    themes = [raw["themes"][theme.id] for theme in codebook.themes]
    offsets, slopes, thresholds = (
        np.array([one[key] for one in themes]) for key in ("offset", "slope", "threshold")
    )
    return Joining(np.array([raw["signs"][name] for name in SIGNS]), offsets, slopes, thresholds)


def document(codebook: Codebook) -> str:
    """The calibration found anew on the shipped corpus, as the file has it."""
    examples = seeds()
    joining = join(*unseen_signs(codebook, examples, folds(examples)))
    lines = [
        "# Written by `python -m analysis.text.calibration`; see analysis/text/scorer.py.",
        f'sources = "{sources()}"',
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


if __name__ == "__main__":
    FILE.write_text(document(load()), encoding="utf-8")
