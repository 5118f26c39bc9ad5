"""The job: which models these waves call for, worked on side by side, and what each tells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis.factors.fit_indices import Indices
from analysis.factors.invariance import LEAST_PEOPLE, Ladder, Step
from analysis.models import told
from analysis.models.fitting import (
    MOST_AT_ONCE,
    Joint,
    Measured,
    OneFactor,
    Regressed,
    Slope,
    TooLittle,
    all_themes,
    compared,
    one_theme,
    regression,
)
from analysis.models.rows import Rows, complete, same_questions
from analysis.release.visible import Theme
from analysis.reliability import Matrix

FORMAT = 1
MOST_WAVES = 4
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Job:
    """One model to work on. ``titles`` are the themes' by id, ``wordings`` the questions'."""

    title: str
    task: Measured | Regressed
    titles: Mapping[str, str]
    wordings: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What a job tells: ``said`` in sentences, ``figures`` rounded, ``lacking`` why something is
    left out."""

    title: str
    said: tuple[str, ...]
    figures: Mapping[str, Any] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "about": self.title,
            "in_words": list(self.said),
            "figures": dict(self.figures),
            "left_out": list(self.lacking),
        }


def plan(waves: Sequence[Rows]) -> list[Job]:
    """The models for the newest of these waves, oldest first: each theme, all themes at once, and
    the theme on fear by the others. Groups are those next below the whole that are shown."""
    now, earlier = waves[-1], waves[-MOST_WAVES:-1]
    titles = {theme.scale.id: theme.scale.title for theme in now.themes}
    wordings = {
        item: theme.instrument.item(item).text for theme in now.themes for item in theme.asked
    }
    jobs = [
        Job(f"“{theme.scale.title}”", _measured(now, earlier, [theme]), titles, wordings)
        for theme in now.themes
    ]
    several = [theme for theme in now.themes if len(theme.asked) > 1]
    if len(several) > 1:
        task = _measured(now, earlier[-1:], several)
        jobs.append(Job("All themes at once", task, titles, wordings))
    if (regressed := _regressed(now)) is not None:
        title = f"“{titles[regressed.outcome]}” beside the other themes"
        jobs.append(Job(title, regressed, titles, wordings))
    return jobs


def run(
    jobs: Sequence[Job],
    workers: int = 1,
    progress: Progress = lambda _title, _done, _all: None,
) -> Iterator[Outcome]:
    """Every outcome in the order of the jobs, whatever the number of workers."""
    if workers > 1:
        with ProcessPoolExecutor(max_workers=min(workers, max(len(jobs), 1))) as pool:
            yield from _told(pool.map(work, jobs), jobs, progress)
    else:
        yield from _told(map(work, jobs), jobs, progress)


def _told(found: Iterator[Outcome], jobs: Sequence[Job], progress: Progress) -> Iterator[Outcome]:
    for done, (job, outcome) in enumerate(zip(jobs, found, strict=True), 1):
        progress(job.title, done, len(jobs))
        yield outcome


def work(job: Job) -> Outcome:
    """One job by itself; a model that the answers cannot carry is named and left out."""
    if isinstance(job.task, Regressed):
        return _regression(job, job.task)
    alone = len(job.task.factors) == 1
    said: list[str] = []
    lacking: list[str] = []
    figures: dict[str, Any] = {}
    try:
        if alone:
            found = one_theme(job.task)
            said += told.of_theme(job.title, found)
            figures["one_factor"] = _one_factor(found)
        else:
            joint = all_themes(job.task)
            said += told.of_all(joint, job.titles)
            figures["all_themes"] = _joint(joint)
    except TooLittle as error:
        return Outcome(job.title, (), {}, (str(error),))
    for name, groups, waves in (
        ("pulses", job.task.waves, True),
        ("large_groups", job.task.units, False),
    ):
        try:
            climbed = compared(job.task, groups, waves=waves)
        except TooLittle as error:
            lacking.append(str(error))
            continue
        said.append(told.of_ladder(climbed, job.wordings))
        enough = sum(len(answers) >= LEAST_PEOPLE for answers in groups.values())
        if not alone and enough > MOST_AT_ONCE:
            lacking.append(told.only_the_largest(MOST_AT_ONCE, enough))
        figures[name] = _ladder(climbed)
    return Outcome(job.title, tuple(said), figures, tuple(lacking))


def _regression(job: Job, task: Regressed) -> Outcome:
    try:
        slopes = regression(task)
    except TooLittle as error:
        return Outcome(job.title, (), {}, (str(error),))
    figures = {"slopes": [_slope(slope) for slope in slopes]}
    return Outcome(job.title, told.of_slopes(slopes, task.outcome, job.titles), figures)


def _measured(now: Rows, earlier: Sequence[Rows], themes: Sequence[Theme]) -> Measured:
    points = _side_by_side(now, themes)
    answered = ~np.isnan(points).any(axis=1)
    waves: dict[str, Matrix] = {}
    for before in earlier:
        known = [before.theme(theme.scale.id) for theme in themes]
        same = [then for then, theme in zip(known, themes, strict=True)
                if then is not None and same_questions(then, theme)]  # fmt: skip
        if len(same) == len(themes):
            waves[before.wave.label] = complete(_side_by_side(before, same))
    waves[now.wave.label] = points[answered]
    units = {unit: points[answered & now.inside(unit)] for unit in now.large(themes)}
    factors = {theme.scale.id: theme.asked for theme in themes}
    return Measured(" ".join(factors), factors, points[answered], waves, units)


def _side_by_side(rows: Rows, themes: Sequence[Theme]) -> Matrix:
    return np.column_stack([rows.points(theme) for theme in themes])


def _regressed(now: Rows) -> Regressed | None:
    outcome = next((theme for theme in now.themes if theme.scale.fear), None)
    others = [theme for theme in now.themes if theme is not outcome]
    # A theme that is hidden would be missed among those held equal.
    if outcome is None or not others or len(now.themes) < len(now.released.themes):
        return None
    table = np.column_stack([now.scores(theme) for theme in (outcome, *others)])
    there = ~np.isnan(table).any(axis=1)
    return Regressed(
        outcome.scale.id,
        tuple(theme.scale.id for theme in others),
        table[there, 0],
        table[there, 1:],
        now.cells(now.themes)[there],
    )


def _one_factor(found: OneFactor) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "people": told.people(found.people),
        "omega": round(found.omega, 2),
        "omega_low": round(found.low, 2),
        "omega_high": round(found.high, 2),
        "degrees_of_freedom": found.df,
        **_rounded(cfi=found.cfi, rmsea=found.rmsea, srmr=found.srmr),
    }
    if found.rough:
        figures |= _rounded(robust_cfi=found.robust_cfi, robust_rmsea=found.robust_rmsea)
        figures |= _rounded(largest_polychoric_difference=found.gap)
    return figures


def _joint(found: Joint) -> dict[str, Any]:
    return {
        "people": told.people(found.people),
        "chi_square": round(found.chisq, 1),
        "degrees_of_freedom": found.df,
        **_rounded(
            cfi=found.cfi, tli=found.tli, rmsea=found.rmsea, rmsea_low=found.rmsea_low,
            rmsea_high=found.rmsea_high, srmr=found.srmr,
        ),
        "correlations": [
            {"themes": [one, other], "r": round(value, 2)} for one, other, value in found.together
        ],
    }  # fmt: skip


def _ladder(found: Ladder) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "reached": found.reached,
        "steps": [_step(step) for step in found.steps],
    }
    if found.partial is not None:
        figures["partial"] = _step(found.partial) | {"freed": list(found.partial.freed)}
    return figures


def _step(step: Step) -> dict[str, Any]:
    fits: Indices = step.fit
    return {
        "level": step.level,
        "holds": step.accepted,
        "chi_square": round(fits.chisq, 1),
        "degrees_of_freedom": fits.df,
        **_rounded(
            cfi=fits.cfi, rmsea=fits.rmsea, srmr=fits.srmr,
            cfi_change=step.cfi_change, rmsea_change=step.rmsea_change,
        ),
    }  # fmt: skip


def _slope(slope: Slope) -> dict[str, Any]:
    return {
        "theme": slope.theme,
        "slope": round(slope.value, 2),
        "low": round(slope.low, 2),
        "high": round(slope.high, 2),
        "degrees_of_freedom": round(slope.df),
        "clear": slope.clear,
    }


def _rounded(**values: float | None) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 3) for name, value in values.items()}
