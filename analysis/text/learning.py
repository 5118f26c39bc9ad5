"""Learning to code: from the seed corpus and the codebook's words, then from people's own codes.

Heads are logistic regressions, one against the rest. Each learns from whole comments and, at half
weight, from the clauses of those with several themes, labelled by the evidence that lies in them.
Weights that speak against a theme are lowered: what words stand beside one another in the seeds
("mental health" rarely beside "parking") holds elsewhere less than what they mean. A network for
all themes (:mod:`network`), the mean of two draws, learns from the same rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from analysis.text.codebook import Codebook
from analysis.text.direction import DIRECTIONS, Cues, Leaning, clause_rows, purpose_number
from analysis.text.direction import features as direction_features
from analysis.text.human_codes import Code
from analysis.text.network import WORDS, Network, averaged, fit_network
from analysis.text.reading import Ints, Reader, Reading
from analysis.text.scorer import SIGNS, Heads, Joining, Scorer, signs_of
from analysis.text.seeds import Example
from analysis.text.vocabulary import Floats, Vocabulary, build

STRENGTH = 5.0
CLOSE = 1e-3
DIRECTION_STRENGTH, DIRECTION_CLOSE = 6.0, 3e-4
REQUESTS = 4.0
AGAINST = 0.7
DRAWS = (1, 2)
WRITERS_TOGETHER = 3
CLAUSE_WEIGHT = 0.5
COVERS = 0.5
PLAIN_WEIGHT = 3.0
SHRINK = 0.5
LEXICAL = 0.3
CODEBOOK = "codebook"
HEARD = 0.6
LEAST, MOST = 0.2, 0.6


class Prepared(NamedTuple):
    """Examples as arrays: reading, theme asked about, labels and features of comments and of
    clauses, and where each clause of a coded comment stands."""

    reading: Reading
    about: Ints
    labels: Floats
    clause_labels: Floats
    places: list[list[tuple[int, int]]]
    features: sparse.csr_array
    clause_features: sparse.csr_array


def prepare(vocabulary: Vocabulary, examples: Sequence[Example]) -> Prepared:
    """Read the examples and lay their codes beside them."""
    texts = [example.text for example in examples]
    reading = vocabulary.reader.read(texts)
    number = {theme: place for place, theme in enumerate(vocabulary.themes)}
    about = np.array([number.get(example.about, -1) for example in examples], np.int64)
    labels = np.zeros((len(examples), len(number)))
    clause_labels = np.zeros((reading.clauses, len(number)))
    first = np.searchsorted(reading.clause_text, np.arange(len(examples) + 1))
    places: list[list[tuple[int, int]]] = []
    for row, example in enumerate(examples):
        codes = [code for code in example.codes if code.theme in number]
        labels[row, [number[code.theme] for code in codes]] = 1
        text = example.text
        places.append(clause_places(vocabulary.reader, reading, row, text) if codes else [])
        for clause, place in enumerate(places[row], first[row]):
            for code in codes:
                if covers(place, (code.start, code.end)):
                    clause_labels[clause, number[code.theme]] = 1
    features, clause_features = (
        vocabulary.features(reading, about, vocabulary.heard(reading, about, by_clause), by_clause)
        for by_clause in (False, True)
    )
    return Prepared(reading, about, labels, clause_labels, places, features, clause_features)


def clause_places(reader: Reader, reading: Reading, row: int, text: str) -> list[tuple[int, int]]:
    """Start and end of each clause of one comment of a reading."""
    words = reader.places(text)
    begin, end = np.searchsorted(reading.text, [row, row + 1])
    clause = reading.clause[begin:end]
    starts = np.flatnonzero(np.diff(clause, prepend=-1))
    ends = [*starts[1:], len(clause)][: len(starts)]
    return [(words[a][0], words[b - 1][1]) for a, b in zip(starts, ends, strict=True)]


def covers(clause: tuple[int, int], evidence: tuple[int, int]) -> bool:
    """Whether the two share more than half of the shorter."""
    shared = min(clause[1], evidence[1]) - max(clause[0], evidence[0])
    return shared > COVERS * min(clause[1] - clause[0], evidence[1] - evidence[0])


def lexical(codebook: Codebook) -> list[Example]:
    """The codebook's telling phrases as little comments of their theme, at small weight."""
    return [
        Example(
            phrase,
            "open",
            "",
            (Code(theme.id, theme.default, "unset", 0, len(phrase)),),
            CODEBOOK,
            weight=LEXICAL,
        )
        for theme in codebook.themes
        for kind in ("strong", "plain")
        for phrase in theme.words.get(kind, ())
    ]


def asked_or_not(examples: Sequence[Example]) -> list[Example]:
    """Each example whose question is about a theme twice, at half weight: with the question and
    without, so that the words are learnt from and not the question alone."""
    found: list[Example] = []
    for example in examples:
        if example.about:
            half = replace(example, weight=example.weight / 2)
            found += [half, replace(half, about="")]
        else:
            found.append(example)
    return found


class Rows(NamedTuple):
    """What heads and network learn from: features, labels (rows, themes) and weights of comments
    and of the clauses of those with several themes."""

    features: sparse.csr_array
    labels: Floats
    weights: Floats

    @classmethod
    def of(cls, given: Prepared, weights: Floats) -> "Rows":
        """From comments and what each counts."""
        owner = given.reading.clause_text
        kept = np.flatnonzero((given.labels.sum(axis=1) > 1)[owner])
        return cls(
            sparse.csr_array(sparse.vstack([given.features, given.clause_features[kept]])),
            np.vstack([given.labels, given.clause_labels[kept]]),
            np.concatenate([weights, CLAUSE_WEIGHT * weights[owner[kept]]]),
        )


def fit_both(given: Prepared, weights: Floats) -> tuple[Heads, Network]:
    """Heads and network of these comments."""
    rows = Rows.of(given, weights)
    narrow = rows.features.astype(np.float32)
    networks = [fit_network(narrow, rows.labels, rows.weights, draw, WORDS) for draw in DRAWS]
    return fit_heads(rows), averaged(networks)


def fit_heads(given: Rows) -> Heads:
    """One logistic regression a theme (liblinear, L2)."""
    rows, labels = _narrow(given.features), given.labels
    columns, themes = rows.shape[1], labels.shape[1]
    weights = np.zeros((columns, themes))
    offsets = np.full(themes, -6.0)
    for theme in np.flatnonzero(labels.any(axis=0)):
        head = _logistic(C=STRENGTH, solver="liblinear", intercept_scaling=3.0, tol=CLOSE)
        fit_alone(head, rows, labels[:, theme], given.weights)
        found = head.coef_[0]
        weights[:, theme] = np.where(found < 0, AGAINST * found, found)
        offsets[theme] = head.intercept_[0]
    return Heads(weights, offsets)


def folds(examples: Sequence[Example]) -> Ints:
    """A fold for each writer: another writer is as near as the seeds come to another workforce."""
    writers = sorted({example.writer for example in examples})
    return np.array([writers.index(example.writer) for example in examples])


def together(fold: Ints) -> Ints:
    """Several writers in a fold, for what takes long to learn."""
    return fold // WRITERS_TOGETHER


def unseen_signs(
    codebook: Codebook, examples: Sequence[Example], fold: Ints
) -> tuple[Floats, Floats, Floats]:
    """Signs of every example from models that have not seen its fold, with labels and weights.

    The vocabulary is that of the other folds too.
    """
    themes = len(codebook.themes)
    signs = np.zeros((len(examples), themes, len(SIGNS)))
    labels = np.zeros((len(examples), themes))
    for one in np.unique(fold):
        inside = np.flatnonzero(fold == one)
        kept = [example for example, at in zip(examples, fold, strict=True) if at != one]
        rest = [*asked_or_not(kept), *lexical(codebook)]
        vocabulary = vocabulary_of(codebook, rest)
        models = fit_both(prepare(vocabulary, rest), weights_of(rest))
        held = prepare(vocabulary, [examples[int(row)] for row in inside])
        signs[inside] = signs_of(vocabulary, *models, held.reading, held.about).joined
        labels[inside] = held.labels
    return signs, labels, np.array([PLAIN_WEIGHT if e.plain else 1.0 for e in examples])


def vocabulary_of(codebook: Codebook, examples: Sequence[Example]) -> Vocabulary:
    """Words of the seeds and of the codebook."""
    return build(codebook, [example.text for example in examples])


def weights_of(examples: Sequence[Example]) -> Floats:
    """What each example counts."""
    return np.array([example.weight for example in examples])


def join(signs: Floats, labels: Floats, weights: Floats) -> Joining:
    """Fit the joining on unseen signs, and choose each theme's threshold by its F1 there.

    One logistic regression over all comments and themes; offsets and slopes of a theme are ridge
    penalised, so a rare theme stays near the pooled ones. The weight of the codebook's words is
    not let fall under ``HEARD``: the seeds hold many near misses written to mislead those words,
    real comments few.
    """
    rows, themes, count = signs.shape
    lowest = np.full(count + 2 * themes, -np.inf)
    lowest[SIGNS.index("words")] = HEARD
    penalty = np.repeat([0.0, 1.0], [count, 2 * themes])
    total = np.repeat(weights, themes).reshape(rows, themes)

    def cost(found: Floats) -> tuple[float, Floats]:
        common, offsets, slopes = np.split(found, [count, count + themes])
        logits = signs @ common + offsets + SHRINK * signs[:, :, 0] * slopes
        loss = float(np.sum(total * (np.logaddexp(0, logits) - labels * logits)))
        wrong = total * (expit(logits) - labels)
        slope = SHRINK * np.sum(wrong * signs[:, :, 0], axis=0)
        slopes_of = (np.tensordot(wrong, signs, 2), wrong.sum(axis=0), slope)
        steep = np.concatenate(slopes_of) + penalty * found
        return loss + 0.5 * float(penalty @ found**2), steep

    start = np.concatenate([np.full(count, 0.5), np.zeros(2 * themes)])
    bounds = [(low, np.inf) for low in lowest]
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    joining = Joining(
        np.round(found[:count], 3),
        np.round(found[count : count + themes], 3),
        np.round(SHRINK * found[count + themes :], 3),
        np.full(themes, LEAST),
    )
    chosen = thresholds(expit(joining.logits(signs)), labels, weights)
    return replace(joining, thresholds=chosen)


def thresholds(probabilities: Floats, labels: Floats, weights: Floats) -> Floats:
    """For each theme the cut with the best F1, drawn to .4: F1 counts by exp(−2(cut − .4)²)."""
    steps = np.arange(LEAST, MOST + 0.001, 0.02)
    chosen = []
    for theme in range(labels.shape[1]):
        score = []
        for cut in steps:
            said = probabilities[:, theme] >= cut
            both = weights @ (said * labels[:, theme])
            score.append(2 * both / (weights @ said + weights @ labels[:, theme] + 1e-9))
        near = np.exp(-2 * (steps - 0.4) ** 2)
        chosen.append(steps[int(np.argmax(np.array(score) * near))])
    return np.round(chosen, 2)


def train(
    codebook: Codebook,
    examples: Sequence[Example],
    joining: Joining,
    known: Callable[[Vocabulary], tuple[Heads, Network]] | None = None,
) -> tuple[Scorer, Leaning]:
    """The models of these examples, joined as was found on unseen ones; ``known`` gives those of a
    vocabulary that were found before."""
    everything = [*asked_or_not(examples), *lexical(codebook)]
    vocabulary = vocabulary_of(codebook, everything)
    given = prepare(vocabulary, everything)
    models = known(vocabulary) if known else fit_both(given, weights_of(everything))
    leaning = fit_leaning(vocabulary, given, everything)
    return Scorer(vocabulary, *models, joining), leaning


def fit_leaning(vocabulary: Vocabulary, given: Prepared, examples: Sequence[Example]) -> Leaning:
    """The model of directions, from every code of the examples and the clauses it lies in."""
    cues = Cues.of(vocabulary.reader)
    coded = coded_clauses(vocabulary, given, examples)
    counts = cues.counts(given.reading)
    rows = direction_features(
        clause_rows(given.reading, given.clause_features, cues),
        counts,
        coded.holds,
        coded.theme,
        coded.purpose,
        vocabulary.themes,
    )
    weight = weights_of(examples)[coded.example]
    requests = coded.direction == DIRECTIONS.index("suggestion")
    # The seeds' suggestions mostly answer what to improve; asked openly people make them too.
    weight = np.where(requests & (coded.purpose == 0), REQUESTS * weight, weight)
    model = _logistic(C=DIRECTION_STRENGTH, max_iter=200, tol=DIRECTION_CLOSE)
    fit_alone(model, _narrow(rows), coded.direction, weight)
    weights = np.zeros((rows.shape[1], len(DIRECTIONS)))
    offsets = np.full(len(DIRECTIONS), -9.0)
    weights[:, model.classes_] = model.coef_.T
    offsets[model.classes_] = model.intercept_
    return Leaning(cues, weights, offsets)


class CodedClauses(NamedTuple):
    """The codes of examples as arrays, a row for each code."""

    example: Ints
    theme: Ints
    purpose: Ints
    direction: Ints
    holds: sparse.csr_array


def coded_clauses(
    vocabulary: Vocabulary, given: Prepared, examples: Sequence[Example]
) -> CodedClauses:
    """Each code with the clauses that its evidence covers; codes without a clause, and the
    codebook's phrases, which lean no way, are left out."""
    number = {theme: place for place, theme in enumerate(vocabulary.themes)}
    first = np.searchsorted(given.reading.clause_text, np.arange(len(examples)))
    rows: list[tuple[int, int, int, int]] = []
    entries: list[tuple[int, int]] = []
    for row, example in enumerate(examples):
        codes = [code for code in example.codes if code.theme in number]
        for code in codes if example.group != CODEBOOK else ():
            inside = [
                clause
                for clause, place in enumerate(given.places[row], first[row])
                if covers(place, (code.start, code.end))
            ]
            if inside:
                entries += [(len(rows), clause) for clause in inside]
                direction = DIRECTIONS.index(code.direction)
                purpose = purpose_number(example.purpose)
                rows.append((row, number[code.theme], purpose, direction))
    at, clauses = np.array(entries, np.int64).T
    holds = sparse.csr_array((np.ones(len(at)), (at, clauses)), (len(rows), given.reading.clauses))
    example_row, theme, purpose, direction = np.array(rows, np.int64).T
    return CodedClauses(example_row, theme, purpose, direction, holds)


def _narrow(features: Any) -> sparse.csr_matrix:
    """As scikit-learn takes it: with 32-bit places."""
    given = sparse.csr_matrix(features)
    given.indices = given.indices.astype(np.int32)
    given.indptr = given.indptr.astype(np.int32)
    return given


def fit_alone(model: Any, rows: sparse.csr_array, wanted: Floats | Ints, weights: Floats) -> None:
    """Fit a scikit-learn model on one thread.

    Several add in another order, so the fit stops elsewhere: machines with more cores would have
    another coder, and a break in every trend. Nor do sums this small gain from them.
    """
    with import_module("threadpoolctl").threadpool_limits(1):
        model.fit(rows, wanted, sample_weight=weights)


def _logistic(**settings: Any) -> Any:
    # Only who learns pays for loading scikit-learn; counting and pages never do.
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    return LogisticRegression(random_state=0, **settings)
