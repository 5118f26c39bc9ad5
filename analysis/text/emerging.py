"""Subjects that no theme covers: groups of leftover comments that hold together.

Comments in which every theme is unlikely are grouped by their words; a group counts when it comes
back on resampled comments and enough people wrote it. People name it, merge it or drop it. Most
new subjects are missed, and rare ones nearly always: see docs/text-prevalence.md.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

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
POOLS = (1, 3)  # how many waves before this one help to draw groups
BOOTSTRAPS = 20
STABLE = 0.6
MOST = 2_000
LEAST = 5
LEAST_OF_A_TERM = 3
TERMS = 6
SHORTEST = 3
CLOSED, PUBLISHED = "themes", "publish"
SEED = 20260


@dataclass(frozen=True)
class Written:
    """A redacted comment: ``score`` is its largest theme probability, ``use`` its author's
    choice."""

    text: str
    question: str
    directorate: str
    use: str
    score: float


@dataclass(frozen=True)
class Emerging:
    """A group to be named: ``terms`` that set it apart; ``questions``, each with its readable
    comments and the *themes only* ones put with them afterwards; ``examples``, places among the
    comments given whose authors let them be published, most typical first (reviewers must still
    clear them); ``stability``, the mean Jaccard index over resamples; and ``earlier``, places among
    the earlier comments given, wave after wave, that lie in it or nearest to it.
    """

    terms: tuple[str, ...]
    questions: tuple[tuple[str, int, int], ...]
    examples: tuple[int, ...]
    stability: float
    earlier: tuple[int, ...] = ()

    @property
    def comments(self) -> int:
        """How many readable comments the group holds, over all questions."""
        return sum(readable for _, readable, _ in self.questions)

    @property
    def closed(self) -> int:
        """How many *themes only* comments were put with them."""
        return sum(closed for *_, closed in self.questions)


def emerging(
    written: Sequence[Written], seed: int = SEED, earlier: Sequence[Sequence[Written]] = ()
) -> tuple[Emerging, ...]:
    """Groups among comments whose largest theme probability is under .35, the largest first.

    Method: stemmed 1–2-gram TF-IDF → 100 latent dimensions (Deerwester et al. 1990), rows of length
    one → k-means with k = n/14. A group is kept when its mean Jaccard index over 20 bootstraps is
    .6 or more (Hennig 2007), at least 5 of its comments answer one question, they come from two
    directorates where there are several, and at least one term sets it apart. *Themes only*
    comments enter neither words nor groups; those nearest a kept group are counted with it. Of
    more than 2,000 readable comments so many are drawn, since the time grows with their square; the
    others are counted with the group that they lie nearest. The same comments and seed give the
    same groups in any order.

    ``earlier`` are the readable comments of waves before, the newest first, to the same questions.
    They help to draw further groups, as far as there is room for them: this wave's alone come
    first, then those with one wave before it, then with three or as many as there are up to that,
    and a comment is in one group only.
    (With three alone, a subject whose comments fill one group in two waves would be cut in pieces.)
    Nobody knows which comments of two waves one person wrote, so people, directorates, terms and
    examples are this wave's alone. There are then 100 dimensions for as many comments as this wave
    has, up to 400: with fewer, groups of shuffled words would be kept more often.
    """
    found: list[tuple[Emerging, list[int]]] = []
    for lenders in sorted({0, *(min(number, len(earlier)) for number in POOLS)}):
        taken = {place for _, inside in found for place in inside}
        found += _found(written, earlier, lenders, taken, seed)
    return tuple(sorted((one for one, _ in found), key=lambda one: (-one.comments, one.terms)))


def _found(
    written: Sequence[Written],
    earlier: Sequence[Sequence[Written]],
    lenders: int,
    taken: Collection[int],
    seed: int,
) -> list[tuple[Emerging, list[int]]]:
    """Groups, each with the places of its comments of this wave, made with the comments of so many
    waves before it. Comments that are ``taken`` are in none of them."""
    now, pooled = len(written), [*written, *(one for wave in earlier for one in wave)]
    lent = now + sum(map(len, earlier[:lenders]))
    left = sorted(
        (place for place, one in enumerate(pooled) if one.score < UNLIKELY),
        key=lambda place: (_key(pooled[place]), place >= now),
    )
    open_ = [place for place in left if pooled[place].use != CLOSED]
    mine, others = _drawn([place for place in open_ if place < now], MOST, seed)
    before, _ = _drawn([place for place in open_ if now <= place < lent], MOST - len(mine), seed)
    if lenders and not before:
        return []
    chosen = {*mine, *before}
    closed = [place for place in left if place < now and pooled[place].use == CLOSED]
    counted = [*others, *(p for p in open_ if p >= now and p not in chosen), *closed]
    readable = [place for place in open_ if place in chosen]
    dimensions = round(DIMENSIONS * min(len(readable) / max(len(mine), 1), 1 + POOLS[-1]))
    model = _space(min(dimensions, max(len(readable) - 1, 1)), seed)
    vectors = _fitted(model, [pooled[place].text for place in readable])
    if vectors is None:
        return []
    # A comment with no word that another one has lies nowhere.
    lying = np.flatnonzero(np.linalg.norm(vectors, axis=1) > 0)
    readable, vectors = [readable[place] for place in lying], vectors[lying]
    groups = min(max(round(len(readable) / COMMENTS_A_GROUP), 2), _different(vectors))
    if groups < 2 or len(readable) < max(2 * LEAST, groups + 1):
        return []
    means = _grouped(vectors, groups, seed)
    stability = _stability(vectors, means, seed)
    near = _nearest(model, means, [pooled[place].text for place in counted])
    words = {place: terms_of(written[place].text) for place in readable if place < now}
    several = len({one.directorate for one in written if one.use != CLOSED}) > 1
    found = []
    for group in np.flatnonzero(stability >= STABLE):
        inside = np.flatnonzero(means.labels_ == group)
        apart = np.linalg.norm(vectors[inside] - means.cluster_centers_[group], axis=1)
        order = [readable[place] for place in inside[np.argsort(apart, kind="stable")]]
        own = [place for place in order if place < now and place not in taken]
        if not _shared([written[place] for place in own], several):
            continue
        terms = _telling(words, set(own))
        if terms:
            joined = [counted[place] for place in np.flatnonzero(near == group)]
            every = [*own, *(place for place in joined if place < now and place not in taken)]
            made = Emerging(
                terms=terms,
                questions=_by_question([written[place] for place in every]),
                examples=tuple(place for place in own if written[place].use == PUBLISHED),
                stability=round(float(stability[group]), 3),
                earlier=tuple(place - now for place in (*order, *joined) if place >= now),
            )
            found.append((made, every))
    return found


def _key(one: Written) -> tuple[str, str, str, str]:
    return one.text, one.question, one.directorate, one.use


def _shared(inside: Sequence[Written], several: bool) -> bool:
    """Whether five people at least wrote of it, and not in one directorate alone."""
    asked = Counter(one.question for one in inside)
    places = {one.directorate for one in inside}
    return max(asked.values(), default=0) >= LEAST and (len(places) > 1 or not several)


def _by_question(inside: Sequence[Written]) -> tuple[tuple[str, int, int], ...]:
    """How many comments to each question, readable and closed."""
    counts = Counter((one.question, one.use == CLOSED) for one in inside)
    names = sorted({one.question for one in inside})
    return tuple((name, counts[name, False], counts[name, True]) for name in names)


def _drawn(readable: list[int], most: int, seed: int) -> tuple[list[int], list[int]]:
    """Those that groups are made of, and the others."""
    if len(readable) <= most:
        return readable, []
    order = np.random.default_rng(seed).permutation(len(readable))
    kept = set(order[:most].tolist())
    return (
        [place for n, place in enumerate(readable) if n in kept],
        [place for n, place in enumerate(readable) if n not in kept],
    )


def _plain(word: str) -> bool:
    """Whether a word says something: three letters or more, no common word, mask or number."""
    return len(word) >= SHORTEST and word.isalpha() and word not in COMMON


def _stems(text: str) -> list[str]:
    """Stems of one or two words, without common words and masks."""
    kept = [token.stem for token in tokens(text) if _plain(token.word)]
    return kept + [f"{one} {two}" for one, two in zip(kept, kept[1:], strict=False)]


def _space(dimensions: int, seed: int) -> Pipeline:
    words = TfidfVectorizer(analyzer=_stems, min_df=2, sublinear_tf=True)
    latent = TruncatedSVD(dimensions, random_state=seed)
    return make_pipeline(words, latent, Normalizer(copy=False))


def _fitted(model: Pipeline, texts: Sequence[str]) -> FloatArray | None:
    """Where each text lies; ``None`` where too few words come twice or all texts are alike."""
    stems = [frozenset(_stems(text)) for text in texts]
    twice = Counter(stem for one in stems for stem in one)
    known = sum(count > 1 for count in twice.values())
    if known < 2 or len(set(stems)) < 2:
        return None
    model.set_params(truncatedsvd__n_components=min(model["truncatedsvd"].n_components, known))
    vectors: FloatArray = model.fit_transform(texts)
    return vectors


def _different(vectors: FloatArray) -> int:
    """How many of them differ: comments in the same words lie at one point, which is one group."""
    return len(np.unique(vectors.round(9), axis=0))


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
        most = min(groups, _different(vectors[drawn]))
        again = KMeans(most, n_init=1, random_state=int(rng.integers(2**31)))
        labels = again.fit(vectors[drawn], sample_weight=first.astype(float)).labels_
        both = np.zeros((groups, groups))
        np.add.at(both, (means.labels_[drawn], labels), 1)
        either = both.sum(axis=1, keepdims=True) + both.sum(axis=0) - both
        found += (both / np.maximum(either, 1)).max(axis=1) / BOOTSTRAPS
    return found


def _nearest(model: Pipeline, means: KMeans, texts: Sequence[str]) -> IntArray:
    """Which group each of other comments lies nearest; −1 for one without a known word."""
    found = np.full(len(texts), -1, dtype=np.int64)
    if texts:
        vectors = model.transform(texts)
        lying = np.linalg.norm(vectors, axis=1) > 0
        if lying.any():
            found[lying] = means.predict(vectors[lying])
    return found


def terms_of(text: str) -> set[str]:
    """Single words and pairs side by side, in lower case, of words that say something."""
    words = [token.word for token in tokens(text)]
    pairs = zip(words, words[1:], strict=False)
    return {word for word in words if _plain(word)} | {
        f"{one} {two}" for one, two in pairs if _plain(one) and _plain(two)
    }


def _telling(words: Mapping[int, Collection[str]], inside: Collection[int]) -> tuple[str, ...]:
    """Terms of at least three comments inside, those first that set it apart most.

    Formula: the log odds ratio of comments with the term inside and outside, ½ added to each
    count, over its standard error; only terms for which that is over 1.96.
    """
    mine = Counter(term for place in inside for term in words[place])
    every = Counter(term for one in words.values() for term in one)
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
