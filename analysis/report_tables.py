"""Released figures as CSV and JSON: published cells only, no row of answers.

A hidden cell is the one token "Not shown", whatever the reason. An empty cell means that the
column does not apply to the line.
"""

import csv as csv_module
import io
import json as json_module
import re
from collections.abc import Iterator, Mapping, Sequence

from analysis import written
from analysis.how_to_read import how_to_read, since_first, together, together_share
from analysis.pair_words import paragraph
from analysis.printing import number
from analysis.question_moves import moves
from analysis.summary import (
    BAND_WORDS,
    NOT_SHOWN,
    VERDICT_WORDS,
    Band,
    Comparison,
    Figure,
    Row,
    Summary,
    TextAudit,
    TextResult,
    WaveHead,
)

OF_COMMENTS = (
    "of_100_comments", "comments_low", "comments_high", "comments_wide_low", "comments_wide_high",
    "second_coder_low", "second_coder_high",
)  # fmt: skip
OF_TWO_PEOPLE = (
    "both_found_f1", "both_found_f1_low", "both_found_f1_high", "both_found_kappa",
    "both_found_ac1", "both_found_of_100", "direction_kappa", "evidence_f1",
)  # fmt: skip
COLUMNS = (
    "programme", "pulse", "pulse_name", "closed", "origin", "simulated",
    "kind", "id", "name", "group", "group_name",
    "answers", "score", "low", "high", "band", "favourable", "neutral", "unfavourable",
    "favourable_low", "favourable_high", "shrunk", "shrunk_low", "shrunk_high",
    "moved_low", "moved_high",
    "compared_with", "verdict", "difference", "difference_low", "difference_high",
    "against_the_rest",
    "invited", "answered", "share_answered",
    "prefer_not_to_say", "left_blank", "lowest_possible", "highest_possible",
    "comments", "problems", "good_things", "ideas",
    *OF_COMMENTS, *OF_TWO_PEOPLE,
    "why", "why_against_the_rest", "in_words",
)  # fmt: skip
# A question may be one where agreeing is the worse answer: bands are of favourable answers.
FAVOURABLE_WORDS: Mapping[Band, str] = {
    "few": "few favourable", "mixed": "mixed", "most": "most favourable",
}  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")
FORMAT = 1


def csv(summaries: Sequence[Summary]) -> str:
    """One line a figure, oldest pulse first; safe to open in a spreadsheet.

    >>> csv(()).startswith("programme,pulse,pulse_name")
    True
    """
    stream = io.StringIO()
    writer = csv_module.DictWriter(stream, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for line in rows(summaries):
        writer.writerow({key: guard(value) for key, value in line.items()})
    return stream.getvalue()


def rows(summaries: Sequence[Summary]) -> Iterator[dict[str, str]]:
    """The figures' lines by column, as printed; a column that does not apply is left out."""
    for place, summary in enumerate(summaries, 1):
        head = _head(summary.programme, summary.wave)
        told = {
            item: ends
            for theme in summary.themes
            for item, ends in moves(summaries[:place], theme.id).items()
        }
        for line in _lines(summary):
            yield head | line | _moved(line, told)


def json(summaries: Sequence[Summary]) -> str:
    """The published results of each pulse in one file. Same summaries, same text."""
    waves = [summary.to_dict() for summary in summaries]
    body = {"format": FORMAT, "pulses": waves}
    return json_module.dumps(body, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def guard(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: a leading apostrophe makes it words.

    A plain negative number stays a number.

    >>> guard("=1+1"), guard("-2.5"), guard("-2+3"), guard("@SUM(A1)")
    ("'=1+1", '-2.5', "'-2+3", "'@SUM(A1)")
    """
    if not cell.startswith(_FORMULA_STARTS):
        return cell
    return cell if _NUMBER.fullmatch(cell) else f"'{cell}"


def _head(programme: str, wave: WaveHead) -> dict[str, str]:
    return {
        "programme": programme,
        "pulse": wave.id,
        "pulse_name": wave.label,
        "closed": wave.date,
        "origin": wave.origin,
        "simulated": "simulated data" if wave.simulated else "no",
    }


def _lines(summary: Summary) -> Iterator[dict[str, str]]:
    names = {unit.id: unit.name for unit in summary.units}
    for row in summary.rows:
        yield {
            "kind": "theme",
            "id": row.theme,
            "name": summary.theme(row.theme).title,
            "group": row.unit,
            "group_name": names[row.unit],
            **_ends(row),
            **_shrunk(row),
            "against_the_rest": VERDICT_WORDS[row.rest.verdict],
            "why_against_the_rest": row.rest.why,
            **_figure(row.figure),
            **_change(row.change),
        }
    texts = {item.id: item.text for theme in summary.themes for item in theme.items}
    whole = {"group": summary.root.id, "group_name": summary.root.name}
    for item in summary.items:
        yield {
            "kind": "question", "id": item.item, "name": texts.get(item.item, item.item),
            **whole, **_figure(item.figure, FAVOURABLE_WORDS),
        }  # fmt: skip
    for part in summary.participation:
        yield {
            "kind": "participation",
            "group": part.unit,
            "group_name": names[part.unit],
            "invited": NOT_SHOWN if part.invited is None else str(part.invited),
            "answered": part.answered or NOT_SHOWN,
            "share_answered": part.rate or NOT_SHOWN,
        }
    yield from _unsaid_and_written(summary, whole)
    yield from _in_words(summary, whole)


def _unsaid_and_written(summary: Summary, whole: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for line in summary.silence:
        yield {
            "kind": "left unsaid",
            "id": line.theme,
            "name": summary.theme(line.theme).title,
            **whole,
            "prefer_not_to_say": line.prefer_not,
            "left_blank": line.skipped,
            "lowest_possible": _number(line.worst),
            "highest_possible": _number(line.best),
        }
    for result in summary.text:
        yield {
            "kind": "comments", "id": result.question, "name": result.text,
            **whole, "comments": result.comments, "in_words": written.said_of(result),
        }  # fmt: skip
        for name, count in result.subjects:
            yield {
                "kind": "new subject", "id": result.question, "name": name, **whole,
                "comments": count, "in_words": written.UNSHARED,
            }  # fmt: skip
        if result.audit is not None:
            yield from _audited(result, result.audit, whole)
            yield from _of_groups(summary, result, result.audit)
            continue
        for found in result.themes:
            yield {
                "kind": "comments on a theme",
                "id": found.theme,
                "name": f"{found.title} ({result.question})",
                **whole,
                "comments": found.count,
                "problems": found.negative,
                "good_things": found.positive,
                "ideas": found.suggestion,
                **({"in_words": found.note} if found.note else {}),
            }


def _audited(
    result: TextResult, audit: TextAudit, whole: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    for theme in audit.themes:
        share = audit.share(theme.theme)
        if share is None:
            continue
        ways = (written.way(audit, theme, way) for way in written.WAYS)
        wide, second = (share.wide_low, share.wide_high), (share.second_low, share.second_high)
        figures = (share.percent, share.low, share.high, *wide, *second)
        yield {
            "kind": "comments on a theme",
            "id": theme.theme,
            "name": f"{theme.title} ({result.question})",
            **whole,
            "comments": written.NO_FIGURE if share.grey else share.count,
            **dict(zip(("problems", "good_things", "ideas"), ways, strict=True)),
            **dict(zip(OF_COMMENTS, map(_whole_number, figures), strict=True)),
            **_twice(audit, theme.theme),
            **(_change(theme.change) if theme.change else {}),
            "in_words": f"{written.of_theme(theme, share)} {theme.note}".strip(),
        }


def _twice(audit: TextAudit, theme_id: str) -> dict[str, str]:
    """How far two people agreed on a theme; no column where nothing was coded twice."""
    found = next((one for one in audit.found.agreed if one.label == theme_id), None)
    if found is None:
        return {}
    f1, kappa = (found.f1, found.low, found.high), (found.kappa, found.ac1)
    cells = (*map(_two_digits, (*f1, *kappa)), _whole_number(found.usual))
    cells += (_two_digits(found.direction), _two_digits(found.span))
    return dict(zip(OF_TWO_PEOPLE, cells, strict=True))


def _two_digits(hundredths: int | None) -> str:
    return NOT_SHOWN if hundredths is None else f"{hundredths / 100:.2f}"


def _of_groups(summary: Summary, result: TextResult, audit: TextAudit) -> Iterator[dict[str, str]]:
    titles = {theme.theme: theme.title for theme in audit.themes}
    for one in audit.groups:
        yield {
            "kind": "comments on a theme in a group",
            "id": one.theme,
            "name": f"{titles[one.theme]} ({result.question})",
            "group": one.unit,
            "group_name": summary.unit(one.unit).name,
            "against_the_rest": VERDICT_WORDS[one.rest.verdict],
            "why_against_the_rest": one.rest.why,
        }


def _whole_number(value: int | None) -> str:
    return NOT_SHOWN if value is None else str(value)


def _in_words(summary: Summary, whole: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What is told in sentences: how to read a score, what goes together, who answered."""
    for theme in summary.themes:
        told = {"id": theme.id, "name": theme.title, **whole}
        since = since_first(summary, theme.id)
        if since is not None:
            yield {"kind": "since the first pulse", **told, **_change(since)}
        for line in how_to_read(summary, theme.id):
            yield {"kind": "how to read", **told, "in_words": line}
    for line in (*together(summary), together_share(summary)):
        if summary.together and line:
            theme_id = summary.together.theme
            title = summary.theme(theme_id).title
            yield {
                "kind": "goes together", "id": theme_id, "name": title, **whole, "in_words": line,
            }  # fmt: skip
    for line in paragraph(summary):
        yield {"kind": "the same people", **whole, "in_words": line}
    if summary.subjects:
        yield {"kind": "new subjects", **whole, "in_words": summary.subjects}
    if summary.evenness:
        yield {"kind": "who answered", **whole, "in_words": summary.evenness}


def _number(value: float | None) -> str:
    return NOT_SHOWN if value is None else number(value)


def _figure(figure: Figure | None, band_words: Mapping[Band, str] = BAND_WORDS) -> dict[str, str]:
    if figure is None:
        cells = ("answers", "score", "low", "high", "band", "favourable", "neutral", "unfavourable")
        return dict.fromkeys((*cells, "favourable_low", "favourable_high"), NOT_SHOWN)
    shares = figure.shares or (NOT_SHOWN,) * 3
    low, high = figure.likely_share or (None, None)
    return {
        "answers": figure.n,
        "score": _number(figure.score),
        "low": _number(figure.low),
        "high": _number(figure.high),
        "band": band_words[figure.band] if figure.band else "",
        **dict(zip(("favourable", "neutral", "unfavourable"), shares, strict=True)),
        "favourable_low": _number(low),
        "favourable_high": _number(high),
    }


def _moved(line: Mapping[str, str], told: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """How far a question's favourable share may have moved; nothing for other lines."""
    ends = told.get(line.get("id", "")) if line["kind"] == "question" else None
    return dict(zip(("moved_low", "moved_high"), map(number, ends), strict=True)) if ends else {}


def _ends(row: Row) -> dict[str, str]:
    """What the silent of a group could change, where it is told."""
    if row.worst is None or row.best is None:
        return {}
    return {"lowest_possible": number(row.worst), "highest_possible": number(row.best)}


def _shrunk(row: Row) -> dict[str, str]:
    """The score with chance allowed for, where there is one."""
    found = row.shrunk
    if found is None:
        return {}
    cells = ("shrunk", "shrunk_low", "shrunk_high")
    return dict(zip(cells, map(number, (found.score, found.low, found.high)), strict=True))


def _change(change: Comparison) -> dict[str, str]:
    cells = ("difference", "difference_low", "difference_high")
    values = (change.difference, change.low, change.high)
    if change.verdict in ("first", "break"):
        written: tuple[str, ...] = ("", "", "")
    else:
        written = tuple(_number(value) for value in values)
    return {
        "compared_with": change.against,
        "verdict": VERDICT_WORDS[change.verdict],
        "why": change.why,
        **dict(zip(cells, written, strict=True)),
    }
