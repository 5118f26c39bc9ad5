"""Subjects that no theme covers: groups of leftover comments that hold together.

Comments in which every theme is unlikely are grouped by their words; a group counts when it comes
back on resampled comments and enough people wrote it. People name it, merge it or drop it. Most
new subjects are missed, and rare ones nearly always: see docs/text-prevalence.md.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer

from analysis.text.language import COMMON, tokens
from analysis.text.redact import redact
from analysis.text.score_bins import FloatArray, IntArray

UNLIKELY = 0.35
COMMENTS_A_GROUP = 14
DIMENSIONS = 100
BOOTSTRAPS = 20
STABLE = 0.6
LEAST = 5
LEAST_OF_A_TERM = 3
TERMS, EXAMPLES = 6, 3
SHORTEST = 3
CLOSED, PUBLISHED = "themes", "publish"
SEED = 20260


@dataclass(frozen=True)
class Written:
    """A redacted comment: ``question`` with its wave where waves are pooled, ``score`` its largest
    theme probability, ``use`` its author's choice."""

    text: str
    question: str
    directorate: str
    use: str
    score: float


@dataclass(frozen=True)
class Emerging:
    """A group to be named: ``terms`` that set it apart, the count of its readable ``comments``,
    the *themes only* comments put with them afterwards (``closed``), ``examples`` (places among the
    comments given, most typical first; their authors let them be published, and reviewers must
    still clear them), and ``stability``, the mean Jaccard index over resamples.
    """

    terms: tuple[str, ...]
    comments: int
    closed: int
    examples: tuple[int, ...]
    stability: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Emerging":
        return cls(**{**raw, "terms": tuple(raw["terms"]), "examples": tuple(raw["examples"])})


def emerging(written: Sequence[Written], seed: int = SEED) -> tuple[Emerging, ...]:
    """Groups among comments whose largest theme probability is under .35, the largest first.

    Method: stemmed 1–2-gram TF-IDF → 100 latent dimensions (Deerwester et al. 1990), rows of length
    one → k-means with k = n/14. A group is kept when its mean Jaccard index over 20 bootstraps is
    .6 or more (Hennig 2007), at least 5 of its comments answer one question, they come from two
    directorates where there are several, and at least one term sets it apart. *Themes only*
    comments enter neither words nor groups; those nearest a kept group are counted with it. The
    same comments and seed give the same groups in any order.
    """
    left = sorted(
        (place for place, one in enumerate(written) if one.score < UNLIKELY),
        key=lambda place: _key(written[place]),
    )
    readable = [place for place in left if written[place].use != CLOSED]
    model = _space(len(readable), seed)
    vectors = _fitted(model, [written[place].text for place in readable])
    if vectors is None:
        return ()
    # A comment with no word that another one has lies nowhere.
    lying = np.flatnonzero(np.linalg.norm(vectors, axis=1) > 0)
    readable, vectors = [readable[place] for place in lying], vectors[lying]
    groups = max(round(len(readable) / COMMENTS_A_GROUP), 2)
    if len(readable) < max(2 * LEAST, groups + 1):
        return ()
    means = _grouped(vectors, groups, seed)
    stability = _stability(vectors, means, seed)
    closed = _nearest(model, means, [written[p].text for p in left if written[p].use == CLOSED])
    words = [_terms(written[place].text) for place in readable]
    several = len({one.directorate for one in written if one.use != CLOSED}) > 1
    found = []
    for group in range(groups):
        inside = np.flatnonzero(means.labels_ == group)
        if stability[group] < STABLE or not _shared(
            [written[readable[i]] for i in inside], several
        ):
            continue
        terms = _telling(words, set(inside.tolist()))
        if terms:
            apart = np.linalg.norm(vectors[inside] - means.cluster_centers_[group], axis=1)
            order = [readable[place] for place in inside[np.argsort(apart, kind="stable")]]
            examples = [place for place in order if written[place].use == PUBLISHED][:EXAMPLES]
            share = round(float(stability[group]), 3)
            found.append(Emerging(terms, len(inside), int(closed[group]), tuple(examples), share))
    return tuple(sorted(found, key=lambda one: (-one.comments, one.terms)))


def _key(one: Written) -> tuple[str, str, str, str]:
    return one.text, one.question, one.directorate, one.use


def _shared(inside: Sequence[Written], several: bool) -> bool:
    """Whether five people at least wrote of it, and not in one directorate alone."""
    asked = Counter(one.question for one in inside)
    places = {one.directorate for one in inside}
    return max(asked.values(), default=0) >= LEAST and (len(places) > 1 or not several)


def _plain(word: str) -> bool:
    """Whether a word says something: three letters or more, no common word, mask or number."""
    return len(word) >= SHORTEST and word.isalpha() and word not in COMMON


def _stems(text: str) -> list[str]:
    """Stems of one or two words, without common words and masks."""
    kept = [token.stem for token in tokens(text) if _plain(token.word)]
    return kept + [f"{one} {two}" for one, two in zip(kept, kept[1:], strict=False)]


def _space(comments: int, seed: int) -> Pipeline:
    words = TfidfVectorizer(analyzer=_stems, min_df=2, sublinear_tf=True)
    latent = TruncatedSVD(min(DIMENSIONS, max(comments - 1, 1)), random_state=seed)
    return make_pipeline(words, latent, Normalizer(copy=False))


def _fitted(model: Pipeline, texts: Sequence[str]) -> FloatArray | None:
    """Where each text lies; ``None`` where too few words come twice."""
    twice = Counter(stem for text in texts for stem in set(_stems(text)))
    known = sum(count > 1 for count in twice.values())
    if known < 2:
        return None
    model.set_params(truncatedsvd__n_components=min(model["truncatedsvd"].n_components, known))
    vectors: FloatArray = model.fit_transform(texts)
    return vectors


def _grouped(vectors: FloatArray, groups: int, seed: int) -> KMeans:
    return KMeans(groups, n_init=5, random_state=seed).fit(vectors)


def _stability(vectors: FloatArray, means: KMeans, seed: int) -> FloatArray:
    """Mean over bootstraps of the largest Jaccard index of each group with a group found on the
    resampled comments, over the comments drawn."""
    rng = np.random.default_rng(seed)
    groups = len(means.cluster_centers_)
    found = np.zeros(groups)
    for _ in range(BOOTSTRAPS):
        drawn, first = np.unique(rng.integers(len(vectors), size=len(vectors)), return_counts=True)
        again = KMeans(groups, n_init=1, random_state=int(rng.integers(2**31)))
        labels = again.fit(vectors[drawn], sample_weight=first.astype(float)).labels_
        both = np.zeros((groups, groups))
        np.add.at(both, (means.labels_[drawn], labels), 1)
        either = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
        found += (both / np.maximum(either, 1)).max(axis=1) / BOOTSTRAPS
    return found


def _nearest(model: Pipeline, means: KMeans, texts: Sequence[str]) -> IntArray:
    """How many of other comments lie nearest each group; those without a known word lie nowhere."""
    groups = len(means.cluster_centers_)
    if not texts:
        return np.zeros(groups, dtype=np.int64)
    vectors = model.transform(texts)
    lying = vectors[np.linalg.norm(vectors, axis=1) > 0]
    labels = means.predict(lying) if len(lying) else np.zeros(0, dtype=np.int64)
    return np.bincount(labels, minlength=groups)


def _terms(text: str) -> set[str]:
    """Single words and pairs side by side, in lower case, of words that say something."""
    words = [token.word for token in tokens(text)]
    pairs = zip(words, words[1:], strict=False)
    return {word for word in words if _plain(word)} | {
        f"{one} {two}" for one, two in pairs if _plain(one) and _plain(two)
    }


def _telling(words: Sequence[Collection[str]], inside: Collection[int]) -> tuple[str, ...]:
    """Terms of at least three comments inside, those first that set it apart most.

    Formula: the log odds ratio of comments with the term inside and outside, ½ added to each
    count, over its standard error; only terms for which that is over 1.96.
    """
    mine = Counter(term for place in inside for term in words[place])
    every = Counter(term for one in words for term in one)
    rated = []
    for term, a in mine.items():
        c = every[term] - a
        cells = np.array([a, len(inside) - a, c, len(words) - len(inside) - c]) + 0.5
        z = np.log(cells[0] * cells[3] / (cells[1] * cells[2])) / np.sqrt((1 / cells).sum())
        if a >= LEAST_OF_A_TERM and z > 1.96 and redact(term).text == term:
            rated.append((-round(float(z), 9), -len(term.split()), term))
    kept: list[str] = []
    for _, _, term in sorted(rated):
        if not any(set(term.split()) & set(other.split()) for other in kept):
            kept.append(term)
    return tuple(kept[:TERMS])
