"""Scores of groups with chance allowed for, made from printed figures and from nothing else.

A small group's score swings by chance, so the lowest of many looks lower than it is. An empirical
Bayes estimate takes that back (STATISTICS 2.6), but from the exact score and its weight anybody
could work the exact score out again (rule D13). So the scores *as printed* go in, with the numbers
of answers as told and one spread for all, in steps of 5 points: whoever undoes the estimate finds
the printed score.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from analysis.disclosure import nearest, outward
from analysis.multilevel.grouped import GroupingError
from analysis.release.released import Released
from analysis.release.visible import Theme
from analysis.separation import separation
from analysis.smoothing import shrink
from analysis.summary import Figure, Row, Shrunk

LEAST_GROUPS = 6
SPREAD_STEP = 5.0
COUNT_STEP = 5
NORMAL = 1.96


def of_rows(released: Released, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Every row of a group with its shrunken score, where there is one."""
    by_theme: dict[str, dict[str, Figure]] = {}
    for row in rows:
        if row.figure is not None:
            by_theme.setdefault(row.theme, {})[row.unit] = row.figure
    found = {
        theme.scale.id: of_theme(theme, by_theme.get(theme.scale.id, {}), released.counts)
        for theme in released.themes
    }
    return tuple(replace(row, shrunk=found[row.theme].get(row.unit)) for row in rows)


def of_theme(
    theme: Theme, figures: Mapping[str, Figure], counts: Mapping[str, Mapping[int, int]]
) -> dict[str, Shrunk]:
    """The shrunken score of each shown group without a shown group inside it, by id.

    Formula: θ̂ = λ·y + (1 − λ)·μ̂ with v = σ²/n + step²/12 for the printed score y and told n,
    λ = τ²/(τ² + v), τ² by REML; the 95 % range also for not knowing τ², see :func:`estimates`.
    Nothing where fewer than six such groups have a score, where groups do not differ beyond chance
    (:mod:`analysis.separation`), or where nobody differs.
    """
    if not figures:
        return {}
    units = [
        unit
        for unit in theme.shown
        if unit != theme.root
        and not theme.shown_children(unit)
        and unit in figures
        and figures[unit].score is not None
    ]
    spread = math.sqrt(theme.within.variance)
    if len(units) < LEAST_GROUPS or not spread > 0:
        return {}
    if not separation(list(theme.strata.values())).low > 0:
        return {}
    sd = SPREAD_STEP * math.ceil(round(spread / SPREAD_STEP, 6))
    told = [nearest(counts[unit][theme.group(unit).answers], COUNT_STEP) for unit in units]
    steps = [theme.step(unit) for unit in units]
    found = estimates([figures[unit].score or 0.0 for unit in units], told, sd, steps)
    return dict(zip(units, found, strict=True)) if found else {}


def estimates(
    scores: Sequence[float], answers: Sequence[int], sd: float, steps: Sequence[int]
) -> list[Shrunk]:
    """Shrunken scores and their 95 % ranges, in whole steps; empty where τ² is nought.

    Formula: se² = λ·v + (1 − λ)²·se(μ̂)² + 2/(J − 3)·(1 − λ)²·(y − μ̂)² (Morris 1983: the last part
    is for τ², which is estimated from J groups).

    >>> [one.score for one in estimates([30, 60, 60, 60, 60, 60, 60, 90], [50] * 8, 20, [1] * 8)]
    [31.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0, 89.0]
    """
    y, by = np.array(scores, dtype=np.float64), np.array(steps, dtype=np.float64)
    v = sd**2 / np.array(answers, dtype=np.float64) + by**2 / 12
    try:
        found = shrink(y, v)
    except GroupingError:
        return []
    if not found.differ:
        return []
    guessed = 2 / (len(y) - 3) * ((1 - found.weight) * (y - found.mean)) ** 2
    half = NORMAL * np.sqrt(found.se**2 + guessed)
    told = []
    for estimate, wide, step in zip(found.estimate, half, steps, strict=True):
        low, high = outward(max(estimate - wide, 0.0), min(estimate + wide, 100.0), step)
        score = min(max(nearest(float(estimate), step), 0), 100)
        told.append(Shrunk(float(score), float(low), float(min(high, 100))))
    return told
