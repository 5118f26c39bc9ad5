"""What an organisation's own codes teach: right or wrong on comments held out, by how many codes.

Two trials. Real: the 290 comments that two people coded, five folds; there are no more than 232 to
learn from. Another organisation: everything that one writer of the seed corpus wrote is kept from
the coder's training, heads, vocabulary and directions; some of it is then learnt from as codes of
their own, and up to 500 others are scored. How scores become probabilities (37 numbers) is taken
from all writers. Everything goes by the default path, the rule of acceptance included.
"""

import argparse
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from analysis.text.calibration import shipped
from analysis.text.codebook import load
from analysis.text.coder import Coder, Question, first_coder
from analysis.text.human_codes import Code, HumanCode
from analysis.text.learning import train
from analysis.text.own_codes import Learnt, learn
from analysis.text.seeds import Example, seeds
from benchmarks import machine
from benchmarks.telling import say
from benchmarks.text_scores import calibration_error, labels, real, scores

FOLDS = 5
DRAWS = 2
CODES = (0, 100, 232, 400, 800)
WRITERS = ("5", "12", "7", "1", "3")
SCORED = 500
HEAD = ("codes", "micro F1", "macro F1", "Brier", "at .8", "ECE", "direction", "kept")


class Coded(NamedTuple):
    """Comments with people's codes, the questions by id, the truth, what of it counts
    (comments, themes), and the directions of each theme by comment."""

    human: list[HumanCode]
    asked: dict[str, Question]
    truth: Any
    counts: Any
    ways: list[dict[str, list[str]]]


class Held(NamedTuple):
    """What was said of comments held out, in the order of the comments scored."""

    rows: Any
    chances: Any
    said: Any
    right_ways: list[bool]
    kept: tuple[bool, bool]


def human_code(number: int, question: str, text: str, codes: tuple[Code, ...]) -> HumanCode:
    return HumanCode(str(number), question, text, codes, "audit", "", "1", "blind")


def real_comments(coder: Coder) -> Coded:
    """The 290."""
    rows, texts, questions = real(coder)
    human = [
        human_code(
            number,
            str(number),
            text,
            tuple(
                Code(theme, way, "unset", 0, len(text))
                for theme, ways in row["themes"].items()
                for way in ways[:1]
            ),
        )
        for number, (row, text) in enumerate(zip(rows, texts, strict=True))
    ]
    asked = {str(number): question for number, question in enumerate(questions)}
    return Coded(human, asked, *labels(rows, coder.themes), [row["themes"] for row in rows])


def written_by(examples: Sequence[Example], themes: Sequence[str]) -> Coded:
    """Everything by one writer, as if it had been coded by an organisation's own people."""
    asked = {}
    human: list[HumanCode] = []
    ways: list[dict[str, list[str]]] = []
    for number, one in enumerate(examples):
        question = f"{one.purpose} {one.about}"
        asked[question] = Question(one.purpose, one.about, question)
        human.append(human_code(number, question, one.text, one.codes))
        found: dict[str, list[str]] = {}
        for code in one.codes:
            found.setdefault(code.theme, []).append(code.direction)
        # A theme with both poles counts as mixed, as where people coded real comments.
        ways.append({theme: some if len(some) == 1 else ["mixed"] for theme, some in found.items()})
    truth = np.array([[theme in found for theme in themes] for found in ways])
    return Coded(human, asked, truth, np.ones(truth.shape, bool), ways)


def without(writer: str) -> Coder:
    """The coder as it would be had this writer written nothing."""
    codebook = load()
    rest = [one for one in seeds() if one.writer != writer]
    return Coder(codebook, *train(codebook, rest, shipped(codebook)))


def trial(coder: Coder, given: Coded, rest: Any, held: Any) -> Held:
    """Learn from some of the comments and read others."""
    taught = [given.human[row] for row in rest]
    learnt = learn(coder, taught, given.asked) if taught else Learnt(coder, False, 0, 0.0, 0.0, ())
    texts = [given.human[row].text for row in held]
    questions = [given.asked[given.human[row].question] for row in held]
    chances = learnt.coder.scores(texts, questions)
    right = []
    for row, coded in zip(held, learnt.coder.code_all(texts, questions), strict=True):
        for theme in coded.themes & given.ways[row].keys():
            found = {mention.direction for mention in coded.mentions if mention.theme == theme}
            right.append((found.pop() if len(found) == 1 else "mixed") in given.ways[row][theme])
    cuts = np.array([learnt.coder.thresholds[theme] for theme in coder.themes])
    kept = learnt.accepted, learnt.ways is not None and learnt.ways.accepted
    return Held(np.array(held), chances, chances >= cuts, right, kept)


def figures(given: Coded, several: Sequence[Held]) -> list[float]:
    """The line of figures over the comments of several trials."""
    rows = np.concatenate([held.rows for held in several])
    chances, said = (
        np.vstack([getattr(held, name) for held in several]) for name in ("chances", "said")
    )
    truth, counts = given.truth[rows], given.counts[rows]
    micro, macro, _ = scores(said, truth, counts)
    brier = np.mean((chances - truth)[counts] ** 2)
    sure = (chances >= 0.8) & counts
    precise = truth[sure].mean() if sure.any() else np.nan
    right = np.mean([one for held in several for one in held.right_ways])
    kept = np.mean([held.kept for held in several])
    error = calibration_error(chances, truth, counts)
    return [micro, macro, brier, precise, error, float(right), float(kept)]


def curve(title: str, lines: dict[int, list[list[float]]]) -> None:
    say(f"\n{title}")
    say("".join(f"{name:>10}" for name in HEAD))
    for number, found in lines.items():
        mean = np.mean(found, axis=0)
        say(f"{number:>10}" + "".join(f"{one:>10.4f}" for one in mean))


def real_curve(coder: Coder, draws: int = DRAWS) -> None:
    """The 290 in five folds."""
    given = real_comments(coder)
    n = len(given.human)
    lines: dict[int, list[list[float]]] = {}
    for number in (0, 100, n - n // FOLDS):
        rng = np.random.default_rng(1)
        for _ in range(draws if number else 1):
            order = rng.permutation(n)
            several = []
            for fold in range(FOLDS):
                held = order[fold::FOLDS]
                rest = rng.permutation(np.setdiff1d(order, held))[:number]
                several.append(trial(coder, given, rest, held))
            lines.setdefault(number, []).append(figures(given, several))
    curve(f"{n} real comments, five folds, mean of {draws} draws:", lines)


def writer_curve(writer: str, codes: Sequence[int] = CODES, draws: int = DRAWS) -> None:
    """Learning from one writer's comments, on the same others whatever the number of codes."""
    examples = [one for one in seeds() if one.writer == writer]
    manner = "plain" if examples[0].plain else "to mislead"
    coder = without(writer)
    given = written_by(examples, coder.themes)
    lines: dict[int, list[list[float]]] = {}
    for draw in range(draws):
        order = np.random.default_rng(draw).permutation(len(examples))
        # Writers who wrote less leave fewer to be scored beside 800 codes.
        held = order[: min(SCORED, len(order) // 3)]
        for number in codes:
            rest = order[len(held) :][:number]
            lines.setdefault(len(rest), []).append(
                figures(given, [trial(coder, given, rest, held)])
            )
    curve(f"Writer {writer} left out ({manner}), mean of {draws} draws:", lines)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks own_codes", description=__doc__)
    parser.add_argument("--writers", nargs="*", default=WRITERS, help="default %(default)s")
    parser.add_argument("--codes", nargs="+", type=int, default=CODES, help="default %(default)s")
    parser.add_argument("--draws", type=int, default=DRAWS, help="default %(default)s")
    parser.add_argument("--real", action="store_true", help="the real comments too")
    given = parser.parse_args(arguments)
    say(machine.describe("numpy", "scipy", "scikit-learn", "nltk"))
    for writer in given.writers:
        started = time.process_time()
        writer_curve(writer, given.codes, given.draws)
        say(f"{time.process_time() - started:.0f} s of processor time")
    if given.real:
        real_curve(first_coder(), given.draws)
    return 0
