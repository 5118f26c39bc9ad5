"""What people wrote, in a report: shares with their ranges where people checked, else counts."""

from collections.abc import Sequence

from analysis import written, written_groups, written_opening
from analysis.how_to_read import WHY_NOT, WITHHELD
from analysis.printing import verdict
from analysis.report_parts import Block, Points, Quotes, Section, Table, Words
from analysis.summary import NOT_SHOWN, Quote, Summary, TextAudit, TextResult, TextTheme, ThemeHead
from analysis.text.audited import AuditedShare

MOST_QUOTES = 8  # of each question; the page and summary.json have all
HEAD = ("Theme", "Share (likely range)", *written.WAYS_COUNTED)


def what_people_wrote(summary: Summary) -> Section | None:
    """Every open question with its counts, and comments cleared word for word."""
    shown = [result for result in summary.text if result.comments != NOT_SHOWN]
    counters = {written.counted_by([result]) for result in shown}
    blocks: list[Block] = [Words(said, "lead") for said in written_opening.opening(summary)]
    blocks += [Words(said) for said in counters if len(counters) == 1]
    for result in shown:
        by = "" if len(counters) == 1 else written.counted_by([result])
        blocks += _audited(result, result.audit, by) if result.audit else _counted(result, by)
        blocks += [Words(said, "quiet") for said in written.own_words(result)]
        blocks += _groups(summary, result.audit) if result.audit else []
        if result.subjects:
            blocks.append(
                Points(f"{written.NEW_SUBJECTS}: “{result.text}”", written.new_subjects(result))
            )
            blocks.append(Words(written.UNSHARED, "quiet"))
        blocks += _quotes(result, summary.quotes)
    if summary.subjects and shown:
        blocks.append(Words(summary.subjects, "quiet"))
    if any(result.withheld for result in shown):
        blocks.append(_withheld(shown))
    if summary.not_quoted:
        blocks.append(Table(written.NOT_QUOTED, ("Why", "Comments"), summary.not_quoted))
    hidden = tuple(r.text for r in summary.text if r.comments == NOT_SHOWN)
    if hidden:
        blocks.append(Points(f"{NOT_SHOWN}: what people wrote to these questions", hidden))
    if not blocks:
        return None
    return Section("what-people-wrote", "What people wrote", "What people wrote", tuple(blocks))


def of_theme(summary: Summary, theme: ThemeHead) -> list[Block]:
    """What people wrote about one theme of the ratings, beside its score."""
    found = written.about(summary, theme.id)
    if not found:
        return []
    counted = [(result, one) for result, one in found if isinstance(one, TextTheme)]
    blocks: list[Block] = []
    if len(counted) < len(found):
        blocks.append(Points("Beside what people wrote", written.beside(summary, theme.id)))
        blocks.append(Words(f"{written.AUDITED} {written.DENOMINATOR}", "quiet"))
    elif counted:
        rows = tuple(
            (result.text, one.count, one.negative, one.positive, one.suggestion)
            for result, one in counted
        )
        head = ("Asked", "Comments", *written.WAYS_HEAD)
        caption = f"{theme.title}, in what people wrote"
        blocks.append(Table(caption, head, rows, note=written.UNAUDITED))
    return blocks


def _counted(result: TextResult, note: str) -> list[Block]:
    rows = [
        (found.title, found.count, found.negative, found.positive, found.suggestion)
        for found in result.themes
    ]
    table = Table(
        f"{result.text} ({result.comments} comments)",
        ("Theme", "Comments", *written.WAYS_HEAD),
        (*rows, ("No theme found", result.no_theme, "", "", "")),
        note=note,
    )
    return [table, *([Words(result.unchecked, "quiet")] if result.unchecked else [])]


def _audited(result: TextResult, audit: TextAudit, by: str) -> list[Block]:
    since = written.against(audit)
    rows, sure = [], []
    for theme, share in written.with_figure(audit):
        cells = [theme.title, written.percent(share)]
        cells += [written.way(audit, theme, one) for one in written.WAYS]
        change = verdict(theme.change) if theme.change else ""
        rows.append((*cells, *([change] if since else [])))
        if share.percent is not None:
            sure.append((theme.title, *_ends(share)))
    said = f"{result.text} ({audit.found.comments} comments)"
    head = (*HEAD, f"Since {since}") if since else HEAD
    note = " ".join(filter(None, (by, written.DENOMINATOR, written.no_themes(audit), audit.since)))
    grey = written.without_figure(audit)
    blocks: list[Block] = [Points(said, grey), Words(note, "quiet")]
    if rows:
        blocks = [Table(said, head, tuple(rows), note=note), *map(Words, grey)]
    moved = written.behind_changes(audit)
    blocks += [Points(f"{written.BEHIND_CHANGES} {since}", moved)] if moved else []
    blocks += [
        Words(f"{written.sample(result)} {audit.agreement}".strip(), "quiet"),
        Words(written.closed(result), "quiet"),
    ]
    if sure:
        double = any(line[-1] != NOT_SHOWN for line in sure)
        columns = ("Theme", "Likely range", "Wider range", "If the second person is right")
        width = 4 if double else 3
        blocks.append(
            Table(
                f"{written.RANGES} “{result.text}”",
                columns[:width],
                tuple(line[:width] for line in sure),
                note=f"{written.WIDER} {written.SECOND}" if double else written.WIDER,
            )
        )
    twice = written.agreed(audit)
    left = written.not_agreed(audit)
    if twice:
        note = f"{written.AGREED} {left}".strip()
        blocks.append(
            Table(f"{written.TWICE} “{result.text}”", written.AGREED_HEAD, twice, note=note)
        )
    elif left:
        blocks.append(Words(f"{written.TWICE} {left}", "quiet"))
    return blocks


def _ends(share: AuditedShare) -> tuple[str, str, str]:
    return (
        written.likely(share),
        written.ends(share.wide_low, share.wide_high),
        written.ends(share.second_low, share.second_high),
    )


def _groups(summary: Summary, audit: TextAudit) -> list[Block]:
    """Which groups write about a theme more or less often than the rest."""
    rows = tuple(
        (name, *(verdict(one) for one in words))
        for name, words in written_groups.lines(summary, audit)
    )
    if not rows:
        return []
    if not written_groups.told(audit):
        return [Words(written_groups.NOTHING, "quiet")]
    head = ("Group", *written_groups.themes(audit))
    table = Table(written_groups.TITLE, head, rows, note=written_groups.NOTE)
    reasons = written_groups.why_not(summary, audit)
    return [table, *([Points(WHY_NOT, reasons)] if reasons else [])]


def _quotes(result: TextResult, quotes: Sequence[Quote]) -> list[Block]:
    mine = [quote for quote in quotes if quote.question == result.question]
    if not mine:
        return []
    said = written.said_once(mine)
    shown = said[:MOST_QUOTES]
    more = "" if len(said) == len(shown) else f" The results page has all {len(mine)}."
    title = "In their own words, published with their consent"
    return [
        Quotes(title, tuple(one.text for one in shown), tuple(one.by for one in shown)),
        Words(f"{written.QUOTED}{more}", "quiet"),
    ]


def _withheld(counted: Sequence[TextResult]) -> Table:
    """How many comments of each question are not printed, and why."""
    reasons = list(dict.fromkeys(reason for result in counted for reason, _ in result.withheld))
    rows = [(r.text, *(dict(r.withheld).get(reason, "") for reason in reasons)) for r in counted]
    head = tuple(reason.capitalize() for reason in reasons)
    return Table(written.NOT_PRINTED, ("Question", *head), tuple(rows), note=WITHHELD)
