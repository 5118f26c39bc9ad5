"""The results pages, the same for staff and for everybody invited."""

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from analysis import (
    benchmarks,
    claims,
    how_to_read,
    pair_words,
    printing,
    question_moves,
    written_groups,
    written_opening,
)
from analysis import written as written_words
from analysis.charts import alt_texts
from analysis.summary import Figure, ThemeHead, UnitHead
from analysis.trend import trend
from analysis.usual_range import USUALLY, LongSeries, headlines, long_series
from surveyapp.models.surveys import Programme
from surveyapp.results import files, findings
from surveyapp.results.reading import Reading, days_late
from surveyapp.services import actions, board, covenants, results

# A table of more groups than this is folded, so that what follows it is not lost below.
FEW_GROUPS = 12
# Of all comments that may be read, a page opens with so many, and a theme's page shows so few.
FIRST_QUOTES, EXAMPLES = 10, 3


def coming(programme: Programme, layout: str) -> ResponseReturnValue:
    """Before the first results: what will be here, and when."""
    waves = [wave for wave in programme.waves if wave.state not in ("draft", "published")]
    return render_template(
        "results/coming.html",
        programme=programme,
        waves=waves,
        changed=[words for wave in waves for words in covenants.changed_words(wave)],
        taken_back=results.taken_back(programme),
        late=days_late(programme),
        layout=layout,
    )


def overview(reading: Reading) -> ResponseReturnValue:
    """Who answered, what changed, where it differs, what we will do."""
    summary = reading.summary
    return render_template(
        "results/overview.html",
        r=reading,
        findings=findings.by_evidence(summary),
        sentences={theme.id: findings.change_of(summary, theme) for theme in summary.themes},
        differences=findings.differences(summary),
        groups_shown=_groups_shown(reading),
        participation=[
            (unit, depth, line)
            for unit, depth in findings.tree(summary)
            if (line := summary.participation_of(unit.id)) is not None and line.invited is not None
        ],
        everyone=summary.participation_of(summary.root.id),
        ledger=actions.ledger(reading.programme),
    )


def themes(reading: Reading) -> ResponseReturnValue:
    """Every theme of the whole organisation, in the order they were declared."""
    summary = reading.summary
    return render_template(
        "results/themes.html",
        r=reading,
        alt=alt_texts.themes_alt(summary),
        lines=[(theme, reading.row(theme.id)) for theme in summary.themes],
        same_people=pair_words.paragraph(summary),
        say=how_to_read,
    )


def theme(reading: Reading, theme_id: str) -> ResponseReturnValue:
    """One theme: the sentence, the chart from the same figures, the table, and the doubt."""
    reading.theme_or_404(theme_id)
    summary = reading.summary
    head = summary.theme(theme_id)
    points = trend(reading.summaries, theme_id)
    return render_template(
        "results/theme.html",
        r=reading,
        theme=head,
        headline=claims.headline(summary, theme_id),
        row=reading.row(theme_id),
        points=points,
        trend_alt=alt_texts.trend_alt(points, head, long_series(reading.summaries, theme_id).usual),
        how_to_read=how_to_read.how_to_read(summary, theme_id),
        why_not=how_to_read.why_not(summary, theme_id),
        items=[(item, _item_figure(reading, item.id)) for item in head.items],
        silence=next((line for line in summary.silence if line.theme == theme_id), None),
        written=written_words,
        about=written_words.about(summary, theme_id),
        beside=written_words.beside(summary, theme_id),
        quotes=_examples(reading, head),
        doubts=claims.what_we_dont_know(summary, theme_id),
        elsewhere=benchmarks.latest(theme_id),
        record=board.record_of(reading.publication.id).get(theme_id),
        linked=[line for line in actions.ledger(reading.programme) if line.theme == theme_id],
        groups=[
            (unit, depth, reading.row(theme_id, unit.id)) for unit, depth in findings.tree(summary)
        ],
        silent=any(printing.ends(row) for row in summary.rows if row.theme == theme_id),
        drawn=any(row.shrunk for row in summary.rows if row.theme == theme_id),
        since=question_moves.moves(reading.summaries, theme_id),
        moves=question_moves,
        few_groups=FEW_GROUPS,
        moved=printing.moved,
        shrunk=printing.shrunk,
        say=how_to_read,
        ends=printing.ends,
    )


def _item_figure(reading: Reading, item_id: str) -> Figure | None:
    return next((row.figure for row in reading.summary.items if row.item == item_id), None)


def _examples(reading: Reading, head: ThemeHead) -> list[written_words.Said]:
    """A few comments on a theme, in the order in which all of them stand."""
    found = [q for q in reading.summary.quotes if head.text_theme and head.text_theme in q.themes]
    return written_words.said_once(found)[:EXAMPLES]


def over_time(reading: Reading) -> ResponseReturnValue:
    """Every theme over every pulse, and where a few of them usually lie."""
    summary = reading.summary
    series = [(theme, trend(reading.summaries, theme.id)) for theme in summary.themes]
    # The first pulse of a theme has nothing before it that it could be unlike.
    broken = {
        (theme.id, point.wave.id)
        for theme, points in series
        for point in points[1:]
        if not point.joined
    }
    return render_template(
        "results/over_time.html",
        r=reading,
        broken=broken,
        usually=USUALLY,
        long=[_long(reading, theme_id) for theme_id in headlines(summary)],
        lines=[(theme, {p.wave.id: p for p in points}) for theme, points in series],
    )


def _long(reading: Reading, theme_id: str) -> tuple[ThemeHead, LongSeries, str]:
    """A headline theme, what its pulses say together, and its chart in words."""
    head, series = reading.summary.theme(theme_id), long_series(reading.summaries, theme_id)
    points = trend(reading.summaries, theme_id)
    return head, series, alt_texts.trend_alt(points, head, series.usual)


def theme_trend(reading: Reading, theme_id: str) -> ResponseReturnValue:
    """One theme over every pulse, with its breaks and gaps."""
    reading.theme_or_404(theme_id)
    head = reading.summary.theme(theme_id)
    points = trend(reading.summaries, theme_id)
    long = long_series(reading.summaries, theme_id)
    return render_template(
        "results/trend.html",
        r=reading,
        theme=head,
        points=points,
        sentence=claims.change_sentence(reading.summary, theme_id),
        alt=alt_texts.trend_alt(points, head, long.usual),
        usually=USUALLY,
        said=long.said,
    )


def groups(reading: Reading) -> ResponseReturnValue:
    """Groups by themes in tree order, each compared with the rest; never ranked."""
    return render_template(
        "results/groups.html",
        r=reading,
        tree=findings.tree(reading.summary),
        groups_shown=_groups_shown(reading),
    )


def group(reading: Reading, unit_id: str, *, asked: str = "") -> ResponseReturnValue:
    """One group: what stands out, every theme, and questions for a team talk.

    ``asked`` names a smaller group inside it that cannot be shown alone.
    """
    unit = reading.unit(unit_id)
    parent = reading.unit(unit.parent) if unit.parent else None
    return render_template(
        "results/group.html",
        r=reading,
        unit=unit,
        parent=parent,
        above=_shown_above(reading, unit) or parent,
        parts=[(part, _shown(reading, part)) for part in reading.summary.children(unit_id)],
        asked=reading.unit(asked) if asked else None,
        shown=_shown(reading, unit),
        extremes=findings.extremes(reading.summary, unit_id),
        participation=reading.summary.participation_of(unit_id),
        unheard=claims.unheard_in_group(reading.summary.participation_of(unit_id)),
        lines=[(theme, reading.row(theme.id, unit_id)) for theme in reading.summary.themes],
        why_not=how_to_read.why_not_here(reading.summary, unit_id),
        wrote=written_groups.of_group(reading.summary, unit_id),
        written_groups=written_groups,
        silent=any(printing.ends(row) for row in reading.summary.rows if row.unit == unit_id),
        drawn=any(row.shrunk for row in reading.summary.rows if row.unit == unit_id),
        shrunk=printing.shrunk,
        say=how_to_read,
        ends=printing.ends,
    )


def own_group(reading: Reading, unit_key: str | None) -> ResponseReturnValue:
    """The manager's own group, or the nearest one above it that is shown."""
    units = {unit.id: unit for unit in reading.summary.units}
    path = (unit_key or "").split("/")
    while path and "/".join(path) not in units:
        path.pop()
    unit = own = units.get("/".join(path), reading.summary.root)
    if not _shown(reading, unit):
        unit = _shown_above(reading, unit) or reading.summary.root
    if unit.id == own.id and own.id == unit_key:
        return redirect(reading.url("group", unit_id=unit.id))
    return group(reading, unit.id, asked=own.id if own.id != unit.id else "")


def _shown(reading: Reading, unit: UnitHead) -> bool:
    return any(
        row.figure is not None for (_, unit_id), row in reading.rows.items() if unit_id == unit.id
    )


def _groups_shown(reading: Reading) -> bool:
    """Whether any group below the whole is shown in any theme."""
    root = reading.summary.root.id
    return any(row.figure for (_, unit_id), row in reading.rows.items() if unit_id != root)


def _shown_above(reading: Reading, unit: UnitHead) -> UnitHead | None:
    """The nearest group above that is shown."""
    while unit.parent:
        unit = reading.unit(unit.parent)
        if _shown(reading, unit):
            return unit
    return None


def written(reading: Reading) -> ResponseReturnValue:
    """What people wrote: counts by theme and question."""
    return render_template(
        "results/written.html",
        r=reading,
        say=how_to_read,
        written=written_words,
        written_groups=written_groups,
        opening=written_opening.opening(reading.summary),
        first_quotes=FIRST_QUOTES,
    )


def why(reading: Reading) -> ResponseReturnValue:
    """Every reason for which a figure may not be shown, without saying which applies."""
    return render_template("results/why.html", r=reading, rule=reading.summary.rule)


def downloads(reading: Reading) -> ResponseReturnValue:
    """The files made with these results."""
    names = results.file_names(reading.publication)
    return render_template(
        "results/downloads.html",
        r=reading,
        files=[line for line in files.DOWNLOADS if line[0] in names],
    )
