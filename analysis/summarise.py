"""From counts to results that may be shown: the only way out of a tally."""

from collections.abc import Collection, Mapping, Sequence
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
from analysis.dataset import PulseData
from analysis.disclosure import Group, Rule, count_in_words, nearest, step
from analysis.figures import item_figure
from analysis.instrument import Instrument
from analysis.released import Released, refuse_unsafe, settle
from analysis.reliability import check_keys, sentence
from analysis.silence import silence
from analysis.summary import (
    Comparison,
    Figure,
    ItemHead,
    ItemRow,
    Participation,
    Row,
    Summary,
    ThemeHead,
    UnitHead,
)
from analysis.tally import Counted, count
from analysis.text.counts import release as release_text
from analysis.visible import Theme, roll_up

HIDDEN = Comparison("not_shown", "")
FIRST = Comparison("first", "")
REST = "the rest"
NO_HEADCOUNT = (
    "We do not know how many people were asked, so we cannot say how many stayed silent. "
    "The number of answers alone decided what is shown."
)
SOME_HEADCOUNTS = (
    "For some groups we do not know how many people are in them. "
    "There the number of answers alone decided what is shown."
)
MORE_THAN_PEOPLE = "More answers came in than there were people listed in some groups."
SIMULATED = "These answers are simulated. Nobody gave them."
IMPORTED = "These results come from a file. No promises were fixed before the questions were asked."


class Past(NamedTuple):
    """An earlier wave, with the rule it was published under; without one, the current rule."""

    counted: Counted
    instrument: Instrument
    rule: Rule | None = None


Earlier = Sequence[Past | tuple[Counted, Instrument]]


def summarise_all(data: PulseData, rule: Rule, *, programme: str) -> tuple[Summary, ...]:
    """Summaries of all waves, oldest first, each compared with those before it."""
    counted = [(count(wave, data.instrument), data.instrument) for wave in data.waves]
    return tuple(
        summarise(now, instrument, rule, counted[:i], programme=programme)
        for i, (now, instrument) in enumerate(counted)
    )


def summarise(
    now: Counted,
    instrument: Instrument,
    rule: Rule,
    earlier: Earlier = (),
    *,
    programme: str = "",
) -> Summary:
    """A wave's results, safe to show to everybody invited.

    ``earlier`` waves stand oldest first, each masked by its own rule. Everything in the summary
    has passed the rule and the check of the whole release; the same input gives the same bytes.
    What was asked of nobody in this wave is left out. Raises
    :class:`~analysis.disclosure.ReleaseError` rather than let out what could be undone.
    """
    released = settle(now, instrument, rule)
    themes, counts = released.themes, released.counts
    made = Summary(
        programme=programme,
        instrument=instrument.id,
        instrument_version=instrument.version,
        wave=now.head,
        rule=rule.to_dict(),
        units=tuple(
            UnitHead(
                unit.id,
                unit.name,
                unit.parent,
                unit.headcount,
                unit.headcount is not None and unit.headcount < rule.headcount,
            )
            for unit in now.units
        ),
        themes=tuple(_head(theme) for theme in themes),
        rows=_rows(released, [Past(*wave) for wave in earlier], rule),
        items=tuple(
            ItemRow(item_id, item_figure(theme, item_id, counts[theme.root]))
            for theme in themes
            for item_id in theme.asked
        ),
        participation=participation(now, rule, released.taking_part),
        silence=tuple(
            silence(theme, figures.get(theme.root))
            for theme, figures in zip(themes, released.figures, strict=True)
        ),
        text=release_text(now.text, instrument, rule, int(now.tally.responses.sum())),
        notes=_notes(now, instrument, themes),
    )
    refuse_unsafe(made, now, instrument, rule)
    return made


def participation(now: Counted, rule: Rule, shown: Collection[str]) -> tuple[Participation, ...]:
    """Who answered, for the whole and for groups large enough that it tells on nobody (D11)."""
    tally = now.tally
    responses = {u: int(n) for u, n in roll_up(now.units, tally.units, tally.responses).items()}
    return tuple(
        _taking_part(
            Group(unit.id, unit.parent, responses[unit.id], responses[unit.id], unit.headcount),
            rule,
        )
        if unit.id in shown
        else Participation(unit.id, None, None, None)
        for unit in now.units
    )


def _taking_part(group: Group, rule: Rule) -> Participation:
    words = count_in_words(group.answers, rule)
    if group.headcount is None:
        return Participation(group.id, None, words, None)
    if group.answers < rule.banded_below:
        return Participation(group.id, group.headcount, words, None)
    # From the count as printed: the exact one would follow from a share of so few people.
    by = step(group.answers, rule)
    share = nearest(100 * nearest(group.answers, 5) / group.headcount, by)
    most = 100 if group.answers >= group.headcount else 100 - by
    return Participation(group.id, group.headcount, words, f"{min(share, most)}%")


def _head(theme: Theme) -> ThemeHead:
    scale = theme.scale
    items = [theme.instrument.item(item_id) for item_id in theme.asked]
    return ThemeHead(
        scale.id,
        scale.title,
        scale.description,
        scale.formula,
        scale.validated,
        scale.fear,
        scale.text_theme,
        tuple(ItemHead(item.id, scale.id, item.text, item.reversed) for item in items),
        sentence(theme.counted, scale) if theme.root in theme.shown else "",
    )


def _rows(released: Released, earlier: Sequence[Past], rule: Rule) -> tuple[Row, ...]:
    """Figures and verdicts of every theme and unit, in the order of themes and of the tree.

    Families for the correction of chance findings: the whole organisation's change over themes;
    for each theme the groups' change; for each theme the groups against the rest.
    """
    themes = released.themes
    known: dict[str, Released] = {}
    pasts = [_last_with(theme, earlier, rule, known) for theme in themes]
    figures = [
        {u.id: found.get(u.id) for u in theme.counted.units}
        for theme, found in zip(themes, released.figures, strict=True)
    ]
    tops = _changes(
        [
            (theme, past, theme.root, figures[i][theme.root])
            for i, (theme, past) in enumerate(zip(themes, pasts, strict=True))
        ],
        rule,
    )
    rows: list[Row] = []
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
        rows.extend(
            Row(
                theme.scale.id,
                unit.id,
                shown[unit.id],
                changes[unit.id],
                rests.get(unit.id, HIDDEN),
            )
            for unit in theme.counted.units
        )
    return tuple(rows)


class Before(NamedTuple):
    """A theme in the latest earlier wave that asked about it, with its figures, and the waves
    since, by id and label."""

    theme: Theme
    figures: Mapping[str, Figure]
    since: frozenset[str]


def _last_with(
    theme: Theme, earlier: Sequence[Past], rule: Rule, known: dict[str, Released]
) -> Before | None:
    since_then = {theme.counted.head.id, theme.counted.head.label}
    for past in reversed(earlier):
        counted, instrument = past.counted, past.instrument
        if any(scale.id == theme.scale.id for scale in instrument.scales):
            if counted.head.id not in known:
                known[counted.head.id] = settle(counted, instrument, past.rule or rule)
            found = known[counted.head.id].of(theme.scale.id)
            if found is not None:
                return Before(*found, frozenset(since_then))
        since_then |= {counted.head.id, counted.head.label}
    return None


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
    if why:
        return Comparison("break", label, why=why)
    return None if then_unit in before.shown else Comparison("not_shown", label)


def _gap(now: Figure | None, then: Figure | None) -> int | None:
    """The difference of two figures as printed in whole points, where both are."""
    if not (now and then) or now.score is None or then.score is None:
        return None
    return round(now.score - then.score)


def _rests(theme: Theme, units: Sequence[str], rule: Rule) -> Mapping[str, Comparison]:
    """Shown groups against everybody else in the organisation: one family."""
    contrasts = [(unit, against_rest(theme, unit, REST)) for unit in units]
    family = [(unit, contrast) for unit, contrast in contrasts if contrast is not None]
    judged = judge([(contrast, None) for _, contrast in family], rule)
    return {unit: said for (unit, _), said in zip(family, judged, strict=True)}


def _notes(now: Counted, instrument: Instrument, themes: Sequence[Theme]) -> tuple[str, ...]:
    notes = []
    if now.head.simulated:
        notes.append(SIMULATED)
    if now.head.origin == "imported":
        notes.append(IMPORTED)
    responses = roll_up(now.units, now.tally.units, now.tally.responses)
    root = next(unit for unit in now.units if unit.parent is None)
    if root.headcount is None:
        notes.append(NO_HEADCOUNT)
    elif any(unit.headcount is None for unit in now.units):
        notes.append(SOME_HEADCOUNTS)
    if root.headcount is not None and int(responses[root.id]) > root.headcount:
        notes.append(MORE_THAN_PEOPLE)
    if any(theme.root in theme.shown for theme in themes):
        notes.extend(check_keys(now, instrument))
    return tuple(notes)
