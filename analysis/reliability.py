"""Do the items of a scale go together? Cronbach's alpha and its kin from cross-products.

Whole organisation and at least 100 people only, never a group (STATISTICS 2.2). Every function
takes a matrix of covariances, so it works on sums and cross-products as well as on rows.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri, ndtri

from analysis.counting.patterns import Products
from analysis.instrument import Instrument, Scale
from analysis.tally import Counted

Matrix = NDArray[np.float64]

LEAST_PEOPLE = 100
LEAST_TO_JUDGE_KEYS = 30
CONSISTENT, ACCEPTABLE = 0.80, 0.70
WEAK_ITEM = 0.30


class ReliabilityError(ValueError):
    """Covariances from which no reliability can be worked out."""


@dataclass(frozen=True)
class Alpha:
    """Alpha with its 95 % interval, from ``n`` complete answers to ``items``.

    For two items ``value`` is Spearman and Brown's coefficient.
    """

    value: float
    low: float
    high: float
    n: int
    items: tuple[str, ...]


def covariance(products: Products) -> Matrix:
    """Sample covariances of the items' points, from their sums and cross-products.

    Formula: (Σ x_i·x_j − Σ x_i·Σ x_j / n)/(n − 1). Shape: (k, k) for k items; units: points².
    Needs two people or more.
    """
    outer = np.outer(products.sums, products.sums).astype(np.float64)
    matrix: Matrix = (products.cross - outer / products.n) / (products.n - 1)
    return matrix


def checked(matrix: Matrix) -> Matrix:
    """The covariances as they are, if they can be used: square, finite, two items or more and a
    total that varies. Raises :class:`ReliabilityError`."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
        raise ReliabilityError("Reliability needs the covariances of two items or more.")
    if not np.isfinite(matrix).all():
        raise ReliabilityError("A covariance is missing or not finite.")
    if matrix.sum() <= 0:
        raise ReliabilityError("The sum of the items does not vary between people.")
    return matrix


def correlations(matrix: Matrix) -> Matrix:
    """Correlations from covariances, shape (k, k). Raises on an item that nobody differs in."""
    spread = np.sqrt(np.diag(checked(matrix)))
    if not (spread > 0).all():
        constant = int(np.argmin(spread > 0)) + 1
        raise ReliabilityError(f"Item {constant} does not vary: everybody gave the same answer.")
    found: Matrix = matrix / np.outer(spread, spread)
    return found


def cronbach(matrix: Matrix) -> float:
    """Cronbach (1951): α = k/(k−1)·(1 − Σs_i²/s_T²). For two items with equal spread it is
    Spearman and Brown's 2r/(1+r). Shape: covariances (k, k) -> a scalar of at most 1, below 0
    when items pull against each other. R: ``psych::alpha``. Raises :class:`ReliabilityError`.

    >>> round(cronbach(np.array([[1.0, 0.5], [0.5, 1.0]])), 6)  # 2·0.5/1.5
    0.666667
    """
    k = len(checked(matrix))
    return float(k / (k - 1) * (1 - np.trace(matrix) / matrix.sum()))


def spearman_brown(r: float) -> float:
    """Reliability of the sum of two items that correlate ``r``: 2r/(1+r) (Spearman 1910, Brown
    1910). R: ``psych::splitHalf``.

    >>> spearman_brown(0.6)
    0.7499999999999999
    """
    return 2 * r / (1 + r) if r > -1 else -math.inf


def guttman6(matrix: Matrix) -> float:
    """Guttman's (1945) λ6 of the standardised items: 1 − Σ(1 − R²_i)/ΣR, where R²_i is how much of
    item i the others explain. Shape: covariances (k, k) -> a scalar. R: ``psych::alpha`` G6."""
    r = correlations(matrix)
    return float(1 - (len(r) - explained(matrix).sum()) / r.sum())


def explained(matrix: Matrix) -> Matrix:
    """Squared multiple correlation of each item with all others, 1 − 1/(R⁻¹)_ii. Shape: (k,).
    Raises :class:`ReliabilityError` when one item follows from the others."""
    r = correlations(matrix)
    if np.linalg.eigvalsh(r)[0] < 1e-10:
        raise ReliabilityError("One item follows exactly from the others.")
    found: Matrix = 1 - 1 / np.diag(np.linalg.inv(r))
    return found


def standard_error(matrix: Matrix, n: int) -> float:
    """Asymptotic standard error of alpha (van Zyl, Neudecker and Nel 2000; Duhachek and Iacobucci
    2004): √(Q/n) with Q = 2k²/((k−1)²s_T⁶)·(s_T²·(tr C² + tr² C) − 2·tr C·ΣC²), s_T² = ΣC.
    R: ``psych::alpha`` ase."""
    k, total, trace = len(checked(matrix)), matrix.sum(), np.trace(matrix)
    square = matrix @ matrix
    q = 2 * k**2 / ((k - 1) ** 2 * total**3)
    q *= total * (np.trace(square) + trace**2) - 2 * trace * square.sum()
    return float(math.sqrt(q / n))


def feldt(alpha: float, n: int, k: int, level: float = 0.95) -> tuple[float, float]:
    """Feldt (1965), exact for compound symmetry: 1 − (1−α)·F with n−1 and (n−1)(k−1) degrees
    of freedom. R: ``1-(1-a)*qf(c(.975,.025), n-1, (n-1)*(k-1))``. Complete cases only."""
    tail = (1 - level) / 2
    upper, lower = (float(fdtri(n - 1, (n - 1) * (k - 1), p)) for p in (1 - tail, tail))
    return 1 - (1 - alpha) * upper, 1 - (1 - alpha) * lower


def bonett(alpha: float, n: int, k: int, level: float = 0.95) -> tuple[float, float]:
    """Bonett (2002): 1 − exp(ln(1−α) − ln(n/(n−1)) ± z·√(2k/((k−1)(n−2)))). Complete cases only,
    three people or more and an alpha below 1. Raises :class:`ReliabilityError`."""
    if n < 3 or alpha >= 1:
        raise ReliabilityError("Bonett's interval needs three people and an alpha below 1.")
    middle = math.log(1 - alpha) - math.log(n / (n - 1))
    half = -float(ndtri((1 - level) / 2)) * math.sqrt(2 * k / ((k - 1) * (n - 2)))
    return 1 - math.exp(middle + half), 1 - math.exp(middle - half)


def item_total(matrix: Matrix) -> Matrix:
    """Each item's correlation with the sum of all, itself included: ΣC_i./√(C_ii·ΣC). Shape: (k,).
    R: ``psych::alpha`` r.raw from covariances, r.std from correlations."""
    found: Matrix = matrix.sum(axis=1) * _scale(matrix) / math.sqrt(checked(matrix).sum())
    return found


def item_rest(matrix: Matrix) -> Matrix:
    """Corrected item-total: each item's correlation with the sum of the others. Shape: (k,).

    An item whose others do not vary has NaN. R: ``psych::alpha`` r.drop.
    """
    own, row = np.diag(matrix), matrix.sum(axis=1)
    others = checked(matrix).sum() - 2 * row + own
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Matrix = (row - own) * _scale(matrix) / np.sqrt(others)
    return found


def weak_items(matrix: Matrix, items: tuple[str, ...]) -> tuple[str, ...]:
    """Items that correlate less than ``WEAK_ITEM`` with the sum of the others. They are named and
    looked at, never dropped."""
    return tuple(item for item, r in zip(items, item_rest(matrix), strict=True) if r < WEAK_ITEM)


def item_common(matrix: Matrix) -> Matrix:
    """Item-total correlation corrected for overlap and unreliability (Cureton 1966): the item's
    own variance is replaced by what the others explain of it. Shape: (k,). R: ``psych::alpha``
    r.cor."""
    shared = correlations(matrix).copy()
    np.fill_diagonal(shared, explained(matrix))
    found: Matrix = shared.sum(axis=1) / math.sqrt(shared.sum())
    return found


def alpha_without(matrix: Matrix) -> Matrix:
    """Alpha of the other items when each is left out; three items or more. Shape: (k,). R:
    ``psych::alpha`` alpha.drop. It is shown, never acted on."""
    if len(matrix) < 3:
        raise ReliabilityError("Leaving an item out needs three items or more.")
    keep = [np.delete(np.arange(len(matrix)), i) for i in range(len(matrix))]
    return np.array([cronbach(matrix[np.ix_(rest, rest)]) for rest in keep])


def _scale(matrix: Matrix) -> Matrix:
    correlations(matrix)
    found: Matrix = 1 / np.sqrt(np.diag(matrix))
    return found


def alpha(counted: Counted, scale: Scale) -> Alpha | None:
    """Alpha of a scale over people who answered every item that was asked of them.

    Where people were asked different items, those asked the commonest set are used. ``None`` for
    fewer than two items or two people, or when nobody differs from anybody.
    """
    sets = counted.tally.products.get(scale.id, {})
    usable = [(p.n, items) for items, p in sets.items() if len(items) >= 2 and p.n >= 2]
    if not usable:
        return None
    n, items = max(usable)
    matrix = covariance(sets[items])
    if matrix.sum() <= 0:
        # The total does not vary although items do: each pulls against the rest completely.
        return Alpha(-math.inf, -math.inf, -math.inf, n, items) if np.trace(matrix) > 0 else None
    value = _consistency(matrix)
    low, high = feldt(value, n, len(items))
    return Alpha(value, low, high, n, items)


def _consistency(matrix: Matrix) -> float:
    if len(matrix) == 2 and (np.diag(matrix) > 0).all():
        return spearman_brown(float(correlations(matrix)[0, 1]))
    return cronbach(matrix)


def sentence(counted: Counted, scale: Scale) -> str:
    """What a theme page says about its questions; empty under 100 people or for one question."""
    found = alpha(counted, scale)
    if found is None or found.n < LEAST_PEOPLE:
        return ""
    if found.high < 0:
        return (
            "The questions contradict each other, so a scoring key is wrong. Do not use the score."
        )
    if found.value < 0:
        return (
            "The questions do not go together, so a scoring key may be wrong. "
            "Look at each question by itself."
        )
    name = "alpha" if len(found.items) > 2 else "Spearman-Brown"
    figures = (
        f"From 0 (not at all) to 1 (fully) that is {found.value:.2f}, "
        f"likely {found.low:.2f} to {found.high:.2f} ({name})."
    )
    if found.value >= CONSISTENT:
        return f"The questions go together well, so one score can stand for them. {figures}"
    if found.value >= ACCEPTABLE:
        return f"The questions go together well enough for one score to stand for them. {figures}"
    return f"The questions go together only loosely, so look at each by itself too. {figures}"


def check_keys(
    counted: Counted, instrument: Instrument, *, surely: bool | None = None
) -> list[str]:
    """One sentence for each scale whose alpha is negative: an item may be keyed the wrong way
    round, and surely is where all of alpha's 95 % interval is below 0. ``surely`` picks those
    sentences or the others; without it all are given.

    Names the item that agrees least with the others. Needs 30 complete answers: with fewer, alpha
    can be negative by chance.
    """
    problems = []
    for scale in instrument.scales:
        found = alpha(counted, scale)
        if found is None or found.n < LEAST_TO_JUDGE_KEYS or found.value >= 0:
            continue
        sure = found.high < 0
        if surely not in (None, sure):
            continue
        matrix = covariance(counted.tally.products[scale.id][found.items])
        others = matrix.sum(axis=1) - np.diag(matrix)
        suspect = found.items[int(np.argmin(others))]
        said = (
            "its items contradict each other (alpha is negative), so a key is wrong"
            if sure
            else "its items do not go together (alpha is below 0), so a key may be wrong"
        )
        problems.append(
            f"Wave {counted.head.label}, scale {scale.id!r}: {said}. "
            f"Look at {suspect!r} first and change its 'reversed' setting if agreeing means the "
            f"opposite there."
        )
    return problems
