"""One theme's section: sentence, chart, table, questions, what people wrote, what we don't know."""

import re
from collections.abc import Mapping, Sequence

from analysis import benchmarks, plots, report_written
from analysis.charts import alt_texts
from analysis.charts.share_chart import question
from analysis.claims import change_sentence, headline, level_sentence, what_we_dont_know
from analysis.how_to_read import HEADING, how_to_read
from analysis.printing import cells, change_of, compared, likely_share, moved, pulse_name
from analysis.question_moves import HEAD, NOTE, moves
from analysis.report_parts import Block, Chart, Points, Table, ThemeSection, Words
from analysis.summary import NOT_SHOWN, Figure, Summary, ThemeHead
from analysis.trend import TrendPoint, trend
from analysis.usual_range import ENOUGH_PULSES, USUALLY, long_series

SHARE_NOTE = "The likely range is that of the better answers."
NOT_VALIDATED = "Not yet tested"


def theme_section(summaries: Sequence[Summary], theme: ThemeHead, place: int) -> ThemeSection:
    """One theme: sentence, chart, table, questions, what people wrote, what we don't know."""
    newest = summaries[-1]
    name = f"{place:02d}-{re.sub(r'[^a-z0-9]+', '-', theme.id.lower()).strip('-')}"
    blocks: list[Block] = [
        Words(level_sentence(newest, theme.id), "lead"),
        Words(theme.description, "quiet"),
        *_over_time(summaries, theme, f"{name}-trend"),
    ]
    if reading := how_to_read(newest, theme.id):
        blocks.append(Points(HEADING, reading))
    figures = {row.item: row.figure for row in newest.items}
    if any(figures.get(item.id) for item in theme.items):
        blocks.append(
            Chart(
                f"{name}-questions",
                plots.items_svg(newest, theme.id),
                alt_texts.items_alt(newest, theme.id),
            )
        )
    blocks.append(_questions_table(theme, figures, moves(summaries, theme.id)))
    if theme.reliability:
        blocks.append(Words(theme.reliability, "quiet"))
    blocks.extend(report_written.of_theme(newest, theme))
    blocks.extend(_published(theme))
    unknown = what_we_dont_know(newest, theme.id)
    blocks.append(Points("What we don’t know", unknown, panel=True))
    return ThemeSection(
        id=f"theme-{name}",
        name=theme.title,
        title=headline(newest, theme.id),
        blocks=_without_repeats(blocks),
        marks=() if theme.validated else (NOT_VALIDATED,),
        unknown=unknown,
    )


def _without_repeats(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Without empty paragraphs and without saying "Not shown" twice."""
    kept: list[Block] = []
    said: set[str] = set()
    for block in blocks:
        if isinstance(block, Words):
            if not block.text or block.text in said:
                continue
            said.add(block.text)
        kept.append(block)
    return tuple(kept)


def _over_time(summaries: Sequence[Summary], theme: ThemeHead, name: str) -> list[Block]:
    """The change in a sentence, its chart and its table; of a first pulse the table alone, because
    the heading says that there is nothing to compare with."""
    points = trend(summaries, theme.id)
    table = _trend_table(theme, points)
    if len(points) < 2:
        return [table]
    usual, said = (long := long_series(summaries, theme.id)).usual, long.said
    chart = plots.trend_svg(points, theme, usual)
    return [
        Words(change_sentence(summaries[-1], theme.id)),
        Chart(name, chart, alt_texts.trend_alt(points, theme, usual)),
        table,
        *([Points(USUALLY, said)] if usual else _too_early(points, said)),
    ]


def _too_early(points: Sequence[TrendPoint], said: Sequence[str]) -> list[Block]:
    """Why a long series has no usual range; of a short one the method says it once for all."""
    return [Words(line, "quiet") for line in said if len(points) >= ENOUGH_PULSES]


def _trend_table(theme: ThemeHead, points: Sequence[TrendPoint]) -> Table:
    return Table(
        f"{theme.title}, pulse by pulse",
        ("Pulse", "Score", "Likely range", "Answers", "Compared with the pulse before"),
        tuple(
            (pulse_name(point.wave), *cells(point.figure), compared(change_of(point)))
            for point in points
        ),
    )


def _questions_table(
    theme: ThemeHead, figures: dict[str, Figure | None], since: Mapping[str, tuple[int, int]]
) -> Table:
    rows = []
    shown = any(figures.get(item.id) for item in theme.items)
    head = ("Question", "Answers", "Better", "Likely range", "In between", "Worse")
    for item in theme.items:
        figure = figures.get(item.id)
        shares = figure.shares if figure and figure.shares else (NOT_SHOWN,) * 3
        first, *others = shares
        likely = likely_share(figure) or NOT_SHOWN
        row = (question(item), figure.n if figure else NOT_SHOWN, first, likely, *others)
        rows.append((*row, moved(since.get(item.id))) if since else row)
    return Table(
        f"{theme.title}, question by question",
        (*head, HEAD) if since else head,
        tuple(rows),
        note=f"{SHARE_NOTE} {NOTE if since else ''}".strip() if shown else "",
    )


def _published(theme: ThemeHead) -> list[Block]:
    """Published figures of others near this theme, each with its caution."""
    figures = benchmarks.latest(theme.id)
    if not figures:
        return []
    lines = tuple(figure.sentence.removesuffix(figure.caution).strip() for figure in figures)
    cautions = dict.fromkeys(figure.caution for figure in figures)
    return [Points("Published elsewhere", lines), *(Words(text, "quiet") for text in cautions)]


def published_by(themes: Sequence[ThemeHead]) -> tuple[str, ...]:
    """Whose the published figures beside these themes are, and under which terms."""
    figures = (figure for theme in themes for figure in benchmarks.latest(theme.id))
    return tuple(
        dict.fromkeys(
            f"Published elsewhere: {figure.source}, {figure.publisher}. {figure.attribution}"
            for figure in figures
        )
    )
