"""What goes together with the theme that matters most, told in groups and never as a ranking.

Whole organisation only, from the tally: nothing of it depends on which group an answer came from.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wishart

from analysis.disclosure import nearest
from analysis.drivers import (
    TOO_ALIKE,
    adjusted,
    alike,
    by_chance,
    inflation,
    johnson,
    least_people,
    lmg,
    r_squared,
    too_few,
)
from analysis.release.visible import Theme
from analysis.summary import Together

DRAWS = 2_000
ALL_ORDERS = 6  # predictors up to which every order of entry is gone through
LEAST_SHARE = 0.05  # what rounds to a tenth
UNLIKELY = 0.01
TOO_SMALL = 1e-9


def goes_together(themes: Sequence[Theme]) -> Together | None:
    """The other themes by how much of the fear theme's spread they share.

    Formula: shares of R² over all orders of entry (Lindeman, Merenda and Gold 1980), from seven
    themes on Johnson's (2000) relative weights, on people with a score on every theme. Uncertainty
    by drawing the covariances anew, S* ~ Wishart(n − 1, S/(n − 1)). A theme joins those above it
    when the interval of the difference of their shares holds 0, at 95 % over all pairs
    (:func:`analysis.drivers.alike`). ``None`` without a fear
    theme, for fewer people than 150 or 20 a theme, where a theme is hidden, where two themes say
    nearly the same (VIF over 5), where all others share under 5 % of the spread (adjusted R²), or
    where chance alone could make them share as much (overall F test at 1 %).
    """
    shown = [theme for theme in themes if theme.root in theme.shown]
    outcome = next((theme for theme in shown if theme.scale.fear), None)
    if outcome is None or len(shown) < len(themes) or len(shown) < 2:
        return None
    others = [theme for theme in shown if theme is not outcome]
    found = _covariances(outcome, others)
    if found is None or too_few(found[0], len(others)):
        return None
    people, spread = found
    if not np.linalg.eigvalsh(spread)[0] > TOO_SMALL * np.trace(spread):
        return None
    matrix = _correlations(spread)
    found_share, k = r_squared(matrix), len(others)
    explained = adjusted(found_share, people, k)
    chance = by_chance(found_share, people, k) >= UNLIKELY
    if (inflation(matrix) > TOO_ALIKE).any() or explained < LEAST_SHARE or chance:
        return None
    groups = told_apart(people, spread)
    return Together(
        outcome.scale.id,
        tuple(tuple(others[place].scale.id for place in sorted(group)) for group in groups),
        min(9, nearest(10 * explained, 1)),
        # The number itself beside other counts would tell how many left some theme out.
        f"at least {least_people(k)}",
    )


def told_apart(people: int, spread: NDArray[np.float64]) -> tuple[tuple[int, ...], ...]:
    """Predictors by place, the closest to the outcome first, together those that cannot be told
    apart. Shape: covariances (k + 1, k + 1) with the outcome last."""
    return alike(_shares(_correlations(spread)), _drawn(people, spread))


def _covariances(outcome: Theme, others: Sequence[Theme]) -> tuple[int, NDArray[np.float64]] | None:
    """People and covariances of their scores, the outcome last, from the people asked about the
    same themes who are most."""
    between = outcome.counted.tally.between
    names = [theme.scale.id for theme in (*others, outcome)]
    fitting = [] if between is None else [k for k in between.complete if set(names) <= set(k)]
    if between is None or not fitting:
        return None
    asked = max(fitting, key=lambda key: (int(between.complete[key].people.sum()), key))
    rows = [asked.index(name) for name in names]
    people = int(between.complete[asked].people.sum())
    return people, between.covariance(asked)[np.ix_(rows, rows)]


def _correlations(spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (..., k, k), covariances -> correlations."""
    root = np.sqrt(np.diagonal(spread, axis1=-2, axis2=-1))
    scaled: NDArray[np.float64] = spread / (root[..., :, None] * root[..., None, :])
    return scaled


def _shares(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of R² that add up to 1. Shape: (..., k + 1, k + 1) -> (..., k)."""
    if matrix.shape[-1] - 1 <= ALL_ORDERS:
        found = lmg(matrix)
    else:
        flat = matrix.reshape(-1, *matrix.shape[-2:])
        found = np.array([johnson(one) for one in flat]).reshape(*matrix.shape[:-2], -1)
    shares: NDArray[np.float64] = found / found.sum(axis=-1, keepdims=True)
    return shares


def _drawn(people: int, spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of covariances drawn anew. Shape: (draws, k)."""
    again = wishart(people - 1, spread / (people - 1)).rvs(
        DRAWS, random_state=np.random.default_rng(people)
    )
    return _shares(_correlations(again))
