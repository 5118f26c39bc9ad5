"""The words beside every figure: against the wave before, and against the rest."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from analysis.change import (
    Contrast,
    against_rest,
    break_between,
    counterpart,
    judge,
    regrouped,
    since,
)
from analysis.disclosure import Rule
from analysis.instrument import Instrument
from analysis.release.figures import favourable_of_question
from analysis.release.released import Released, settle
from analysis.release.steady import Told
from analysis.release.visible import Theme
from analysis.separation import separation
from analysis.summary import THE_REST, UNLIKE, Comparison, Figure, Row, Summary
from analysis.tally import Counted

HIDDEN = Comparison("not_shown", "")
FIRST = Comparison("first", "")


class Past(NamedTuple):
    """An earlier wave, with the rule it was published under; without one, the current rule.

    ``published`` is what went out of it; without that it is worked out again.
    """

    counted: Counted
    instrument: Instrument
    rule: Rule | None = None
    published: Summary | None = None


Earlier = Sequence[Past | tuple[Counted, Instrument]]


class Before(NamedTuple):
    """A theme in the latest earlier wave that asked about it, with its figures, and the waves
    since, by id and label. ``unlike``: its questions were read differently then."""

    theme: Theme
    figures: Mapping[str, Figure]
    since: frozenset[str]
    unlike: bool = False


class History:
    """The waves before, oldest first, each masked by its own rule, once."""

    def __init__(self, waves: Sequence[Past], rule: Rule) -> None:
        self._waves = waves
        self._rule = rule
        self._known: dict[int, Released] = {}
        self._sent: dict[int, Mapping[tuple[str, str, str | None], Figure | None]] = {}

    def last_with(self, theme: Theme) -> Before | None:
        """A theme in the latest wave that asked about it."""
        found = self._last_with(theme, len(self._waves))
        return found and found[1]

    def _last_with(self, theme: Theme, end: int) -> tuple[int, Before] | None:
        """The same among the first ``end`` waves, with its place."""
        since_then = {theme.counted.head.id, theme.counted.head.label}
        for place in reversed(range(end)):
            found = self._of(place, theme)
            if found is not None:
                return place, Before(*found, frozenset(since_then))
            head = self._waves[place].counted.head
            since_then |= {head.id, head.label}
        return None

    def told(
        self, theme: Theme, unit: str, item_id: str | None, end: int | None = None
    ) -> Told | None:
        """The word that the latest wave with a theme told of a group, or of a question in the
        whole, and the percentage behind it; ``None`` where it told none, or cannot be compared.
        """
        found = self._last_with(theme, len(self._waves) if end is None else end)
        if found is None:
            return None
        place, before = found
        then = counterpart(theme, before.theme, unit)
        if then not in before.figures or regrouped(theme, before.theme, unit):
            return None
        if break_between(theme, before.theme, before.since):
            return None
        figure = self._published(place, before, then, item_id)
        if figure is None or figure.band is None:
            return None
        if item_id is None:
            return Told(figure.band, before.theme.favourable(then))
        share = favourable_of_question(before.theme, item_id)
        return None if share is None else Told(figure.band, share)

    def _published(
        self, place: int, before: Before, unit: str, item_id: str | None
    ) -> Figure | None:
        """A figure as it went out."""
        published = self._waves[place].published
        if published is not None:
            if place not in self._sent:
                self._sent[place] = _figures_of(published)
            return self._sent[place].get((before.theme.scale.id, unit, item_id))
        if item_id is None:
            return before.figures[unit]
        known = self._known[place]
        return known.questions[known.themes.index(before.theme)].get(item_id)

    def all_of(self, theme: Theme) -> list[Theme]:
        """A theme in every wave that asked about it, oldest first."""
        found = (self._of(place, theme) for place in range(len(self._waves)))
        return [one[0] for one in found if one is not None]

    def _of(self, place: int, theme: Theme) -> tuple[Theme, Mapping[str, Figure]] | None:
        wave = self._waves[place]
        if all(scale.id != theme.scale.id for scale in wave.instrument.scales):
            return None
        if place not in self._known:
            self._known[place] = settle(
                wave.counted,
                wave.instrument,
                wave.rule or self._rule,
                partial(self.told, end=place),
            )
        return self._known[place].of(theme.scale.id)


def _figures_of(summary: Summary) -> dict[tuple[str, str, str | None], Figure | None]:
    """By theme, group and question (``None``: the theme itself)."""
    root, theme_of = summary.root.id, {i.id: i.theme for t in summary.themes for i in t.items}
    found: dict[tuple[str, str, str | None], Figure | None] = {
        (row.theme, row.unit, None): row.figure for row in summary.rows
    }
    return found | {(theme_of[one.item], root, one.item): one.figure for one in summary.items}


def rows(
    released: Released,
    befores: Sequence[Before | None],
    alike: Sequence[bool | None],
    rule: Rule,
) -> tuple[Row, ...]:
    """Figures and verdicts of every theme and unit, in the order of themes and of the tree.

    Families for the correction of chance findings: the whole organisation's change over themes;
    for each theme the groups' change; for each theme the groups against the rest. Where ``alike``
    says that a theme's questions are not read as before, nothing is said of its change.
    """
    themes = released.themes
    figures = [
        {u.id: found.get(u.id) for u in theme.counted.units}
        for theme, found in zip(themes, released.figures, strict=True)
    ]
    pasts = [
        past and past._replace(unlike=same is False)
        for past, same in zip(befores, alike, strict=True)
    ]
    tops = _changes(
        [
            (theme, past, theme.root, shown[theme.root])
            for theme, past, shown in zip(themes, pasts, figures, strict=True)
        ],
        rule,
    )
    found: list[Row] = []
    for theme, past, shown, top in zip(themes, pasts, figures, tops, strict=True):
        units = [unit.id for unit in theme.counted.units if unit.id != theme.root]
        changes = dict(
            zip(
                [theme.root, *units],
                [top, *_changes([(theme, past, u, shown[u]) for u in units], rule)],
                strict=True,
            )
        )
        rests = _rests(theme, [unit for unit in units if shown[unit]], rule)
        found.extend(
            Row(
                theme.scale.id,
                unit.id,
                shown[unit.id],
                changes[unit.id],
                rests.get(unit.id, HIDDEN),
            )
            for unit in theme.counted.units
        )
    return tuple(found)


def _changes(
    cases: Sequence[tuple[Theme, Before | None, str, Figure | None]], rule: Rule
) -> list[Comparison]:
    """One family of changes since the wave before, in the order given."""
    found: dict[int, Comparison] = {}
    family: list[tuple[Contrast, int | None]] = []
    judged: list[int] = []
    for i, (theme, past, unit, figure) in enumerate(cases):
        settled = _without_judging(theme, past, unit, figure)
        if settled is not None or past is None:
            found[i] = settled or FIRST
            continue
        then = counterpart(theme, past.theme, unit)
        whole = theme.step(unit) == past.theme.step(then) == 1
        gap = _gap(figure, past.figures.get(then)) if whole else None
        family.append((since(theme, past.theme, unit), gap))
        judged.append(i)
    found.update(zip(judged, judge(family, rule), strict=True))
    return [found[i] for i in range(len(cases))]


def _without_judging(
    theme: Theme, past: Before | None, unit: str, figure: Figure | None
) -> Comparison | None:
    """The answer where there is nothing to compare: hidden, first, or a break."""
    if figure is None:
        return HIDDEN
    if past is None:
        return FIRST
    before, waves = past.theme, past.since
    label = before.counted.head.label
    then_unit = counterpart(theme, before, unit)
    if then_unit not in {u.id for u in before.counted.units}:
        return FIRST
    why = break_between(theme, before, waves)
    if not why and regrouped(theme, before, unit):
        why = "The group was put together in another way."
    if not why and past.unlike:
        why = UNLIKE
    if why:
        return Comparison("break", label, why=why)
    return None if then_unit in before.shown else Comparison("not_shown", label)


def _gap(now: Figure | None, then: Figure | None) -> int | None:
    """The difference of two figures as printed in whole points, where both are."""
    if not (now and then) or now.score is None or then.score is None:
        return None
    return round(now.score - then.score)


def _rests(theme: Theme, units: Sequence[str], rule: Rule) -> Mapping[str, Comparison]:
    """Shown groups against everybody else in the organisation: one family of those that pass the
    gate of :mod:`analysis.separation`, which no other group takes up room in."""
    apart = separation(list(theme.strata.values()))
    found: dict[str, Comparison] = {}
    family: dict[str, Contrast] = {}
    for unit in units:
        contrast = against_rest(theme, unit, THE_REST)
        if contrast is None:
            continue
        if why := apart.against(theme.group(unit).answers):
            found[unit] = Comparison("cannot_tell", THE_REST, why=why)
        else:
            family[unit] = contrast
    judged = judge([(contrast, None) for contrast in family.values()], rule)
    return found | dict(zip(family, judged, strict=True))
