"""How right and how fast the coder of comments is, from nothing and after learning.

On real comments (:mod:`benchmarks.text_scores`); what an organisation's own codes teach can be
tried further with ``python -m benchmarks own_codes``.
"""

import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from analysis.text.asked import goes_on
from analysis.text.coder import Coder, Question, first_coder
from analysis.text.direction import DIRECTIONS
from analysis.text.fusion import fused_coder
from analysis.text.language import tokens
from analysis.text.seeds import seeds
from benchmarks import machine, own_codes
from benchmarks.telling import say
from benchmarks.text_scores import calibration_error, labels, real, scores

HUMAN = 0.94


def as_in_the_file(coder: Coder, rows: list[Any], texts: list[str]) -> list[Question]:
    """Questions by the words beside the comment: "Why or why not?" alone, read from its answers."""
    asked = {}
    for words in {row["question"] for row in rows}:
        answers = [text for row, text in zip(rows, texts, strict=True) if row["question"] == words]
        about = coder.subject(answers) if goes_on(words) else ""
        asked[words] = coder.question(words, about=about)
    return [asked[row["question"]] for row in rows]


def stemmed(text: str) -> list[str]:
    return [token.stem for token in tokens(text)]


def plain_tfidf(coder: Coder) -> tuple[Any, list[Any]]:
    """What most people would build: TF-IDF of stemmed 1-2-grams and linear heads, same seeds."""
    table = TfidfVectorizer(
        tokenizer=stemmed, token_pattern=None, ngram_range=(1, 2), min_df=2, sublinear_tf=True
    )
    rows = table.fit_transform([example.text for example in seeds()])
    heads = []
    for theme in coder.themes:
        given = [any(code.theme == theme for code in example.codes) for example in seeds()]
        heads.append(LogisticRegression(C=5.0, solver="liblinear").fit(rows, given))
    return table, heads


def cold(coder: Coder, table: Any, heads: list[Any]) -> None:
    rows, texts, questions = real(coder)
    truth, counts = labels(rows, coder.themes)
    chances = coder.scores(texts, questions)
    cuts = np.array(list(coder.thresholds.values()))
    vocabulary = coder.scorer.vocabulary
    about = np.array([coder.themes.index(q.about) if q.about else -1 for q in questions])
    words = vocabulary.heard(vocabulary.reader.read(texts), about, by_clause=False)
    given = table.transform(texts)
    linear = np.stack([head.predict_proba(given)[:, 1] for head in heads], axis=1)
    said = {"keywords": words >= 2, "TF-IDF": linear >= 0.3, "default": chances >= cuts}
    found = {name: scores(one, truth, counts) for name, one in said.items()}
    say(f"\n{len(rows)} real comments, no code of their organisation:")
    say(f"{'':<24}" + "".join(f"{name:>10}" for name in found) + f"{'÷ human':>10}{'n':>5}")
    for number, name in ((0, "micro F1"), (1, "macro F1")):
        line = "".join(f"{one[number]:>10.3f}" for one in found.values())
        say(f"{name:<24}{line}{found['default'][number] / HUMAN:>10.2f}")
    for place, theme in enumerate(coder.themes):
        line = "".join(f"{one[2][place]:>10.2f}" for one in found.values())
        positives = (truth & counts)[:, place].sum()
        say(f"{theme:<24}{line}{found['default'][2][place] / HUMAN:>10.2f}{positives:>5}")
    sure = (chances >= 0.8) & counts
    say(f"precision at .8: {truth[sure].mean():.3f} of {sure.sum()}")
    say(f"calibration error where p ≥ .1: {calibration_error(chances, truth, counts):.3f}")
    directions(coder, rows, texts, questions)
    bare = coder.scores(texts, as_in_the_file(coder, rows, texts))
    micro, macro, _ = scores(bare >= cuts, truth, counts)
    say(f"with “Why or why not?” read from its answers: micro F1 {micro:.3f}, macro F1 {macro:.3f}")


def directions(coder: Coder, rows: list[Any], texts: list[str], questions: list[Question]) -> None:
    """Direction given that the theme is right: accuracy and macro F1."""
    pairs = []
    for row, coded in zip(rows, coder.code_all(texts, questions), strict=True):
        for theme in coded.themes & row["themes"].keys():
            ways = {mention.direction for mention in coded.mentions if mention.theme == theme}
            way = ways.pop() if len(ways) == 1 else "mixed"
            given = row["themes"][theme]
            pairs.append((way, way if way in given else given[0]))
    right = np.mean([said == given for said, given in pairs])
    each = [
        2
        * sum(s == g == way for s, g in pairs)
        / max(1, sum((s == way) + (g == way) for s, g in pairs))
        for way in DIRECTIONS
    ]
    listed = ", ".join(f"{way} {score:.2f}" for way, score in zip(DIRECTIONS, each, strict=True))
    say(f"direction given the theme: accuracy {right:.3f}, macro F1 {np.mean(each):.3f} ({listed})")


def speed(coder: Coder, table: Any, heads: list[Any]) -> None:
    """Comments a second on one core beside plain TF-IDF, by turns; and how cost grows."""
    texts = [f"{example.text} {number}" for number, example in enumerate(seeds())]
    weights = np.stack([head.coef_[0] for head in heads], axis=1)
    ours, theirs = [], []
    for _ in range(3):
        started = time.process_time()
        coder.code_all(texts)
        ours.append(time.process_time() - started)
        started = time.process_time()
        table.transform(texts) @ weights
        theirs.append(time.process_time() - started)
    a, b = (len(texts) / min(times) for times in (ours, theirs))
    say(f"\n{len(texts)} comments, best of three by turns, comments a second of processor time:")
    say(f"themes, directions and spans {a:,.0f}; TF-IDF and linear scores {b:,.0f}; {a / b:.2f}")
    sizes = [len(texts) // 8, len(texts) // 4, len(texts) // 2, len(texts)]
    taken = []
    for size in sizes:
        started = time.process_time()
        coder.code_all(texts[:size])
        taken.append(time.process_time() - started)
    slope = np.polyfit(np.log(sizes), np.log(taken), 1)[0]
    say(f"cost grows with comments to the power {slope:.2f}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks text", description=__doc__)
    parser.add_argument("--second", action="store_true", help="with MiniLM; needs the extra")
    second = parser.parse_args(arguments).second
    say(machine.describe("numpy", "scipy", "scikit-learn", "nltk"))
    started = time.process_time()
    coder = fused_coder() if second else first_coder()
    say(f"{coder.mark}, learnt in {time.process_time() - started:.1f} s of processor time")
    table, heads = plain_tfidf(coder)
    cold(coder, table, heads)
    own_codes.real_curve(coder)
    if not second:
        speed(coder, table, heads)
    return 0
