"""Sentences about results. Each strong word has a gate, and the gate is a verdict in the summary.

*Rose*, *fell*, *higher* and *lower* are said only through :func:`strong`, which refuses them under
the claim level they need; "can’t tell" is said as often as it is true. No sentence names a cause.
"""

from enum import IntEnum

from analysis.summary import (
    BAND_WORDS,
    NOT_SHOWN,
    THE_REST,
    Comparison,
    Figure,
    Participation,
    Row,
    Silence,
    Summary,
    ThemeHead,
)

HOW_MANY = 5
WELL_ANSWERED = 70
SLOW = 0.5  # the strength of a slow slide: after every change since the pulse before


class Level(IntEnum):
    """How much may be said (STATISTICS 2): nothing, what there is, that it differs from others,
    that it has changed."""

    NOT_SHOWN = 0
    DESCRIPTION = 1
    DIFFERENT = 2
    CHANGED = 3


class ClaimError(ValueError):
    """A sentence wants a stronger word than its figures allow."""


def level(found: Comparison | Row) -> Level:
    """The claim level of a comparison, or of what a row says of its change.

    >>> level(Comparison("lower", "May 2026")), level(Comparison("lower", "the rest"))
    (<Level.CHANGED: 3>, <Level.DIFFERENT: 2>)
    >>> level(Comparison("cannot_tell", "May 2026")), level(Comparison("not_shown", ""))
    (<Level.DESCRIPTION: 1>, <Level.NOT_SHOWN: 0>)
    """
    if isinstance(found, Row):
        return Level.NOT_SHOWN if found.figure is None else level(found.change)
    match found.verdict:
        case "not_shown":
            return Level.NOT_SHOWN
        case "higher" | "lower":
            return Level.DIFFERENT if found.against == THE_REST else Level.CHANGED
        case _:
            return Level.DESCRIPTION


def strong(found: Comparison, needed: Level, up: str, down: str) -> str:
    """The word for a difference. Raises :class:`ClaimError` under the level that it needs.

    >>> strong(Comparison("higher", "May 2026"), Level.CHANGED, "rose", "fell")
    'rose'
    """
    if level(found) < max(needed, Level.DIFFERENT):
        raise ClaimError(f"“{up}” and “{down}” need more than “{found.verdict}”.")
    return up if found.verdict == "higher" else down


def slide(summary: Summary, theme_id: str) -> Comparison | None:
    """A slow change since the first comparable pulse that the last pulse alone does not show.

    ``None`` unless it passed its own gate, the score is shown, and both pulses can be compared.
    """
    row, since = summary.row(theme_id), summary.reading(theme_id).since_first
    if since is None or level(since) < Level.CHANGED or level(row) != Level.DESCRIPTION:
        return None
    return None if row.change.verdict in ("break", "first") else since


def headline(summary: Summary, theme_id: str, unit_id: str | None = None) -> str:
    """The title of a theme page: the theme, and the most that may be said of its change."""
    row = summary.row(theme_id, unit_id)
    title = _title(summary, row)
    against = row.change.against
    if row.figure is None:
        return f"{title}: {NOT_SHOWN}"
    if slow := _slow(summary, row):
        return f"{title}: {slow}"
    match row.change.verdict:
        case "higher" | "lower":
            return f"{title}: likely {_than(row.change)}"
        case "same":
            return f"{title}: about the same as in {against}"
        case "cannot_tell":
            return f"{title}: we can’t tell if it has changed"
        case "break":
            return f"{title}: not comparable with {against}"
        case "first":
            return f"{title}: first pulse, so nothing to compare with"
        case _:
            return f"{title}: the change is not shown"


def level_sentence(summary: Summary, theme_id: str, unit_id: str | None = None) -> str:
    """Where a theme stands: "Workload: 44 of 100, likely 41 to 47." """
    row = summary.row(theme_id, unit_id)
    title = _title(summary, row)
    if row.figure is None:
        return f"{title}: {NOT_SHOWN}."
    return f"{title}: {_level(row.figure)}."


def change_sentence(summary: Summary, theme_id: str, unit_id: str | None = None) -> str:
    """What happened to a theme since the pulse before, with its numbers where they are shown."""
    row = summary.row(theme_id, unit_id)
    title, against = _title(summary, row), row.change.against
    if row.figure is None:
        return f"{title}: {NOT_SHOWN}."
    if slow := _slow(summary, row):
        return f"{title}: {slow}."
    match row.change.verdict:
        case "higher" | "lower":
            return _moved(title, row.figure, row.change)
        case "same":
            return f"{title}: about the same as in {against}. {row.change.why}".strip()
        case "cannot_tell":
            return f"We can’t tell if {title} has changed since {against}. {row.change.why}".strip()
        case "break":
            return f"{title}: not comparable with {against}. {row.change.why}".strip()
        case "first":
            return f"{title}: this is the first pulse, so there is nothing to compare with."
        case _:
            return f"{title}: the change is not shown."


def who_answered(summary: Summary) -> str:
    """How many answered of how many, or that nobody knows."""
    part = summary.participation_of(summary.root.id)
    if part is None or part.answered is None:
        return "Too few people answered to show results."
    if part.invited is None:
        return f"{_about(part.answered)} people answered. We do not know how many were asked."
    if part.rate is None:
        return f"{_about(part.answered)} of {part.invited} people answered."
    return f"{_about(part.answered)} of {part.invited} people answered ({part.rate})."


def unheard_in_group(part: Participation | None) -> str:
    """How far the silent of a group could move its scores, from its printed response: under 70 %
    no interval says as much (Manski 1989: at most 100 − rate points).

    >>> unheard_in_group(Participation("days", 60, "about 35", "60%"))
    '40% did not answer. Had they done so, a score here could lie up to 40 points away.'
    """
    if part is None or part.answered is None:
        return "We cannot say how many did not answer here, nor what they think."
    if part.rate is None:
        return "We do not know what those who did not answer think."
    left = 100 - int(part.rate.rstrip("%"))
    if left <= 100 - WELL_ANSWERED:
        return ""
    told = f"{left}% did not answer. Had they done so, a score here"
    return f"{told} could lie up to {left} points away."


def what_we_dont_know(summary: Summary, theme_id: str) -> tuple[str, ...]:
    """The limits of a theme's figures, most telling first; never empty."""
    row, theme = summary.row(theme_id), summary.theme(theme_id)
    quiet = next((line for line in summary.silence if line.theme == theme_id), None)
    said = [
        *_unheard(summary, quiet),
        *_about_figure(row),
        *_about_theme(theme),
        "What caused it. A survey cannot say why.",
    ]
    if summary.wave.simulated:
        said.append("Anything about real people: these answers are simulated.")
    return tuple(said)


def five_sentences(summary: Summary) -> tuple[str, ...]:
    """The results mail: who answered, up to three themes, and what nobody can know.

    Themes come by strength of evidence: changes that passed their gates first, the largest
    against its interval before the others; then slow slides; then the fear theme; then the order
    of the pulse.
    """
    shown = [row for row in _whole(summary) if row.figure is not None]
    strongest = sorted(
        range(len(shown)),
        key=lambda i: (-_strength(summary, shown[i]), not summary.theme(shown[i].theme).fear, i),
    )
    themes = [_in_mail(summary, shown[i]) for i in strongest[: HOW_MANY - 2]]
    return (who_answered(summary), *themes, _limit(summary))


def _title(summary: Summary, row: Row) -> str:
    title = summary.theme(row.theme).title
    if row.unit == summary.root.id:
        return title
    return f"{title} in {summary.unit(row.unit).name}"


def _level(figure: Figure) -> str:
    if figure.score is None or figure.low is None or figure.high is None:
        return f"{BAND_WORDS[figure.band or 'mixed']} ({figure.n} answers)"
    return f"{figure.score:g} of 100, likely {figure.low:g} to {figure.high:g}"


def _moved(title: str, figure: Figure, change: Comparison) -> str:
    verb = strong(change, Level.CHANGED, "rose", "fell")
    if change.difference is None or figure.score is None:
        return f"{title}: likely {_than(change)}."
    before = figure.score - change.difference
    return (
        f"{title} {verb} from {before:g} to {figure.score:g} of 100 since {change.against}. "
        f"Chance alone is unlikely to explain that."
    )


def _than(change: Comparison) -> str:
    return f"{strong(change, Level.CHANGED, 'higher', 'lower')} than in {change.against}"


def _slow(summary: Summary, row: Row) -> str:
    """What a slow slide adds, and that the last pulse alone does not show it; empty without one."""
    since = slide(summary, row.theme) if row.unit == summary.root.id else None
    return f"likely {_than(since)}, though the last pulse alone does not show it" if since else ""


def _whole(summary: Summary) -> list[Row]:
    return [summary.row(theme.id) for theme in summary.themes]


def _strength(summary: Summary, row: Row) -> float:
    change = row.change
    if level(row) < Level.CHANGED:
        return SLOW if slide(summary, row.theme) else 0.0
    if change.difference is None or change.low is None or change.high is None:
        return 1.0
    return 1.0 + abs(change.difference) / max(change.high - change.low, 1.0)


def _in_mail(summary: Summary, row: Row) -> str:
    stands = level_sentence(summary, row.theme)
    if slow := _slow(summary, row):
        return f"{stands} {slow[0].upper()}{slow[1:]}."
    if row.change.verdict in ("higher", "lower", "same"):
        return change_sentence(summary, row.theme)
    if row.change.verdict == "cannot_tell":
        return f"{stands} We can’t tell if it has changed."
    return stands


def _limit(summary: Summary) -> str:
    part = summary.participation_of(summary.root.id)
    cause = "A survey cannot say what caused these results."
    if part is None or part.rate is None:
        return f"We do not know what people who did not answer think. {cause}"
    return f"{_left(part.rate)} did not answer, and we do not know what they think. {cause}"


def _unheard(summary: Summary, quiet: Silence | None) -> list[str]:
    part = summary.participation_of(summary.root.id)
    said = []
    if part is None or part.invited is None:
        said.append("How many people stayed silent: we do not know how many were asked.")
    elif part.rate is None:
        said.append("What those who did not answer think.")
    else:
        said.append(f"What the others think: {_left(part.rate)} did not answer.")
    if quiet is not None and quiet.worst is not None and quiet.best is not None:
        said.append(
            "What the score would be if everybody had answered: "
            f"somewhere from {quiet.worst:g} to {quiet.best:g}."
        )
    if quiet is not None and quiet.prefer_not.endswith(" in 10"):
        said.append(
            f"What {quiet.prefer_not} answers would have been: people preferred not to say."
        )
    return said


def _about_figure(row: Row) -> list[str]:
    if row.figure is None:
        return ["The score: it is not shown."]
    said = []
    if row.figure.score is None:
        said.append("The exact score: too few people answered, or they answered too much alike.")
    if row.change.verdict == "cannot_tell":
        said.append(f"If it has changed since {row.change.against}.")
    if row.change.verdict == "break":
        said.append(f"If it has changed: it cannot be compared with {row.change.against}.")
    if row.change.verdict == "first":
        said.append("If it is changing: this is the first pulse.")
    return said


def _about_theme(theme: ThemeHead) -> list[str]:
    if theme.validated:
        return []
    return ["How well these questions measure it: nobody has tested them against other measures."]


def _about(words: str) -> str:
    """A count at the start of a sentence: "About 415", "About 45", "10–19"."""
    if words.isdigit():
        return f"About {words}"
    return words[0].upper() + words[1:]


def _left(rate: str) -> str:
    left = 100 - int(rate.rstrip("%"))
    return f"{left}%" if left else "Almost nobody"
