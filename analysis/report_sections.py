"""The sections of a report, each from released results and from sentences bound to their gates."""

from collections.abc import Sequence

from analysis import plots
from analysis.charts import alt_texts
from analysis.claims import WELL_ANSWERED, five_sentences
from analysis.claims import who_answered as who_answered_sentence
from analysis.how_to_read import (
    GO_TOGETHER,
    LIMITS,
    TOGETHER,
    together,
    together_head,
    together_share,
)
from analysis.pair_words import paragraph
from analysis.printing import cells, change_of, compared, ends, number, pulse_name, signed, verdict
from analysis.report_parts import Block, Chart, Points, Section, Table, Words
from analysis.report_theme import NOT_VALIDATED, published_by
from analysis.summary import (
    NOT_SHOWN,
    Comparison,
    Summary,
    Verdict,
)
from analysis.trend import trend
from analysis.usual_range import ENOUGH_PULSES

_EVIDENCE_FIRST: tuple[Verdict, ...] = (
    "higher",
    "lower",
    "same",
    "cannot_tell",
    "break",
    "first",
    "not_shown",
)


def in_short(summary: Summary) -> Section:
    """The one-page summary: at most five sentences and every theme in one picture."""
    return Section(
        "in-short",
        "In short",
        "In short",
        (
            Points("", five_sentences(summary)),
            Chart("every-theme", plots.themes_svg(summary), alt_texts.themes_alt(summary)),
            Words("The same figures stand in the table under “What changed”.", "quiet"),
        ),
    )


def who_answered(summary: Summary) -> Section:
    """Answers received of people invited, and what was left unsaid.

    Tables and columns for which nothing is known at all are left out.
    """
    blocks: list[Block] = [Words(who_answered_sentence(summary), "lead")]
    if summary.evenness:
        blocks.append(Words(summary.evenness))
    if summary.root.headcount is not None:
        blocks.append(_turnout(summary))
    if summary.silence:
        blocks.append(_unsaid(summary))
    if any(ends(row) for row in summary.rows):
        blocks.append(_unsaid_in_groups(summary))
    title = "Who answered, and who we did not hear"
    return Section("who-answered", "Who answered", title, tuple(blocks))


def _turnout(summary: Summary) -> Table:
    least = summary.rule.get("participation_headcount", 30)
    rows = []
    for unit in summary.units:
        if unit.parent is None or (unit.headcount or 0) >= least:
            line = summary.participation_of(unit.id)
            cells = (line.invited, line.answered, line.rate) if line else (None, None, None)
            rows.append((unit.name, *(NOT_SHOWN if c is None else str(c) for c in cells)))
    return Table(
        "Who answered",
        ("Group", "People invited", "Answered", "Share"),
        tuple(rows),
        note=f"Groups of fewer than {least} people are not listed, to protect them.",
    )


def _unsaid(summary: Summary) -> Table:
    head = ["Theme", "Prefer not to say", "Left blank, or did not know"]
    bounded = any(line.worst is not None for line in summary.silence)
    rows = []
    for line in summary.silence:
        row = [summary.theme(line.theme).title, line.prefer_not, line.skipped]
        if bounded:
            row += [NOT_SHOWN if end is None else number(end) for end in (line.worst, line.best)]
        rows.append(tuple(row))
    return Table(
        "What was left unsaid, whole organisation",
        (*head, "Lowest", "Highest") if bounded else tuple(head),
        tuple(rows),
        note="Lowest and highest: where the score could lie had everybody answered."
        if bounded
        else "",
    )


def _unsaid_in_groups(summary: Summary) -> Table:
    """Each group of which many were silent, with the two ends of each score, in tree order."""
    found = {(row.unit, row.theme): ends(row) for row in summary.rows}
    rows = [
        (unit.name, *(found.get((unit.id, theme.id), "") for theme in summary.themes))
        for unit in summary.units
    ]
    return Table(
        "What the silent could change, group by group",
        ("Group", *(theme.title for theme in summary.themes)),
        tuple(row for row in rows if any(row[1:])),
        note=f"Only groups where under {WELL_ANSWERED}% answered. Each cell says where the score "
        "could lie had everybody answered, from the lowest to the highest.",
    )


def what_changed(summary: Summary) -> Section:
    """Every theme's verdict, strongest evidence first, in declared order within a verdict."""
    ordered = sorted(
        summary.themes,
        key=lambda theme: _EVIDENCE_FIRST.index(change_of(summary.row(theme.id)).verdict),
    )
    rows = []
    for theme in ordered:
        row = summary.row(theme.id)
        change = change_of(row)
        rows.append((theme.title, compared(change), *cells(row.figure), _difference(change)))
    return Section(
        "what-changed",
        "What changed",
        "What changed",
        (
            Table(
                "Every theme, whole organisation",
                ("Theme", "Verdict", "Score", "Likely range", "Answers", "Difference"),
                tuple(rows),
                note="“Can’t tell” means the answers leave room for a rise, a fall or neither.",
            ),
            *_same_people(summary),
        ),
    )


def _same_people(summary: Summary) -> tuple[Block, ...]:
    head, *lines = paragraph(summary) or ("",)
    return (Points(head, tuple(lines)),) if lines else ()


def _difference(change: Comparison) -> str:
    if change.difference is None:
        return "" if change.verdict in ("first", "break") else NOT_SHOWN
    words = signed(change.difference)
    if change.low is None or change.high is None:
        return words
    return f"{words} ({signed(change.low)} to {signed(change.high)})"


def what_goes_together(summary: Summary) -> Section | None:
    """The themes that share the differences between people, and what that cannot say."""
    if summary.together is None:
        return None
    blocks = (
        Points(together_head(summary), together(summary)),
        Words(together_share(summary)),
        Points("What this cannot say", LIMITS, panel=True),
    )
    return Section("together", TOGETHER, TOGETHER, blocks)


def method(summaries: Sequence[Summary]) -> Section:
    """How the figures were made, in 150 words at most, and the notes of the newest pulse."""
    newest = summaries[-1]
    rule = newest.rule
    text = (
        "Scores run from 0 to 100; higher is always better. A theme’s score is the mean of its "
        "questions, or the share of better answers. The likely range holds the true figure "
        "about 19 times in 20, if those who stayed silent are like those who answered. "
        "We say higher or lower only when chance can hardly explain it and the step is large "
        "enough to matter. Otherwise we say “can’t tell”."
    )
    protect = (
        f"No group is shown with fewer than {rule.get('k', 10)} answers. More are hidden where "
        f"others could be worked out by subtraction. Groups with fewer than "
        f"{rule.get('banded_below', 20)} answers get words, not numbers. Every figure is rounded. "
        f"A hidden figure is always “{NOT_SHOWN}”, whatever the reason."
    )
    blocks: list[Block] = [Words(text), Words(protect)]
    imported = [s.wave.label for s in summaries if s.wave.origin == "imported"]
    notes = list(newest.notes)
    if imported:
        notes.append(
            f"Brought in from files, with no promises made before opening: {', '.join(imported)}."
        )
    if any(not theme.validated for theme in newest.themes):
        notes.append(
            f"“{NOT_VALIDATED}” marks themes whose questions have not yet been tested elsewhere."
        )
    if any(theme.reliability for theme in newest.themes):
        notes.append(GO_TOGETHER)
    if len(summaries) < ENOUGH_PULSES:
        notes.append(f"Where a score usually lies can be said from {ENOUGH_PULSES} pulses on.")
    notes.extend(published_by(newest.themes))
    blocks.append(Points("Notes", tuple(notes)) if notes else Words(""))
    blocks.append(
        Words(f"Instrument: {newest.instrument}, version {newest.instrument_version}.", "quiet")
    )
    return Section(
        "method", "Method", "How this was worked out", tuple(b for b in blocks if b != Words(""))
    )


def tables(summaries: Sequence[Summary]) -> Section:
    """Every theme in every pulse."""
    rows = []
    for theme in summaries[-1].themes:
        for point in trend(summaries, theme.id):
            pulse = pulse_name(point.wave)
            rows.append((theme.title, pulse, *cells(point.figure), verdict(change_of(point))))
    return Section(
        "tables",
        "Tables",
        "Tables",
        (
            Table(
                "Every theme in every pulse, whole organisation",
                ("Theme", "Pulse", "Score", "Likely range", "Answers", "Compared with before"),
                tuple(rows),
                note="The file figures.csv holds these figures and those of all groups.",
            ),
        ),
    )
