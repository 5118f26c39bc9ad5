"""The report of one or more pulses: content written once, from released results only."""

from collections.abc import Sequence
from datetime import date

from analysis import report_sections as sections
from analysis.report_groups import groups
from analysis.report_parts import Report, ReportError, Section
from analysis.report_theme import theme_section
from analysis.report_written import what_people_wrote
from analysis.summary import Summary

SIMULATED = "Simulated data"
IMPORTED = "From imported files"


def content(summaries: Sequence[Summary]) -> Report:
    """The report on the newest of these pulses (oldest first), with the earlier ones behind it.

    Raises :class:`ReportError` where a theme does not say what we don't know.
    """
    if not summaries:
        raise ReportError("There is no pulse to report on.")
    newest = summaries[-1]
    parts: list[Section | None] = [
        sections.in_short(newest),
        sections.who_answered(newest),
        *(theme_section(summaries, theme, place) for place, theme in enumerate(newest.themes, 1)),
        sections.what_changed(newest),
        sections.what_goes_together(newest),
        groups(newest),
        what_people_wrote(newest),
        sections.method(summaries),
        sections.tables(summaries),
    ]
    return Report(
        programme=newest.programme,
        title=_title(newest),
        subtitle=_subtitle(summaries),
        labels=_labels(summaries),
        foot=f"Groups with fewer than {newest.rule.get('k', 10)} answers are never shown",
        sections=tuple(part for part in parts if part is not None),
    )


def _title(newest: Summary) -> str:
    """A programme may be called by a question, after which no colon stands."""
    mark = "" if newest.programme.endswith(("?", "!", ".")) else ":"
    return f"{newest.programme}{mark} {newest.wave.label}"


def _subtitle(summaries: Sequence[Summary]) -> str:
    first, newest = summaries[0].wave, summaries[-1].wave
    if len(summaries) == 1:
        closed = date.fromisoformat(newest.date)
        return f"Results of one pulse, closed {closed.day} {closed:%B %Y}"
    return f"Results of {len(summaries)} pulses, {first.label} to {newest.label}"


def _labels(summaries: Sequence[Summary]) -> tuple[str, ...]:
    labels = []
    if any(summary.wave.simulated for summary in summaries):
        labels.append(SIMULATED)
    if all(summary.wave.origin == "imported" for summary in summaries):
        labels.append(IMPORTED)
    return tuple(labels)
