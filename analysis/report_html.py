"""The report as one HTML file with its charts beside it; it opens from disk, without network."""

from pathlib import Path

from analysis.charts import brand
from analysis.markup import Html, join, tag
from analysis.report_parts import (
    Block,
    Chart,
    Points,
    Quotes,
    Report,
    Section,
    Table,
    ThemeSection,
    Words,
)
from analysis.summary import NOT_SHOWN

PAGE = "report.html"
CHARTS = "charts"
_STYLE = Path(__file__).parent / "report.css"
_SENTENCE = 24  # letters
_COLOURS = ("INK", "MUTED", "PAPER", "WHITE", "LINE", "TEAL", "TEAL_LIGHT", "OCHRE", "OCHRE_LIGHT")


def render(report: Report) -> dict[str, bytes]:
    """Relative file name to bytes: the page and its charts. Same report, same bytes."""
    files = {PAGE: _page(report).encode()}
    for chart in report.charts:
        files[_file(chart)] = chart.svg
    return files


def _file(chart: Chart) -> str:
    return f"{CHARTS}/{chart.name}.svg"


def _page(report: Report) -> str:
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{report.title} – Candour"),
        tag("style", Html(_colours() + _STYLE.read_text(encoding="utf-8"))),
    )
    body = tag(
        "body",
        tag("a", "Skip to the results", class_="skip", href="#main"),
        _banner(report),
        tag("div", _contents(report), tag("main", *_main(report), id="main"), class_="page"),
        tag("footer", *_labels(report), tag("p", f"{report.foot}. {report.title}."), class_="foot"),
    )
    page = tag("html", head, body, lang=report.language, dir=report.direction)
    return f"<!doctype html>\n{page}\n"


def _colours() -> str:
    values = {name: getattr(brand, name) for name in _COLOURS}
    lines = "".join(f"--{name.lower().replace('_', '-')}:{hue};" for name, hue in values.items())
    return f":root{{{lines}}}\n"


def _labels(report: Report) -> tuple[Html, ...]:
    return tuple(tag("p", label, class_="label") for label in report.labels)


def _banner(report: Report) -> Html:
    return tag(
        "header",
        tag("p", tag("span", Html(brand.MARK), aria_hidden="true"), "Candour", class_="brand"),
        *_labels(report),
        class_="banner",
    )


def _contents(report: Report) -> Html:
    links = [tag("li", tag("a", part.name, href=f"#{part.id}")) for part in report.sections]
    return tag("nav", tag("h2", "In this report"), tag("ol", *links), aria_label="In this report")


def _main(report: Report) -> list[Html]:
    top = tag(
        "div",
        tag("h1", report.title),
        tag("p", report.subtitle, class_="subtitle"),
        class_="title",
    )
    return [top, *(_section(part) for part in report.sections)]


def _section(part: Section) -> Html:
    marks = [tag("span", mark, class_="mark") for mark in part.marks]
    return tag(
        "section",
        tag("h2", part.title, id=f"{part.id}-title"),
        tag("p", *marks) if marks else Html(""),
        *(_block(block, part, place) for place, block in enumerate(part.blocks)),
        id=part.id,
        aria_labelledby=f"{part.id}-title",
        class_="theme" if isinstance(part, ThemeSection) else "part",
    )


def _block(block: Block, part: Section, place: int) -> Html:
    match block:
        case Words(text, tone):
            return tag("p", text, class_=tone)
        case Points(title, lines, panel):
            heading = tag("h3", title) if title else Html("")
            points = tag("ul", *(tag("li", line) for line in lines))
            return tag("div", heading, points, class_="panel" if panel else "points")
        case Chart():
            picture = tag("img", src=_file(block), alt=block.alt)
            return tag("figure", picture, tabindex="0")
        case Quotes(title, lines, notes):
            return join(tag("h3", title), *map(_quote, lines, notes))
        case Table():
            return _table(block, f"{part.id}-{place}")


def _quote(line: str, note: str) -> Html:
    said = tag("blockquote", tag("p", line))
    return join(said, tag("p", note, class_="quiet")) if note else said


def _look(cell: str) -> dict[str, str]:
    """How a cell is set: a hidden figure in grey, a sentence with room for some words a line."""
    if cell == NOT_SHOWN:
        return {"class": "hidden"}
    return {"class": "long"} if len(cell) > _SENTENCE else {}


def _table(table: Table, name: str) -> Html:
    """A table that scrolls in its own region on a small screen and can be reached by keyboard."""
    head = tag("thead", tag("tr", *(tag("th", cell, scope="col") for cell in table.head)))
    rows = []
    for place, row in enumerate(table.rows):
        depth = table.indent[place] if table.indent else 0
        cells = [tag("th", row[0], scope="row", class_=f"depth-{min(depth, 4)}")]
        cells += [tag("td", cell, **_look(cell)) for cell in row[1:]]
        rows.append(tag("tr", *cells))
    caption = tag("caption", table.caption, id=f"{name}-caption")
    region = tag(
        "div",
        tag("table", caption, head, tag("tbody", *rows)),
        role="region",
        tabindex="0",
        aria_labelledby=f"{name}-caption",
        class_="scroll",
    )
    return join(region, tag("p", table.note, class_="quiet") if table.note else "")
