"""How much of a theme set phrases find, and what coding themes of one's own costs.

Each shipped theme is played as if it were an organisation's own: a few of its phrases, drawn at
random, are all that the software knows of it. Shipped themes are wide, and their phrases were
chosen by people who had read much, so a narrow subject may do better and hasty phrases worse.
"""

import argparse
import time
from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from analysis.text.codebook import Codebook, load
from analysis.text.coder import Coder, first_coder
from analysis.text.own_codebook import OwnCodebook, OwnTheme
from analysis.text.own_coder import MENTION, Finder, with_own
from analysis.text.seeds import seeds
from benchmarks import machine
from benchmarks.telling import say
from benchmarks.text_scores import DATA, labels, real

PHRASES = (5, 10, 20, 40)
DRAWS = 5
SEEDS = 3_000


def played(book: Codebook, phrases: int, draw: int) -> OwnCodebook:
    """Every shipped theme with so many of its own telling phrases."""
    rng = Random(draw)  # noqa: S311  no secret
    themes = []
    for theme in book.themes:
        known = [one for kind in ("strong", "plain") for one in theme.words.get(kind, ())]
        rng.shuffle(known)
        themes.append(OwnTheme(theme.id, theme.title, phrases=tuple(known[:phrases])))
    return OwnCodebook("1", themes=tuple(themes))


def found(coder: Coder, texts: Sequence[str], truth: Any, counts: Any, phrases: int) -> str:
    """Precision and recall over all themes and draws."""
    both = said = there = 0
    for draw in range(DRAWS):
        chances = Finder(played(coder.codebook, phrases, draw)).scores(coder, texts)
        mentioned = (chances >= MENTION) & counts
        both += (mentioned & truth).sum()
        said += mentioned.sum()
        there += (truth & counts).sum()
    return f"precision {both / said:.2f}, recall {both / there:.2f}"


def speed(coder: Coder, texts: Sequence[str]) -> float:
    """Comments a second of processor time."""
    begun = time.process_time()
    coder.code_all(texts)
    return len(texts) / (time.process_time() - begun)


def main(given: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="own_themes", description=__doc__)
    parser.parse_args(given)
    say(machine.describe("numpy", "scipy"))
    coder = first_coder()
    plain = [seed for seed in seeds() if seed.plain]
    some = Random(1).sample(plain, SEEDS)  # noqa: S311  no secret
    texts = [seed.text for seed in some]
    coded = [{code.theme for code in seed.codes} for seed in some]
    truth = np.array([[theme in codes for theme in coder.themes] for codes in coded])
    for phrases in PHRASES:
        line = found(coder, texts, truth, np.ones(truth.shape, bool), phrases)
        say(f"{phrases} phrases, seeds: {line}")
        if DATA.exists():
            rows, comments, _ = real(coder)
            line = found(coder, comments, *labels(rows, coder.themes), phrases)
            say(f"{phrases} phrases, {len(rows)} real comments: {line}")
    own = with_own(coder, OwnCodebook("1", themes=(played(load(), 40, 0).themes[9],)))
    rates = [(speed(coder, texts), speed(own, texts)) for _ in range(3)]
    alone, beside = (max(rate) for rate in zip(*rates, strict=True))
    say(f"own theme: {beside:,.0f}/s, {beside / alone:.2f} of without")
