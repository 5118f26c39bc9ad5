"""What of a wave goes out: every theme's groups and figures, after the check of the whole release.

It depends on the wave's own counts, questions and frozen rule, and on the words of the waves
before alone, so a later wave that compares itself with this one sees exactly what was published,
whatever its own rule says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.disclosure import Group, ReleaseError, Rule, release
from analysis.instrument import Instrument
from analysis.release.audit import Subject, audit, of_tree, smallest
from analysis.release.figures import counts_of, question_figures, theme_figures
from analysis.release.steady import Last, nothing
from analysis.release.visible import Theme, roll_up
from analysis.summary import Figure, Summary
from analysis.tally import Counted

TAKING_PART = "participation"
ANSWERED = "who answered"


@dataclass(frozen=True)
class Released:
    """A wave's themes with their figures by group, and the groups whose participation is told.

    ``counts`` say for each group what to tell for a number of answers (rule D5), ``last`` what the
    wave before told.
    """

    themes: tuple[Theme, ...]
    figures: tuple[Mapping[str, Figure], ...]
    taking_part: tuple[str, ...]
    counts: Mapping[str, Mapping[int, int]]
    last: Last = nothing

    @cached_property
    def questions(self) -> tuple[Mapping[str, Figure | None], ...]:
        """Each theme's questions with their figures for the whole organisation."""
        return tuple(
            question_figures(theme, self.counts[theme.root], figures, self.last)
            for theme, figures in zip(self.themes, self.figures, strict=True)
        )

    def of(self, theme_id: str) -> tuple[Theme, Mapping[str, Figure]] | None:
        """A theme and its figures by the id of its scale; ``None`` if it was not asked about."""
        for theme, figures in zip(self.themes, self.figures, strict=True):
            if theme.scale.id == theme_id:
                return theme, figures
        return None


def settle(now: Counted, instrument: Instrument, rule: Rule, last: Last = nothing) -> Released:
    """Mask, draw up and check everything; drop the smallest figure involved until all is safe.

    ``last`` gives what the wave before told, so that its words can be kept.
    A group that is dropped is dropped from every table, because who answered is the same in all.
    Deterministic. Raises :class:`ReleaseError` should nothing safe be left to try.
    """
    withheld: frozenset[str] = frozenset()
    for _ in range(len(now.units) + 1):
        # Every table shows no more than who answered at all allows, so that tables which differ
        # by who skipped a question do not tell of one another's hidden groups.
        answering = release(_responding(now), rule, withheld=withheld)
        apart = frozenset(unit.id for unit in now.units).difference(answering)
        themes = themes_of(now, instrument, rule, apart)
        taking_part = participants(now, rule, apart)
        tables = {theme.scale.id: theme.shown for theme in themes}
        subjects = [*_subjects(now, themes, tables), _answered(now, tables, taking_part)]
        breaches = audit(subjects, rule)
        if breaches:
            named = {subject.name: subject for subject in subjects}
            withheld |= {smallest(breach, named[breach.subject]) for breach in breaches[:1]}
            continue
        counts = counts_of(themes)
        drawn = [theme_figures(theme, counts, last) for theme in themes]
        telling = [unit for _, unit in drawn if unit is not None]
        if not telling:
            figures = tuple(found for found, _ in drawn)
            return Released(themes, figures, taking_part, counts, last)
        withheld |= {telling[0]}
    raise ReleaseError("No part of these results could be shown without telling on somebody.")


def refuse_unsafe(summary: Summary, now: Counted, instrument: Instrument, rule: Rule) -> None:
    """The last check, of the finished summary: raises :class:`ReleaseError` if too few people's
    answers could be computed from the figures that stand in it."""
    tables: dict[str, list[str]] = {theme.id: [] for theme in summary.themes}
    for row in summary.rows:
        if row.figure is not None:
            tables[row.theme].append(row.unit)
    taking_part = [part.unit for part in summary.participation if part.answered is not None]
    themes = themes_of(now, instrument, rule)
    subjects = [*_subjects(now, themes, tables), _answered(now, tables, taking_part)]
    subjects += _items(summary, now, themes)
    breaches = audit(subjects, rule)
    if breaches:
        raise ReleaseError("\n".join(map(str, breaches)))


def themes_of(
    now: Counted, instrument: Instrument, rule: Rule, withheld: frozenset[str] = frozenset()
) -> tuple[Theme, ...]:
    """The themes of which anything was asked in this wave."""
    themes = (Theme(now, instrument, scale, rule, withheld) for scale in instrument.scales)
    return tuple(theme for theme in themes if theme.asked)


def participants(
    now: Counted, rule: Rule, withheld: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The groups whose participation is told: released as figures are, with
    ``participation_headcount`` people as the least (rule D11); the whole as soon as it may be."""
    groups = _responding(now)
    large = Rule.from_dict(
        rule.to_dict() | {"headcount": max(rule.headcount, rule.participation_headcount)}
    )
    root = next(group for group in groups if group.parent is None)
    shown = release(groups, large, withheld=withheld) if root.headcount is not None else ()
    return shown or release([root], rule, withheld=withheld)


def _responding(now: Counted) -> list[Group]:
    """Every group with its responses as its answers."""
    responses = roll_up(now.units, now.tally.units, now.tally.responses)
    return [
        Group(
            unit.id, unit.parent, int(responses[unit.id]), int(responses[unit.id]), unit.headcount
        )
        for unit in now.units
    ]


def _subjects(
    now: Counted, themes: Sequence[Theme], tables: Mapping[str, Sequence[str]]
) -> Iterator[Subject]:
    for theme in themes:
        name = f"“{theme.scale.title}” in {now.head.label}"
        shown = {theme.scale.id: tables.get(theme.scale.id, ())}
        yield of_tree(name, theme.groups, shown, sensitive=theme.sensitive)


def _answered(
    now: Counted, tables: Mapping[str, Sequence[str]], taking_part: Sequence[str]
) -> Subject:
    """Who answered at all: each table tells it of the groups that it shows."""
    everything = {**tables, TAKING_PART: taking_part}
    return of_tree(f"{ANSWERED} in {now.head.label}", _responding(now), everything)


def _items(summary: Summary, now: Counted, themes: Sequence[Theme]) -> Iterator[Subject]:
    """Each question is told for the whole only: one cell, of those who answered it."""
    shown = {item.item for item in summary.items if item.figure is not None}
    for theme in themes:
        whole = theme.group(theme.root)
        for item_id in shown.intersection(theme.asked):
            answers = int(now.tally.items[item_id].answered.sum())
            cell = Group(whole.id, None, answers, whole.responses, whole.headcount)
            yield Subject(
                f"“{item_id}” in {now.head.label}",
                {whole.id: cell},
                {whole.id: frozenset([whole.id])},
                theme.sensitive or theme.instrument.item(item_id).sensitive,
            )
