"""From counts to results that may be shown: the only way out of a tally."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from analysis.dataset import PulseData
from analysis.disclosure import Group, Rule, count_in_words, nearest, step
from analysis.instrument import Instrument
from analysis.pairs import Paired, told
from analysis.readings import evenness, readings, same_meaning
from analysis.release import share_ranges, shrunk
from analysis.release.released import Released, refuse_unsafe, settle
from analysis.release.visible import Theme, roll_up
from analysis.reliability import check_keys, sentence
from analysis.silence import of_groups, silence
from analysis.summary import ItemHead, ItemRow, Participation, Row, Summary, ThemeHead, UnitHead
from analysis.tally import Counted, count
from analysis.text.counts import release as release_text
from analysis.text.own_codebook import NONE as NO_OWN
from analysis.text.own_codebook import OwnCodebook
from analysis.together import goes_together
from analysis.verdicts import Earlier, History, Past, rows

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
    paired: Paired | None = None,
    own: OwnCodebook = NO_OWN,
) -> Summary:
    """A wave's results, safe to show to everybody invited.

    ``earlier`` waves stand oldest first, each masked by its own rule; ``paired`` is what those who
    kept a diary phrase moved by, and ``own`` what its comments were counted with beside the shipped
    codebook. Everything in the summary
    has passed the rule and the check of the whole release; the same input gives the same bytes.
    What was asked of nobody in this wave is left out. Raises
    :class:`~analysis.disclosure.ReleaseError` rather than let out what could be undone.
    """
    history = History([Past(*wave) for wave in earlier], rule)
    released = settle(now, instrument, rule, history.told)
    themes = released.themes
    befores = [history.last_with(theme) for theme in themes]
    alike = [same_meaning(*pair) for pair in zip(themes, befores, strict=True)]
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
        rows=_rows(released, rows(released, befores, alike, rule)),
        items=share_ranges.of_items(
            released,
            [
                ItemRow(item_id, figure)
                for told in released.questions
                for item_id, figure in told.items()
            ],
        ),
        participation=participation(now, rule, released.taking_part),
        silence=tuple(
            silence(theme, figures.get(theme.root))
            for theme, figures in zip(themes, released.figures, strict=True)
        ),
        text=release_text(now.text, instrument, rule, int(now.tally.responses.sum()), own),
        notes=_notes(now, instrument, themes),
        readings=readings(released, befores, history, alike),
        together=goes_together(themes),
        evenness=evenness(now, released.taking_part),
    )
    if paired is not None:
        made = replace(made, pairs=told(paired, made, themes, befores, rule))
    refuse_unsafe(made, now, instrument, rule)
    return made


def _rows(released: Released, found: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with what is worked out from printed figures and counts beside the figures."""
    return shrunk.of_rows(released, of_groups(released, share_ranges.of_rows(released, found)))


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
