"""The shipped coder's models, and how their scores become probabilities: found once and kept.

Finding them takes minutes, for what joins them has to be found with models that have not seen each
comment; and another machine may round sums otherwise. So it is done when the corpus, the codebook
or a word list changes: ``python -m analysis.text.calibration``.
"""

import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.special import expit

from analysis.text.codebook import SHIPPED, Codebook, load
from analysis.text.kept_models import read_heads, read_networks, write_heads, write_networks
from analysis.text.language import WORDS
from analysis.text.learning import folds, join, thresholds, together, train, unseen_signs
from analysis.text.network import Network
from analysis.text.reading import Bools, Ints
from analysis.text.scorer import SIGNS, Heads, Joining
from analysis.text.seeds import SEEDS, seeds
from analysis.text.vocabulary import CONCEPTS, Floats, Vocabulary

FILE = Path(__file__).parent / "calibration.toml"
HEADS, NETWORK = FILE.with_name("heads.npz"), FILE.with_name("network.npz")
STEPS = np.round(np.arange(0.2, 1.01, 0.05), 2)
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


class StaleError(Exception):
    """The models that are kept are not those of the coder's words or of its calibration."""


def shipped_models(vocabulary: Vocabulary) -> tuple[Heads, Network]:
    """Those shipped with Candour; raises :class:`StaleError` unless they are of this
    ``vocabulary`` and the ones that the calibration goes with."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    if (raw["columns"], raw["models"]) != (vocabulary.sha256, models_hash()):
        raise StaleError(
            "The corpus, the codebook or a word list has changed since the coder's models were "
            "found, or they were not all found together. Find them anew: "
            "python -m analysis.text.calibration"
        )
    (network,) = read_networks(NETWORK)
    return read_heads(HEADS), network


def models_hash() -> str:
    """SHA-256 over the files of the models that are kept."""
    return hashlib.sha256(HEADS.read_bytes() + NETWORK.read_bytes()).hexdigest()


def document(codebook: Codebook, vocabulary: Vocabulary) -> str:
    """The calibration found anew on the shipped corpus, as the file has it, with the models that
    are kept."""
    examples = seeds()
    fold = folds(examples)
    signs, labels, weights = unseen_signs(codebook, examples, together(fold))
    joining = join(signs, labels, weights)
    unseen = unseen_logits(signs, labels, weights, fold)
    plain = np.array([example.plain for example in examples])
    joining = replace(joining, elsewhere=drawn(unseen, labels, fold, plain))
    chosen = thresholds(expit(joining.logits(signs)), labels, weights)
    joining = replace(joining, thresholds=chosen)
    lines = [
        "# Written by `python -m analysis.text.calibration`; see analysis/text/scorer.py.",
        f'sources = "{sources()}"',
        f'columns = "{vocabulary.sha256}"',
        f'models = "{models_hash()}"',
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


def unseen_logits(signs: Floats, labels: Floats, weights: Floats, fold: Ints) -> Floats:
    """Logits of each writer's comments by a joining that saw the other writers only, not drawn."""
    found = np.zeros(labels.shape)
    for one in np.unique(fold):
        inside, rest = fold == one, fold != one
        found[inside] = join(signs[rest], labels[rest], weights[rest]).raw(signs[inside])
    return found


def drawn(logits: Floats, labels: Floats, fold: Ints, plain: Bools) -> float:
    """How far logits for a theme are drawn to one half, found on writers that were left out.

    The greatest value is taken at which what would be called sure is right as often as it has to
    be both among those who write plainly and among those who write to mislead, averaged over the
    writers of each manner, however much each wrote; the least where none is. Nobody knows which of
    them an organisation's people will be like. A writer with no such code is left out.
    """
    enough = [STEPS[0]]
    for step in STEPS:
        sure = expit(np.where(logits > 0, step * logits, logits)) >= SURE
        right = {
            one: labels[fold == one][sure[fold == one]].mean()
            for one in np.unique(fold[sure.any(axis=1)])
        }
        manners = [
            [right[one] for one in np.unique(fold[plain == manner]) if one in right]
            for manner in (False, True)
        ]
        if all(not some or np.mean(some) >= PRECISE for some in manners):
            enough.append(step)
    return float(max(enough))


if __name__ == "__main__":
    book = load()
    scorer, _ = train(book, seeds(), shipped(book))
    write_heads(HEADS, scorer.heads)
    write_networks(NETWORK, [scorer.network])
    FILE.write_text(document(book, scorer.vocabulary), encoding="utf-8")
