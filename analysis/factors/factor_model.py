"""What a factor model is: answers of each group, which items belong to which factor, and what is
the same in every group."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.counting.patterns import Products
from analysis.factors.omega import LEAST_ITEMS
from analysis.reliability import Matrix

SINGULAR = 1e-11
FIXED_NOUGHT, FIXED_ONE = -1, -2

Places = NDArray[np.int64]


class FactorModelError(ValueError):
    """A factor model that cannot be set up or fitted to these answers."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Complete answers of one group: ``n`` people, ``mean`` (p,) and ``covariance`` (p, p) with
    divisor n, in points and points². Raises :class:`FactorModelError` for what cannot be fitted."""

    n: int
    mean: Matrix
    covariance: Matrix

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean).all() and np.isfinite(self.covariance).all()):
            raise FactorModelError("An answer is missing or not finite.")
        spread = np.sqrt(np.diag(self.covariance))
        if not (spread > 0).all():
            raise FactorModelError("An item does not vary: everybody gave the same answer.")
        if self.n <= len(self.mean):
            raise FactorModelError(
                f"{self.n} people are too few for {len(self.mean)} items in one group."
            )
        if np.linalg.eigvalsh(self.covariance / np.outer(spread, spread))[0] < SINGULAR:
            raise FactorModelError("One item follows exactly from the others.")

    @classmethod
    def of(cls, answers: Matrix) -> "Sample":
        """From rows of complete answers, shape (n, p)."""
        if len(answers) < 2:
            raise FactorModelError("A group needs two people or more.")
        return cls(len(answers), answers.mean(axis=0), np.cov(answers.T, bias=True))

    @classmethod
    def of_products(cls, products: Products) -> "Sample":
        """From sums and cross-products of points over people who answered every item."""
        mean = products.sums / products.n
        return cls(products.n, mean, products.cross / products.n - np.outer(mean, mean))


@dataclass(frozen=True)
class Model:
    """Which items belong to which factor, and what is the same in every group.

    Each factor takes its unit from its first item, whose loading is 1, or, for a single group,
    from ``unit_variance``. ``equal`` holds any of "loadings", "intercepts" and "residuals";
    ``own_intercept`` names items that keep an intercept for each group. ``means`` counts the means
    of a single group among what is modelled, as several groups always do.
    """

    factors: Mapping[str, tuple[str, ...]]
    equal: frozenset[str] = frozenset()
    own_intercept: frozenset[str] = frozenset()
    unit_variance: bool = False
    means: bool = False

    @property
    def items(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item for items in self.factors.values() for item in items))


@dataclass(frozen=True)
class Estimate:
    """One number of a fitted model, lavaan's way: ``left`` =~, ~~ or ~1 ``right``.

    ``error`` is its standard error, nought for a fixed number; ``standardised`` is in standard
    deviations of items and factors.
    """

    group: int
    left: str
    sign: str
    right: str
    value: float
    error: float
    standardised: float


@dataclass(frozen=True, eq=False)
class Group:
    """A group's matrices: loadings Λ (p, m), intercepts τ (p,), residual variances θ (p,), factor
    covariances Ψ (m, m) and factor means α (m,)."""

    loadings: Matrix
    intercepts: Matrix
    residuals: Matrix
    factors: Matrix
    factor_means: Matrix

    def parts(self) -> tuple[Matrix, ...]:
        return (
            self.loadings, self.intercepts, self.residuals, self.factors, self.factor_means,
        )  # fmt: skip

    @property
    def covariance(self) -> Matrix:
        found: Matrix = self.loadings @ self.factors @ self.loadings.T + np.diag(self.residuals)
        return found

    @property
    def mean(self) -> Matrix:
        found: Matrix = self.intercepts + self.loadings @ self.factor_means
        return found


@dataclass(frozen=True, eq=False)
class Layout:
    """For each number of a group's matrices the place of its parameter, or a fixed value."""

    loadings: Places
    intercepts: Places
    residuals: Places
    factors: Places
    factor_means: Places

    def filled(self, values: Matrix) -> Group:
        return Group(*(_fill(places, values) for places in self.parts()))

    def parts(self) -> tuple[Places, ...]:
        return (self.loadings, self.intercepts, self.residuals, self.factors, self.factor_means)


def check(samples: Sequence[Sample], model: Model) -> None:
    """Raises :class:`FactorModelError` for a model that these answers cannot be set beside."""
    p, m, several = len(model.items), len(model.factors), len(samples)
    if not samples or any(len(sample.mean) != p for sample in samples):
        raise FactorModelError("Each group needs answers to exactly the model's items.")
    if several > 1 and model.unit_variance:
        raise FactorModelError("Several groups take a factor's unit from its first item.")
    if p < LEAST_ITEMS or any(len(items) < (2 if m > 1 else LEAST_ITEMS)
                              for items in model.factors.values()):  # fmt: skip
        raise FactorModelError("A factor needs three items, or two beside another factor.")


class _Numbers:
    """Hands out parameters' places; what is the same in all groups gets the same place again."""

    def __init__(self) -> None:
        self.count = 0
        self.shared: dict[tuple[str, int, int], int] = {}

    def place(self, what: str, i: int, j: int, same: bool) -> int:
        known = self.shared.get((what, i, j)) if same else None
        if known is not None:
            return known
        if same:
            self.shared[what, i, j] = self.count
        self.count += 1
        return self.count - 1


def layouts_of(model: Model, several: int) -> list[Layout]:
    """Number the parameters of each group."""
    numbers = _Numbers()
    return [_layout(model, numbers, first=group == 0) for group in range(several)]


def _layout(model: Model, numbers: _Numbers, *, first: bool) -> Layout:
    items = model.items
    p, m = len(items), len(model.factors)
    loadings = np.full((p, m), FIXED_NOUGHT)
    for j, belonging in enumerate(model.factors.values()):
        for item in belonging:
            i, marker = items.index(item), item == belonging[0] and not model.unit_variance
            same = "loadings" in model.equal
            loadings[i, j] = FIXED_ONE if marker else numbers.place("loading", i, j, same)
    level = "intercepts" in model.equal
    intercepts = [
        numbers.place("intercept", i, 0, level and item not in model.own_intercept)
        for i, item in enumerate(items)
    ]
    residuals = [numbers.place("residual", i, 0, "residuals" in model.equal) for i in range(p)]
    factors = np.full((m, m), FIXED_ONE)
    for i, j in np.argwhere(np.tri(m, dtype=np.bool_)).tolist():
        if i != j or not model.unit_variance:
            factors[i, j] = factors[j, i] = numbers.place("factor", i, j, False)
    means = np.full(m, FIXED_NOUGHT)
    if level and not first:
        means[:] = [numbers.place("mean", j, 0, False) for j in range(m)]
    return Layout(loadings, np.array(intercepts), np.array(residuals), factors, means)


def _fill(places: Places, values: Matrix) -> Matrix:
    return np.where(places >= 0, values[places], np.where(places == FIXED_ONE, 1.0, 0.0))


def count_of(layouts: Iterable[Layout]) -> int:
    """How many parameters there are."""
    return 1 + max(int(part.max()) for layout in layouts for part in layout.parts())


def estimates(
    model: Model, layouts: Sequence[Layout], groups: Sequence[Group], errors: Matrix
) -> Iterable[Estimate]:
    """Every number of a fitted model, group by group."""
    items, names = model.items, tuple(model.factors)

    def error(place: int) -> float:
        return float(errors[place]) if place >= 0 else 0.0

    for number, (layout, group) in enumerate(zip(layouts, groups, strict=True)):
        wide = np.sqrt(np.diag(group.covariance))
        deep = np.sqrt(np.clip(np.diag(group.factors), 0, None))
        for j, factor in enumerate(names):
            for item in model.factors[factor]:
                i, value = items.index(item), group.loadings[items.index(item), j]
                yield Estimate(
                    number, factor, "=~", item, float(value),
                    error(layout.loadings[i, j]), float(value * deep[j] / wide[i]),
                )  # fmt: skip
        for i, item in enumerate(items):
            value = group.residuals[i]
            yield Estimate(
                number, item, "~~", item, float(value),
                error(layout.residuals[i]), float(value / wide[i] ** 2),
            )  # fmt: skip
            value = group.intercepts[i]
            yield Estimate(
                number, item, "~1", "", float(value),
                error(layout.intercepts[i]), float(value / wide[i]),
            )  # fmt: skip
        for i, one in enumerate(names):
            for j, two in enumerate(names[i:], i):
                value = group.factors[i, j]
                yield Estimate(
                    number, one, "~~", two, float(value),
                    error(layout.factors[i, j]), float(value / (deep[i] * deep[j])),
                )  # fmt: skip
            value = group.factor_means[i]
            yield Estimate(
                number, one, "~1", "", float(value),
                error(layout.factor_means[i]), float(value / deep[i]),
            )  # fmt: skip
